import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { foldersUp } from "../../base/files/folders-up.js";
import { resolvedFrom } from "../../base/files/installed.js";

/** The nearest folder that contains one of these files. */
export function folderWith(root: string, files: readonly string[]): string | undefined {
  return foldersUp(root).find((folder) => files.some((file) => existsSync(join(folder, file))));
}

/** The path of a file in an installed package, resolved like the project's own code does. @throws if it is not installed */
export function resolveFrom(root: string, specifier: string): string {
  const found = resolvedFrom(join(root, "package.json"), specifier);
  if (found !== undefined) return found;
  const name = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1);
  throw new Error(`${name.join("/")} is not installed`);
}

/**
 * The path for which a tool searches settings. Some tools require an existing file, so a file that does not exist yet is represented by one
 * of the same kind in its folder.
 */
export function standIn(path: string): string {
  if (existsSync(path)) return path;
  const folder = dirname(path);
  const beside = existsSync(folder) ? readdirSync(folder).find((name) => extname(name) === extname(path)) : undefined;
  return beside === undefined ? path : join(folder, beside);
}

/**
 * Runs a program on a text.
 *
 * @returns undefined if it cannot parse this text, an error if it fails on it
 * @throws if it cannot start, was killed, or also fails on an empty text, so the text is not the cause
 */
export async function filter(
  command: readonly [string, ...string[]],
  text: string,
  { cwd, signal }: { readonly cwd: string; readonly signal: AbortSignal },
): Promise<string | Error | undefined> {
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd, signal, killSignal: "SIGKILL" });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  // A program that does not read to the end does not need the rest.
  child.stdin.on("error", () => undefined);
  child.stdin.end(text);
  const [code, by] = await new Promise<readonly [number | null, string | null]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (...end) => resolve(end));
  });
  const result = Buffer.concat(out).toString("utf8");
  if (code === 0) return result !== "" || text === "" ? result : undefined;
  const error = new Error(
    complaint(Buffer.concat(err).toString("utf8")) || `it ended early (${by ?? `exit code ${code}`})`,
  );
  if (text === "") throw error;
  await filter(command, "", { cwd, signal });
  // The exit code of both formatters for a text that they cannot parse.
  return code === 1 ? undefined : error;
}

/** The position and the message: `biome.json:1:2 deserialize: × Found an unknown key`. */
function complaint(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/━+/g, "").trim());
  return lines
    .filter((line) => line !== "")
    .slice(0, 2)
    .join(": ");
}

/** Runs on all items, a few at a time. */
export async function each<T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
  return results;
}
