import { optimiseLate } from "../../base/v8-flags.js";
import { defineCommand } from "../command.js";

export default defineCommand({
  name: "check",
  summary:
    "judge the migrations of a repository: new ones, all, or those that are named; needs no configuration and no database",
  arguments: [
    { name: "[files...]", description: "migrations, or SQL files; - reads SQL from stdin. Default: the new ones" },
  ],
  options: [
    {
      flags: "--base <ref>",
      description: "new are those that this branch does not have. Default: what the CI or the remote says",
    },
    { flags: "--all", description: "check every migration" },
    { flags: "--server <version>", description: "the oldest server that it runs on: 15, mysql:8.4, mariadb:11.4" },
    {
      flags: "--format <format>",
      description: "terminal, github, gitlab, junit, markdown or sarif. Default: terminal",
    },
    { flags: "--advice", description: "advise on choices that are often regretted" },
    {
      flags: "--fix",
      description: "write the safe way where it is mechanical within the file: CONCURRENTLY, NOT VALID and VALIDATE",
    },
    { flags: "--dry-run", description: "with --fix: show what would be written" },
    { flags: "--baseline <file>", description: "leave out what stands in it" },
    { flags: "--write-baseline <file>", description: "keep all that is found, so that only what is new is told of" },
    { flags: "--output <file>", description: "write the format into a file, and tell people on the terminal" },
  ],

  async run(invocation) {
    optimiseLate();
    const { runCheck } = await import("../run-check.js");
    return runCheck(invocation);
  },
});
