import type { OrmPlugin, Project } from "../../plugin.js";
import { defineCommand, writing } from "../command.js";

export default defineCommand({
  name: "init",
  summary: "set Lockstep up in this project",
  options: [
    { flags: "--dry-run", description: "show the changes, write nothing" },
    { flags: "-y, --yes", description: "write without asking" },
  ],

  async run({ options, io, workspace }) {
    const { plugin, project, config } = await workspace(writing({ options }));
    const { changes: planned, notes: own } = await plugin.initialise(project);
    const [{ nextText, unformattedText }, { formatOnce }] = await Promise.all([
      import("../../review/terminal.js"),
      import("../../formatters/formatting.js"),
    ]);
    const { changes, unformatted } = await formatOnce(project.root, config.code?.format, planned);
    const notes = [
      ...own,
      ...(unformatted === undefined ? [] : [unformattedText(unformatted, io.colors)]),
      ...(await notesOnRoots(project, plugin, config.code?.roots)),
    ];
    const real = changes.filter((change) => change.before !== change.after);
    const json = { project: project.root, changed: real.map((change) => change.file), written: false, notes };
    const next = nextText(`edit your model, then run ${plugin.words.develop} as always`, io.colors);
    if (real.length === 0)
      return {
        json,
        exitCode: 0,
        text: ["Lockstep is set up here already: nothing to change.", ...notes, next].join("\n"),
      };

    const { dryRun } = await import("../../review/diff.js");
    const shown = dryRun(real, io.colors);
    if (options.dryRun === true)
      return {
        json: { ...json, ...shown.json },
        exitCode: 0,
        text: [shown.text, "Nothing was written (--dry-run).", ...notes, next].join("\n"),
      };
    // Part of the question.
    io.err(shown.text);
    if (options.yes !== true && io.isInteractive && !(await io.confirm("Write these changes?")))
      return { json, exitCode: 1, text: "Nothing was written." };
    (await import("../../files/write-files.js")).writeFiles(project.root, real);
    const verdict = `Set up: ${real.map((change) => change.file).join(", ")}`;
    return { json: { ...json, written: true }, exitCode: 0, text: [verdict, ...notes, next].join("\n") };
  },
});

/** In a workspace: which of its packages use the models, and what to write so that they are read too. */
async function notesOnRoots(project: Project, plugin: OrmPlugin, roots: readonly string[] = []) {
  const { rootsSetting, unreadPackages } = await import("../../codemods/resolution/unread-packages.js");
  // Models that cannot be read are the next command's to tell.
  const models = await plugin.readModels(project).catch(() => []);
  const unread = await unreadPackages(project.root, roots, models);
  if (unread.length === 0) return [];
  return [
    `${unread.join(", ")}: code there uses the models. So that it is edited too, write in lockstep.config.ts: ${rootsSetting(roots, unread)}`,
  ];
}
