import { defineCommand } from "../command.js";

export default defineCommand({
  name: "drift",
  endsItself: true,
  summary: "compare each target's schema with the migrations",
  options: [
    { flags: "--target <name>", description: "target from lockstep.config.ts, or development" },
    { flags: "--stage-url <url>", description: "server for the scratch database (default: a local one)" },
  ],

  async run(invocation) {
    const { lookForDrift } = await import("../look-for-drift.js");
    return lookForDrift(invocation);
  },
});
