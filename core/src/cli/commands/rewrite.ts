import { defineCommand } from "../command.js";

export default defineCommand({
  name: "rewrite",
  summary: "make a plan of a migration that was written by hand and has not run yet",
  arguments: [{ name: "<file>", description: "the migration, as it stands in the migrations folder" }],
  options: [
    { flags: "--not-applied", description: "say that it has run on no database that cannot be asked" },
    { flags: "--dry-run", description: "show the plan and the changes, write nothing" },
  ],

  async run(invocation) {
    const { rewriteMigration } = await import("../rewrite-migration.js");
    return rewriteMigration(invocation, invocation.arguments[0] ?? "");
  },
});
