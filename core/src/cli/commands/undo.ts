import { defineCommand, writing } from "../command.js";

export default defineCommand({
  name: "undo",
  summary: "take the last released phase back: contract to switch, switch to expand, expand to nothing",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "-y, --yes", description: "lose the column's values without asking, where expand is taken back" },
    { flags: "--dry-run", description: "show the changes, write nothing" },
  ],

  async run(invocation) {
    const [{ choosePlan }, { previousPhase }, { takeBack }] = await Promise.all([
      import("../../plan/store.js"),
      import("../../plan/next-phase.js"),
      import("../take-back.js"),
    ]);
    const { project } = await invocation.workspace(writing(invocation));
    const plan = choosePlan(project.root, invocation.arguments[0], "undo");
    return takeBack({ invocation, plan, command: "undo", to: previousPhase(plan) ?? "undone" });
  },
});
