import { setTimeout as sleep } from "node:timers/promises";
import { isWorkedOn, readBackfillNow } from "../backfill/state.js";
import type { LedgerTable } from "../dialect/ledger-store.js";
import { isBlind } from "../dialect/load-signals.js";
import type { Dependent } from "../dialect/system-catalog.js";
import { momentText } from "../model/moment.js";
import { objectLabel } from "../model/names.js";
import type { GateStep } from "../model/plan.js";
import { nameWord, statementText } from "../sql/statement-words.js";
import { readTable } from "../target/facts/table.js";
import { readAnnouncements } from "../target/ledger/announcements.js";
import { readDeployments } from "../target/ledger/deployments.js";
import { readEvidence } from "../target/ledger/evidence.js";
import { confirmed, confirmHelp, notConfirmed, without } from "./confirmed.js";
import type { Gate, GateAbout, GateAnswer, GateFacts, OpenWriter } from "./gate.js";
import { type ServiceState, serviceStates, servicesWithout } from "./service-states.js";
import { lackHelp, lacks, lackText, shortBuild, silences } from "./service-words.js";

/** How long to count the statements of a table. Code in use runs some of them in this time. */
const watchedMs = 2_000;

/** An undo is confirmed by the command that deploys it: `next` does not check it. */
const command = ({ target, plan, isUndone = false }: GateFacts) =>
  isUndone ? `deploy --target ${target}` : `next ${plan}`;

const byWord = {
  column: confirmed("no running build uses the column", undefined, command),
  table: confirmed("no running build uses the table", undefined, command),
};

const about: GateAbout = {
  before: "a drop by contract, `undo` or `abandon`",
  opens: "no running build uses the column. Services announce it, or you confirm it",
  page: "[Services](services.md#when-a-column-is-about-to-be-dropped)",
  command: "deploy",
};

/**
 * No running build reads or writes a column that contract or an undo is about to drop. The configured services announce it; without services, a person
 * confirms it. If the server counts statements, statements that name the column during the check contradict it.
 */
export default { about, isConfirmed: true, covers, ask } satisfies Gate;

export async function ask(step: GateStep, facts: GateFacts): Promise<GateAnswer> {
  const { connection, plan, evidence = plan, target, services = [] } = facts;
  const { gate, column } = step;
  const name = objectLabel(step);
  const table = await readTable(connection, step.table);
  const isTable = column === "";
  if (table === undefined || (!isTable && !table.columns.some((each) => each.name === column)))
    return { gate, isOpen: true, statement: `${name} is not on ${target}: no build can use it` };
  const stuck = (facts.goesWith?.(step) ?? []).filter(isFatal);
  if (stuck.length > 0)
    return {
      gate,
      subject: name,
      isOpen: false,
      statement: `${name} cannot go on ${target}: ${stuck.map((each) => stuckText(each, name)).join("; ")}`,
      help: `Add a migration that re-creates or drops what needs ${name}, for example: ${stuck.flatMap(({ remove }) => remove ?? []).join("; ")}`,
      comesFirst: true,
    };
  for (const once of [false, true]) {
    const now = await readBackfillNow(connection, { plan, table, once });
    if (isWorkedOn(now))
      return {
        gate,
        subject: name,
        isOpen: false,
        statement: `A backfill works on ${name} on ${target}`,
        help: `npx lockstep backfill cancel ${plan}   # ends the backfill first`,
      };
  }
  const said =
    services.length > 0
      ? await byServices(step, facts, table)
      : await (isTable ? byWord.table : byWord.column).ask(step, facts);
  if (!said.isOpen) return said;
  const word = await readEvidence(connection, { plan: evidence, gate, table, column });
  const known = word?.places ?? [];
  const objects = without(objectsOf(step, facts), known);
  if (objects.length > 0)
    return {
      gate,
      subject: name,
      isOpen: false,
      statement: `${notConfirmed(gate, target)}: what happens to objects that no plan created: ${objects.map(({ reason }) => reason).join("; ")}`,
      help: "Find what needs them, and re-create them without the column",
      mayOverrule: true,
    };
  const [used, ...more] = without(await usesOf(step, facts, table), known);
  if (used === undefined) return said;
  return {
    gate,
    subject: name,
    isOpen: false,
    statement: `${name} is in use on ${target}: within ${watchedMs / 1000} s ${[used, ...more].map(({ reason }) => reason).join("; ")}`,
    help: `Find what runs ${more.length === 0 ? "this statement" : "these statements"}, and deploy it without the column`,
    mayOverrule: true,
  };
}

