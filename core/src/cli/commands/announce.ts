import { defineCommand } from "../command.js";

export default defineCommand({
  name: "announce",
  summary: "record which build of a service is deployed",
  arguments: [{ name: "<service>", description: "service from lockstep.config.ts" }],
  options: [
    {
      flags: "--target <name>",
      description: "target the build writes to; optional if there is one",
    },
    {
      flags: "--build <id>",
      description: "commit, tag, or name ending in a commit (default: HEAD)",
    },
    { flags: "--from-checkout", description: "the build was made from this checkout" },
    {
      flags: "--write <file>",
      description: "write heartbeat data for the build, record nothing",
    },
  ],

  async run(invocation) {
    const { announceService } = await import("../announce-service.js");
    return announceService(invocation);
  },
});
