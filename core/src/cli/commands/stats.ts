import { defineCommand } from "../command.js";

export default defineCommand({
  name: "stats",
  aliases: ["stats pull"],
  summary: "save table sizes and traffic of a target for `rehearse`",
  options: [{ flags: "--target <name>", description: "target to read; optional if there is one" }],

  async run(invocation) {
    const { pullStats } = await import("../pull-stats.js");
    return pullStats(invocation);
  },
});
