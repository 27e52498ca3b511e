import { LockstepError } from "../base/errors.js";
import type { ExtendedEnum, FillProblem } from "../dialect/validation.js";
import { isSameTable, type Migration, type Plan, type PlannedColumn } from "../model/index.js";
import type { OrmPlugin } from "../plugin/plugin.js";
import { fillProblemText } from "../target/facts/fill-problem.js";
import { tryColumns, type ValidationDatabase } from "../target/facts/try-columns.js";

type Words = Pick<OrmPlugin["words"], "annotation">;

/**
 * Evaluates the SQL fills of a plan over existing rows: checks their type, NULLs, and what the change's unique indexes and foreign keys
 * would reject. Writes nothing.
 *
 * @param words how the ORM's users write an annotation, for hints
 * @param isUnknown whether a fill may use objects that the database does not have yet: then missing objects are no problem
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
  // Tests the fallback of a function like a fill: databases that skip releases fill their rows with it.
  const planned = plan.columns.map((column) => {
    const fill = column.fill ?? column.compute?.fallback;
    return fill === undefined ? column : { ...column, fill };
  });
  for await (const { column, problem } of tryColumns(planned, database, { enums })) {
    const isMissing = problem.kind === "type" && problem.isMissing === true;
    if (!(isMissing && isUnknown(column))) refuse(problem, column, words);
  }
}

/** Enums that get new values. */
function extendedEnums({ operations }: Pick<Migration, "operations">): readonly ExtendedEnum[] {
  const added = operations.flatMap((operation) => (operation.kind === "addEnumValue" ? [operation] : []));
  return added.map(({ name }) => {
    const values = added.filter((other) => isSameTable(other.name, name)).map(({ value }) => value);
    return { name, values };
  });
}

/** Problems without a code are only notices: the backfill will detect them. */
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
