import { defineCommand, textOption } from "../command.js";
import { controlBackfill, controlOptions } from "../control-backfill.js";
import { whoAsks } from "../who.js";

export default defineCommand({
  name: "backfill cancel",
  summary: "end a backfill, wherever it runs; backfill run goes on where it stopped",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [...controlOptions, { flags: "--why <text>", description: "shown to whoever wonders" }],

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
