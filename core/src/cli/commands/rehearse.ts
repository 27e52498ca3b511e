import { defineCommand } from "../command.js";

export default defineCommand({
  name: "rehearse",
  endsItself: true,
  summary:
    "run the plan on a database of its own beside traffic: what waits, what is locked, what the migration alone would do",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "--scale <share>", description: "of production's rows (default 1, or as many as make 1 000 000 in all)" },
    { flags: "--rows <n>", description: "of a table that lockstep/stats.json does not know (default 100000)" },
    { flags: "--rate <n>", description: "requests a second (default 100)" },
    { flags: "--from <file>", description: "a dump with the schema before the plan, as text, with rows or without" },
    { flags: "--url <url>", description: "a database to copy, with its rows: nobody may be connected to it" },
    { flags: "--stage-url <url>", description: "a server where databases may be made, instead of one of our own" },
    { flags: "--replica", description: "with a streaming replica, whose lag is measured" },
  ],

  async run(invocation) {
    const { rehearsePlan } = await import("../rehearse-plan.js");
    return rehearsePlan(invocation);
  },
});
