import { defineCommand } from "../command.js";
import { optionList } from "../run-options.js";

export default defineCommand({
  name: "backfill run",
  endsItself: true,
  summary: "fill the rows that exist, in batches; stop and go on at any time",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "--target <name>", description: "one target of lockstep.config.ts, or development" },
    {
      flags: "--part <i/n>",
      description: "of many targets, only every n-th, from the i-th on (a pod of n: 0/n, 1/n, …)",
    },
    { flags: "--workers <n>", description: "so many sessions share the work (default 1, at most 64)" },
    {
      flags: "--estimate",
      description: "what it would take, and what it sets off; some batches are tried and rolled back",
    },
    { flags: "--join", description: "another process may be at it: work with it" },
    ...optionList(),
    { flags: "--progress-json", description: "progress as lines of JSON on stderr" },
    { flags: "--allow-triggers", description: "your own triggers may fire for every filled row" },
    { flags: "--fill-nulls", description: "optional columns: fill rows that code may have left empty on purpose, too" },
    { flags: "--keep-nulls", description: "optional columns: leave such rows, and count the backfill as done" },
  ],

  async run(invocation) {
    const { runBackfills } = await import("../run-backfills.js");
    return runBackfills(invocation);
  },
});
