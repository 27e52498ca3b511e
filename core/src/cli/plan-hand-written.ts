import { LockstepError } from "../base/errors.js";
import { ignoring, isNoBug } from "../base/expected-errors.js";
import type { DevelopmentDatabase } from "../change/development-database.js";
import { fillFunctions } from "../config/configured-fills.js";
import { smallTables } from "../dialect/stats/small-tables.js";
import {
  type DialectId,
  isFilled,
  isSameTable,
  type Notice,
  type Plan,
  type TableName,
  tableLabel,
} from "../model/index.js";
import { buildPlan } from "../plan/build-plan.js";
import type { FoldedMigration } from "../plan/fold-hand-written.js";
import { sha256 } from "../plan/hash.js";
import { knownTypes } from "../plan/known-types.js";
import { paceOf } from "../plan/pace.js";
import { withoutField } from "../plan/plan-columns.js";
import { planFolder } from "../plan/plan-file.js";
import { type PlanSources, withFunctions } from "../plan/sources.js";
import { isOpen } from "../plan/store.js";
import type { HandWrittenMigration } from "../plugin/plugin.js";
import type { VerdictContext } from "../sql/verdicts/context.js";
import type { Workspace } from "./command.js";

/**
 * Builds the plan of a hand-written migration and tests its fills on the development database.
 *
 * @param database source of table facts, and where fills are tested
 * @param refuseApplied throws if the migration may have run. Called only if there is a plan
 * @returns no plan if the migration is safe as written, or if every unsafe change is skipped
 * @throws LS2015, LS2017, LS4002, and errors of building a plan
 */
export async function planHandWritten(
  own: HandWrittenMigration,
  folded: FoldedMigration,
  plans: readonly Plan[],
  { project, plugin, config }: Workspace,
  database: DevelopmentDatabase,
  refuseApplied: () => Promise<void>,
): Promise<{
  readonly plan?: Plan;
  readonly notices?: readonly Notice[];
  readonly typeKind: VerdictContext["typeKind"];
}> {
  const functions = fillFunctions(config);
  // A migration that is safe without a plan needs no database. If none is reachable, the type stays unknown.
  const typeKind = await knownTypes(folded.migration.operations, (type) =>
    database.typeKind(type).catch(ignoring(isNoBug)),
  );
  const build = (source: string, dialect: DialectId) =>
    buildPlan({
      id: own.name,
      orm: plugin.id,
      dialect,
      versions: own.versions,
      migration: folded.migration,
      sources: {
        ...database.sources(plugin.transactions?.(project), folded.migration),
        ...own.sources,
        column: withUpdates(withFunctions(own.sources.column, functions), folded, source, own.file),
        typeKind: async (type) => typeKind(type),
        isSmall: smallTables(project.root),
      },
      openPlans: plans.filter(isOpen),
      pace: paceOf(config),
      words: plugin.words,
      originalModels: own.originalModels,
    });
  const first = await build(own.file, project.dialect);
  if (first.kind === "pass") return { notices: first.notices, typeKind };
  await refuseApplied();
  const dialect = await database.dialectId();
  const tried = dialect === project.dialect ? first : await build(own.file, dialect);
  if (tried.kind === "pass") return { notices: tried.notices, typeKind };
  await database.tryFills(tried.plan, functions, folded.migration, plugin.words);
  // From here on, the values come from the text stored in the plan's folder.
  const answer = await build(keptFile(own), dialect);
  if (answer.kind === "pass") return { typeKind };
  refuseLostFills(folded, answer.plan, own.file);
  const plan = { ...answer.plan, source: { sql: own.sql, sha256: sha256(own.sql), file: keptFile(own) } };
  return { plan: own.complete?.(plan) ?? plan, typeKind };
}

/** Never drops an UPDATE without a backfill that replaces it. @throws LS2015 */
function refuseLostFills({ filled }: FoldedMigration, { columns }: Plan, file: string): void {
  const isPlanned = ({ table, column }: FoldedMigration["filled"][number]) =>
    columns.some((each) => each.name === column && isSameTable(each.table, table) && isFilled(each));
  const lost = filled.find((each) => !isPlanned(each));
  if (lost === undefined) return;
  throw new LockstepError(
    "LS2015",
    `${file}:${lost.line}: no phase of the plan would fill "${tableLabel(lost.table)}"."${lost.column}".`,
  );
}

/** Combines the values of UPDATEs with those of the model. @throws LS2017 the model has other values · LS4002 the model lacks the field */
function withUpdates(
  column: PlanSources["column"],
  folded: FoldedMigration,
  file: string,
  migration: string,
): PlanSources["column"] {
  return (table: TableName, name: string) => {
    const source = column(table, name);
    const fill = folded.fill(table, name);
    // Without models, the migration itself defines the column.
    if (fill === undefined) return source?.file === migration ? { ...source, file } : source;
    if (source === undefined) throw withoutField(table, name);
    const other = source.compute === undefined ? source.fill?.sql : `fills.${source.model}.${source.field}`;
    if (other !== undefined && other !== fill.sql)
      throw new LockstepError(
        "LS2017",
        `"${tableLabel(table)}"."${name}": ${migration}:${fill.line} sets ${fill.sql}, but ${source.compute?.file ?? `${source.file}:${source.line}`} defines ${other}.`,
      );
    return { ...source, fill: { kind: source.fill?.kind ?? "backfill", sql: fill.sql }, file, line: fill.line };
  };
}

/** Where the user's own text is stored: under a name that neither a compiler nor an ORM treats as a migration. */
export function keptFile({ name, file }: HandWrittenMigration): string {
  return `${planFolder(name)}/original.${file.endsWith(".sql") ? "sql" : `${file.slice(file.lastIndexOf(".") + 1)}.txt`}`;
}
