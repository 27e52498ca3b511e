import { defineCommand } from "../command.js";

export default defineCommand({
  name: "rehearse",
  endsItself: true,
  summary: "run a plan on a scratch database under load",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [
    { flags: "--scale <share>", description: "share of production's rows (default: at most 1,000,000)" },
    { flags: "--rows <n>", description: "rows of tables not in stats.json (default 100000)" },
    { flags: "--rate <n>", description: "requests per second (default 100)" },
    { flags: "--from <file>", description: "plain-text dump of the schema before the plan" },
    { flags: "--url <url>", description: "database to copy with its rows; needs no other sessions" },
    { flags: "--stage-url <url>", description: "server for the scratch database (default: a local one)" },
    { flags: "--replica", description: "add a streaming replica and measure its lag" },
  ],

  async run(invocation) {
    const { rehearsePlan } = await import("../rehearse-plan.js");
    return rehearsePlan(invocation);
  },
});
