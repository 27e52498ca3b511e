import { defineCommand, writing } from "../command.js";

export default defineCommand({
  name: "abandon",
  summary: "cancel a plan and revert its schema and code changes",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [
    { flags: "-y, --yes", description: "do not prompt before the column's values are lost" },
    { flags: "--dry-run", description: "list the changes, write nothing (--json: with the diff)" },
  ],

  async run(invocation) {
    const [{ planOf }, { takeBack }, { isNowhereApplied }] = await Promise.all([
      import("../plan-of.js"),
      import("../take-back.js"),
      import("../nowhere-applied.js"),
    ]);
    const workspace = await invocation.workspace(writing(invocation));
    const plan = planOf(invocation, workspace.project.root, "abandon");
    const removesMigrations =
      plan.state.released !== "undone" && (await isNowhereApplied(plan.state.written, workspace, invocation.io));
    return takeBack({ invocation, plan, command: "abandon", to: "undone", removesMigrations });
  },
});
