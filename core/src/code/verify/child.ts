/** The process that checks: a compiler takes time and memory, which its parent bounds. */
import { watchWork } from "../../base/at-work.js";
import { Checks } from "./checks.js";
import type { VerifyAnswer, VerifyMessage } from "./request.js";

// A compiler at work hears of no signal, and not that its parent is gone.
watchWork({ descriptor: 2, afterParentMs: 0 });
let checks: Checks | undefined;
/** Why there are none. Said to whoever asks: one answer a question. */
let failure: unknown;

process.on("message", (message: VerifyMessage) => {
  if (message.kind === "open") {
    try {
      checks = new Checks(message.project);
      // Whoever asks may still be busy with what to ask.
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
    if (message.kind === "demands") answer({ kind: "demanded", demands: checks.demands(message.after) });
    else answer({ kind: "checked", checked: checks.check(message.after) });
  } catch (error) {
    answer({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
// Whoever asked is gone.
process.on("disconnect", () => process.exit());

function answer(message: VerifyAnswer): void {
  process.send?.(message);
}
