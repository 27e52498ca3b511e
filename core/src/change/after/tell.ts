import { spawnSync } from "node:child_process";
import { ownProcess } from "../../base/files/own-process.js";
import { unsearchedText } from "../../review/failing-statements.js";
import type { AfterNote, AfterText } from "./note.js";

export type { AfterNote } from "./note.js";

/** How long a person waits for a number, including the start of the process. */
const limitMs = 4_000;
/** For a search whose result matters: if the first limit was too short, on a busy machine or in a large repository. */
const searchLimitMs = 30_000;

/**
 * Lists the statements that fail after the change, and prints or asks in one line how many places in the code may need new
 * columns. Runs at the end of a process, so it delays nothing of the ORM's, and nothing else can run afterwards. If counting fails or takes
 * too long, the line names the command without a number.
 *
 * @param out receives the lines
 */
export function tellAfter(note: AfterNote, out: (line: string) => void): void {
  const { file, execArgv } = ownProcess(import.meta.url, "child");
  const isAsked = note.mode === "ask" && process.stdin.isTTY === true && process.stdout.isTTY === true;
  const argsFor = (given: AfterNote) => [...execArgv, file, JSON.stringify(given)];
  // This process must not inherit the parent's options, such as loaders of the application.
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
    // The last line is incomplete if the process was killed while writing it.
    const lines = stdout?.split("\n").slice(0, -1) ?? [];
    return { texts: lines.map((line): AfterText => JSON.parse(line)), isDone: status === 0 };
  };
  const { texts, isDone } = read({}, limitMs);
  const said = (kind: AfterText["kind"], among = texts) => among.find((each) => each.kind === kind)?.text;
  const routines = said("routines") ?? "";
  if (routines !== "") out(routines);
  if (note.tables.length > 0) {
    const searched = said("searched") ?? said("searched", read({ columns: [] }, searchLimitMs).texts);
    const text = searched ?? unsearchedText(note.tables);
    if (text !== "") out(text);
  }
  const line = said(isDone ? "counted" : "late");
  if (line !== undefined) out(line);
}
