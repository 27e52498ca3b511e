import { defineCommand } from "../command.js";
import { controlBackfill, controlOptions } from "../control-backfill.js";

export default defineCommand({
  name: "backfill resume",
  summary: "resume a paused backfill",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: controlOptions,

  run: (invocation) =>
    controlBackfill(
      invocation,
      ({ paused: _, ...control }) => control,
      ({ paused }, _, isRunning) =>
        paused === undefined
          ? "was not paused"
          : isRunning
            ? "resumes within a second"
            : "no longer paused; it is not running",
      (results) =>
        results.some(({ isRunning }) => isRunning) ? "npx lockstep backfill status" : "npx lockstep backfill run",
    ),
});
