import { existsSync } from "node:fs";
import { join } from "node:path";
import { ignoring, isNoBug } from "../base/expected-errors.js";
import { isCommittedWord } from "../base/files/git.js";
import { fillFunctions } from "../config/configured-fills.js";
import { loadConfig, mayHaveFills } from "../config/load.js";
import { sqlReader } from "../databases/sql-reader.js";
import type { IndexFacts } from "../dialect/development.js";
import type { Judging } from "../dialect/judging.js";
import { smallTables } from "../dialect/stats/small-tables.js";
import { type Migration, nameKey, type Operation, renameOf, type TableName } from "../model/index.js";
import {
  type AddedColumn,
  addedColumns,
  editsCodeOf,
  reshapedTables,
  unsearchedTables,
} from "../plan/added-columns.js";
import { formerTables } from "../plan/former-tables.js";
import { refuseIdleAnnotations } from "../plan/guard-annotations.js";
import { refuseNewKeyColumns } from "../plan/guard-keys.js";
import { knownTypes } from "../plan/known-types.js";
import { type PlanSources, withFunctions } from "../plan/sources.js";
import { judge } from "../rules/judge.js";
import type { RuleContext } from "../rules/rule.js";
import type { Corrected, Decision, KnownOfChange, OpenPlans, OrmChange, Told } from "./change.js";
import type { DevelopmentDatabase } from "./development-database.js";
import { likelyRenames, withRemarks, withRenames } from "./remarks.js";

/**
 * Lets an ORM generate its migration, and decides: it passes, or it gets a plan with tested fills. Writes nothing. A change that passes
 * only loads libpg-query and this file.
 *
 * The plugin does the rest: the ORM's migration for the relaxed models must match (`assertAgreement`), then the files of the expand phase
 * (`prepareExpand`) replace the ORM's own.
 *
 * @throws LS1001 SQL that cannot be parsed · LS2xxx missing information for a plan · LS3004 a column with an open plan, or declared as before
 * contract
 */
export async function decide<Relaxed>(orm: OrmChange<Relaxed>): Promise<Decision<Relaxed>> {
  let opened: Promise<DevelopmentDatabase> | undefined;
  const database: Development = () => {
    opened ??= loadDatabase().then(({ DevelopmentDatabase }) => new DevelopmentDatabase(() => orm.connect()));
    return opened;
  };
  try {
    return await decideWith(orm, database, () => opened !== undefined);
  } finally {
    await (await opened)?.close();
  }
}

/** Modules that `decide` loads in a project with open plans; a caller that waits for something else can load them early. */
export const loadOpenPlans = () => import("./open-plans.js");
/** The same for a change that needs a plan. */
export const loadPlanning = async () => (await Promise.all([import("./plan-change.js"), loadDatabase()]))[0];
const loadDatabase = () => import("./development-database.js");

/** Connects only when the database is needed. */
type Development = () => Promise<DevelopmentDatabase>;

async function decideWith<Relaxed>(
  orm: OrmChange<Relaxed>,
  database: Development,
  isOpened: () => boolean,
): Promise<Decision<Relaxed>> {
  const hasPlans = existsSync(join(orm.root, "lockstep"));
  const open = hasPlans ? await (await loadOpenPlans()).openPlans(orm) : undefined;
  const { migration: generated, restore, leftOut = [] } = await orm.generate(open);
  if (generated === undefined || generated.operations.length === 0) {
    const told = await tell(orm, open, [], { ...nothing, corrections: leftOut });
    return { kind: "pass", restore, added: [], reshaped: [], told };
  }
  const { operations } = generated;
  const added = addedColumns(operations);
  // MySQL and MariaDB prepare a statement again themselves: only whole rows fail there.
  const reshaped = reshapedTables(operations).filter(({ grows }) => grows || orm.dialectId === "postgresql");
  // Checks the user's own change: once corrected, it may look like another one.
  open?.refuseSecondChange(operations);
  if (hasPlans && operations.some(({ kind }) => kind === "dropNotNull" || kind === "redeclareColumn"))
    await (await loadOpenPlans()).refuseEarlierModels(orm, operations);
  const source = await sourcesOf(orm, operations);
  const dependents: KnownOfChange["dependents"] = async (...column) => (await database()).dependents(...column);
  // A change that is safe without a plan needs no database.
  const formerTable: KnownOfChange["formerTable"] = async (table) =>
    (await database()).formerTable(table).catch(ignoring(isNoBug));
  const own = (await orm.correct?.(generated, { source, dependents, formerTable })) ?? {
    ...nothing,
    migration: generated,
  };
  const corrected = { ...own, corrections: [...leftOut, ...own.corrections] };
  const migration = await withStoredDefaults(corrected.migration, database);
  const { judging } = await sqlReader(orm.dialectId);
  const formerType = await formerTypes({ ...corrected, migration }, database);
  const { findings, notices, context } = judge(migration, {
    judging,
    source,
    isSmall: smallTables(orm.root),
    isUncommitted: (column) => !isCommittedWord(orm.root, column),
    formerIndex: await formerIndexes(migration.operations, judging, async (name) =>
      (await database()).index(name).catch(ignoring(isNoBug)),
    ),
    formerType,
    formerTable: await formerTables(migration.operations, judging, formerTable),
    typeKind: await knownTypes(
      migration.operations,
      async (name) => orm.typeKind?.(name) ?? (await database()).typeKind(name).catch(ignoring(isNoBug)),
    ),
    environment: { transactions: orm.transactions },
  });
  refuseNewKeyColumns(context);
  if (findings.length > 0) {
    const { planChange } = await loadPlanning();
    const remarks = [
      ...corrected.remarks,
      ...(await tableUsers(migration, await database(), true)),
      ...likelyRenames(migration, formerType, await fieldNames(orm, source, migration)),
    ];
    const answer = await planChange(orm, { ...corrected, migration, remarks }, await database(), open?.plans ?? []);
    const told = await tell(orm, open, migration.operations, { ...corrected, notices: answer.notices });
    if (answer.kind === "pass") return { kind: "pass", restore, added, reshaped, told };
    const isOfPlan = (column: AddedColumn) => editsCodeOf(answer.plan, column);
    return {
      ...answer,
      migration,
      restore,
      added: added.filter((column) => !isOfPlan(column)),
      reshaped: unsearchedTables(reshaped, answer.plan),
      told,
    };
  }
  if (source !== undefined) refuseIdleAnnotations(migration.operations, source, () => false);
  // A connection takes longer than everything else here. Without one, the migrations are searched after the ORM's command.
  const users = added.length > 0 && isOpened() ? await tableUsers(migration, await database(), false) : [];
  const remarked = withRemarks([...corrected.notices, ...notices], [...corrected.remarks, ...users]);
  const told =
    remarked.length === 0
      ? remarked
      : withRenames(remarked, migration, formerType, await fieldNames(orm, source, migration));
  return {
    kind: "pass",
    restore,
    added,
    reshaped,
    told: await tell(orm, open, migration.operations, { ...corrected, notices: told }),
  };
}

