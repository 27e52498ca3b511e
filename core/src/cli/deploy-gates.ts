import type { CodeSettings } from "../config/code-settings.js";
import type { Connection } from "../dialect/connection.js";
import type { GateAnswer } from "../gates/gate.js";
import { gates } from "../gates/index.js";
import { keepBaselines } from "../gates/reads/keep-baseline.js";
import { type GateStep, isSameTable, objectLabel, type Plan } from "../model/index.js";
import { dependsOn, type ForeignObject } from "../operate/deploy/foreign-objects.js";
import { readPlannedRows, tablesWithRows } from "../operate/deploy/skipped-releases.js";
import { isContractTakenBack, type PendingDrop, pendingDrops } from "../operate/deploy/taken-back.js";
import { migrationOf } from "../plan/migration-of.js";
import { gatesAt } from "../plan/next-phase.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import { type TargetState, withoutWithheld } from "../plugin/target-state.js";
import { contractUndos, wayBackSteps } from "../review/next-step.js";
import { makersOf } from "../sql/verdicts/new-defaults.js";
import { readTable } from "../target/facts/table.js";
import { confirm, evidenceName } from "../target/ledger/evidence.js";
import { askNamedLines, namedElsewhere } from "./ask-named-lines.js";
import { askOwnDefaults, ownDefaultSteps } from "./ask-own-defaults.js";
import { askAbout } from "./ask-target.js";
import { waitsAccepted } from "./ask-waits.js";
import { askWholeRows, wholeRowsAccepted } from "./ask-whole-rows.js";
import type { Invocation } from "./command.js";
import type { OwnMigrations } from "./own-migrations.js";
import { confirmations, helpOf, passOn } from "./pass-gate.js";
import { developmentTarget, type Target } from "./targets.js";
import { userConsent } from "./user-consent.js";

/** Gate results of a deployment on one target. */
export interface DeployGates {
  readonly answers: readonly (Pick<GateAnswer, "isOpen" | "statement"> & {
    /** Exactly one of the two is set. `migration`: one of the user's own. */
    readonly plan?: string;
    readonly migration?: string;
  })[];
  /** The command that opens the gates. Undefined if all are open. */
  readonly help: string | undefined;
  /** Undo migrations that wait for running code: the first migration with a drop, the withheld migrations, and the ordered steps. */
  readonly stop?: {
    readonly drop: string;
    readonly withheld: readonly string[];
    readonly steps: readonly string[];
    /** The ORM cannot leave out migrations here, so none may run. */
    readonly isWhole: boolean;
  };
}

interface Asked {
  readonly invocation: Invocation;
  readonly target: Target;
  readonly connection: Connection;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly plans: readonly Plan[];
  readonly code: CodeSettings;
  readonly state: TargetState;
  readonly own: OwnMigrations;
  /** Objects outside any plan that are dropped together with the columns of an undo. */
  readonly foreign: readonly ForeignObject[];
}

/**
 * Runs on this target the gates of every expand and contract in a deployment, of every undo that drops a column, and of the defaults in the
 * user's own migrations. `next` already ran a contract's gates at its release, but since then this target may have lagged, been added, or
 * received writes.
 */
export async function askDeployGates(request: Asked): Promise<DeployGates> {
  const { invocation, target, connection, plans, state, own } = request;
  const drops = target.name === developmentTarget ? [] : await standingDrops(request);
  const defaults = ownDefaultSteps(own, connection);
  const planned = [...drops.flatMap(({ gates }) => gates), ...phaseSteps(plans, state)];
  // Without these gates, the target needs no confirmation. The flag can apply to the next target.
  const others = [
    waitsAccepted,
    wholeRowsAccepted,
    namedElsewhere,
    ...(planned.length === 0 ? Object.keys(gates) : ["inserts-allowed"]),
  ];
  const confirmed = confirmations(invocation, planned, others);
  const { answers, stop } = await askDrops(request, drops, confirmed);
  const due = withoutWithheld(state, stop?.withheld ?? []);
  const withheld = new Set(stop?.withheld);
  const tried = await askOwnDefaults(
    request,
    defaults.filter(({ of }) => !withheld.has(of.migration)),
    confirmed,
  );
  const before = [...answers, ...tried.answers];
  if (tried.help !== undefined) return { answers: before, help: tried.help, ...(stop && { stop }) };
  const left = own.migrations.filter(({ name }) => !withheld.has(name));
  const taken = await askWholeRows({ ...request, state: due, own: { ...own, migrations: left } });
  before.push(...taken.answers);
  if (taken.help !== undefined) return { answers: before, help: taken.help, ...(stop && { stop }) };
  const phases = await askPhases({ ...request, state: due }, confirmed);
  return { answers: [...before, ...phases.answers], help: phases.help, ...(stop && { stop }) };
}

