import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { withPreload } from "./lockstep-commands.js";

/** What a person sees, and the keys that they press then: "\r" accepts, "\u001b" is Esc. */
export type Answer = readonly [seen: RegExp, keys: string];

/**
 * The published command on a terminal, in a process of its own: its prompts are those of users.
 *
 * @param root a project with `node_modules`
 * @returns the exit code and everything that was shown
 */
export async function onTerminal(
  root: string,
  args: readonly string[],
  answers: readonly Answer[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { CI: _, ...own } = withPreload(fileURLToPath(new URL("./terminal.cjs", import.meta.url)));
  const child = spawn(process.execPath, [join(root, "node_modules/.bin/lockstep"), ...args], {
    cwd: root,
    env: { ...own, TERM: "xterm", ...env },
    stdio: "pipe",
  });
  const left = [...answers];
  let output = "";
  let unanswered = "";
  const see = (chunk: Buffer) => {
    const text = stripVTControlCharacters(String(chunk));
    output += text;
    unanswered += text;
    const [seen, keys] = left[0] ?? [];
    if (seen === undefined || keys === undefined || !seen.test(unanswered)) return;
    left.shift();
    unanswered = "";
    child.stdin.write(keys);
  };
  child.stdout.on("data", see);
  child.stderr.on("data", see);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { code, output: left.length === 0 ? output : `${output}\nNot seen: ${left.map(([seen]) => seen)}` };
}
