import { defineCommand } from "../command.js";

export default defineCommand({
  name: "rewrite",
  summary: "turn a hand-written migration into a plan",
  arguments: [{ name: "<file>", description: "path of the migration, which has not run yet" }],
  options: [
    { flags: "--not-applied", description: "confirm that it has not run on unreachable databases" },
    { flags: "--dry-run", description: "print the plan and the diff, write nothing" },
  ],

  async run(invocation) {
    const { rewriteMigration } = await import("../rewrite-migration.js");
    return rewriteMigration(invocation, invocation.arguments[0] ?? "");
  },
});
