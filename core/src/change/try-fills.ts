import { LockstepError } from "../base/errors.js";
import type { ExtendedEnum, FillProblem } from "../dialect/validation.js";
import { isSameTable, type Migration, type Plan, type PlannedColumn } from "../model/index.js";
import type { OrmPlugin } from "../plugin/plugin.js";
import { fillProblemText } from "../target/facts/fill-problem.js";
import { tryColumns, type ValidationDatabase } from "../target/facts/try-columns.js";

type Words = Pick<OrmPlugin["words"], "annotation">;

/**
 * Evaluates the SQL fills of a plan over the rows that are there: their type, NULLs, what unique indexes and foreign keys of the
 * change would refuse. Nothing is written.
 *
 * @param words how the ORM's users write an annotation, for hints
 * @param isUnknown whether a fill may use what the database does not have yet: then nothing that is missing is held against it
 * @throws LS2003, LS2005–LS2007, LS2040, LS5008 for the first problem found
 */
export async function tryFills(
  plan: Plan,
  migration: Pick<Migration, "operations">,
  database: ValidationDatabase,
  words: Words,
  isUnknown: (column: PlannedColumn) => boolean,
): Promise<void> {
  const enums = extendedEnums(migration);
  // What a function falls back to is tried as if it were the fill: databases that skip releases fill their rows with it.
  const planned = plan.columns.map((column) => {
    const fill = column.fill ?? column.compute?.fallback;
    return fill === undefined ? column : { ...column, fill };
  });
  for await (const { column, problem } of tryColumns(planned, database, { enums })) {
    const isMissing = problem.kind === "type" && problem.isMissing === true;
    if (!(isMissing && isUnknown(column))) refuse(problem, column, words);
  }
}

/** Enums that get values. */
function extendedEnums({ operations }: Pick<Migration, "operations">): readonly ExtendedEnum[] {
  const added = operations.flatMap((operation) => (operation.kind === "addEnumValue" ? [operation] : []));
  return added.map(({ name }) => {
    const values = added.filter((other) => isSameTable(other.name, name)).map(({ value }) => value);
    return { name, values };
  });
}

/** Problems without a code are no more than a notice: the backfill finds out by itself. */
function refuse(problem: FillProblem, column: PlannedColumn, words: Words): void {
  const { code, message } = fillProblemText(problem, column.table, column);
  if (code === undefined) return;
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
