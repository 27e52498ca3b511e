import { defineCommand, writing } from "../command.js";

export default defineCommand({
  name: "abandon",
  summary: "take a plan back altogether, from any phase, in database, model and code",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "-y, --yes", description: "lose the column's values without asking" },
    { flags: "--dry-run", description: "show the changes, write nothing" },
  ],

  async run(invocation) {
    const [{ choosePlan }, { takeBack }, { isNowhereApplied }] = await Promise.all([
      import("../../plan/store.js"),
      import("../take-back.js"),
      import("../nowhere-applied.js"),
    ]);
    const workspace = await invocation.workspace(writing(invocation));
    const plan = choosePlan(workspace.project.root, invocation.arguments[0], "abandon");
    const removesMigrations =
      plan.state.released !== "undone" && (await isNowhereApplied(plan, workspace, invocation.io));
    return takeBack({ invocation, plan, command: "abandon", to: "undone", removesMigrations });
  },
});
