import { defineCommand, textOption } from "../command.js";
import { controlOptions } from "../control-backfill.js";

/** Refresh interval of `--watch`. */
const watchMs = 1000;

export default defineCommand({
  name: "backfill status",
  endsItself: true,
  summary: "show progress, speed and waits on every target",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [...controlOptions, { flags: "--watch", description: "refresh every second until all runs have ended" }],

  async run(invocation) {
    const { io, options } = invocation;
    const [
      { readBackfillStatus },
      { backfillStatusesText },
      { backfillCommand, stateOf },
      { nextText },
      { systemClock },
    ] = await Promise.all([
      import("../read-backfill-status.js"),
      import("../../review/backfill-status.js"),
      import("../../backfill/state.js"),
      import("../../review/terminal.js"),
      import("../../dialect/db/clock.js"),
    ]);
    for (;;) {
      const { plan, statuses } = await readBackfillStatus(invocation);
      const states = statuses.map(stateOf);
      const isOver = !states.some((state) => ["running", "waiting", "paused"].includes(state));
      const text = backfillStatusesText(statuses, io.colors);
      if (options.watch !== true || isOver || io.signal.aborted) {
        const next = backfillCommand(plan.id, states, textOption(invocation, "target")) ?? "npx lockstep status";
        return {
          text: [text, nextText(next, io.colors)].join("\n"),
          json: {
            plan: plan.id,
            backfills: statuses.map(({ target, label, record, again, workers }, at) => ({
              target,
              label,
              state: states[at],
              ...(record === undefined ? {} : { record }),
              ...(again === undefined ? {} : { again }),
              workers,
            })),
          },
          exitCode: 0,
        };
      }
      io.screen.show(text);
      await systemClock.sleep(watchMs, io.signal);
    }
  },
});
