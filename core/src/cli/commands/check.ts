import { optimiseLate } from "../../base/v8-flags.js";
import { defineCommand } from "../command.js";

export default defineCommand({
  name: "check",
  summary: "report unsafe migrations; needs no database or config",
  arguments: [{ name: "[files...]", description: "migration or SQL files, - for stdin (default: new ones)" }],
  options: [
    {
      flags: "--base <ref>",
      description: "branch to compare with (default: from CI or the remote)",
    },
    { flags: "--all", description: "check every migration" },
    { flags: "--server <version>", description: "oldest server in use: 15, mysql:8.0.29, mariadb:11.4" },
    {
      flags: "--format <format>",
      description: "terminal, github, gitlab, junit, markdown or sarif",
    },
    { flags: "--advice", description: "also advise on types and names that teams often regret" },
    {
      flags: "--fix",
      description: "rewrite the file: CONCURRENTLY, NOT VALID and VALIDATE",
    },
    { flags: "--dry-run", description: "with --fix: print the diff, write nothing" },
    { flags: "--baseline <file>", description: "ignore the findings in this file" },
    { flags: "--write-baseline <file>", description: "save all findings, so that only new ones are reported" },
    { flags: "--output <file>", description: "write the format to a file, and text to the terminal" },
  ],

  async run(invocation) {
    optimiseLate();
    const { runCheck } = await import("../run-check.js");
    return runCheck(invocation);
  },
});
