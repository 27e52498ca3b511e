import { defineCommand } from "../command.js";

export default defineCommand({
  name: "online run",
  endsItself: true,
  summary: "copy large MySQL and MariaDB tables without blocking writes",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [
    { flags: "--target <name>", description: "target from lockstep.config.ts, or development" },
    { flags: "--tool <name>", description: "pt-osc (default) or gh-ost" },
    { flags: "--max-lag <seconds>", description: "pause while a replica lags more than this (default 1)" },
    { flags: "--chunk-time <ms>", description: "target duration of one chunk (default 100)" },
    {
      flags: "--allow-foreign-keys",
      description: "drop and re-create foreign keys that reference the table",
    },
    { flags: "--without-replicas", description: "there are no replicas; skip the check for them" },
    { flags: "--clean-up", description: "first remove leftovers of a killed run" },
    { flags: "--progress-json", description: "print progress as JSON lines on stderr" },
    { flags: "--dry-run", description: "run all checks and the tool's dry run, change nothing" },
  ],

  async run(invocation) {
    const { copyTables } = await import("../copy-tables.js");
    return copyTables(invocation);
  },
});
