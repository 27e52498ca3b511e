import { codeOptions } from "../code-options.js";
import { defineCommand, textOption, writing } from "../command.js";

export default defineCommand({
  name: "code",
  summary: "edit and list the code that a new column needs",
  arguments: [{ name: "[plan-or-column]", description: "plan or Model.field (default: open plan or newest column)" }],
  options: [
    ...codeOptions,
    { flags: "--explain <place>", description: "explain why file:line is or is not listed; edits nothing" },
    { flags: "--all", description: "list all places to edit, including unlikely ones" },
    { flags: "--dry-run", description: "print the edits as a diff, write nothing" },
    { flags: "--format <format>", description: "text, or markdown (a checklist for a pull request)" },
  ],

  async run(invocation) {
    const place = textOption(invocation, "explain");
    const { project, plugin } = await invocation.workspace(place === undefined ? writing(invocation) : "look");
    const { chooseCodeWork } = await import("../choose-column.js");
    const work = await chooseCodeWork(invocation.arguments[0], project, plugin);
    const { plan, command, keep } = work;
    if (place !== undefined) {
      const { explainPlace } = await import("../explain-place.js");
      return explainPlace({ place, plan, command, invocation, hasPlan: keep === undefined });
    }
    const [{ makeEdits }, { unlessCancelled }] = await Promise.all([
      import("../make-edits.js"),
      import("../choose-places.js"),
    ]);
    return unlessCancelled(() => makeEdits(invocation, work), { io: invocation.io, again: command });
  },
});
