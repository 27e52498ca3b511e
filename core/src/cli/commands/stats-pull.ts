import { defineCommand } from "../command.js";

export default defineCommand({
  name: "stats pull",
  summary:
    "keep how large a target's tables are, how their values are spread and what runs there, in lockstep/stats.json",
  options: [{ flags: "--target <name>", description: "the target to read; may be left out where there is one" }],

  async run(invocation) {
    const { pullStats } = await import("../pull-stats.js");
    return pullStats(invocation);
  },
});
