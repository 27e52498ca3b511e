import { momentText } from "../../model/moment.js";
import { defineCommand, textOption } from "../command.js";
import { controlBackfill, controlOptions } from "../control-backfill.js";
import { whoAsks } from "../who.js";

export default defineCommand({
  name: "backfill pause",
  summary: "pause a backfill until `backfill resume`",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [...controlOptions, { flags: "--why <text>", description: "reason, shown by `backfill status`" }],

  run(invocation) {
    const { io } = invocation;
    const why = textOption(invocation, "why");
    const paused = { who: whoAsks(io), at: io.now().toISOString(), ...(why === undefined ? {} : { why }) };
    return controlBackfill(
      invocation,
      // Keep the record of who paused it first.
      (control) => ({ ...control, paused: control.paused ?? paused }),
      (before, _, isRunning) =>
        before.paused !== undefined
          ? `was paused already, by ${before.paused.who} on ${momentText(before.paused.at)}`
          : isRunning
            ? "paused within a second: no new batch starts"
            : "paused: it is not running, and a new run would wait",
    );
  },
});
