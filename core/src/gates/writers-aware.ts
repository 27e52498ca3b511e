import { momentText } from "../model/moment.js";
import { tableLabel } from "../model/names.js";
import type { GateStep } from "../model/plan.js";
import { readTable } from "../target/facts/table.js";
import { readAnnouncements } from "../target/ledger/announcements.js";
import { type Evidence, readEvidence } from "../target/ledger/evidence.js";
import { confirmed, confirmHelp, named, notConfirmed, without, written } from "./confirmed.js";
import type { Gate, GateAbout, GateAnswer, GateFacts, OpenWriter } from "./gate.js";
import { findRowsByOldBuilds, type RowsByOldBuilds } from "./rows-by-old-builds.js";
import { type ServiceState, serviceStates } from "./service-states.js";
import { lackHelp, lacks, lackText, shortBuild, silences } from "./service-words.js";

const byWord = confirmed("all services that write this table run a build that fills the column", (step, facts) =>
  writersOf(step, facts),
);

const about: GateAbout = {
  before: "contract",
  opens:
    "every service that writes the table runs a build that fills the column. Services announce it, or you confirm it",
  page: "[Services](services.md)",
  command: "next",
};

/**
 * Every service that writes the table runs a build that writes the column, and so does every call site that may omit it: nothing writes
 * NULL any more. The configured services announce it; without services, a person confirms it. Rows written without a value since then
 * contradict it.
 */
export default { about, isConfirmed: true, covers, ask } satisfies Gate;

async function ask(step: GateStep, facts: GateFacts): Promise<GateAnswer> {
  const { services = [], connection, plan, evidence = plan } = facts;
  const table = await readTable(connection, step.table);
  const word =
    table && (await readEvidence(connection, { plan: evidence, gate: step.gate, table, column: step.column }));
  if (services.length > 0 && table !== undefined) return byServices(step, facts, word);
  const said = await byWord.ask(step, facts);
  if (!said.isOpen || word === undefined) return said;
  const rows = await findRowsByOldBuilds(step, facts, word);
  return rows.kind === "found"
    ? { ...said, ...writtenByOldBuilds(step, facts, rows.rows, `${word.who} confirmed it`, word.at) }
    : said;
}

async function byServices(step: GateStep, facts: GateFacts, word: Evidence | undefined): Promise<GateAnswer> {
  const { target, plan } = facts;
  const name = `"${tableLabel(step.table)}"."${step.column}"`;
  const services = await statesOf(step, facts);
  const about = { gate: step.gate, subject: name, services };
  const of = phaseText(step, facts);
  const known = word?.places ?? [];
  const lacking = services.filter((state) => without(lacks([state], of, target), known).length > 0);
  if (lacking.length > 0)
    return {
      ...about,
      isOpen: false,
      statement: `${lacking.map((state) => lackText(state, of, target)).join("; ")} (${name})`,
      help: lacking.map((state) => lackHelp(state, facts)).join("\n"),
      mayOverrule: true,
    };
  const announced = services
    .map(({ awareSince = "" }) => awareSince)
    .sort()
    .at(-1)!;
  const [since, claim] =
    word !== undefined && word.at > announced
      ? [word, `${word.who} confirmed it`]
      : [{ at: announced }, "all services had announced the column"];
  const rows = await findRowsByOldBuilds(step, facts, since);
  if (rows.kind === "found") return { ...about, ...writtenByOldBuilds(step, facts, rows.rows, claim, since.at) };
  const writers = writersOf(step, facts);
  const news = without(writers, known);
  const silent = without(silences(services), known);
  const unconfirmed = [
    ...silent.map(({ reason }) => reason),
    ...(news.length === 0 ? [] : [`${written(news)} ${name}`]),
  ].join("; ");
  if (unconfirmed !== "")
    return {
      ...about,
      ...named(news),
      isOpen: false,
      statement: `${notConfirmed(step.gate, target)}: ${unconfirmed}${news.length === 0 ? ` (${name})` : ""}`,
      unconfirmed,
      help: confirmHelp(`next ${plan}`, step.gate),
      needsConfirmation: true,
    };
  return { ...about, ...named(writers), isOpen: true, statement: openText(services, word, rows, { name, of, target }) };
}

