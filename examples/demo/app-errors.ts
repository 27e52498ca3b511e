import { readFileSync } from "node:fs";

/** The last errors in logs of the app, one line each, without repetitions. */
export function lastErrors(logFiles: readonly string[], count: number): string[] {
  const lines = logFiles
    .flatMap((file) => readFileSync(file, "utf8").split("\n"))
    .flatMap((line) => message(line) ?? []);
  return [...new Set(lines)].slice(-count);
}

interface LogLine {
  readonly level?: unknown;
  readonly err?: { readonly message?: string };
  readonly msg?: string;
  readonly message?: string;
}

/** What an error says, as pino and Nest write it. Prisma's errors tell the place first; what happened is their last line. */
function message(line: string): string | undefined {
  if (!/"level":(50|"error")/.test(line)) return undefined;
  const { err, msg, message } = JSON.parse(line) as LogLine;
  const text = err?.message ?? msg ?? message ?? line;
  return (text.trim().split("\n").at(-1) ?? text).replace(" on the (not available)", "");
}
