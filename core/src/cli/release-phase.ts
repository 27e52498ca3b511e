import { resolve } from "node:path";
import { LockstepError } from "../base/errors.js";
import { dirtyFiles } from "../base/files/git.js";
import { writeFiles } from "../base/files/write-files.js";
import { type PhaseFiles, preparePhase } from "../change/release/prepare-phase.js";
import { verifyPlan } from "../change/release/verify-plans.js";
import { refuseRestored } from "../change/second-change.js";
import { codeSettings } from "../config/code-settings.js";
import type { DeployedPhase, Place, Plan } from "../model/index.js";
import { namedColumns } from "../plan/follow-names.js";
import { gatesAt, nextPhase } from "../plan/next-phase.js";
import { planAt } from "../plan/one-side.js";
import { withPace } from "../plan/pace.js";
import { planFolder } from "../plan/plan-file.js";
import { listPlans } from "../plan/store.js";
import { columns } from "../review/columns.js";
import { counted } from "../review/counted.js";
import { listed } from "../review/listed.js";
import { commandFor, fileTitle } from "../review/messages.js";
import { missingTypesText } from "../review/missing-types.js";
import { nextStep } from "../review/next-step.js";
import { declinedText, isAsked } from "../review/places.js";
import { serviceLine } from "../review/services.js";
import { editsText, nextText, noEdits, unformattedText } from "../review/terminal.js";
import { uncheckedText, withoutCheckText } from "../review/unchecked.js";
import { unlistedText } from "../review/unlisted.js";
import { Cancelled } from "./choose-places.js";
import { codePolicy } from "./code-policy.js";
import {
  type CommandResult,
  confirmedNames,
  type Invocation,
  listOption,
  sameCommand,
  textOption,
  type Workspace,
  writing,
} from "./command.js";
import { dryRun } from "./dry-run.js";
import { evidenceKey } from "./evidence-integrity.js";
import { assertSameCode, codeHash, readGateEvidence } from "./gate-evidence.js";
import { type GateResult, passGate, writersText } from "./pass-gate.js";
import { planOf } from "./plan-of.js";
import { refuseUsed } from "./refuse-used.js";
import { chooseTargets, developmentTarget, type Target } from "./targets.js";
import { typeCheckWait } from "./type-check-wait.js";
import { requireName } from "./who.js";
import { type OpenWriteSites, openWriteSites } from "./write-sites.js";

/** A gate's result and its context. */
interface Asked {
  readonly plan: Plan;
  readonly phase: DeployedPhase;
  readonly gate: GateResult;
  /** Required places that a person has declined. */
  readonly declined: readonly Place[];
  /** Files of the current phase that are not committed, if there are targets besides development. */
  readonly uncommitted: readonly string[];
}

/**
 * Runs the gate of the plan's next phase. If it is open, writes the phase's migrations and code edits.
 *
 * @throws Cancelled a person cancelled a prompt or the run · LS4001 the current phase is not committed · errors of choosing a plan, a target
 * and code
 */
export async function releasePhase(invocation: Invocation): Promise<CommandResult> {
  const { io } = invocation;
  const workspace = await invocation.workspace(writing(invocation));
  const { project, plugin, config } = workspace;
  const chosen = planOf(invocation, project.root);
  const plans = listPlans(project.root);
  // Reject invalid options before the gate runs.
  const policy = codePolicy(invocation, config, commandFor("code", chosen, plans));
  requireName(invocation, commandFor("next", chosen, plans));
  await verifyPlan(project, plugin, chosen, "release");
  if (chosen.drops !== undefined) refuseRestored([chosen], namedColumns(await plugin.readModels(project)));
  const plan = withPace(chosen, textOption(invocation, "pace"));
  const phase = nextPhase(plan);
  if (phase === undefined) return nothingFollows(plan, invocation);
  await refuseUsed(
    plan.units.filter((unit) => unit.phase === phase),
    sameCommand(`npx lockstep next ${plan.id}`, invocation),
    { project, plugin, plans },
  );
  const given = listOption(invocation, "evidence").map((file) => ({
    file,
    evidence: readGateEvidence(resolve(invocation.cwd, file), { plan, phase, now: io.now(), key: io.env[evidenceKey] }),
  }));
  const targets = await targetsOf(
    invocation,
    workspace,
    given.map(({ evidence }) => evidence.target),
  );
  const sites = phase === "contract" ? await openWriteSites(plan, workspace, typeCheckWait(io)) : undefined;
  const code = codeHash(gatesAt(plan, phase), sites?.writersOf);
  for (const { file, evidence } of given) assertSameCode(file, evidence, plan, code);
  const isWaiting = sites !== undefined && sites.count > 0;
  // Code that does not write the column cannot be confirmed to write it.
  const asking = isWaiting ? withoutConfirming(invocation) : invocation;
  const gate = await passGate({
    invocation: asking,
    plan,
    phase,
    targets,
    project,
    plugin,
    code: codeSettings(config),
    writersOf: sites?.writersOf,
    evidence: given.map(({ evidence }) => evidence),
  });
  const isShared = Object.keys(config.targets).some((name) => name !== developmentTarget);
  const uncommitted = isShared ? uncommittedFiles(project.root, plan) : [];
  const asked = { plan, phase, gate, declined: sites?.declined ?? [], uncommitted };
  if (isWaiting) return closedByCode(asked, sites, invocation);
  if (gate.answers.some((answer) => !answer.isOpen)) return closed(asked, invocation);
  if (invocation.options.dryRun !== true) refuseUncommitted(plan, uncommitted);
  const settings = codeSettings(config);
  const { signal } = io;
  const wait = typeCheckWait(io);
  const prepared = await preparePhase({
    plan,
    project,
    plugin,
    phase,
    moment: io.now(),
    code: settings,
    policy,
    signal,
    wait,
    asksCompiler: true,
  });
  if (signal.aborted) throw new Cancelled();
  if (invocation.options.dryRun !== true) writeFiles(project.root, prepared.changes);
  return released(asked, prepared, workspace, invocation);
}

