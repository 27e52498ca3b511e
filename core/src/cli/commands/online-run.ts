import { defineCommand } from "../command.js";

export default defineCommand({
  name: "online run",
  endsItself: true,
  summary: "copy tables of MySQL and MariaDB while writes go on, where the server itself would stop them",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "--target <name>", description: "one target of lockstep.config.ts, or development" },
    { flags: "--tool <name>", description: "pt-osc (default) or gh-ost" },
    { flags: "--max-lag <seconds>", description: "pause while a replica is further behind (default 1)" },
    { flags: "--chunk-time <ms>", description: "how long a chunk should hold its rows (default 100)" },
    {
      flags: "--allow-foreign-keys",
      description: "foreign keys that lead to the table may be dropped and added again",
    },
    { flags: "--without-replicas", description: "there are no replicas: where the account may not look for them" },
    { flags: "--clean-up", description: "first take away what a run that was killed has left" },
    { flags: "--progress-json", description: "progress as lines of JSON on stderr" },
    { flags: "--dry-run", description: "look at everything, let the tool look too, and change nothing" },
  ],

  async run(invocation) {
    const { copyTables } = await import("../copy-tables.js");
    return copyTables(invocation);
  },
});
