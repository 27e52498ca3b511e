import { readFileSync } from "node:fs";

/** The last errors in logs of the app, one line each, without repetitions. */
export function lastErrors(logFiles: readonly string[], count: number): string[] {
  const lines = logFiles
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .filter((line) => line.includes('"level":50'));
  return [...new Set(lines.map(message))].slice(-count);
}

/** Prisma's errors tell the place first; what happened is their last line. */
function message(line: string): string {
  const { err, msg } = JSON.parse(line) as { err?: { message?: string }; msg?: string };
  const text = err?.message ?? msg ?? line;
  return (text.trim().split("\n").at(-1) ?? text).replace(" on the (not available)", "");
}
