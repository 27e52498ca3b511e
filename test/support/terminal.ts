import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { withPreload } from "./lockstep-commands.js";

/** What a person sees, and the keys that they press then, or after something else: "\r" accepts, "\u001b" is Esc. */
export type Answer = readonly [seen: RegExp, keys: string | (() => Promise<string>)];

/**
 * A published command on a terminal, in a process of its own: its prompts are those of users.
 *
 * @param root a project with `node_modules`
 * @param command a name in `node_modules/.bin`
 * @returns the exit code and everything that was shown
 */
export async function onTerminal(
  root: string,
  args: readonly string[],
  answers: readonly Answer[],
  env: Readonly<Record<string, string | undefined>> = {},
  command = "lockstep",
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { CI: _, NODE_OPTIONS, ...own } = withPreload(fileURLToPath(new URL("./terminal.cjs", import.meta.url)));
  const child = spawn(process.execPath, [join(root, "node_modules/.bin", command), ...args], {
    cwd: root,
    env: { ...own, TERM: "xterm", ...env, NODE_OPTIONS: [NODE_OPTIONS, env.NODE_OPTIONS].join(" ") },
    stdio: "pipe",
  });
  const left = [...answers];
  let reject: (error: unknown) => void = () => undefined;
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
    if (typeof keys === "string") child.stdin.write(keys);
    else keys().then((late) => child.stdin.write(late), reject);
  };
  child.stdout.on("data", see);
  child.stderr.on("data", see);
  const code = await new Promise<number | null>((resolve, fail) => {
    reject = fail;
    child.on("error", fail);
    child.on("close", resolve);
  });
  return { code, output: left.length === 0 ? output : `${output}\nNot seen: ${left.map(([seen]) => seen)}` };
}
