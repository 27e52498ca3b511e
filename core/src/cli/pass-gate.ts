import { LockstepError } from "../base/errors.js";
import type { CodeSettings } from "../config/code-settings.js";
import type { GateAnswer, GateFacts } from "../gates/gate.js";
import { gates } from "../gates/index.js";
import { keepBaselines } from "../gates/reads/keep-baseline.js";
import { type DeployedPhase, type GateStep, objectLabel, type Plan } from "../model/index.js";
import { dependsOn, foreignObjects } from "../operate/deploy/foreign-objects.js";
import { withContract } from "../operate/deploy/taken-by.js";
import { gatesAt } from "../plan/next-phase.js";
import { listPlans } from "../plan/store.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import { readTargetState } from "../plugin/target-state.js";
import type { Colors } from "../review/colors.js";
import { columns } from "../review/columns.js";
import { counted } from "../review/counted.js";
import { readTable } from "../target/facts/table.js";
import { confirm, evidenceName } from "../target/ledger/evidence.js";
import { askNamedLines, namedElsewhere } from "./ask-named-lines.js";
import { askPhase, type OpenTarget, openTarget } from "./ask-target.js";
import { atOnce } from "./at-once.js";
import { confirmedNames, type Invocation, onTarget, textOption } from "./command.js";
import { answersOf, type GateEvidence } from "./gate-evidence.js";
import { inOneLine } from "./group-answers.js";
import { readOwnMigrations } from "./own-migrations.js";
import type { Target } from "./targets.js";
import { confirming, type Person, whoConfirms } from "./who.js";

/** The answers of all targets, and the command that opens a closed gate. */
export interface GateResult {
  readonly answers: readonly (GateAnswer & { readonly target: string })[];
  readonly help: string;
}

/**
 * Runs a phase's gate on every target. The gate opens only if it is open on all of them. Where only a person can decide, `--confirm`
 * confirms it, or a prompt on a terminal once everything that a query can check is true. The target's ledger records confirmations.
 */
export async function passGate(request: {
  readonly invocation: Invocation;
  readonly plan: Plan;
  readonly phase: DeployedPhase;
  readonly targets: readonly Target[];
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly code: CodeSettings;
  /** Places in the current code that may omit a column. Default: none. */
  readonly writersOf?: GateFacts["writersOf"];
  /** Evidence for other targets, from where they are reachable. Default: none. */
  readonly evidence?: readonly GateEvidence[];
}): Promise<GateResult> {
  const { invocation, plan, phase, targets, project, plugin, writersOf, evidence = [] } = request;
  const steps = gatesAt(plan, phase);
  const drops = steps.filter(({ gate }) => gate === "column-unused" || gate === "table-unused");
  const confirmed = confirmations(invocation, steps, drops.length > 0 ? [namedElsewhere] : []);
  const told = evidence.flatMap(answersOf);
  const answers: (GateAnswer & { target: string })[] = told.map(({ target, group, ...answer }) => ({
    ...asConfirmed(answer, confirmed, notRecorded(group ?? target, phase)),
    target,
  }));
  // Do not prompt five hundred times: for a target group, people confirm with `--confirm`.
  const unasked = { ...invocation, io: { ...invocation.io, isInteractive: false } };
  const ask = async (target: Target) => {
    const open = await openTarget(target, plan, project, plugin, invocation.options.dryRun === true);
    try {
      const goesWith = drops.length === 0 ? undefined : await goingWith(open, request);
      const facts = { ...open.facts, ...(writersOf && { writersOf }), ...(goesWith && { goesWith }) };
      const asking = target.group === undefined ? invocation : unasked;
      const command = onTarget(`next ${plan.id}`, invocation);
      const named =
        drops.length === 0
          ? undefined
          : await askNamedLines({ ...request, ...open, target, command }, plan, drops, confirmed);
      const said =
        named === undefined
          ? await passOn({ ...open, facts }, steps, confirmed, asking)
          : [
              { gate: drops[0]?.gate ?? "", isOpen: false, comesFirst: true as const, target: target.name, ...named },
              ...(await passOn(
                { ...open, facts },
                steps.filter((step) => !drops.includes(step)),
                confirmed,
                unasked,
              )),
            ];
      const isKept = phase === "contract" || (phase === "switch" && said.every(({ isOpen }) => isOpen));
      if (isKept && invocation.options.dryRun !== true)
        await keepBaselines(open.connection, plan, { phase, evidence: evidenceName(plan), isRelease: true });
      return said;
    } finally {
      await open.connection.close();
    }
  };
  for (const target of targets.filter(({ group }) => group === undefined)) answers.push(...(await ask(target)));
  const many = targets.filter(({ group }) => group !== undefined);
  const said = await atOnce(many, ask);
  answers.push(...said.flat());
  const members = [...many, ...told.map(({ target: name, group }) => ({ name, ...(group && { group }) }))];
  const pace = textOption(invocation, "pace");
  return {
    answers: inOneLine(
      answers,
      members.filter(({ group }) => group !== undefined),
    ),
    // The command records confirmations only on the targets that it connects to, so name the same ones.
    help: helpOf(
      answers,
      onTarget(`next ${plan.id}${pace === undefined ? "" : ` --pace ${pace}`}`, invocation),
      invocation.io,
    ),
  };
}

