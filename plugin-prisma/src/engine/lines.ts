/** Newline-delimited JSON, the protocol of the CLI and its engine. */

import type { Readable } from "node:stream";
import { attempt, isSyntaxError } from "@lockstep/core/text";

/**
 * Calls back with each line, without its line break; a last line without one counts too. Resolves at the end of the input. Not
 * `node:readline`: that one also breaks at U+2028, which may be unescaped in JSON.
 */
export function readLines(input: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = "";
  input.setEncoding("utf8");
  return new Promise((resolve) => {
    const end = () => {
      if (rest !== "") onLine(rest);
      rest = "";
      resolve();
    };
    input.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") onLine(line);
    });
    input.once("end", end);
    input.once("close", end);
    input.once("error", end);
  });
}

/** One line of JSON. The CLI reads lines with `node:readline`, so the line breaks of Unicode are escaped too. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value)
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
}

/** The part of a message that has to be parsed to pass it on. */
export interface Message {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** undefined when the line is not a JSON object. */
export function parseMessage(line: string): Message | undefined {
  const value = attempt(() => JSON.parse(line) as unknown, isSyntaxError);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Message) : undefined;
}
