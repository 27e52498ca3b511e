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
export function preparedText(found: readonly FoundStatement[]): string {
  if (found.length === 0) return "";
  const subject = found.length === 1 ? "1 prepared statement fails" : `${found.length} prepared statements fail`;
  const rows = found
    .slice(0, shown)
    .map(({ file, line, within, sql }) => [`${file}:${line}`, named(within, shortened(sql))]);
  return [
    `Lockstep: ${subject} on open connections once this migration has run`,
    columns(rows),
    ...(found.length > shown ? [`  and ${counted(found.length - shown, "more statement")}`] : []),
    `  ${consequence}`,
    `  ${advice(found, "this migration")}`,
  ].join("\n");
}

/** The same if the search failed, or took too long. */
export function unsearchedText(tables: readonly TableName[]): string {
  const names = tables.map(tableLabel).join(", ");
  return `Lockstep could not search your code for prepared statements that return \`*\` of ${names}: they fail once this migration has run.`;
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
