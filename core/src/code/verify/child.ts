/** The process for type checks. Its parent limits the compiler's time and memory. */
import module from "node:module";
import { watchWork } from "../../base/at-work.js";
import { Checks, readAhead } from "./checks.js";
import type { VerifyAnswer, VerifyMessage } from "./request.js";

// A busy compiler handles no signal, and does not notice that its parent has ended.
watchWork({ descriptor: 2, afterParentMs: 0 });
let checks: Checks | undefined;
/** Why there are no checks. Returned for every request: each needs one answer. */
let failure: unknown;

process.on("message", (message: VerifyMessage) => {
  if (message.kind === "ahead") {
    try {
      readAhead(message.root, message.models);
    } catch {
      // The check reads it, and reports the error.
    }
    // Otherwise Node writes the cache at the end of a process, and this one is killed.
    (module as { flushCompileCache?(): void }).flushCompileCache?.();
    return;
  }
  if (message.kind === "open") {
    try {
      checks = new Checks(message.project);
      // The parent may still be preparing its first request.
      checks.load();
    } catch (error) {
      failure = error;
    }
    return;
  }
  if (message.kind === "watch") {
    checks?.watch(message.watched);
    return;
  }
  try {
    if (checks === undefined) throw failure;
    if (message.kind === "rename") answer({ kind: "renamed", renamed: checks.rename(message.names) });
    else if (message.kind === "demands" || message.kind === "requirements")
      answer({ kind: "demanded", demands: checks[message.kind](message.after) });
    else answer({ kind: "checked", checked: checks.check(message.after) });
  } catch (error) {
    answer({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
// The parent has ended.
process.on("disconnect", () => process.exit());

function answer(message: VerifyAnswer): void {
  process.send?.(message);
}
