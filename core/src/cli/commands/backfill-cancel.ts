import { defineCommand, textOption } from "../command.js";
import { controlBackfill, controlOptions } from "../control-backfill.js";
import { whoAsks } from "../who.js";

export default defineCommand({
  name: "backfill cancel",
  summary: "stop a backfill; `backfill run` resumes it",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [...controlOptions, { flags: "--why <text>", description: "reason, shown by `backfill status`" }],

  run(invocation) {
    const { io } = invocation;
    const why = textOption(invocation, "why");
    const cancelled = { who: whoAsks(io), at: io.now().toISOString(), ...(why === undefined ? {} : { why }) };
    return controlBackfill(
      invocation,
      ({ paused: _, ...control }) => ({ ...control, cancelled }),
      (_, __, isRunning) =>
        isRunning
          ? "cancelled: it ends after its batch, within a second. Its values and its position are kept"
          : "it does not run now. Its values and its position are kept",
    );
  },
});