/** What depends on the columns and tables that the plan's contract drops on this target, behind all pending migrations. */
async function goingWith(
  { connection }: OpenTarget,
  { invocation, plan, project, plugin }: Parameters<typeof passGate>[0],
): Promise<GateFacts["goesWith"]> {
  const plans = listPlans(project.root);
  const state = await readTargetState(connection, { project, plugin, plans });
  const own = await readOwnMigrations({ invocation, connection, project, plugin, plans, state });
  const foreign = await foreignObjects(connection, withContract(state, plan), plans, own.migrations);
  return (step) => foreign.filter(dependsOn(step)).map(({ dependent }) => dependent);
}

/** Runs the gates on one open target, records confirmations, and prompts on a terminal. */
export async function passOn(
  open: OpenTarget,
  steps: readonly GateStep[],
  confirmed: ReadonlySet<string>,
  invocation: Invocation,
): Promise<GateResult["answers"]> {
  if (invocation.options.dryRun === true) {
    const said = await askPhase(open, steps);
    return said.map((answer) => ({ ...asConfirmed(answer, confirmed, shownOnly), target: open.target.name }));
  }
  await recordAll(
    open,
    steps.filter((step) => confirmed.has(step.gate)),
    invocation,
  );
  let said = await askPhase(open, steps);
  const provable = said.filter((answer) => answer.needsConfirmation !== true);
  if (invocation.io.isInteractive && provable.every((answer) => answer.isOpen)) {
    await askPerson(open, steps, said, invocation);
    said = await askPhase(open, steps);
  }
  return said.map((answer) => ({ ...answer, target: open.target.name }));
}

const shownOnly = "would be confirmed (--dry-run: nothing is recorded)";
const notRecorded = (target: string, phase: DeployedPhase) =>
  `is confirmed for this release, but not recorded: Lockstep does not connect to ${target}${phase === "contract" ? ". lockstep deploy checks it again there" : ""}`;

/** The answer as if `--confirm` were recorded. @param how text that says it is not recorded */
function asConfirmed(answer: GateAnswer, confirmed: ReadonlySet<string>, how: string): GateAnswer {
  const mayBeConfirmed = answer.needsConfirmation === true || answer.mayOverrule === true;
  if (answer.isOpen || !mayBeConfirmed || !confirmed.has(answer.gate)) return answer;
  return { ...answer, isOpen: true, statement: `${answer.gate} ${how}` };
}

/**
 * Returns the command that opens the gate: first what a query can check, then all required confirmations at once.
 *
 * @param command command that takes `--confirm`: `next 20261120093000_add_handle`
 * @param when condition for confirming, as a clause. Default: `once this is true`
 */
