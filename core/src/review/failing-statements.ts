import type { WholeRowStatement } from "../code/raw-sql/whole-rows.js";
import type { WholeRowKind } from "../dialect/whole-rows.js";
import { type TableName, tableLabel } from "../model/names.js";
import type { FoundStatement, PreparedBy } from "../model/prepared-statement.js";
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
  const fixes = new Set(found.flatMap(({ kinds }) => kinds.map((kind) => takes[kind].fix)));
  return [
    `Lockstep: ${subject} once this migration has run, also in code that is already deployed`,
    ...rowsOf(found),
    ...new Set(found.flatMap(({ kinds, table }) => kinds.map((kind) => `  ${takesText(kind, table)}`))),
    `  Before this migration, deploy a fix: ${[...fixes].join(", and ")}.`,
  ].join("\n");
}

/** Why a plan lists such a statement, and what to do. */
export function wholeRowReason({ kinds, table }: WholeRowStatement): string {
  const fixes = [...new Set(kinds.map((kind) => takes[kind].fix))].join(", and ");
  const found = kinds.map((kind) => takesText(kind, table)).join(" ");
  return `${found} The code that is deployed now fails there once expand has run. Before expand, deploy a fix: ${fixes}.`;
}

function takesText(kind: WholeRowKind, table: TableName): string {
  const { what, fails = "With another column, the database rejects the statement." } = takes[kind];
  return `It ${what.replace("TABLE", tableLabel(table))}. ${fails}`;
}

const otherColumns = "With another column, the database rejects the statement, or values get into other columns.";

/** What a statement does with the whole row, and its fix. Some kinds only occur in routines. */
const takes: Readonly<Record<WholeRowKind, { readonly what: string; readonly fix: string; readonly fails?: string }>> =
  {
    insert: {
      what: "inserts all columns of TABLE by position",
      fails: otherColumns,
      fix: "list the columns on both sides",
    },
    "by-position": { what: "inserts values into TABLE by position", fix: "list the columns" },
    load: { what: "loads rows into TABLE by position", fix: "list the columns" },
    "set-operation": { what: "combines all columns of TABLE with another query", fix: "list the columns" },
    comparison: { what: "compares all columns of TABLE with a fixed number of values", fix: "list the columns" },
    assignment: { what: "assigns all columns of TABLE to a fixed list", fix: "list the columns" },
    variables: { what: "reads all columns of TABLE into a fixed list of variables", fix: "list the columns" },
    "column-list": { what: "gives names to all columns of TABLE", fix: "list the columns" },
    "row-value": { what: "makes a row of TABLE from fixed values", fix: "list the columns" },
    "null-test": {
      what: "tests that every column of TABLE has a value",
      fails: "With another column, the test is false for rows without its value.",
      fix: "test the columns that are meant",
    },
    grouping: { what: "returns all columns of TABLE without grouping by its key", fix: "group by the key" },
    view: { what: "replaces a view, where the new column of TABLE would not be the last", fix: "list the columns" },
    partition: {
      what: "exchanges or attaches a table, which must have the same columns as TABLE",
      fix: "change both tables in the same migration",
    },
    result: { what: "returns all columns of TABLE", fix: "list the columns" },
    "open-sessions": { what: "uses all columns of TABLE", fix: "list the columns" },
    unread: { what: "may use all columns of TABLE", fix: "list the columns" },
  };

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
