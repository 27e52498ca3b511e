import { largest, readFileUpTo } from "../../base/files/read-text.js";

/** The text of a file, or why there is none that could be written back as it was. */
export type SourceRead =
  | { readonly text: string }
  /** `guess`: what it may say, to look for names in; undefined where nothing is known. */
  | { readonly why: string; readonly problem?: "unreadable" | "special" | "large"; guess(): string | undefined };

/**
 * Reads a source file. UTF-8 alone is written back as it was, with its byte order mark where it has one.
 *
 * @param most bytes; a larger file is not read. Default: as many as code may have
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

/** The text of a file in UTF-16: by its mark, or because every second byte of its first letters is nothing. */
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
