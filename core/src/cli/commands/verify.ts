import { defineCommand } from "../command.js";

export default defineCommand({
  name: "verify",
  summary: "check the next gate in CI and save the evidence for `next`",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [
    { flags: "--target <name>", description: "target to check; optional if there is one" },
    { flags: "--out <file>", description: "output file (default: evidence.json)" },
  ],

  async run(invocation) {
    const { verifyGates } = await import("../verify-gates.js");
    return verifyGates(invocation);
  },
});
