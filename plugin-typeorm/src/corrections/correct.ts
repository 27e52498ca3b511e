import {
  type Corrected,
  isSameTable,
  type KnownOfChange,
  type Notice,
  type Operation,
  type Parser,
  readMigration,
  renameOf,
  sqlReader,
  type TableName,
} from "@lockstep/core";
import type { ColumnDependents } from "@lockstep/core/planning";
import { draftOf, type Line } from "./draft.js";
import { dropExpressions } from "./dropped-expressions.js";
import { extendEnums } from "./extend-enums.js";
import { formerTypes } from "./former-types.js";
import {
  extendedWords,
  keptWords,
  mergedWords,
  movedWords,
  plainWords,
  retypedNotices,
  retypedWords,
} from "./messages.js";
import { isWhole, queriesOf, textOf } from "./queries.js";
import {
  alterations,
  isComputed,
  isRetyped,
  type RecreatedColumn,
  type RetypedColumn,
  recreatedColumns,
  retype,
  retypeBack,
} from "./recreated-columns.js";
import { withoutRoundTrips } from "./round-trips.js";

/** A change as an ORM generates it: each query as it runs, in both directions, with its further properties (parameters). */
export interface GeneratedChange<Q extends { readonly query: string }> {
  readonly up: readonly Q[];
  /** In execution order. */
  readonly down: readonly Q[];
}

/** Facts besides the change: `@lockstep.skip` allows losing values. Default: none. */
export type Known = Partial<KnownOfChange>;

export interface CorrectedChange<Q extends { readonly query: string }>
  extends GeneratedChange<Q>,
    Pick<Corrected, "corrections" | "notices"> {
  /** The same queries and lists as in the input. */
  readonly isUnchanged: boolean;
  formerType(table: TableName, column: string): string | undefined;
}

/**
 * Corrects errors in an ORM's own SQL, and leaves everything else unchanged. A column that is dropped and added again with another type
 * keeps its rows if PostgreSQL can change the type in its catalog alone; an enum that only gets values is not recreated; what is dropped
 * and added again unchanged stays. The statements that revert the change are corrected alike.
 *
 * @param make a query of the ORM's kind
 * @example const { up, down } = await correct({ up: log.upQueries, down: log.downQueries.toReversed() }, (sql) => new Query(sql), parser);
 * @throws LS2060 a column would lose its values · LS1001 PostgreSQL's parser rejects the text
 */
export async function correct<Q extends { readonly query: string }>(
  change: GeneratedChange<Q>,
  make: (sql: string) => Q,
  parser: Parser,
  known: Known = {},
): Promise<CorrectedChange<Q>> {
  const up = readMigration(textOf(change.up), "migration.sql", parser);
  const down = readMigration(textOf(change.down), "migration.sql", parser);
  const recreated = recreatedColumns(draftOf(up), down.operations).filter(
    (column) => known.source?.(column.table, column.name)?.skip === undefined && !isComputed(column),
  );
  const retyped = recreated.filter(isRetyped);
  const lost = recreated.filter((column) => !isRetyped(column));
  if (lost.length > 0)
    throw (await import("@lockstep/core/planning")).lostColumns(
      lost.map((column) => ({ ...column, renamedFrom: formerName(column, up.operations) })),
      known.source,
      (await sqlReader("postgresql")).conversion,
    );
  const facts = new Map<RetypedColumn, ColumnDependents>();
  for (const column of retyped)
    if (known.dependents !== undefined) facts.set(column, await known.dependents(column.table, column.name));
  const dependents = (column: RetypedColumn) => facts.get(column);

  const plain = dropExpressions(retype(draftOf(up), retyped, dependents), down.operations);
  const enums = extendEnums(plain.lines, down.operations);
  const { lines, kept } = withoutRoundTrips(enums.lines, down.operations);
  const back = extendEnums(retypeBack(draftOf(down), retyped, dependents), up.operations);
  const isUnchanged = isWhole(lines, up);
  return {
    // Lockstep does not correct `down` alone.
    up: isUnchanged ? change.up : queriesOf(lines, up, change.up, make),
    down: isUnchanged
      ? change.down
      : queriesOf(withoutRoundTrips(back.lines, up.operations).lines, down, change.down, make),
    isUnchanged,
    corrections: [
      ...retyped.map((each) => retypedWords(each)),
      ...plain.dropped.map(plainWords),
      ...enums.extended.map(extendedWords),
      ...movedWords(enums.moved),
      ...mergedWords(enums.merged),
      ...keptWords(kept),
    ],
    notices: retyped.flatMap((column) => retypedNotices(column, dependents(column), placeOf(column, lines))),
    formerType: formerTypes(down.operations),
  };
}

/** TypeORM treats a dropped column and an added one as a rename, whatever their types. */
export function formerName({ table, name }: RecreatedColumn, operations: readonly Operation[]): string | undefined {
  const renames = operations.flatMap((operation) => renameOf(operation) ?? []);
  return renames.find((rename) => rename.newName === name && isSameTable(rename.table, table))?.column;
}

/** The statement that alters the type of a column. */
function placeOf(column: RetypedColumn, lines: readonly Line[]): Pick<Notice, "line" | "sql"> {
  const [sql = ""] = alterations(column);
  const before = lines.slice(
    0,
    lines.findIndex((line) => line.sql === sql),
  );
  return { line: before.reduce((line, each) => line + each.sql.split("\n").length, 1), sql };
}
