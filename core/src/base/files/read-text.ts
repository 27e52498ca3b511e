import { readFileSync, statSync } from "node:fs";
import { LockstepError } from "../errors.js";
import { attempt, isUnreadable } from "../expected-errors.js";

const megabyte = 1024 * 1024;

/**
 * Maximum size of one file. A parser cannot be interrupted, so its input is limited. On a slow machine the largest inputs take: code 1 s,
 * the schema 1 s, SQL 2 s. Hand-written files are far smaller.
 */
export const largest = { code: 2 * megabyte, document: megabyte / 2, schema: 2 * megabyte, sql: 8 * megabyte } as const;

/** Maximum total size of files with the searched names: far more than any application has, and within the available memory. */
export const largestSum = 128 * megabyte;

/** Up to this size, a file that is too large for its parser is still searched for names. A larger one may contain anything. */
const largestGuess = 8 * megabyte;

/** The content of a path: its bytes, or why they are not read, with a text to search for names if there is one. */
export type FileRead =
  | { readonly bytes: Buffer }
  | {
      readonly problem: "unreadable" | "special" | "large";
      /** The text after its name: `has 48 MB, …`. */
      readonly why: string;
      guess(): string | undefined;
    };

/**
 * Reads a regular file up to a size. A pipe or a device would never end.
 *
 * @example const read = readFileUpTo("/app/src/seed.ts", largest.code); if ("why" in read) console.log(`seed.ts ${read.why}`);
 */
export function readFileUpTo(path: string, most: number): FileRead {
  const unknown = () => undefined;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return { problem: "special", why: "is no regular file", guess: unknown };
    if (stat.size <= most) return { bytes: readFileSync(path) };
    const guess = () =>
      stat.size > largestGuess ? undefined : attempt(() => readFileSync(path, "utf8"), isUnreadable);
    const why = `has ${inMegabytes(stat.size)}, more than the ${inMegabytes(most)} that Lockstep reads`;
    return { problem: "large", why, guess };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return { problem: "unreadable", why: `cannot be opened (${code})`, guess: unknown };
  }
}

/** The text of a listed file. Undefined if it cannot be read; a file that is too large is recorded as left out. */
export function readTextUpTo(path: string, most: number): string | undefined {
  const read = readFileUpTo(path, most);
  if ("bytes" in read) return read.bytes.toString("utf8");
  if (read.problem !== "unreadable") leaveOut(path);
  return undefined;
}

/**
 * The text of a required file.
 *
 * @throws LS8022 it is too large, or no regular file · Node's error if it cannot be opened
 */
export function readTextOrFail(path: string, most: number): string {
  const read = readFileUpTo(path, most);
  if ("bytes" in read) return read.bytes.toString("utf8");
  if (read.problem === "unreadable") return readFileSync(path, "utf8");
  throw new LockstepError("LS8022", `${path} ${read.why}.`);
}

/** Of this process: the code that prints is far from the readers. */
const leftOut = new Set<string>();

/** Records a file that could matter and is too large, or no regular file. */
export function leaveOut(path: string): void {
  leftOut.add(path);
}

/** A line about files that were left out, whatever their number. Undefined if there are none. Clears the record. */
export function leftOutText(nameOf: (path: string) => string): string | undefined {
  const all = [...leftOut];
  leftOut.clear();
  if (all.length === 0) return undefined;
  const shown = all.slice(0, 3).map((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return `${nameOf(path)} (${stat?.isFile() === true ? inMegabytes(stat.size) : "no regular file"})`;
  });
  const more = all.length > 3 ? `, and ${all.length - 3} more` : "";
  const limits = `code ${inMegabytes(largest.code)}, SQL ${inMegabytes(largest.sql)}, other documents ${inMegabytes(largest.document)}, all together ${inMegabytes(largestSum)}`;
  return `Not read: ${shown.join(", ")}${more}. The limits are: ${limits}`;
}

function inMegabytes(bytes: number): string {
  const number = bytes / megabyte;
  return `${number < 10 ? Number(number.toFixed(1)) : Math.round(number)} MB`;
}
