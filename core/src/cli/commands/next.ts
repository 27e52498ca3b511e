import { codeSettings } from "../../config/code-settings.js";
import type { Plan } from "../../model/index.js";
import { columns } from "../../review/columns.js";
import { codeOptions } from "../code-options.js";
import {
  type CommandResult,
  defineCommand,
  type Invocation,
  sameCommand,
  textOption,
  type Workspace,
} from "../command.js";
import type { OpenWriteSites } from "../write-sites.js";

export default defineCommand({
  name: "next",
  summary: "check the gate of the next phase on every target, then write its migrations and code edits",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "--target <name>", description: "ask this target only" },
    { flags: "--pace <pace>", description: "careful or brisk, while only expand is released" },
    { flags: "--confirm <gate...>", description: "confirm what no query can tell: writers-aware, reads-steady" },
    { flags: "--by <who>", description: "who confirms, for the record (default: git's user.email, or the login)" },
    { flags: "--note <text>", description: "a note for the record" },
    ...codeOptions,
    { flags: "--dry-run", description: "check the gate and show the changes, write nothing" },
  ],

  async run(invocation) {
    const { unlessCancelled } = await import("../choose-places.js");
    const [id] = invocation.arguments;
    const again = `npx lockstep next${id === undefined ? "" : ` ${id}`}`;
    return unlessCancelled(() => release(invocation), { io: invocation.io, again });
  },
});

async function release(invocation: Invocation): Promise<CommandResult> {
  const { io, options, workspace } = invocation;
  const { project, plugin, config } = await workspace();
  const [
    store,
    { nextPhase },
    { withPace },
    { chooseTargets },
    { passGate, writersText },
    { preparePhase },
    { writeFiles },
    terminal,
    { nextStep },
    { dryRun },
    { commandFor },
    { codePolicy },
    { Cancelled },
  ] = await Promise.all([
    import("../../plan/store.js"),
    import("../../plan/next-phase.js"),
    import("../../plan/pace.js"),
    import("../targets.js"),
    import("../pass-gate.js"),
    import("../../release/prepare-phase.js"),
    import("../../files/write-files.js"),
    import("../../review/terminal.js"),
    import("../../review/next-step.js"),
    import("../../review/diff.js"),
    import("../../review/words.js"),
    import("../code-policy.js"),
    import("../choose-places.js"),
  ]);
  // What cannot be meant is said before the gate is asked.
  const policy = codePolicy(invocation, config);
  const { colors } = io;
  const chosen = store.choosePlan(project.root, invocation.arguments[0]);
  store.verifyUnits(project.root, chosen);
  const plan = withPace(chosen, textOption(invocation, "pace"));
  const phase = nextPhase(plan);
  if (phase === undefined)
    return {
      text: [
        `Plan ${colors.bold(plan.id)}: ${plan.state.released === "undone" ? "it was undone, nothing follows." : "every phase is released."}`,
        terminal.nextText("npx lockstep status", colors),
      ].join("\n"),
      json: { plan: plan.id, released: plan.state.released, written: false },
      exitCode: 0,
    };
  const targets = chooseTargets(config, project, io, textOption(invocation, "target"), false);
  const sites = phase === "contract" ? await openSites(plan, { project, plugin, config }) : undefined;
  const gate = await passGate({ invocation, plan, phase, targets, project, plugin, writersOf: sites?.writersOf });
  const json = { plan: plan.id, phase, gate: gate.answers, written: false };
  const writers = writersText(gate.answers, colors);
  const answers = [
    ...gate.answers.map(({ isOpen, statement }) => `  ${isOpen ? colors.green("✔") : colors.red("✖")} ${statement}`),
    ...(writers === "" ? [] : [writers]),
  ];
  const head = `Plan ${colors.bold(plan.id)}: gate to ${colors.bold(phase)}`;
  if (sites !== undefined && sites.count > 0) {
    const { count, places } = sites;
    return {
      text: [
        `${head} is ${colors.red("closed")}`,
        ...answers,
        `  ${colors.red("✖")} ${count} places in the code do not write the column yet: ${places.join(", ")}${count > places.length ? ", …" : ""}`,
        terminal.nextText(`npx lockstep code ${plan.id}`, colors),
      ].join("\n"),
      json: { ...json, writeSites: { count, places } },
      exitCode: 1,
    };
  }
  const closed = gate.answers.find((answer) => !answer.isOpen);
  if (closed !== undefined)
    return {
      text: [`${head} is ${colors.red("closed")}`, ...answers, terminal.nextText(gate.help, colors)].join("\n"),
      json,
      exitCode: 1,
    };
  const prepared = await preparePhase({
    plan,
    project,
    plugin,
    phase,
    moment: io.now(),
    code: codeSettings(config),
    policy,
    signal: io.signal,
  });
  if (io.signal.aborted) throw new Cancelled();
  const own = prepared.changes.filter((change) => !change.file.startsWith("lockstep/"));
  const shown = options.dryRun === true ? dryRun(own, colors) : undefined;
  if (shown === undefined) writeFiles(project.root, prepared.changes);
  const plans = store.listPlans(project.root);
  const edited = own.map((change) => change.file);
  return {
    text: [
      `${head} is ${colors.green("open")}`,
      ...answers,
      "",
      ...(shown === undefined ? [] : [shown.text]),
      options.dryRun === true ? "Would be written (--dry-run):" : colors.bold(`Written for ${phase}`),
      ...(prepared.migrations.length === 0
        ? []
        : [columns(prepared.migrations.map(({ name, unit }) => [name, colors.dim(unit.unit.title)]))]),
      ...edited
        .filter((file) => !prepared.migrations.some(({ unit }) => unit.file === file))
        .map((file) => `  ${file}`),
      ...(prepared.isCodeLeft === true ? [colors.yellow(terminal.noEdits)] : []),
      ...(prepared.unchecked === undefined ? [] : [terminal.uncheckedText(prepared.unchecked, colors)]),
      terminal.editsText(
        { edits: prepared.edits, open: prepared.plan.state, command: commandFor("code", prepared.plan, plans) },
        colors,
      ),
      terminal.nextText(
        shown !== undefined
          ? sameCommand(`npx lockstep next ${plan.id}`, invocation)
          : nextStep(prepared.plan, plugin.words, plans),
        colors,
      ),
    ]
      .filter((line, index) => line !== "" || index === answers.length + 1)
      .join("\n"),
    json: {
      ...json,
      written: options.dryRun !== true,
      files: prepared.changes.map((change) => change.file),
      edits: prepared.edits,
      places: prepared.places,
      ...(prepared.unchecked === undefined ? {} : { unchecked: prepared.unchecked }),
      ...shown?.json,
      silent: prepared.plan.state.silent ?? 0,
      choices: prepared.plan.state.choices ?? [],
      exposure: prepared.plan.state.exposure ?? {},
    },
    exitCode: 0,
  };
}

/** The code that contract would break; looked for where contract is what comes next. */
async function openSites(plan: Plan, workspace: Workspace): Promise<OpenWriteSites> {
  const { openWriteSites } = await import("../write-sites.js");
  return openWriteSites(plan, workspace);
}
