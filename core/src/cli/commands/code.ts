import { codeGlobs } from "../../config/code-globs.js";
import { defineCommand } from "../command.js";

export default defineCommand({
  name: "code",
  summary: "make the code edits of the current phase that are still missing, and list what is for a person",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [{ flags: "--dry-run", description: "show the edits as a diff, write nothing" }],

  async run({ arguments: [id], options, io, workspace }) {
    const { project, plugin, config } = await workspace();
    const [
      { choosePlan, listPlans },
      { refreshCode },
      terminal,
      { diffText },
      { writeFiles },
      { columns },
      { commandFor },
    ] = await Promise.all([
      import("../../plan/store.js"),
      import("../../release/refresh-code.js"),
      import("../../review/terminal.js"),
      import("../../review/diff.js"),
      import("../../files/write-files.js"),
      import("../../review/columns.js"),
      import("../../review/words.js"),
    ]);
    const plan = choosePlan(project.root, id);
    const result = await refreshCode({ plan, project, plugin, code: codeGlobs(config) });
    const command = commandFor("code", plan, listPlans(project.root));
    const isDry = options.dryRun === true;
    if (isDry) io.err(diffText(result.codeChanges, io.colors));
    else writeFiles(project.root, result.changes);
    const { places } = result.plan.state;
    const list =
      places.length === 0
        ? []
        : [
            columns(
              places.map((place) => [place.kind, `${place.file}:${place.line}`, `${place.what} — ${place.reason}`]),
            ),
          ];
    const verdict =
      result.made.length === 0
        ? plan.state.released === "undone"
          ? "This plan was undone: it has no code edits."
          : "All code edits of this phase are made."
        : isDry
          ? `To be made (--dry-run): ${result.made.length}`
          : terminal.editsText({ edits: result.made, places: [], command }, io.colors);
    const waiting = places.some((place) => place.kind === "required");
    return {
      text: [
        verdict,
        ...list,
        terminal.nextText(waiting ? `edit the required places, then ${command}` : "npx lockstep status", io.colors),
      ].join("\n"),
      json: { plan: plan.id, edits: result.made, places },
      exitCode: waiting ? 1 : 0,
    };
  },
});
