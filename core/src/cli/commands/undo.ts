import { defineCommand, writing } from "../command.js";

export default defineCommand({
  name: "undo",
  summary: "revert the last released phase",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [
    { flags: "-y, --yes", description: "do not prompt before the column's values are lost" },
    { flags: "--dry-run", description: "list the changes, write nothing (--json: with the diff)" },
  ],

  async run(invocation) {
    const [{ planOf }, { previousPhase }, { takeBack }] = await Promise.all([
      import("../plan-of.js"),
      import("../../plan/next-phase.js"),
      import("../take-back.js"),
    ]);
    const { project } = await invocation.workspace(writing(invocation));
    const plan = planOf(invocation, project.root, "undo");
    return takeBack({ invocation, plan, command: "undo", to: previousPhase(plan) ?? "undone" });
  },
});
