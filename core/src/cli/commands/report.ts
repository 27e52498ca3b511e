import { defineCommand } from "../command.js";

export default defineCommand({
  name: "report",
  summary: "write a one-page report about a plan",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [
    { flags: "--format <format>", description: "html or markdown (default: html)" },
    { flags: "--target <name>", description: "include the plan's state and gates on this target" },
    {
      flags: "--out <file>",
      description: "output file (default: lockstep/<plan>/report.html)",
    },
  ],

  async run(invocation) {
    const { reportPlan } = await import("../report-plan.js");
    return reportPlan(invocation);
  },
});
