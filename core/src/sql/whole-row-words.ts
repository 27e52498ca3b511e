import type { WholeRowKind } from "../model/index.js";

/** A routine of the database that fails once its table has another column. */
interface Broken {
  readonly routine: string;
  readonly kind: WholeRowKind;
  readonly statement: string;
  readonly writes: readonly string[];
}

/** What a routine does with the whole row, and what fails. */
export function wholeRowWords({ routine, kind, statement, writes }: Broken): string {
  const sql = statement === "" || statement === routine ? "" : ` in \`${shortened(statement)}\``;
  const who = writes.length === 0 ? "it" : `${andList(writes)} of the table`;
  if (kind === "unread") return `Lockstep cannot read ${routine}. If it takes the whole row, ${who} can fail.`;
  if (kind === "open-sessions")
    return `${routine} ${takes[kind]}${sql}. On connections that ran it before, it fails until they are closed.`;
  const wrong = { insert: ", or store values in the wrong columns", "null-test": ", or take another branch" };
  return `${routine} ${takes[kind]}${sql}. With another column, ${who} can fail${kind in wrong ? wrong[kind as keyof typeof wrong] : ""}.`;
}

/** What a statement does, after its subject. */
export const takes: Readonly<Record<WholeRowKind, string>> = {
  insert: "inserts all columns into another table",
  "by-position": "inserts without a list of columns",
  load: "loads rows without a list of columns",
  "set-operation": "combines all columns with another query",
  comparison: "compares all columns with a fixed list",
  assignment: "assigns all columns to a fixed list",
  variables: "reads all columns into a fixed list of variables",
  result: "returns columns that no longer match its declaration",
  "row-value": "makes a row of the table from fixed values",
  "null-test": "tests that every column has a value",
  "column-list": "gives names to all columns of a query",
  grouping: "returns all columns, and does not group by the key",
  view: "replaces a view, in which the new column would not be the last",
  partition: "exchanges or attaches a table, which must have the same columns",
  "open-sessions": "uses all columns",
  unread: "may use all columns",
};

/** What to do before the column is added. */
export const wholeRowAdvice = "First list the columns in it.";

/** Why a person should review the objects that use a planned table. */
export const usersMatter =
  "Triggers fire for every filled row; a view made with SELECT * does not show the new column.";

function andList(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function shortened(sql: string): string {
  return sql.length > 120 ? `${sql.slice(0, 119)}…` : sql;
}
