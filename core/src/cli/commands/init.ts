import { resolve } from "node:path";
import type { FirstFiles } from "../../init/first-files.js";
import { defineCommand, type Invocation, type Workspace, writing } from "../command.js";

export default defineCommand({
  name: "init",
  summary: "set Lockstep up in this project",
  options: [
    { flags: "--dry-run", description: "show the changes, write nothing" },
    { flags: "-y, --yes", description: "write without asking" },
  ],

  async run(invocation) {
    const { options, io } = invocation;
    const { plugin, project, config } = await open(invocation);
    const { firstFiles } = await import("../../init/first-files.js");
    const { changes: planned, notes, byHand, missing } = await firstFiles(plugin, project, config);
    const [{ nextText, unformattedText }, { formatOnce }] = await Promise.all([
      import("../../review/terminal.js"),
      import("../../formatters/formatting.js"),
    ]);
    const { changes, unformatted } = await formatOnce(project.root, config.code?.format, planned);
    const next = nextWords({ missing, byHand }, plugin.words.develop);
    const ending = [
      ...notes,
      ...(unformatted === undefined ? [] : [unformattedText(unformatted, io.colors)]),
      ...(byHand === undefined ? [] : [byHand]),
      nextText(next, io.colors),
    ];
    const real = changes.filter((change) => change.before !== change.after);
    const json = {
      project: project.root,
      changed: real.map((change) => change.file),
      written: false,
      notes,
      ...(byHand === undefined ? {} : { byHand }),
      next,
    };
    // What is left to a person is not set up.
    const exitCode = byHand === undefined ? 0 : 1;
    if (real.length === 0) {
      const verdict =
        byHand === undefined ? "Lockstep is set up here already: nothing to change." : "Nothing was written.";
      return { json, exitCode, text: [verdict, ...ending].join("\n") };
    }

    const { dryRun } = await import("../../review/diff.js");
    const shown = dryRun(real, io.colors);
    if (options.dryRun === true)
      return {
        json: { ...json, ...shown.json },
        exitCode,
        text: [shown.text, "Nothing was written (--dry-run).", ...ending].join("\n"),
      };
    // Part of the question.
    io.err(shown.text);
    if (options.yes !== true && io.isInteractive && !(await io.confirm("Write these changes?")))
      return { json, exitCode: 1, text: "Nothing was written." };
    (await import("../../files/write-files.js")).writeFiles(project.root, real);
    const verdict = `Set up: ${real.map((change) => change.file).join(", ")}`;
    return { json: { ...json, written: true }, exitCode, text: [verdict, ...ending].join("\n") };
  },
});

/** The project, here or above; typed at the top of a workspace, that of the package that has one. */
async function open({ workspace, plugins, cwd, io, options }: Invocation): Promise<Workspace> {
  const use = writing({ options });
  try {
    return await workspace(use);
  } catch (error) {
    const { LockstepError } = await import("../../errors.js");
    if (!(error instanceof LockstepError) || (error.code !== "LS8001" && error.code !== "LS9061")) throw error;
    const { projectsBelow } = await import("../../init/find-below.js");
    const folders = await projectsBelow(plugins, cwd);
    const [only, second] = folders;
    if (only === undefined) throw error;
    if (second === undefined) {
      io.err(`The models are in ${only}: it is set up there.`);
      return workspace(use, resolve(cwd, only));
    }
    const answers = folders.map((folder) => ({ value: folder, label: folder }));
    const chosen = io.isInteractive ? await io.pick("Which package?", answers) : undefined;
    if (chosen !== undefined) return workspace(use, resolve(cwd, chosen));
    throw new LockstepError("LS8005", `Several packages of this workspace have models: ${folders.join(", ")}.`, {
      hint: folders.map((folder) => `npx lockstep --cwd ${folder} init`).join("\n       "),
    });
  }
}

/** What is to be done by hand first, in its order. */
function nextWords({ missing, byHand }: Pick<FirstFiles, "missing" | "byHand">, develop: string): string {
  const install = missing.length === 0 ? "" : `${missing.join(" && ")}.  Then: `;
  const write = byHand === undefined ? "" : "write what stands above, ";
  return `${install}${write}edit your model, then run ${develop} as always`;
}
