import { defineCommand } from "../command.js";
import { controlBackfill, controlOptions } from "../control-backfill.js";

export default defineCommand({
  name: "backfill resume",
  summary: "let a paused backfill go on",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: controlOptions,

  run: (invocation) =>
    controlBackfill(
      invocation,
      ({ paused: _, ...control }) => control,
      ({ paused }, _, isRunning) =>
        paused === undefined
          ? "was not paused"
          : isRunning
            ? "goes on within a second"
            : "not paused any more; it does not run now",
    ),
});
