import { codeGlobs } from "../../config/code-globs.js";
import { defineCommand } from "../command.js";

export default defineCommand({
  name: "undo",
  summary: "take a plan back, until its contract is written: a forward migration, the model and the code",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "-y, --yes", description: "lose the column's values without asking" },
    { flags: "--dry-run", description: "show the changes, write nothing" },
  ],

  async run({ arguments: [id], options, io, workspace }) {
    const { project, plugin, config } = await workspace();
    const [
      { LockstepError },
      store,
      { refuseLostSources },
      { preparePhase },
      { writeFiles },
      terminal,
      words,
      { nextStep },
      { timestampOf },
      { diffText },
    ] = await Promise.all([
      import("../../errors.js"),
      import("../../plan/store.js"),
      import("../../plan/guard-sources.js"),
      import("../../release/prepare-phase.js"),
      import("../../files/write-files.js"),
      import("../../review/terminal.js"),
      import("../../review/words.js"),
      import("../../review/next-step.js"),
      import("../../release/timestamps.js"),
      import("../../review/diff.js"),
    ]);
    const plan = store.choosePlan(project.root, id);
    store.verifyUnits(project.root, plan);
    if (plan.state.released === "undone" || plan.state.released === "contract")
      throw new LockstepError(
        "LS3008",
        `Plan ${plan.id} ${plan.state.released === "undone" ? "is undone already" : "has its contract written: undo takes back plans up to switch"}.`,
        {
          hint:
            plan.state.released === "contract"
              ? `Remove the field from the model, then ${plugin.words.develop}`
              : "npx lockstep status",
        },
      );
    for (const other of store.listPlans(project.root).filter((each) => each.id !== plan.id && store.isOpen(each)))
      refuseLostSources(
        plan.columns.map(({ table, name }) => ({
          kind: "dropColumn",
          table,
          column: name,
          statement: 0,
          line: 0,
          sql: `undo of ${plan.id}`,
        })),
        other.columns,
        other.id,
      );
    const lost = plan.columns.map(words.columnLabel).join(", ");
    const warning = `The values in ${lost} are lost where the undo is applied; nothing else is.`;
    const prepared = await preparePhase({
      plan,
      project,
      plugin,
      phase: "undo",
      timestamp: timestampOf(io.now()),
      code: codeGlobs(config),
    });
    const json = {
      plan: plan.id,
      lost: plan.columns.map(words.columnLabel),
      files: prepared.changes.map((change) => change.file),
      written: false,
    };
    if (options.dryRun === true) {
      io.err(
        diffText(
          prepared.changes.filter((change) => !change.file.startsWith("lockstep/")),
          io.colors,
        ),
      );
      return {
        text: `${warning}\nNothing was written (--dry-run).\n${terminal.nextText(`npx lockstep undo ${plan.id}`, io.colors)}`,
        json,
        exitCode: 0,
      };
    }
    if (options.yes !== true) {
      if (!io.isInteractive)
        throw new LockstepError("LS8005", `${warning} Say yes to that with a flag.`, {
          hint: `npx lockstep undo ${plan.id} --yes`,
        });
      if (!(await io.confirm(`${warning} Write the undo?`))) return { text: "Nothing was written.", json, exitCode: 1 };
    }
    writeFiles(project.root, prepared.changes);
    const { colors } = io;
    return {
      json: { ...json, written: true },
      exitCode: 0,
      text: [
        `Undo of ${colors.bold(plan.id)} is written. ${colors.yellow(warning)}`,
        ...prepared.migrations.map(({ name, unit }) => `  ${name}   ${unit.unit.title}`),
        terminal.editsText(prepared.edits, prepared.places, colors, "taken back"),
        terminal.nextText(nextStep(prepared.plan, plugin.words), colors),
      ]
        .filter((line) => line !== "")
        .join("\n"),
    };
  },
});
