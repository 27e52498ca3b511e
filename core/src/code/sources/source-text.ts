import { largest, readFileUpTo } from "../../base/files/read-text.js";

/** The text of a file, or why it has none that could be written back unchanged. */
export type SourceRead =
  | { readonly text: string }
  /** `guess`: a possible text, to search for names; undefined if there is none. */
  | { readonly why: string; readonly problem?: "unreadable" | "special" | "large"; guess(): string | undefined };

/**
 * Reads a source file. Only UTF-8 can be written back unchanged, including a byte order mark.
 *
 * @param most the maximum size in bytes. Default: the limit for code
 * @example const read = readSource("/app/src/legacy.ts"); if ("why" in read) console.log(`legacy.ts ${read.why}`);
 */
export function readSource(path: string, most: number = largest.code): SourceRead {
  const read = readFileUpTo(path, most);
  if ("why" in read) return read;
  const { bytes } = read;
  const wide = wideText(bytes);
  if (wide !== undefined) return { why: "is UTF-16, not UTF-8", guess: () => wide };
  const text = bytes.toString("utf8");
  if (text.includes("\0")) return { why: "is binary", guess: () => text };
  if (text.includes("\uFFFD") && !Buffer.from(text).equals(bytes))
    return { why: "is not UTF-8", guess: () => bytes.toString("latin1") };
  return { text };
}

/** The text of a UTF-16 file, detected by its byte order mark or by zero bytes in every second position. */
function wideText(bytes: Buffer): string | undefined {
  const [first, second] = bytes;
  const head = bytes.subarray(0, 64);
  const zeros = (from: 0 | 1) => head.filter((byte, index) => index % 2 === from && byte === 0).length;
  const isMostly = (from: 0 | 1) => head.length > 3 && zeros(from) > head.length / 3;
  if ((first === 0xff && second === 0xfe) || isMostly(1)) return bytes.toString("utf16le");
  if ((first === 0xfe && second === 0xff) || isMostly(0))
    return Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString("utf16le");
  return undefined;
}