/**
 * What the released phases have written and no commit has, without code: its changes may be those of another plan. plan.json counts only
 * if no commit has the phase: every command keeps it up to date.
 */
function uncommittedFiles(root: string, { id, state }: Plan): readonly string[] {
  const own = `${planFolder(id)}/plan.json`;
  const dirty = dirtyFiles(root, [own, ...state.written.map(({ file }) => file)]);
  const isCommitted = planAt(root, id, "HEAD")?.state.released === state.released;
  return [...dirty].filter((file) => file !== own || !isCommitted);
}

/**
 * Returns the targets to connect to. A target with evidence needs no URL.
 *
 * @throws LS7030 evidence for a target outside the command · errors of choosing a target
 */
async function targetsOf(
  invocation: Invocation,
  { config, project }: Workspace,
  given: readonly string[],
): Promise<readonly Target[]> {
  const { io } = invocation;
  const only = textOption(invocation, "target");
  const names = only === undefined ? Object.keys(config.targets) : [only];
  const foreign = given.find((name) => !names.includes(name));
  if (foreign !== undefined)
    throw new LockstepError(
      "LS7030",
      `This evidence is for target ${foreign}, but the command targets ${names.join(", ")}.`,
    );
  if (given.length === 0) return chooseTargets(config, project, io, only, false);
  const left = names.filter((name) => !given.includes(name));
  const targets: Target[] = [];
  for (const name of left) targets.push(...(await chooseTargets(config, project, io, name, false)));
  return targets;
}

/** Removes the confirmation of `writers-aware`. A dry run records nothing anyway. */
function withoutConfirming(invocation: Invocation): Invocation {
  const { options, io } = invocation;
  if (options.dryRun === true) return invocation;
  const confirm = confirmedNames(invocation).filter((name) => name !== "writers-aware");
  return { ...invocation, options: { ...options, confirm }, io: { ...io, isInteractive: false } };
}

function nothingFollows({ id, state }: Plan, { io: { colors } }: Invocation): CommandResult {
  const why = state.released === "undone" ? "it was undone, so there is no next phase." : "every phase is released.";
  return {
    text: `Plan ${colors.bold(id)}: ${why}\n${nextText("npx lockstep status", colors)}`,
    json: { plan: id, released: state.released, written: false },
    exitCode: 0,
  };
}

/** Keeps the gate closed for code that contract would break, whatever the database contains. */
function closedByCode(asked: Asked, { count, places }: OpenWriteSites, invocation: Invocation): CommandResult {
  const { colors } = invocation.io;
  const isDropped = invocation.options.dryRun !== true && confirmedNames(invocation).includes("writers-aware");
  const more = count > places.length ? ", …" : "";
  const verb = count === 1 ? "has" : "have";
  const waiting = `${counted(count, "place")} in the code ${verb} to change first: ${places.join(", ")}${more}`;
  return {
    text: [
      ...gateLines(asked, false, { colors }),
      `  ${colors.red("✖")} ${waiting}`,
      ...(isDropped
        ? [
            `  ${colors.yellow("!")} --confirm writers-aware has no effect: no build of this code writes the column everywhere`,
          ]
        : []),
      nextText(`npx lockstep code ${asked.plan.id}`, colors),
    ].join("\n"),
    json: { ...gateJson(asked), writeSites: { count, places }, notTaken: isDropped ? ["writers-aware"] : [] },
    exitCode: 1,
  };
}

function closed(asked: Asked, { io: { colors } }: Invocation): CommandResult {
  return {
    text: [...gateLines(asked, false, { colors }), nextText(asked.gate.help, colors)].join("\n"),
    json: { ...gateJson(asked), next: asked.gate.help },
    exitCode: 1,
  };
}

