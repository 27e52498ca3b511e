import { codeOptions } from "../code-options.js";
import { defineCommand, textOption, writing } from "../command.js";

export default defineCommand({
  name: "code",
  summary:
    "make the code edits of the current phase that are still missing, choose among the places that may follow, and list the rest; of a column without a plan: find the code that may need it",
  arguments: [
    { name: "[plan-or-column]", description: "a plan, or Model.field; default: the open plan, else the newest column" },
  ],
  options: [
    ...codeOptions,
    { flags: "--explain <place>", description: "why the place at file:line is or is not offered; nothing is edited" },
    { flags: "--all", description: "list possible places, and those with little evidence, in full" },
    { flags: "--dry-run", description: "show the edits as a diff, write nothing" },
    { flags: "--format <format>", description: "text, or markdown: a checklist for the pull request's description" },
  ],

  async run(invocation) {
    const place = textOption(invocation, "explain");
    const { project, plugin } = await invocation.workspace(place === undefined ? writing(invocation) : "look");
    const { chooseCodeWork } = await import("../choose-column.js");
    const work = await chooseCodeWork(invocation.arguments[0], project, plugin);
    const { plan, command } = work;
    if (place !== undefined) {
      const { explainPlace } = await import("../explain-place.js");
      return explainPlace({ place, plan, command, invocation });
    }
    const [{ makeEdits }, { unlessCancelled }] = await Promise.all([
      import("../make-edits.js"),
      import("../choose-places.js"),
    ]);
    return unlessCancelled(() => makeEdits(invocation, work), { io: invocation.io, again: command });
  },
});