/** Call sites, and missing requirements of services: confirmed by name, so later ones need a new confirmation. */
async function covers(step: GateStep, facts: GateFacts): Promise<readonly OpenWriter[]> {
  const services = (facts.services ?? []).length === 0 ? [] : await statesOf(step, facts);
  return [...writersOf(step, facts), ...lacks(services, phaseText(step, facts), facts.target), ...silences(services)];
}

function openText(
  services: readonly ServiceState[],
  word: Evidence | undefined,
  rows: Exclude<RowsByOldBuilds, { kind: "found" }>,
  { name, of, target }: { readonly name: string; readonly of: string; readonly target: string },
): string {
  const aware = services.filter(({ lack }) => lack === undefined);
  const overruled = services.filter(({ lack }) => lack !== undefined);
  const builds = aware.map(({ service, said }) => `${service} (build ${shortBuild(said!.build)})`).join(", ");
  const seen: Readonly<Record<typeof rows.kind, string>> = {
    none: `; no row of ${name} came without a value since`,
    trigger: `; what else writes ${name} cannot be seen, its trigger fills every row`,
    blind: `; whether rows of ${name} came without a value since was not found out`,
  };
  const ended = silences(services).map(({ reason }) => reason);
  const said = [
    ...(aware.length === 0 ? [] : [`${builds} announced ${of} on ${target}`]),
    ...(overruled.length === 0
      ? []
      : [
          `${word?.who} confirmed on ${momentText(word?.at ?? "")} for ${target} that ${name} is written, although ${overruled.map((state) => lackText(state, of, target)).join("; ")}`,
        ]),
    ...(ended.length === 0
      ? []
      : [`${word?.who} confirmed on ${momentText(word?.at ?? "")} that ${ended.join(", and that ")}`]),
  ];
  return `${said.join("; ")}${seen[rows.kind]}`;
}

function writtenByOldBuilds(
  { table, column }: GateStep,
  { target, plan, isWithoutKeys = false }: GateFacts,
  { count, sample, first, last }: Extract<RowsByOldBuilds, { kind: "found" }>["rows"],
  claim: string,
  since: string,
): Pick<GateAnswer, "isOpen" | "statement" | "help" | "mayOverrule" | "comesFirst"> {
  const when =
    first === undefined || last === undefined ? "" : `, the first on ${second(first)}, the last on ${second(last)}`;
  const name = `"${tableLabel(table)}"."${column}"`;
  return {
    isOpen: false,
    statement: `${count === 1 ? "1 row" : `${count} rows`} of ${name} on ${target} came without a value after ${claim} (${momentText(since)})${isWithoutKeys ? "" : `, for example ${sample}`}${when}: a program that does not fill the column writes the table`,
    help: `Find the code that writes these rows, and deploy it again.\nnpx lockstep backfill run ${plan}`,
    mayOverrule: true,
    // The backfill alone would fill these rows and hide the code that writes them.
    comesFirst: true,
  };
}

async function statesOf(step: GateStep, facts: GateFacts): Promise<readonly ServiceState[]> {
  const announced = await readAnnouncements(facts.connection);
  return serviceStates(facts.services ?? [], announced, facts.plan, phaseOf(step, facts));
}

function writersOf(step: GateStep, facts: GateFacts): readonly OpenWriter[] {
  return facts.writersOf?.(step) ?? [];
}

function phaseOf(step: GateStep, facts: GateFacts) {
  return facts.writtenFrom?.(step) ?? "expand";
}

const phaseText = (step: GateStep, facts: GateFacts) => `${phaseOf(step, facts)} of ${facts.plan}`;

/** `2026-11-20 10:23:45 UTC` */
function second(iso: string): string {
  return `${iso.slice(0, 19).replace("T", " ")} UTC`;
}
