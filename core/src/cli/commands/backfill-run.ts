import { defineCommand } from "../command.js";
import { optionList } from "../run-options.js";

export default defineCommand({
  name: "backfill run",
  endsItself: true,
  summary: "fill existing rows in batches; can be stopped and resumed",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [
    { flags: "--target <name>", description: "one target of lockstep.config.ts, or development" },
    {
      flags: "--part <i/n>",
      description: "fill every n-th target, starting at the i-th: 0/4, 1/4",
    },
    { flags: "--workers <n>", description: "number of sessions (default 1, or 2 on an idle server)" },
    {
      flags: "--estimate",
      description: "estimate time and side effects; rolls back test batches",
    },
    { flags: "--join", description: "share the work with other running processes" },
    ...optionList(),
    { flags: "--progress-json", description: "print progress as JSON lines on stderr" },
    { flags: "--allow-triggers", description: "let the table's own triggers fire for each filled row" },
    { flags: "--fill-nulls", description: "fill NULLs in optional columns, even intended ones" },
    { flags: "--keep-nulls", description: "keep NULLs in optional columns and finish the backfill" },
  ],

  async run(invocation) {
    const { runBackfills } = await import("../run-backfills.js");
    return runBackfills(invocation);
  },
});