function released(
  asked: Asked,
  prepared: PhaseFiles,
  { project, plugin }: Workspace,
  invocation: Invocation,
): CommandResult {
  const { colors } = invocation.io;
  const { plan, phase } = asked;
  const { state } = prepared.plan;
  const own = prepared.changes.filter(({ file }) => !file.startsWith("lockstep/"));
  const shown = invocation.options.dryRun === true ? dryRun(own, project.root, colors) : undefined;
  const plans = listPlans(project.root);
  const next = shown
    ? sameCommand(`npx lockstep next ${plan.id}`, invocation)
    : nextStep(prepared.plan, plugin.words, plans);
  const command = commandFor("code", prepared.plan, plans);
  // The gate has listed the others.
  const places = phase === "contract" ? state.places.filter((place) => !isSettled(place)) : state.places;
  return {
    patch: shown?.patch,
    text: [
      ...gateLines(asked, true, { colors }),
      "",
      ...(shown ? ["Would be written (--dry-run):"] : [colors.bold(`Written for ${phase}`)]),
      ...fileLines(prepared, { colors }),
      ...[prepared.isCodeLeft === true ? colors.yellow(noEdits) : ""].filter(isSaid),
      ...[
        prepared.unchecked === undefined ? "" : uncheckedText(prepared.unchecked, withoutCheckText(command), colors),
      ].filter(isSaid),
      ...[
        prepared.missingTypes === undefined ? "" : missingTypesText(prepared.missingTypes, command, colors, true),
      ].filter(isSaid),
      ...[prepared.unformatted === undefined ? "" : unformattedText(prepared.unformatted, colors)].filter(isSaid),
      ...[editsText({ edits: prepared.edits, open: { ...state, places }, command }, colors)].filter(isSaid),
      ...[unlistedText(prepared.unlisted, colors)].filter(isSaid),
      nextText(next, colors),
    ].join("\n"),
    json: {
      ...gateJson(asked),
      unlisted: prepared.unlisted,
      written: shown === undefined,
      files: prepared.changes.map(({ file }) => file),
      edits: prepared.edits,
      places: prepared.places,
      ...(prepared.unchecked === undefined ? {} : { unchecked: prepared.unchecked }),
      ...(prepared.missingTypes === undefined ? {} : { missingTypes: prepared.missingTypes }),
      ...(prepared.unformatted === undefined ? {} : { unformatted: prepared.unformatted }),
      ...shown?.json,
      silent: state.silent ?? 0,
      choices: state.choices ?? [],
      exposure: state.exposure ?? {},
    },
    exitCode: 0,
  };
}

/** Whether a person has answered for a place before contract. */
function isSettled(place: Place): boolean {
  return place.declined !== undefined || isAsked(place);
}

type Coloured = Pick<Invocation["io"], "colors">;

/** The verdict, all answers, and the writers that only a person can check. */
function gateLines(
  { plan, phase, gate, declined, uncommitted }: Asked,
  isOpen: boolean,
  { colors }: Coloured,
): readonly string[] {
  const verdict = isOpen ? colors.green("open") : colors.red("closed");
  const answers = gate.answers.map(
    (answer) => `  ${answer.isOpen ? colors.green("✔") : colors.red("✖")} ${answer.statement}`,
  );
  return [
    `Plan ${colors.bold(plan.id)}: gate to ${colors.bold(phase)} is ${verdict}`,
    // Several gates can report the same missing column.
    ...new Set(answers),
    ...new Set(gate.answers.flatMap(({ target, services = [] }) => services.map(serviceLine(target, colors)))),
    // Several columns can be declined at one place.
    ...new Set(
      declined.map((place) => `  ${colors.yellow("!")} declined: ${place.file}:${place.line} ${declinedText(place)}`),
    ),
    ...(uncommitted.length === 0 ? [] : [`  ${colors.yellow("!")} ${uncommittedText(plan, uncommitted)}`]),
    ...[writersText(gate.answers, colors)].filter(isSaid),
  ];
}

/** One commit with two phases deploys them together, so no build runs the first one alone. */
function refuseUncommitted(plan: Plan, files: readonly string[]): void {
  if (files.length === 0) return;
  const { id, state } = plan;
  throw new LockstepError("LS4001", uncommittedText(plan, files), {
    hint: `git add -A . && git commit -m "${id}: ${state.released}"   # after your review\nDeploy the code.\nnpx lockstep next ${id}`,
  });
}

function uncommittedText({ state }: Plan, files: readonly string[]): string {
  return `Files of ${state.released} are not committed: ${listed(files, 3)}. A build from git does not run ${state.released} yet: commit and deploy it before the next phase.`;
}

function gateJson({ plan, phase, gate, declined, uncommitted }: Asked) {
  return { plan: plan.id, phase, gate: gate.answers, declined, uncommitted, written: false };
}

/** Lists the migrations with their effect, then the other files. */
function fileLines({ migrations, changes }: PhaseFiles, { colors }: Coloured): readonly string[] {
  const units = new Set(migrations.map(({ unit }) => unit.file));
  const others = changes.map(({ file }) => file).filter((file) => !file.startsWith("lockstep/") && !units.has(file));
  const rows = migrations.map(({ name, unit }) => [name, colors.dim(fileTitle(unit.units))]);
  return [...(rows.length === 0 ? [] : [columns(rows)]), ...others.map((file) => `  ${file}`)];
}

function isSaid(text: string): boolean {
  return text !== "";
}
