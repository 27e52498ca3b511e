import type { WholeRowStatement } from "../code/raw-sql/whole-rows.js";
import type { WholeRowKind } from "../model/index.js";
import { type TableName, tableLabel } from "../model/names.js";
import type { FoundStatement, PreparedBy } from "../model/prepared-statement.js";
import { takes } from "../sql/whole-row-words.js";
import { columns } from "./columns.js";
import { counted } from "./counted.js";

/** Alternatives to naming the columns. */
const otherWays: Readonly<Record<PreparedBy, string>> = {
  name: "remove the name",
  prepare: "send it without PREPARE",
  transaction: "create the client with prepare: false",
  client: "have the client name no statements",
};

const shown = 5;

/** The output of the ORM's command about statements that fail because of its migration; empty if there are none. */
export function failingText({
  prepared,
  wholeRows,
}: {
  readonly prepared: readonly FoundStatement[];
  readonly wholeRows: readonly WholeRowStatement[];
}): string {
  return [wholeRowsText(wholeRows), preparedText(prepared)].filter((text) => text !== "").join("\n");
}

function wholeRowsText(found: readonly WholeRowStatement[]): string {
  if (found.length === 0) return "";
  const subject = found.length === 1 ? "1 statement fails" : `${found.length} statements fail`;
  return [
    `Lockstep: ${subject} once this migration has run, also in code that is already deployed`,
    ...rowsOf(found),
    ...new Set(found.flatMap(({ kinds, table }) => kinds.map((kind) => `  ${takesText(kind, table)}`))),
    `  Before this migration, deploy a fix: ${fixesOf(found)}.`,
  ].join("\n");
}

/** Why a plan lists such a statement, and what to do. */
export function wholeRowReason(statement: WholeRowStatement): string {
  const found = statement.kinds.map((kind) => takesText(kind, statement.table)).join(" ");
  return `${found} The code that is deployed now fails there once expand has run. Before expand, deploy a fix: ${fixesOf([statement])}.`;
}

/** The same, before the migrations of a deployment run. @param before the commit whose builds contain it; absent: this checkout */
export function buildText(statement: WholeRowStatement & { readonly before?: string }): string {
  const { file, line, within, sql, kinds, table, before } = statement;
  const where =
    before === undefined ? "" : `, in builds of ${before === "HEAD" ? "the last commit" : before.slice(0, 9)}`;
  const found = kinds.map((kind) => takesText(kind, table)).join(" ");
  return `${file}:${line}${where}: ${named(within, shortened(sql))}. ${found}`;
}

function takesText(kind: WholeRowKind, table: TableName): string {
  const { [kind]: fails = "the database rejects the statement" } = consequences;
  return `It ${takes[kind]} (${tableLabel(table)}). With another column, ${fails}.`;
}

const consequences: Partial<Record<WholeRowKind, string>> = {
  insert: "the database rejects the statement, or values get into other columns",
  "null-test": "the test is false for rows without its value",
};

const fixes: Partial<Record<WholeRowKind, string>> = {
  insert: "list the columns on both sides",
  "null-test": "test the columns that are meant",
  grouping: "group by the key",
  partition: "change both tables in the same migration",
};

function fixesOf(found: readonly WholeRowStatement[]): string {
  const all = found.flatMap(({ kinds }) => kinds.map((kind) => fixes[kind] ?? "list the columns"));
  return [...new Set(all)].join(", and ");
}

/** The same about prepared statements alone. */
export function preparedText(found: readonly FoundStatement[]): string {
  if (found.length === 0) return "";
  const subject = found.length === 1 ? "1 prepared statement fails" : `${found.length} prepared statements fail`;
  return [
    `Lockstep: ${subject} on open connections once this migration has run`,
    ...rowsOf(found),
    `  ${consequence}`,
    `  ${advice(found, "this migration")}`,
  ].join("\n");
}

function rowsOf(found: readonly (FoundStatement | WholeRowStatement)[]): readonly string[] {
  const rows = found
    .slice(0, shown)
    .map(({ file, line, within, sql }) => [`${file}:${line}`, named(within, shortened(sql))]);
  return [columns(rows), ...(found.length > shown ? [`  and ${counted(found.length - shown, "more statement")}`] : [])];
}

/** The same if the search failed, or took too long. */
export function unsearchedText(tables: readonly TableName[]): string {
  const names = tables.map(tableLabel).join(", ");
  return `Lockstep could not search your code for statements that use all columns of ${names}: some fail once this migration has run.`;
}

/** If the code from before a migration could not be searched. */
export function unsearchedBuildsText(migration: string): string {
  return `Lockstep searched only this checkout for statements that ${migration} breaks: git has no commit from before it.`;
}

/** Why a plan lists such a statement, and what to do. */
export function preparedReason(found: FoundStatement): string {
  return `returns \`*\` and stays prepared. ${consequence} ${advice([found], "expand")} An undo of expand has the same effect.`;
}

const consequence =
  'PostgreSQL rejects it with "cached plan must not change result type" until the connection is reopened.';

function advice(found: readonly FoundStatement[], change: string): string {
  const ways = ["list the columns", ...new Set(found.map(({ by }) => otherWays[by]))];
  const either = `${ways.slice(0, -1).join(", ")} or ${ways.at(-1)}`;
  return `Before ${change}, deploy a fix: ${either}. Otherwise restart the application right after it.`;
}

function named(within: string | undefined, text: string): string {
  return within === undefined ? text : `${within}: ${text}`;
}

function shortened(sql: string): string {
  return sql.length > 90 ? `${sql.slice(0, 89)}…` : sql;
}
