import type { Facts, ObjectKind } from "../operate/drift/difference.js";
import type { Drift, Reason } from "../operate/drift/explain.js";
import type { Colors } from "./colors.js";
import { counted } from "./counted.js";
import { listed } from "./listed.js";

/** What was compared on one target, and the differences. */
export interface DriftReport {
  readonly target: string;
  /** The config's name for a group of targets that includes it. */
  readonly group?: string;
  /** `PostgreSQL 17` */
  readonly server?: string;
  /** Migrations that were run on an unused database, by which command, and on which server. */
  readonly replayed?: {
    readonly migrations: number;
    readonly by: "statements" | "orm";
    readonly server: string;
  };
  /** Differences of an open plan come first. */
  readonly differences: readonly Drift[];
  /** The number of differences that the config ignores. */
  readonly ignored: number;
  readonly notApplied: readonly string[];
  /** Begun and not finished. */
  readonly failed: readonly string[];
  /** They are applied there, but missing in this checkout. */
  readonly unknown: readonly string[];
  readonly error?: { readonly code: string; readonly message: string; readonly why: string; readonly next: string };
}

/** Differences of one target, by table, one line each; below them the remarks, and a verdict. */
export function driftText(report: DriftReport, colors: Colors): string {
  const { target, error, server, replayed, differences } = report;
  if (error !== undefined)
    return [
      `${colors.red("✖")} ${colors.bold(target)}   could not be checked: ${colors.red(error.code)} ${error.message}`,
      `  ${error.why}`,
    ].join("\n");
  const count = replayed?.migrations ?? 0;
  const by = replayed?.by === "orm" ? ", by the ORM's own command" : "";
  const other = isElsewhere(report) ? ` on ${replayed?.server}` : "";
  return [
    `${colors.bold(target)}   ${server}, against ${counted(count, "migration")} that ${count === 1 ? "has" : "have"} run there${by}${other}`,
    ...groupsOf(differences).flatMap(([group, own]) => [
      `  ${colors.bold(group)}${own[0]!.plans.length === 0 ? "" : colors.yellow(`   of the open ${own[0]!.plans.length === 1 ? "plan" : "plans"} ${own[0]!.plans.join(", ")}`)}`,
      ...own.flatMap((each) => [
        `    ${lineOf(each, colors)}`,
        ...(each.reason === undefined ? [] : [`      ${colors.dim(reasonText(each.reason))}`]),
      ]),
    ]),
    ...remarks(report).map((text) => `  ${colors.yellow("!")} ${text}`),
    differences.length === 0
      ? `${colors.green("✔")} ${target} matches its migrations`
      : `${colors.red("✖")} ${target} differs from its migrations: ${counted(differences.length, "difference")}`,
  ].join("\n");
}

/** The next command, by the first problem that can be fixed. */
export function driftNext(reports: readonly DriftReport[]): string {
  const failed = reports.find(({ error }) => error !== undefined);
  const found = reports.find(({ differences }) => differences.length > 0);
  if (found === undefined) return failed?.error?.next ?? "npx lockstep status";
  const reason = found.differences.flatMap((each) => each.reason ?? [])[0];
  const again = `npx lockstep drift --target ${found.target}`;
  if (reason === undefined)
    return `Write a migration for the changes to keep, and revert the others on ${found.target}.\n${again}`;
  switch (reason.kind) {
    case "broken":
      return `npx lockstep repair ${reason.plan} --target ${found.target}\n${again}`;
    case "unrecorded":
      return `npx lockstep deploy --target ${found.target}\n${again}`;
    case "left-over":
      return `npx lockstep doctor --target ${found.target}   # shows how to remove it\n${again}`;
    default:
      return reason satisfies never;
  }
}

function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case "broken":
      return `plan ${reason.plan} needs it in another form: a run was interrupted, or it was changed outside the plan; npx lockstep repair fixes it`;
    case "unrecorded":
      return `${reason.migration} creates it, but is not recorded as applied: a run was interrupted; npx lockstep deploy completes it`;
    case "left-over":
      return "it has a name of Lockstep's, but no open plan of this checkout needs it; npx lockstep doctor shows how to remove it";
    default:
      return reason satisfies never;
  }
}

/** What is not a difference, and what makes one doubtful. */
function remarks(report: DriftReport): readonly string[] {
  const { notApplied, failed, unknown, ignored } = report;
  return [
    ...(notApplied.length === 0 ? [] : [`not applied yet, so not compared: ${listed(notApplied)}`]),
    ...(failed.length === 0
      ? []
      : [`${listed(failed)} failed there: changes that it made before are listed as differences`]),
    ...(unknown.length === 0
      ? []
      : [`${listed(unknown)} ran there, but is not in this checkout: it may have caused a difference`]),
    ...(isElsewhere(report) ? [`server versions print definitions differently: a difference may be only that`] : []),
    ...(ignored === 0 ? [] : [`${counted(ignored, "difference")} ignored by drift.ignore`]),
  ];
}

