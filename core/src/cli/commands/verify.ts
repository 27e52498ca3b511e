import { defineCommand } from "../command.js";

export default defineCommand({
  name: "verify",
  summary: "ask the gate of the next phase where the target is reachable, and write the answers for next --evidence",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "--target <name>", description: "the target to ask; may be left out where there is one" },
    { flags: "--out <file>", description: "where the answers go (default: evidence.json)" },
  ],

  async run(invocation) {
    const { verifyGates } = await import("../verify-gates.js");
    return verifyGates(invocation);
  },
});
