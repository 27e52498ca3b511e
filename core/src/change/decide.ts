import { existsSync } from "node:fs";
import { join } from "node:path";
import { ignoring, isNoBug } from "../base/expected-errors.js";
import { fillFunctions } from "../config/configured-fills.js";
import { loadConfig, mayHaveFills } from "../config/load.js";
import { sqlReader } from "../databases/sql-reader.js";
import type { Migration, Notice, Operation } from "../model/index.js";
import { type AddedColumn, addedColumns, editsCodeOf, reshapedTables } from "../plan/added-columns.js";
import { formerTables } from "../plan/former-tables.js";
import { refuseIdleAnnotations } from "../plan/guard-annotations.js";
import { refuseNewKeyColumns } from "../plan/guard-keys.js";
import { knownTypes } from "../plan/known-types.js";
import { type PlanSources, withFunctions } from "../plan/sources.js";
import { judge } from "../rules/judge.js";
import type { Corrected, Decision, KnownOfChange, OpenPlans, OrmChange, Told } from "./change.js";
import type { DevelopmentDatabase } from "./development-database.js";
import { withRemarks, withRenames } from "./remarks.js";

/**
 * Asks an ORM what it generates, and decides: it passes, or there is a plan, whose fills were tried. Nothing is written. A change that
 * passes costs libpg-query and this.
 *
 * What follows is the plugin's: what the ORM generates for the relaxed models has to agree (`assertAgreement`), then the files of the
 * expand phase (`prepareExpand`) take the place of the ORM's own.
 *
 * @throws LS1001 SQL that cannot be read · LS2xxx what a plan lacks · LS3004 a column with an open plan
 */
export async function decide<Relaxed>(orm: OrmChange<Relaxed>): Promise<Decision<Relaxed>> {
  let opened: Promise<DevelopmentDatabase> | undefined;
  const database: Development = () => {
    opened ??= loadDatabase().then(({ DevelopmentDatabase }) => new DevelopmentDatabase(() => orm.connect()));
    return opened;
  };
  try {
    return await decideWith(orm, database);
  } finally {
    await (await opened)?.close();
  }
}

/** What `decide` loads in a project with open plans; who waits for something else may load it ahead. */
export const loadOpenPlans = () => import("./open-plans.js");
/** The same for a change that needs a plan. */
export const loadPlanning = async () => (await Promise.all([import("./plan-change.js"), loadDatabase()]))[0];
const loadDatabase = () => import("./development-database.js");

/** Nobody connects before something is asked. */
type Development = () => Promise<DevelopmentDatabase>;

async function decideWith<Relaxed>(orm: OrmChange<Relaxed>, database: Development): Promise<Decision<Relaxed>> {
  const open = existsSync(join(orm.root, "lockstep")) ? await (await loadOpenPlans()).openPlans(orm) : undefined;
  const { migration: generated, restore } = await orm.generate(open);
  if (generated === undefined || generated.operations.length === 0)
    return { kind: "pass", restore, added: [], reshaped: [], told: await tell(orm, open, []) };
  const { operations } = generated;
  const added = addedColumns(operations);
  // MySQL and MariaDB prepare a statement again by themselves.
  const reshaped = orm.dialectId === "postgresql" ? reshapedTables(operations) : [];
  // Asked of what the user wants: put right it may look like another change.
  open?.refuseSecondChange(operations);
  const source = await sourcesOf(orm, operations);
  const dependents: KnownOfChange["dependents"] = async (...column) => (await database()).dependents(...column);
  // What is safe without a plan needs no database.
  const formerTable: KnownOfChange["formerTable"] = async (table) =>
    (await database()).formerTable(table).catch(ignoring(isNoBug));
  const corrected = (await orm.correct?.(generated, { source, dependents, formerTable })) ?? {
    ...nothing,
    migration: generated,
  };
  const migration = await withStoredDefaults(corrected.migration, database);
  const { judging } = await sqlReader(orm.dialectId);
  const { findings, notices, context } = judge(migration, {
    judging,
    source,
    formerType: corrected.formerType,
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
    const answer = await planChange(orm, { ...corrected, migration }, await database(), open?.plans ?? []);
    const told = await tell(orm, open, migration.operations, { ...corrected, notices: answer.notices });
    if (answer.kind === "pass") return { kind: "pass", restore, added, reshaped, told };
    const isOfPlan = (column: AddedColumn) => editsCodeOf(answer.plan, column);
    return { ...answer, migration, restore, added: added.filter((column) => !isOfPlan(column)), reshaped, told };
  }
  if (source !== undefined) refuseIdleAnnotations(migration.operations, source, () => false);
  const remarked = withRemarks([...corrected.notices, ...notices], corrected.remarks);
  const told = await withFormerNames(orm, { ...corrected, migration, notices: remarked }, database);
  return {
    kind: "pass",
    restore,
    added,
    reshaped,
    told: await tell(orm, open, migration.operations, { ...corrected, notices: told }),
  };
}

const nothing = { corrections: [], notices: [], remarks: [], formerType: undefined };

/** What annotations and functions say of new columns; a change without either costs one look for the words. */
async function sourcesOf<Relaxed>(
  orm: OrmChange<Relaxed>,
  operations: readonly Operation[],
): Promise<PlanSources["column"] | undefined> {
  if (!operations.some(({ kind }) => /^(?:add|createTable|renameColumn|setNotNull)/.test(kind))) return undefined;
  const hasFunctions = mayHaveFills(orm.root);
  if (!hasFunctions && !(await orm.mentions(/@lockstep\./))) return undefined;
  const config = hasFunctions ? await loadConfig(orm.root) : { targets: {} };
  return withFunctions(await orm.sources(), fillFunctions(config));
}

/** The migration with what only the database knows: which defaults it evaluates once. */
async function withStoredDefaults(migration: Migration, database: Development): Promise<Migration> {
  const isUnclear = migration.operations.some(
    (operation) => operation.kind === "addColumn" && !operation.column.isDefaultStored && !operation.column.isSerial,
  );
  return isUnclear ? (await database()).withStoredDefaults(migration) : migration;
}

/** Notices with what may be a rename told as one. Where nothing takes the change back the database knows what the columns were. */
async function withFormerNames<Relaxed>(
  { words }: OrmChange<Relaxed>,
  { migration, notices, formerType }: Corrected,
  database: Development,
): Promise<readonly Notice[]> {
  if (notices.length === 0) return notices;
  const has = (kind: Operation["kind"]) => migration.operations.some((operation) => operation.kind === kind);
  const isPaired = has("dropColumn") && has("addColumn");
  const known = formerType ?? (isPaired ? await (await database()).formerTypes(migration) : () => undefined);
  return withRenames(notices, migration, known, words);
}

/** @param operations what the ORM does generate: a column in it has been judged */
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
