import { judge, type Operation, type SqlReader } from "@lockstep/core";
import { type CorrectedChange, formerName, type GeneratedChange, type Known } from "./correct.js";
import { draftOf, type Line, replaced } from "./draft.js";
import { formerTypes } from "./former-types.js";
import { keptWords, retypedWords } from "./messages.js";
import { isWhole, queriesOf, textOf } from "./queries.js";
import { isComputed, type RecreatedColumn, type RetypedColumn, recreatedColumns } from "./recreated-columns.js";
import { withoutRoundTrips } from "./round-trips.js";

/**
 * `correct` for MySQL and MariaDB: a column that is dropped and added again keeps its rows if the server can redeclare it instantly, or if
 * a text column gets longer, for which the table is copied. What is dropped and added again unchanged stays. The statements that revert the
 * change are corrected alike.
 *
 * @throws LS2060 a column would lose its values · LS1001 SQL that cannot be parsed
 */
export async function modifyColumns<Q extends { readonly query: string }>(
  change: GeneratedChange<Q>,
  make: (sql: string) => Q,
  reader: SqlReader,
  known: Known,
): Promise<CorrectedChange<Q>> {
  const up = reader.readMigration(textOf(change.up), "migration.sql");
  const down = reader.readMigration(textOf(change.down), "migration.sql");
  const [forward, backward] = [draftOf(up), draftOf(down)];
  const modified: ModifiedColumn[] = [];
  const lost: RecreatedColumn[] = [];
  for (const column of recreatedColumns(forward, down.operations)) {
    if (known.source?.(column.table, column.name)?.skip !== undefined || isComputed(column)) continue;
    const way = await wayOf(column, forward, reader, known);
    if (way === undefined) lost.push(column);
    else modified.push({ ...(column as RetypedColumn), way });
  }
  if (lost.length > 0)
    throw (await import("@lockstep/core/planning")).lostColumns(
      lost.map((column) => ({ ...column, renamedFrom: formerName(column, up.operations) })),
      known.source,
      reader.conversion,
    );
  const { lines, kept } = withoutRoundTrips(
    modify(forward, modified, ({ way }) => (way === "instant" ? demand : "")),
    down.operations,
  );
  const isModified = ({ table, name }: RecreatedColumn) =>
    modified.some((each) => each.name === name && each.table.name === table.name && each.table.schema === table.schema);
  const back = modify(backward, recreatedColumns(backward, []).filter(isModified), () => "");
  const isUnchanged = isWhole(lines, up);
  return {
    up: isUnchanged ? change.up : queriesOf(lines, up, change.up, make),
    down: isUnchanged ? change.down : queriesOf(withoutRoundTrips(back, up.operations).lines, down, change.down, make),
    isUnchanged,
    corrections: [
      ...modified.map((each) => retypedWords(each, each.way === "copy" ? "by a copy of the table" : undefined)),
      ...keptWords(kept),
    ],
    notices: [],
    formerType: formerTypes(down.operations),
  };
}

/** If the database has a different column, the statement fails: nothing is changed, and no table copied. */
const demand = ", ALGORITHM=INSTANT";

interface ModifiedColumn extends RetypedColumn {
  readonly way: "instant" | "copy";
}

/**
 * How the server redeclares it. Undefined: it may reject a row, or break code. Among the changes that need a copy, only those of text
 * columns keep the values that code reads.
 */
async function wayOf(
  column: RecreatedColumn,
  lines: readonly Line[],
  { readMigration, judging }: SqlReader,
  { formerTable }: Known,
): Promise<ModifiedColumn["way"] | undefined> {
  const table = column.before && (await formerTable?.(column.table));
  if (table === undefined) return undefined;
  const migration = readMigration(`${modification(column, lines)};\n`, "migration.sql");
  const { context } = judge(migration, { judging, formerTable: () => table });
  const [operation] = migration.operations;
  if (operation?.kind !== "redeclareColumn" || migration.operations.length > 1) return undefined;
  const { held, concerns, doubts } = judging.verdictOf(operation, context);
  if (doubts.length > 0) return undefined;
  if (held === "instant" && concerns.length === 0) return "instant";
  const isLonger = [column.before?.type, column.add.column.type].every((type) => type !== undefined && text.test(type));
  return isLonger && concerns.every(({ kind }) => kind === "rewrites") ? "copy" : undefined;
}

const text = /^(?:var)?char\b|^(?:medium|long)?text\b/;

function modify<C extends RecreatedColumn>(
  lines: readonly Line[],
  columns: readonly C[],
  more: (column: C) => string,
): Line[] {
  const by = columns.flatMap((column): [Operation, readonly string[]][] => [
    [column.drop, []],
    [column.add, [modification(column, lines) + more(column)]],
  ]);
  return replaced(lines, new Map(by));
}

/** The whole declaration, as the ORM adds it. MODIFY removes what it omits. */
function modification({ add }: RecreatedColumn, lines: readonly Line[]): string {
  const { sql = "" } = lines.find(({ operations }) => operations.includes(add)) ?? {};
  return sql.slice(0, sql.indexOf(add.sql)) + add.sql.replace(/^ADD\s+(?:COLUMN\s+)?/i, "MODIFY ");
}
