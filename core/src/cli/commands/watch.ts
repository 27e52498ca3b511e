import { defineCommand } from "../command.js";

export default defineCommand({
  name: "watch",
  endsItself: true,
  summary: "watch a deployment or backfill, stop at the first anomaly",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [
    { flags: "--for <time>", description: "how long to watch (default 30min)" },
    { flags: "--every <time>", description: "interval between measurements (default 15s)" },
    { flags: "--baseline <looks>", description: "measurements that form the baseline (default 5)" },
    { flags: "--target <name>", description: "target from lockstep.config.ts, or development" },
    {
      flags: "--undo",
      description: "after an anomaly, revert and redeploy if no data is lost",
    },
    { flags: "-y, --yes", description: "with --undo: do not prompt" },
  ],

  async run(invocation) {
    const { watchPlan } = await import("../watch-plan.js");
    return watchPlan(invocation);
  },
});
