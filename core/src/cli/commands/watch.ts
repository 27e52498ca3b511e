import { defineCommand } from "../command.js";

export default defineCommand({
  name: "watch",
  endsItself: true,
  summary:
    "after a deployment or beside a backfill: stop at the first anomaly of errors, latency, lock waits, lag, missing values",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "--for <time>", description: "how long (default 30min)" },
    { flags: "--every <time>", description: "between two looks, 1s or more (default 15s)" },
    { flags: "--baseline <looks>", description: "so many looks are what later ones are compared with (default 5)" },
    { flags: "--target <name>", description: "one target of lockstep.config.ts, or development" },
    {
      flags: "--undo",
      description: "at an anomaly, take the last phase back and deploy that, where no value is lost by it",
    },
    { flags: "-y, --yes", description: "with --undo: do so without asking" },
  ],

  async run(invocation) {
    const { watchPlan } = await import("../watch-plan.js");
    return watchPlan(invocation);
  },
});
