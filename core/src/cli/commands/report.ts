import { defineCommand } from "../command.js";

export default defineCommand({
  name: "report",
  summary: "one page about a plan for those who decide: timeline, locks, stalls, code edits, gates, the way back",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "--format <format>", description: "html or markdown. Default: html" },
    { flags: "--target <name>", description: "ask this target where the plan stands, and its gates" },
    {
      flags: "--out <file>",
      description: "where it goes (default: lockstep/<plan>/report.html; Markdown: printed)",
    },
  ],

  async run(invocation) {
    const { reportPlan } = await import("../report-plan.js");
    return reportPlan(invocation);
  },
});