const nothing = { corrections: [], notices: [], remarks: [], formerType: undefined };

/** What uses the tables that get a column. Another role's objects, or a lost connection, do not end the change. */
async function tableUsers(migration: Migration, database: DevelopmentDatabase, isPlanned: boolean) {
  const { addedTables, tableUserRemarks } = await import("./table-users.js");
  const tables = addedTables(migration.operations);
  if (tables.length === 0) return [];
  const users = await database.users(tables).catch(ignoring(isNoBug));
  return users === undefined ? [] : tableUserRemarks(migration, users, { isPlanned });
}

/** The indexes that a change drops. Only queried where a plan can drop them while reads and writes continue. */
async function formerIndexes(
  operations: readonly Operation[],
  { capabilities }: Judging,
  ask: (name: TableName) => Promise<IndexFacts | undefined>,
): Promise<(name: TableName) => IndexFacts | undefined> {
  const known = new Map<string, IndexFacts | undefined>();
  for (const each of operations)
    if (each.kind === "dropIndex" && !each.isConcurrent && capabilities.hasConcurrentIndexes)
      known.set(nameKey(each.name), await ask(each.name));
  return (name) => known.get(nameKey(name));
}

/** The annotations and functions for new columns; a change without either only costs a search for the words. */
async function sourcesOf<Relaxed>(
  orm: OrmChange<Relaxed>,
  operations: readonly Operation[],
): Promise<PlanSources["column"] | undefined> {
  if (!operations.some(({ kind }) => /^(?:add|createTable|redeclareColumn|renameColumn|setNotNull)/.test(kind)))
    return undefined;
  const hasFunctions = mayHaveFills(orm.root);
  if (!hasFunctions && !(await orm.mentions(/@lockstep\./))) return undefined;
  const config = hasFunctions ? await loadConfig(orm.root) : { targets: {} };
  return withFunctions(await orm.sources(), fillFunctions(config));
}

/** The names of fields, for likely renames. They are only read if there may be one. */
async function fieldNames<Relaxed>(
  orm: OrmChange<Relaxed>,
  source: PlanSources["column"] | undefined,
  { operations }: Migration,
) {
  const isAsked = operations.some((each) => each.kind === "dropColumn" || renameOf(each) !== undefined);
  return { words: orm.words, source: source ?? (isAsked ? await orm.sources() : undefined) };
}

/** The migration with facts that only the database has: which defaults it evaluates once. */
async function withStoredDefaults(migration: Migration, database: Development): Promise<Migration> {
  const isUnclear = migration.operations.some(
    (operation) => operation.kind === "addColumn" && !operation.column.isDefaultStored && !operation.column.isSerial,
  );
  return isUnclear ? (await database()).withStoredDefaults(migration) : migration;
}

/** The types of columns before the change, to recognise renames. Without a down migration, the database provides them. */
async function formerTypes(
  { migration, formerType }: Pick<Corrected, "migration" | "formerType">,
  database: Development,
): Promise<RuleContext["formerType"]> {
  const has = (kind: Operation["kind"]) => migration.operations.some((operation) => operation.kind === kind);
  if (formerType !== undefined || !has("dropColumn") || !has("addColumn")) return formerType ?? (() => undefined);
  return (await database()).formerTypes(migration);
}

/** @param operations the generated operations: their columns have been checked */
async function tell<Relaxed>(
  orm: OrmChange<Relaxed>,
  open: OpenPlans | undefined,
  operations: readonly Operation[],
  { corrections, notices }: Pick<Told, "corrections" | "notices"> = nothing,
): Promise<Told | undefined> {
  const unused = (await orm.mentions(/@lockstep\.(?:backfill|mirror)[ \t]*\(/))
    ? (await import("./unused-annotations.js")).unusedAnnotations(
        await orm.columns(),
        await orm.sources(),
        open?.plans ?? [],
        operations,
      )
    : [];
  return corrections.length + notices.length + unused.length === 0 ? undefined : { corrections, notices, unused };
}