const isPending = (state: TargetState, plan: Plan, phase: string) =>
  state.units.some((unit) => unit.plan.id === plan.id && unit.phase === phase && unit.kind === "phase");

function phasePlans(plans: readonly Plan[], state: TargetState) {
  return {
    expands: plans.filter((plan) => plan.state.released !== "undone" && isPending(state, plan, "expand")),
    contracts: plans.filter((plan) => isPending(state, plan, "contract") && !isContractTakenBack(state, plan)),
  };
}

function phaseSteps(plans: readonly Plan[], state: TargetState): readonly GateStep[] {
  const { expands, contracts } = phasePlans(plans, state);
  return [
    ...expands.flatMap((plan) => gatesAt(plan, "expand")),
    ...contracts.flatMap((plan) => gatesAt(plan, "contract")),
  ];
}

/** Undos that drop an existing column whose table has rows or that has dependent objects outside any plan. */
async function standingDrops({ connection, plans, state, foreign }: Asked): Promise<readonly PendingDrop[]> {
  const standing: PendingDrop[] = [];
  for (const drop of pendingDrops(state, plans)) {
    const tables = await tablesWithRows(
      connection,
      drop.gates.map(({ table }) => table),
    );
    const gates: GateStep[] = [];
    for (const step of drop.gates) {
      if (!tables.some((table) => isSameTable(table, step.table)) && !foreign.some(dependsOn(step))) continue;
      const table = await readTable(connection, step.table);
      if (table?.columns.some(({ name }) => name === step.column) === true) gates.push(step);
    }
    if (gates.length > 0) standing.push({ ...drop, gates });
  }
  return standing;
}

async function askDrops(
  request: Asked,
  drops: readonly PendingDrop[],
  confirmed: ReadonlySet<string>,
): Promise<Pick<DeployGates, "answers" | "stop">> {
  const { invocation, target, connection, project, plugin, state } = request;
  const answers: DeployGates["answers"][number][] = [];
  const steps: string[] = [];
  let from: { readonly at: number; readonly drop: string } | undefined;
  const order = plugin.listMigrations(project);
  // If the ORM cannot leave migrations out, a person must run the earlier ones by hand.
  const canWithhold = drops.length > 0 && (await plugin.withholds?.(project, target.url)) === true;
  for (const { plan, migration, gates, first } of drops) {
    const asked = await askAbout(target, connection, plan, project, plugin);
    const goesWith = (step: GateStep) => request.foreign.filter(dependsOn(step)).map(({ dependent }) => dependent);
    const open = { ...asked, facts: { ...asked.facts, goesWith } };
    const named = first.length > 0 ? undefined : await askNamedLines(request, plan, gates, confirmed);
    // Until the migrations in `first` run, no code works without the column. So no such code can be live, whatever `--confirm` names.
    const said =
      first.length === 0 && named === undefined
        ? await passOn(open, gates, confirmed, invocation)
        : await passOn(open, gates, new Set(), { ...invocation, io: { ...invocation.io, isInteractive: false } });
    answers.push(...said.map(({ isOpen, statement }) => ({ plan: plan.id, isOpen, statement })));
    if (named !== undefined) answers.push({ plan: plan.id, isOpen: false, statement: named.statement });
    else if (said.every(({ isOpen }) => isOpen)) {
      await recordConsent(request, plan, gates);
      continue;
    }
    if (first.length > 0 && confirmed.has("column-unused"))
      answers.push({
        plan: plan.id,
        isOpen: false,
        statement: `--confirm column-unused does not count before ${first.join(", ")} is applied: no build without the column works until then`,
      });
    const at = Math.max(order.indexOf(migration), 0);
    if (from === undefined || at < from.at) from = { at, drop: migration };
    const deploy = `deploy --target ${target.name}`;
    const isConfirmed = said.every((answer) => answer.isOpen || answer.needsConfirmation === true);
    const files = contractUndos(plan).filter((file) => first.includes(migrationOf(file)));
    steps.push(
      ...wayBackSteps(gates, {
        // Record the migration. Otherwise the deployment treats it as pending and ignores every confirmation.
        first: [
          ...(named === undefined ? [] : [named.help]),
          ...(canWithhold ? [] : files).map(
            (file) =>
              `${plugin.words.execute(file)} && ${plugin.words.skip(migrationOf(file))}   # with the URL of ${target.name}`,
          ),
        ],
        drop: [
          ...(said.every(({ isOpen }) => isOpen)
            ? []
            : [helpOf(said, deploy, invocation.io, "once all old builds have ended")]),
          ...(isConfirmed && said.some(({ isOpen }) => !isOpen) ? [] : [`npx lockstep ${deploy}`]),
        ],
      }),
    );
  }
  if (from === undefined) return { answers };
  const later = canWithhold ? order.slice(from.at) : order;
  const waiting = new Set([...state.pending, ...state.failed]);
  const withheld = later.filter((name) => waiting.has(name));
  return { answers, stop: { drop: from.drop, withheld, steps, isWhole: !canWithhold } };
}

