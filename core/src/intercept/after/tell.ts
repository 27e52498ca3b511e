import { spawnSync } from "node:child_process";
import { ownProcess } from "../../files/own-process.js";
import type { AfterNote } from "./note.js";

export type { AfterNote } from "./note.js";

/** As long as anybody waits for a number, the start of the process with it. */
const limitMs = 4_000;

/**
 * Says in one line how many places in the code may need new columns, or asks about them. For the end of a process: nothing of the ORM's
 * is kept waiting, and nothing else can run any more. Where counting fails or takes too long, the line names the command without a number.
 *
 * @param out where the line goes
 */
export function tellAfter(note: AfterNote, out: (line: string) => void): void {
  const { file, execArgv } = ownProcess(import.meta.url, "child");
  const isAsked = note.mode === "ask" && process.stdin.isTTY === true && process.stdout.isTTY === true;
  const args = [...execArgv, file, JSON.stringify({ ...note, mode: isAsked ? "ask" : "line" })];
  // What this process was started with, loaders of the application among it, is not for ours.
  const options = { cwd: note.project.root, env: { ...process.env, NODE_OPTIONS: "" } };
  if (isAsked) {
    spawnSync(process.execPath, args, { ...options, stdio: "inherit" });
    return;
  }
  const { stdout, status } = spawnSync(process.execPath, args, {
    ...options,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: limitMs,
  });
  // First what is said where nobody waits any longer.
  const [late = "", counted = ""] = stdout?.split("\n") ?? [];
  const line = status === 0 ? counted : late;
  if (line !== "") out(line);
}
