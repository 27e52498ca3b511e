import { spawnSync } from "node:child_process";
import { ownProcess } from "../../base/files/own-process.js";
import { unsearchedText } from "../../review/prepared-statements.js";
import type { AfterNote, AfterText } from "./note.js";

export type { AfterNote } from "./note.js";

/** As long as anybody waits for a number, the start of the process with it. */
const limitMs = 4_000;
/** For a search whose result is no mere hint: where the first limit was too short for it, on a busy machine or in a large repository. */
const searchLimitMs = 30_000;

/**
 * Names the prepared statements that the change makes fail, and says in one line how many places in the code may need new columns, or asks
 * about them. For the end of a process: nothing of the ORM's is kept waiting, and nothing else can run any more. Where counting fails or
 * takes too long, the line names the command without a number.
 *
 * @param out where the lines go
 */
export function tellAfter(note: AfterNote, out: (line: string) => void): void {
  const { file, execArgv } = ownProcess(import.meta.url, "child");
  const isAsked = note.mode === "ask" && process.stdin.isTTY === true && process.stdout.isTTY === true;
  const argsFor = (given: AfterNote) => [...execArgv, file, JSON.stringify(given)];
  // What this process was started with, loaders of the application among it, is not for ours.
  const options = { cwd: note.project.root, env: { ...process.env, NODE_OPTIONS: "" } };
  if (isAsked) {
    spawnSync(process.execPath, argsFor(note), { ...options, stdio: "inherit" });
    return;
  }
  const read = (given: Partial<AfterNote>, timeout: number) => {
    const { stdout, status } = spawnSync(process.execPath, argsFor({ ...note, mode: "line", ...given }), {
      ...options,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout,
    });
    // The last line is incomplete where the process was ended in the middle of it.
    const lines = stdout?.split("\n").slice(0, -1) ?? [];
    return { texts: lines.map((line): AfterText => JSON.parse(line)), isDone: status === 0 };
  };
  const { texts, isDone } = read({}, limitMs);
  const said = (kind: AfterText["kind"], among = texts) => among.find((each) => each.kind === kind)?.text;
  if (note.tables.length > 0) {
    const searched = said("searched") ?? said("searched", read({ columns: [] }, searchLimitMs).texts);
    const text = searched ?? unsearchedText(note.tables);
    if (text !== "") out(text);
  }
  const line = said(isDone ? "counted" : "late");
  if (line !== undefined) out(line);
}