/**
 * Records the consent of an agent's user in the target's ledger, because the drop deletes the values on this target for good.
 *
 * @throws LS8025
 */
async function recordConsent({ invocation, target, connection }: Asked, plan: Plan, gates: readonly GateStep[]) {
  const names = gates.map(objectLabel).join(", ");
  const loss = `The values in ${names} on ${target.name} are lost.`;
  const consent = userConsent(invocation.io, loss, `npx lockstep deploy --target ${target.name}`);
  if (consent === undefined) return;
  for (const step of gates) {
    const table = await readTable(connection, step.table);
    if (table === undefined) continue;
    const key = { plan: evidenceName(plan), gate: "user-consent", table, column: step.column };
    await confirm(connection, key, `the user of ${consent.agent}`, consent.words);
  }
}

/** Runs the gates of expands and contracts, plan by plan, until one is closed. */
async function askPhases(
  { invocation, target, connection, project, plugin, plans, state, own, foreign }: Asked,
  confirmed: ReadonlySet<string>,
): Promise<Pick<DeployGates, "answers" | "help">> {
  const makers = makersOf(own.migrations);
  const { expands, contracts } = phasePlans(plans, state);
  const answers: DeployGates["answers"][number][] = [];
  for (const plan of expands) {
    const steps = gatesAt(plan, "expand");
    if (steps.length === 0 || (await readPlannedRows(connection, plan, target.name, true)).kind === "none") continue;
    const open = await askAbout(target, connection, plan, project, plugin);
    const said = await passOn({ ...open, facts: { ...open.facts, makers } }, steps, confirmed, invocation);
    answers.push(...said.map(({ isOpen, statement }) => ({ plan: plan.id, isOpen, statement })));
    if (said.some((answer) => !answer.isOpen))
      return { answers, help: helpOf(said, `deploy --target ${target.name}`, invocation.io) };
  }
  for (const plan of contracts) {
    const rows = await readPlannedRows(connection, plan, target.name, isPending(state, plan, "expand"));
    if (rows.kind !== "ask") {
      const isOpen = rows.kind !== "cannot-be-filled";
      answers.push({ plan: plan.id, isOpen, statement: rows.statement });
      if (rows.kind === "cannot-be-filled") return { answers, help: rows.help };
      continue;
    }
    const open = await askAbout(target, connection, plan, project, plugin);
    // The contract itself is about to run, and the deployment checks failed migrations. Only what precedes them counts here.
    const goesWith = (step: GateStep) => foreign.filter(dependsOn(step)).map(({ dependent }) => dependent);
    const facts = { ...open.facts, goesWith, units: { ...open.facts.units, failed: [], pending: [] } };
    const said = await passOn({ ...open, facts }, gatesAt(plan, "contract"), confirmed, invocation);
    await keepBaselines(connection, plan, { phase: "contract", evidence: evidenceName(plan), isRelease: false });
    answers.push(...said.map(({ isOpen, statement }) => ({ plan: plan.id, isOpen, statement })));
    if (said.some((answer) => !answer.isOpen))
      return { answers, help: helpOf(said, `deploy --target ${target.name}`, invocation.io) };
  }
  return { answers, help: undefined };
}
