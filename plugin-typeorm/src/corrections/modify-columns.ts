import { judge, type Operation, type SqlReader } from "@lockstep/core";
import { type CorrectedChange, formerName, type GeneratedChange, type Known } from "./correct.js";
import { draftOf, type Line, replaced } from "./draft.js";
import { formerTypes } from "./former-types.js";
import { isWhole, queriesOf, textOf } from "./queries.js";
import { isComputed, type RecreatedColumn, type RetypedColumn, recreatedColumns } from "./recreated-columns.js";
import { withoutRoundTrips } from "./round-trips.js";
import { keptWords, retypedWords } from "./words.js";

/**
 * `correct` for MySQL and MariaDB: a column that is dropped and added again keeps its rows where the server can declare it anew in an
 * instant; what is dropped and added again as it was stays. What takes the change back is corrected alike.
 *
 * @throws LS2060 where a column would lose its values · LS1001 SQL that cannot be read
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
  const modified: RetypedColumn[] = [];
  const lost: RecreatedColumn[] = [];
  for (const column of recreatedColumns(forward, down.operations)) {
    if (known.source?.(column.table, column.name)?.skip !== undefined || isComputed(column)) continue;
    if (await isInstant(column, forward, reader, known)) modified.push(column as RetypedColumn);
    else lost.push(column);
  }
  if (lost.length > 0)
    throw (await import("@lockstep/core/planning")).lostColumns(
      lost.map((column) => ({ ...column, renamedFrom: formerName(column, up.operations) })),
      known.source,
      reader.conversion,
    );
  const { lines, kept } = withoutRoundTrips(modify(forward, modified, demand), down.operations);
  const isModified = ({ table, name }: RecreatedColumn) =>
    modified.some((each) => each.name === name && each.table.name === table.name && each.table.schema === table.schema);
  const back = modify(backward, recreatedColumns(backward, []).filter(isModified), "");
  const isUnchanged = isWhole(lines, up);
  return {
    up: isUnchanged ? change.up : queriesOf(lines, up, change.up, make),
    down: isUnchanged ? change.down : queriesOf(withoutRoundTrips(back, up.operations).lines, down, change.down, make),
    isUnchanged,
    corrections: [...modified.map(retypedWords), ...keptWords(kept)],
    notices: [],
    formerType: formerTypes(down.operations),
  };
}

/** On a database where the column is another one, nothing is changed, and no table copied. */
const demand = ", ALGORITHM=INSTANT";

/** Whether the server declares it anew without a look at the rows, and none of them, and no code, is in the way. */
async function isInstant(
  column: RecreatedColumn,
  lines: readonly Line[],
  { readMigration, judging }: SqlReader,
  { formerTable }: Known,
): Promise<boolean> {
  const table = column.before && (await formerTable?.(column.table));
  if (table === undefined) return false;
  const migration = readMigration(`${modification(column, lines)};\n`, "migration.sql");
  const { context } = judge(migration, { judging, formerTable: () => table });
  return migration.operations.every((operation) => {
    const { held, concerns, doubts } = judging.verdictOf(operation, context);
    return operation.kind === "redeclareColumn" && held === "instant" && concerns.length + doubts.length === 0;
  });
}

function modify(lines: readonly Line[], columns: readonly RecreatedColumn[], more: string): Line[] {
  const by = columns.flatMap((column): [Operation, readonly string[]][] => [
    [column.drop, []],
    [column.add, [modification(column, lines) + more]],
  ]);
  return replaced(lines, new Map(by));
}

/** The whole declaration, as the ORM adds it. What a MODIFY leaves out is gone. */
function modification({ add }: RecreatedColumn, lines: readonly Line[]): string {
  const { sql = "" } = lines.find(({ operations }) => operations.includes(add)) ?? {};
  return sql.slice(0, sql.indexOf(add.sql)) + add.sql.replace(/^ADD\s+(?:COLUMN\s+)?/i, "MODIFY ");
}