async function byServices(step: GateStep, facts: GateFacts, table: LedgerTable): Promise<GateAnswer> {
  const { connection, plan, evidence = plan, target } = facts;
  const { gate, column } = step;
  const name = objectLabel(step);
  const word = await readEvidence(connection, { plan: evidence, gate, table, column });
  const known = word?.places ?? [];
  const services = await servicesWithoutColumn(facts);
  const about = { gate, subject: name, services };
  const of = releaseOf(facts);
  const lacking = services.filter((state) => without(lacks([state], of, target), known).length > 0);
  if (lacking.length > 0)
    return {
      ...about,
      isOpen: false,
      statement: `${lacking.map((state) => lackText(state, of, target)).join("; ")} (${name})`,
      help: lacking.map((state) => lackHelp(state, facts)).join("\n"),
      mayOverrule: true,
    };
  const silent = without(silences(services), known).map(({ reason }) => reason);
  if (silent.length > 0) {
    const unconfirmed = silent.join("; ");
    return {
      ...about,
      isOpen: false,
      statement: `${notConfirmed(gate, target)}: ${unconfirmed} (${name})`,
      unconfirmed,
      help: confirmHelp(command(facts), gate),
      needsConfirmation: true,
    };
  }
  const builds = services.flatMap(({ service, lack, said }) =>
    lack === undefined && said !== undefined ? [`${service} (build ${shortBuild(said.build)})`] : [],
  );
  const overruled = services.filter(({ lack }) => lack !== undefined);
  const said = [
    ...(builds.length === 0
      ? []
      : [`${builds.join(", ")} ${builds.length === 1 ? "runs" : "run"} without ${name} on ${target}`]),
    ...(overruled.length === 0
      ? []
      : [
          `${word?.who} confirmed on ${momentText(word?.at ?? "")} for ${target} that no running build uses ${name}, although ${overruled.map((state) => lackText(state, of, target)).join("; ")}`,
        ]),
  ];
  return { ...about, isOpen: true, statement: said.join("; ") };
}

/**
 * Missing announcements of services, and objects and statements that an earlier answer listed: a first confirmation only covers what was
 * shown.
 */
export async function covers(step: GateStep, facts: GateFacts): Promise<readonly OpenWriter[]> {
  const { connection, plan, evidence = plan, target, services = [] } = facts;
  const table = await readTable(connection, step.table);
  if (table === undefined) return [];
  const states = services.length === 0 ? [] : await servicesWithoutColumn(facts);
  const word = await readEvidence(connection, { plan: evidence, gate: step.gate, table, column: step.column });
  const open = [...lacks(states, releaseOf(facts), target), ...silences(states)];
  // If services have answered, only objects were left to confirm.
  const isAnswered = services.length > 0 && open.length === 0;
  return [
    ...open,
    ...(word === undefined && !isAnswered ? [] : objectsOf(step, facts)),
    ...(word === undefined ? [] : await usesOf(step, facts, table)),
  ];
}

/** The server rejects the drop, or later writes fail. */
const isFatal = ({ effect }: Dependent) => effect === "refuses" || effect === "breaks";

function stuckText({ what, effect }: Dependent, name: string): string {
  return effect === "refuses" ? `${what} needs it` : `${what} uses ${name}, and writes of the table would fail`;
}

/** Objects that are dropped with the column, or may fail without it. */
function objectsOf(step: GateStep, { goesWith = () => [] }: GateFacts): readonly OpenWriter[] {
  const name = objectLabel(step);
  const asked = goesWith(step).filter((each) => !isFatal(each));
  return asked.map(({ what, effect, remove }) => ({
    file: "",
    line: 0,
    what: "an object",
    reason: effect === "names" ? `${what} names ${name}, or a column of that name` : `${what} goes with ${name}`,
    id: JSON.stringify(["object", what, remove]),
  }));
}

/**
 * Statements that name the column and ran during the check. Also empty if the server counts none. A statement may name a column of the same
 * name in another table, so a person can overrule the result.
 */
async function usesOf(
  { column }: GateStep,
  { connection }: GateFacts,
  table: LedgerTable,
): Promise<readonly OpenWriter[]> {
  const before = await connection.dialect.live.statements.touching(connection, [table]);
  if (isBlind(before)) return [];
  await sleep(watchedMs);
  const after = await connection.dialect.live.statements.touching(connection, [table]);
  if (isBlind(after)) return [];
  const was = new Map(before.statements.map(({ id, calls }) => [id, calls]));
  return after.statements
    .map((each) => ({ ...each, ran: each.calls - (was.get(each.id) ?? 0) }))
    .filter(({ words, ran }) => ran > 0 && (column === "" || words.includes(nameWord(column))))
    .map(({ id, words, ran }) => ({
      file: "",
      line: 0,
      what: "a statement",
      reason: `‘${statementText(words)}’ ran ${ran === 1 ? "once" : `${ran} times`}`,
      id: JSON.stringify(["statement", id]),
    }));
}

/** What each configured service announced about the columns that a plan drops: its own after an undo, or those of its change. */
export async function servicesWithoutColumn({
  connection,
  plan,
  isUndone = false,
  services = [],
}: Pick<GateFacts, "connection" | "plan" | "isUndone" | "services">): Promise<readonly ServiceState[]> {
  const announced = await readAnnouncements(connection);
  if (!isUndone) return serviceStates(services, announced, plan, "expand");
  return servicesWithout(services, announced, plan, await arrivalOf(connection, plan));
}

/** When the target got the columns, if known, else when the plan was made. ISO 8601. */
async function arrivalOf(connection: GateFacts["connection"], plan: string): Promise<string> {
  const deployed = (await readDeployments(connection, plan)).find(
    ({ outcome, phases }) => outcome === "done" && phases.includes("expand"),
  );
  if (deployed !== undefined) return deployed.at;
  const [, year = "", month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?!\d)/.exec(plan) ?? [];
  if (year !== "") return `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const milliseconds = /^(\d{13})(?!\d)/.exec(plan)?.[1];
  // Later than everything: the service is then only free of the column once its build announces the undo.
  return milliseconds === undefined ? "9999" : new Date(Number(milliseconds)).toISOString();
}

const releaseOf = ({ plan, isUndone = false }: GateFacts) => `${isUndone ? "the way back" : "expand"} of ${plan}`;
