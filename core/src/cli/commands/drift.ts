import { defineCommand } from "../command.js";

export default defineCommand({
  name: "drift",
  endsItself: true,
  summary: "what targets have that their migrations do not make, and the other way round; nothing is changed",
  options: [
    { flags: "--target <name>", description: "one target of lockstep.config.ts, or development" },
    { flags: "--stage-url <url>", description: "a server where databases may be made, instead of one of our own" },
  ],

  async run(invocation) {
    const { lookForDrift } = await import("../look-for-drift.js");
    return lookForDrift(invocation);
  },
});
