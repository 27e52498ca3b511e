/** The process that checks: a compiler takes time and memory, which its parent bounds. */
import { Checks } from "./checks.js";
import type { VerifyAnswer, VerifyMessage } from "./request.js";

let checks: Checks | undefined;

process.on("message", (message: VerifyMessage) => {
  try {
    if (message.kind === "open") checks = new Checks(message.project);
    else if (checks !== undefined) answer({ kind: "checked", checked: checks.check(message.after) });
  } catch (error) {
    answer({ kind: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
// Whoever asked is gone.
process.on("disconnect", () => process.exit());

function answer(message: VerifyAnswer): void {
  process.send?.(message);
}
