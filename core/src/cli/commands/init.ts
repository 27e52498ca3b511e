import { join, resolve } from "node:path";
import type { AgentFiles } from "../../operate/init/agent-files.js";
import type { FirstFiles } from "../../operate/init/first-files.js";
import { defineCommand, type Invocation, type Workspace, writing } from "../command.js";

export default defineCommand({
  name: "init",
  summary: "set up Lockstep in this project",
  options: [
    { flags: "--dry-run", description: "print the changes as a diff, write nothing" },
    { flags: "-y, --yes", description: "install and write without a prompt" },
    { flags: "--agents", description: "also write instructions for coding agents" },
    { flags: "--no-install", description: "print the install command instead of running it" },
  ],

  async run(invocation) {
    const { options, io } = invocation;
    const { plugin, project, config } = await open(invocation);
    const [{ firstFiles }, { nextText, unformattedText }, { formatOnce }, agents] = await Promise.all([
      import("../../operate/init/first-files.js"),
      import("../../review/terminal.js"),
      import("../../code/formatters/formatting.js"),
      forAgents(project.root, options.agents === true),
    ]);
    const { changes: planned, notes, byHand, missing } = await firstFiles(plugin, project, config);
    const { changes, unformatted } = await formatOnce(project.root, config.code?.format, planned);
    const real = [...changes, ...agents.changes].filter((change) => change.before !== change.after);
    // Install nothing without consent.
    const isAsked = options.yes !== true && io.isInteractive;
    const added = options.install === false || (options.yes !== true && !isAsked) ? [] : missing;
    const answer = (left: FirstFiles["missing"]) => {
      const next = nextWords({ missing: left, byHand }, plugin.words.develop);
      return {
        ending: [
          ...notes,
          ...agents.notes,
          ...(unformatted === undefined ? [] : [unformattedText(unformatted, io.colors)]),
          ...(byHand === undefined ? [] : [byHand]),
          nextText(next, io.colors),
        ],
        json: {
          project: project.root,
          changed: real.map((change) => change.file),
          written: false,
          installed: [] as readonly string[],
          notes: [...notes, ...agents.notes],
          ...(byHand === undefined ? {} : { byHand }),
          next,
        },
        // Manual steps are left, so the setup is incomplete.
        exitCode: byHand === undefined ? (0 as const) : (1 as const),
      };
    };
    const { ending, json, exitCode } = answer(missing);
    const idle = byHand === undefined ? "Lockstep is set up here already: nothing to change." : "Nothing was written.";
    if (real.length === 0 && added.length === 0) return { json, exitCode, text: [idle, ...ending].join("\n") };
    const { dryRun } = await import("../dry-run.js");
    const shown = dryRun(real, project.root, io.colors);
    if (options.dryRun === true)
      return {
        json: { ...json, ...shown.json },
        exitCode,
        patch: shown.patch,
        text: ["Nothing was written (--dry-run).", ...ending].join("\n"),
      };
    // The diff is part of the prompt.
    if (real.length > 0 && isAsked) io.err(shown.patch.trimEnd());
    if (isAsked && !(await io.confirm(question(real.length > 0, added))))
      return { json, exitCode: 1, text: "Nothing was written." };
    // Install first, because the new files import these packages.
    const { install } = await import("../../operate/init/install.js");
    const say = (command: string) => io.err(`Running ${command}`);
    const { installed, failed } = await install(project.root, added, io.env, say);
    const left = missing.filter(({ name }) => !installed.includes(name));
    const done = answer(left);
    const verdict = installed.length === 0 ? [] : [`Installed: ${installed.join(", ")}`];
    if (failed !== undefined) {
      const next = `${commandsOf(left)}\nnpx lockstep init`;
      const nothing = `No file was written: ${failed.command} failed.`;
      return {
        json: { ...done.json, installed, next },
        exitCode: 3,
        text: [failed.why, ...verdict, nothing, nextText(next, io.colors)].join("\n"),
      };
    }
    await write(project.root, changes, agents);
    if (real.length > 0) verdict.push(`Set up: ${real.map((change) => change.file).join(", ")}`);
    return {
      json: { ...done.json, written: true, installed },
      exitCode,
      text: [...verdict, ...done.ending].join("\n"),
    };
  },
});

/** The guide for coding agents. If it is not requested but agents work here, a note about it. */
async function forAgents(root: string, isAskedFor: boolean): Promise<AgentFiles> {
  const { agentFiles, lacksAgentFiles } = await import("../../operate/init/agent-files.js");
  if (isAskedFor) return agentFiles(root);
  const hint = "This repository has files for coding agents. To add a guide to Lockstep: npx lockstep init --agents";
  return { top: root, changes: [], notes: lacksAgentFiles(root) ? [hint] : [] };
}

/** Writes the guide separately, because plans may not write there. A repeated command writes what is missing. */
async function write(root: string, changes: FirstFiles["changes"], agents: AgentFiles): Promise<void> {
  const { replaceFile, writeFiles } = await import("../../base/files/write-files.js");
  writeFiles(root, changes);
  for (const { file, after = "" } of agents.changes) replaceFile(join(agents.top, file), after);
}

/** Opens the project here or above. At the top of a workspace, opens the project of a package. */
async function open({ workspace, plugins, cwd, io, options }: Invocation): Promise<Workspace> {
  const use = writing({ options });
  try {
    return await workspace(use, cwd, true);
  } catch (error) {
    const { LockstepError } = await import("../../base/errors.js");
    if (!(error instanceof LockstepError) || (error.code !== "LS8001" && error.code !== "LS9061")) throw error;
    const { projectsBelow } = await import("../../operate/init/find-below.js");
    const folders = await projectsBelow(plugins, cwd);
    const [only, second] = folders;
    if (only === undefined) throw error;
    if (second === undefined) {
      io.err(`The models are in ${only}: Lockstep is set up there.`);
      // The setup commands must run there, too.
      io.speakOf(resolve(cwd, only));
      return workspace(use, resolve(cwd, only), true);
    }
    const answers = folders.map((folder) => ({ value: folder, label: folder }));
    const chosen = io.isInteractive ? await io.pick("Which package?", answers) : undefined;
    if (chosen !== undefined) return workspace(use, resolve(cwd, chosen), true);
    throw new LockstepError("LS8005", `Several packages of this workspace have models: ${folders.join(", ")}.`, {
      hint: folders.map((folder) => `npx lockstep --cwd ${folder} init`).join("\n       "),
    });
  }
}

function question(isWritten: boolean, added: FirstFiles["missing"]): string {
  if (added.length === 0) return "Write these changes?";
  const names = added.map(({ name }) => name).join(" and ");
  return isWritten ? `Install ${names}, and write these changes?` : `Install ${names}?`;
}

const commandsOf = (packages: FirstFiles["missing"]): string =>
  packages.map(({ name, kind }) => `npm install --save-${kind} ${name}`).join(" && ");

/** The next steps, manual ones first. */
function nextWords({ missing, byHand }: Pick<FirstFiles, "missing" | "byHand">, develop: string): string {
  return [
    ...(missing.length === 0 ? [] : [commandsOf(missing)]),
    ...(byHand === undefined ? [] : ["Add the lines listed above."]),
    `${develop}   # as always, after you edit your model`,
  ].join("\n");
}
