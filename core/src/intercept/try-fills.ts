import type { Connection } from "../db/connection.js";
import { LockstepError } from "../errors.js";
import { checkFill, type PlannedEnum } from "../facts/check-fill.js";
import { checkReference } from "../facts/check-reference.js";
import { checkUnique } from "../facts/check-unique.js";
import { fillProblemText } from "../facts/fill-problem.js";
import type { TableFacts } from "../facts/table.js";
import { isSameTable, type Migration, type Plan, type PlannedColumn, type TableName } from "../model/index.js";
import type { OrmPlugin } from "../plugin.js";

type Words = Pick<OrmPlugin["words"], "annotation">;

/** The database that the fills are tried on. */
export interface TrialDatabase {
  connection(): Promise<Connection>;
  table(name: TableName): Promise<TableFacts>;
}

/**
 * Evaluates the SQL fills of a plan over the rows that are there: their type, NULLs, what unique indexes and foreign keys of the
 * change would refuse. Nothing is written.
 *
 * @param words how the ORM's users write an annotation, for hints
 * @throws LS2003, LS2005–LS2007, LS2040, LS5008 for the first problem found
 */
export async function tryFills(
  plan: Plan,
  migration: Pick<Migration, "operations">,
  database: TrialDatabase,
  words: Words,
): Promise<void> {
  const enums = enumsOf(migration);
  // What a function falls back to is tried as if it were the fill: databases that skip releases fill their rows with it.
  const planned = plan.columns.map((column) => {
    const fill = column.fill ?? column.compute?.fallback;
    return fill === undefined ? column : { ...column, fill };
  });
  for (const column of planned) {
    if (column.fill === undefined) continue;
    const table = await database.table(column.table);
    const input = { table, column, fill: column.fill, columnExists: false, enums };
    const problems = await checkFill(await database.connection(), input);
    // In a column that stays optional NULL is a value.
    refuseFirst(
      problems.filter(({ kind }) => column.isRelaxed || kind !== "null"),
      column,
      words,
    );
  }
  for (const column of planned) {
    const columns = planned.filter(({ table }) => isSameTable(table, column.table));
    for (const key of column.uniqueKeys) {
      if (!isLookedAtWith(column, key, columns)) continue;
      const table = await database.table(column.table);
      refuseFirst(await checkUnique(await database.connection(), { table, key, columns }), column, words);
    }
    for (const foreignKey of column.foreignKeys ?? []) {
      if (!isLookedAtWith(column, foreignKey.columns, columns)) continue;
      const table = await database.table(column.table);
      refuseFirst(await checkReference(await database.connection(), { table, foreignKey, columns }), column, words);
    }
  }
}

/** A key over several new columns is looked at once, with the first of them that has a fill. */
function isLookedAtWith(column: PlannedColumn, key: readonly string[], columns: readonly PlannedColumn[]): boolean {
  const added = columns.filter(({ name }) => key.includes(name));
  return (added.find(({ fill }) => fill !== undefined) ?? added[0]) === column;
}

/** Enums that the change makes or extends. */
function enumsOf({ operations }: Pick<Migration, "operations">): readonly PlannedEnum[] {
  const made = operations.flatMap((operation): PlannedEnum[] =>
    operation.kind === "createType" ? [{ name: operation.name, values: operation.values, isNew: true }] : [],
  );
  const added = operations.flatMap((operation) => (operation.kind === "addEnumValue" ? [operation] : []));
  const extended = added.map(({ name }): PlannedEnum => {
    const values = added.filter((other) => isSameTable(other.name, name)).map(({ value }) => value);
    return { name, values, isNew: false };
  });
  return [...made, ...extended];
}

/** Problems without a code are no more than a notice: the backfill finds out by itself. */
function refuseFirst(problems: Awaited<ReturnType<typeof checkFill>>, column: PlannedColumn, words: Words): void {
  for (const problem of problems) {
    const { code, message } = fillProblemText(problem, column.table, column);
    if (code === undefined) continue;
    if (column.fill !== undefined)
      throw new LockstepError(code, `${column.fill.source}: ${message}`, {
        details: { fill: column.fill.sql, problem },
      });
    if (problem.kind === "missing-rows") throw new LockstepError(code, message, { details: { problem } });
    throw new LockstepError(code, message, {
      hint: `Remove the default of ${column.model}.${column.field} and write ${words.annotation("@lockstep.backfill(<sql>)")} with values that differ, or drop the unique constraint.`,
      details: { problem },
    });
  }
}
