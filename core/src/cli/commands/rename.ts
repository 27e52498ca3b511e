import { defineCommand } from "../command.js";

export default defineCommand({
  name: "rename",
  summary: "rename a field in model and code, keep its column",
  arguments: [
    { name: "<field>", description: "Model.field" },
    { name: "<new-name>", description: "new name of the field" },
  ],
  options: [{ flags: "--dry-run", description: "print the edits as a diff, write nothing" }],

  async run(invocation) {
    const { renameInProject } = await import("../rename-in-project.js");
    return renameInProject(invocation);
  },
});