export function helpOf(answers: GateResult["answers"], command: string, person: Person, when?: string): string {
  const confirmed = (names: readonly string[], when: string) =>
    confirming(`npx lockstep ${command} ${names.map((gate) => `--confirm ${gate}`).join(" ")}`, person, when);
  const closed = answers.filter((answer) => !answer.isOpen);
  const provable =
    closed.find(({ comesFirst }) => comesFirst === true) ?? closed.find((answer) => answer.needsConfirmation !== true);
  if (provable?.help !== undefined)
    return provable.mayOverrule === true
      ? `${provable.help}\n       ${confirmed([provable.gate], "overrides the gate, which the ledger records")}`
      : provable.help;
  const gates = [...new Set(closed.map((answer) => answer.gate))];
  const otherwise = [...new Set(closed.flatMap((answer) => answer.otherwise ?? []))];
  return [confirmed(gates, when ?? `once ${trueText(closed.length)}`), ...otherwise].join("\n       ");
}

const trueText = (count: number) => ["this is true", "both are true"][count - 1] ?? "all of these are true";

/**
 * Returns the names passed to `--confirm`.
 *
 * @param others names allowed besides the steps. Default: none
 * @throws LS8002 no step has this name
 */
export function confirmations(
  invocation: Invocation,
  steps: readonly GateStep[],
  others: readonly string[] = [],
): ReadonlySet<string> {
  const names = confirmedNames(invocation);
  const ofSteps = steps.map((step) => step.gate).filter((gate) => gates[gate]?.isConfirmed === true);
  const known = new Set<string>([...ofSteps, ...others]);
  for (const name of names)
    if (!known.has(name))
      throw new LockstepError("LS8002", `--confirm ${name}: this phase has no such confirmation.`, {
        hint: known.size === 0 ? "Remove --confirm." : `Confirmations of this phase: ${[...known].join(", ")}`,
      });
  return new Set(names);
}

async function recordAll(open: OpenTarget, steps: readonly GateStep[], invocation: Invocation): Promise<void> {
  for (const step of steps) {
    const table = await readTable(open.connection, step.table);
    if (table === undefined) continue;
    await confirm(
      open.connection,
      { plan: open.facts.evidence ?? open.facts.plan, gate: step.gate, table, column: step.column },
      whoConfirms(invocation),
      textOption(invocation, "note"),
      await gates[step.gate]?.covers?.(step, open.facts),
    );
  }
}

async function askPerson(
  open: OpenTarget,
  steps: readonly GateStep[],
  said: readonly GateAnswer[],
  invocation: Invocation,
): Promise<void> {
  const asked = said.filter((candidate) => !candidate.isOpen && candidate.needsConfirmation === true);
  if (asked.length > 0) invocation.io.err(`The record names ${whoConfirms(invocation)}.`);
  for (const answer of asked) {
    if (answer.writers !== undefined) invocation.io.err(writersText([answer], invocation.io.colors));
    const { unconfirmed = answer.statement } = answer;
    if (!(await invocation.io.confirm(`${open.target.name}: is it true that ${unconfirmed}?`))) return;
    await recordAll(
      open,
      steps.filter((step) => step.gate === answer.gate && isAbout(answer, step)),
      invocation,
    );
  }
}

/** Columns with different answers are confirmed one by one: confirming one does not confirm the others. */
function isAbout({ subject }: GateAnswer, step: GateStep): boolean {
  return subject === undefined || subject.includes(objectLabel(step));
}

/** Lists the code places in the answers, each once, with file, line and content. */
export function writersText(answers: readonly GateAnswer[], colors: Colors): string {
  const lines = new Map<string, readonly [string, string]>();
  for (const { writers = [] } of answers) {
    for (const { file, line, what, reason } of writers) {
      const row = [line === 0 ? file : `${file}:${line}`, `${what} — ${reason}`] as const;
      lines.set(row.join(" "), row);
    }
  }
  if (lines.size === 0) return "";
  return [`${colors.bold(counted(lines.size, "place"))} may leave the column out`, columns([...lines.values()])].join(
    "\n",
  );
}