/** Servers of one release series print alike: `MariaDB 10.11.6` and 10.11.18. */
function isElsewhere({ server = "", replayed }: DriftReport): boolean {
  const series = (text: string) => text.replace(/(\d+\.\d+)\.\d+$/, "$1");
  return replayed !== undefined && series(replayed.server) !== series(server);
}

/** By table. Objects without a table are listed under their kind. */
function groupsOf(differences: readonly Drift[]): readonly (readonly [string, readonly Drift[]])[] {
  const groups = new Map<string, Drift[]>();
  for (const each of differences) {
    const name =
      each.table !== undefined
        ? `"${each.label.slice(0, -each.name.length - 1)}"`
        : each.kind === "table" || each.kind === "view"
          ? `"${each.label}"`
          : `${kindWords[each.kind]}s`;
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return [...groups];
}

const kindWords: Readonly<Record<ObjectKind, string>> = {
  schema: "schema",
  extension: "extension",
  table: "table",
  column: "column",
  constraint: "constraint",
  index: "index",
  trigger: "trigger",
  policy: "row policie",
  view: "view",
  function: "function",
  type: "type",
  sequence: "sequence",
  event: "event",
};

function lineOf(drift: Drift, colors: Colors): string {
  const { kind, here, there, table, name, label } = drift;
  const what = `${kind} "${table === undefined ? label : name}"`;
  if (there === undefined) return `${colors.green("+")} ${what} only on the target${summary(drift)}`;
  if (here === undefined) return `${colors.red("-")} ${what} only in the migrations${summary(drift)}`;
  return `${colors.yellow("~")} ${what}: ${changesOf(drift).join("; ")}`;
}

/** What one side has of it, if it fits on a line. */
function summary({ kind, here, there }: Drift): string {
  const facts = here ?? there ?? {};
  switch (kind) {
    case "column":
      return `: ${facts.type}${facts.notNull === true ? " NOT NULL" : ""}${valueText(facts)}`;
    case "constraint":
      return `: ${short(facts.definition)}${facts.isValid === false ? " NOT VALID" : ""}`;
    case "index":
      return `: ${short(facts.definition)}${facts.isValid === false ? ", INVALID" : ""}`;
    case "trigger":
      return `: ${short(facts.timing ?? facts.definition)}`;
    default:
      return "";
  }
}

/** The source of a column's values. A generated expression is not a default. */
function valueText({ default: expression, generated, identity }: Facts): string {
  if (generated) return ` GENERATED ALWAYS AS (${short(expression)}) ${factText("generated", generated)}`;
  if (identity) return ` GENERATED ${factText("identity", identity)} AS IDENTITY`;
  return expression === null ? "" : ` DEFAULT ${short(expression)}`;
}

/** The differing facts of an object that exists on both sides. */
export function changesOf({ here = {}, there = {} }: Pick<Drift, "here" | "there">): readonly string[] {
  return Object.keys(here).map((fact) =>
    isLong(fact, here[fact]) || isLong(fact, there[fact])
      ? `${factWords[fact] ?? fact} differs`
      : `${factWords[fact] ?? fact}: target ${factText(fact, here[fact])}, migrations ${factText(fact, there[fact])}`,
  );
}

const factWords: Readonly<Record<string, string>> = {
  notNull: "nullability",
  isValid: "validity",
  rls: "row security",
  forcedRls: "row security of its owner",
  replicaIdentity: "replica identity",
  partitionKey: "partition key",
  bound: "bounds of the partition",
  isPermissive: "permissive or restrictive",
  ownedBy: "owner column",
  rowFormat: "row format",
  onUpdate: "value on update",
  isInvisible: "invisible",
};

/** Function bodies and queries do not fit on a line, and a hash is not readable. */
const isLong = (fact: string, value: unknown) =>
  fact === "definition" && /^[0-9a-f]{64}$|\n|^.{200}/.test(String(value));

function factText(fact: string, value: unknown): string {
  if (fact === "notNull") return value === true ? "NOT NULL" : "NULL";
  if (fact === "isValid") return value === true ? "valid" : "not valid";
  const word = catalogueWords[fact]?.[String(value)];
  if (word !== undefined) return word;
  if (value === null || value === "") return "none";
  if (value === true) return "on";
  if (value === false) return "off";
  return Array.isArray(value) ? value.map((each) => short(each)).join(", ") : short(value);
}

/** Letters that the catalog stores. */
const catalogueWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  enabled: { O: "on", D: "off", R: "on replicas only", A: "always on" },
  persistence: { p: "logged", u: "unlogged", t: "temporary" },
  replicaIdentity: { d: "primary key", f: "whole row", i: "an index", n: "nothing" },
  identity: { a: "ALWAYS", d: "BY DEFAULT" },
  generated: { s: "STORED", v: "VIRTUAL" },
  command: { "*": "ALL", r: "SELECT", a: "INSERT", w: "UPDATE", d: "DELETE" },
};

const mostLetters = 120;

function short(value: unknown): string {
  const text = String(value).replace(/\s+/g, " ").trim();
  return text.length > mostLetters ? `${text.slice(0, mostLetters - 1)}…` : text;
}
