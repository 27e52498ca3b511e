import { defineCommand } from "../command.js";

export default defineCommand({
  name: "announce",
  summary: "say which plans a service's build has, at the end of its deployment",
  arguments: [{ name: "<service>", description: "one of services in lockstep.config.ts" }],
  options: [
    {
      flags: "--target <name>",
      description: "the target that the build writes to; may be left out where there is one",
    },
    {
      flags: "--build <id>",
      description: "the build: a commit, a tag, or a name that ends with a commit (default: HEAD)",
    },
    { flags: "--from-checkout", description: "state that a build whose name is no commit was made from this checkout" },
    {
      flags: "--write <file>",
      description: "for a heartbeat: write what the build needs to say it itself, and say nothing",
    },
  ],

  async run(invocation) {
    const { announceService } = await import("../announce-service.js");
    return announceService(invocation);
  },
});
