import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  assertInstalled,
  judge,
  LockstepError,
  loadParser,
  type Migration,
  mayHaveFills,
  type Notice,
  type Operation,
  sourcesMention,
} from "@lockstep/core";
import { isScaffolding, type SqlInMemory } from "@lockstep/typeorm-wrapper/internal";
import type { DataSource } from "typeorm";
import type { Known } from "../corrections/correct.js";
import { generalWords } from "../words.js";
import { asOptional, knownColumns } from "./columns.js";
import { findDisagreements, withDisagreements } from "./disagreements.js";
import type { GenerateCall } from "./generate.js";
import { Interception } from "./interception.js";
import { setOutput } from "./output.js";
import { refusePending } from "./pending.js";
import { recordedLog, withoutQueries } from "./recorded-log.js";
import { withoutRepeatedDefaults } from "./repeated-defaults.js";
import { type Change, readChange, readQueries } from "./statements.js";
import { cliModules } from "./typeorm-copy.js";
import { tellUnused } from "./unused-annotations.js";

/**
 * Judges what TypeORM generates for the user's entities. A change that passes costs libpg-query and this.
 *
 * @returns TypeORM's own answer, for the CLI to write or to show; where there is a plan, that takes its place when the CLI does so
 * @throws LS1001, LS9043 SQL that cannot be read · LS2xxx what a plan lacks · LS3004 a column with an open plan · LS9050 pending migrations
 * · LS9057 a database that is another than its migrations make
 */
export async function decide(call: GenerateCall): Promise<SqlInMemory> {
  setOutput(undefined);
  assertInstalled("@lockstep/core", import.meta.url);
  const { dataSource } = call;
  const about = new Interception(call, process.cwd(), process.argv.slice(2));
  const open = existsSync(join(about.root, "lockstep"))
    ? await (await import("./open-plans.js")).openPlans(about)
    : undefined;
  const asked = await asOptional(open?.ahead ?? [], () => recordedLog(dataSource, call.ask));
  const restore = open?.restoring(asked.memory.upQueries);
  const own = withoutQueries(asked, (query) => isScaffolding(query) || open?.isKept(query) === true);
  const log = await withoutRepeatedDefaults(own, dataSource);
  const { memory } = log;
  if (memory.upQueries.length === 0) {
    if (restore !== undefined) await (await import("./restore.js")).restoreAlone(restore, about);
    await tellUnused(about, open?.plans ?? [], []);
    return memory;
  }
  await refusePending(dataSource);
  const sources = await sourcesOf(memory, about);
  const known: Known = {
    ...(sources === undefined ? {} : { source: sources }),
    dependents: async (...column) => (await import("./session.js")).dependentsOf(dataSource, ...column),
  };
  const parser = await loadParser();
  const read = async () => {
    // Asked of what the user wants: put right it may look like another change.
    open?.refuseSecondPlan(readQueries(memory.upQueries, parser).migration.operations);
    return readChange(log, parser, known);
  };
  const generated = await read().catch(async (error: unknown) => {
    if (!(error instanceof LockstepError)) throw error;
    if (error.code === "LS2060")
      throw await (await import("./drift.js")).asDrift(error, readQueries(memory.upQueries, parser).migration, about);
    if (error.code !== "LS1001") throw error;
    throw await (await import("./unreadable.js")).unreadable(error, memory.upQueries, about, parser);
  });
  const change = { ...generated, migration: await withStoredDefaults(generated.migration, dataSource) };
  const { operations } = change.migration;
  const disagreements = await findDisagreements(operations, about);
  const typeKind = await typeKinds(operations, dataSource);
  const { findings, notices, context } = judge(change.migration, {
    source: sources,
    formerType: change.formerType,
    typeKind,
    environment: { transactions: dataSource.options.migrationsTransactionMode ?? "all" },
  });
  if (operations.some(({ kind }) => kind === "addPrimaryKey"))
    (await import("@lockstep/core/planning")).refuseNewKeyColumns(context);
  const isConcurrent = operations.some((operation) => operation.kind === "createIndex" && operation.isConcurrent);
  if (findings.length > 0) {
    const { planChange } = await import("./plan-change.js");
    const planned = await planChange(about, { change, known, log, open, restore, disagreements });
    if (planned) {
      await tellUnused(about, open?.plans ?? [], operations);
      return memory;
    }
  } else if (sources !== undefined)
    (await import("@lockstep/core/planning")).refuseIdleAnnotations(operations, sources, () => false);
  const indexes = isConcurrent ? new (await import("./own-indexes.js")).OwnIndexes(change) : undefined;
  // Of a change whose hazards are all waved through the plan's maker has told the rest.
  const told =
    findings.length > 0
      ? { corrections: [], notices: [] }
      : {
          ...change,
          notices: await renamed(withDisagreements([...change.notices, ...notices], disagreements), change),
        };
  const all = { corrections: [...told.corrections, ...(indexes?.words ?? [])], notices: told.notices };
  if (all.corrections.length + all.notices.length > 0) (await import("./notices.js")).printNotices(all);
  await tellUnused(about, open?.plans ?? [], operations);
  if (indexes !== undefined) setOutput(about.locked(indexes.output(about, restore)), cliModules(call.commandFile));
  else if (restore !== undefined)
    setOutput(about.locked((await import("./restore.js")).restoreBeside(restore, about)), cliModules(call.commandFile));
  else if (listsClasses(dataSource))
    setOutput((await import("./tell-unlisted.js")).tellUnlisted(about), cliModules(call.commandFile));
  return memory;
}

/** No glob finds what the CLI writes. */
function listsClasses({ options: { migrations = [] } }: DataSource): boolean {
  return !Object.values(migrations).some((each) => typeof each === "string");
}

/** The change with what only the database knows: which defaults it evaluates once. */
async function withStoredDefaults(migration: Migration, dataSource: DataSource): Promise<Migration> {
  const isUnclear = migration.operations.some(
    (operation) => operation.kind === "addColumn" && !operation.column.isDefaultStored && !operation.column.isSerial,
  );
  if (!isUnclear) return migration;
  const [{ DevelopmentDatabase }, { openSession }] = await Promise.all([
    import("@lockstep/core/planning"),
    import("./session.js"),
  ]);
  const database = new DevelopmentDatabase(() => openSession(dataSource));
  try {
    return await database.withStoredDefaults(migration);
  } finally {
    await database.close();
  }
}

/** What may be a rename is told as one. */
async function renamed(notices: readonly Notice[], change: Change): Promise<readonly Notice[]> {
  if (!change.migration.operations.some(({ kind }) => kind === "dropColumn" || kind === "renameColumn")) return notices;
  const { withRenames } = await import("@lockstep/core/planning");
  return withRenames(notices, change.migration, change.formerType, generalWords);
}

/** Types that TypeORM does not make itself; a change without one asks nobody. */
async function typeKinds(operations: readonly Operation[], dataSource: DataSource) {
  if (!operations.some((each) => each.kind === "addColumn" && each.column.ownType !== undefined)) return undefined;
  const [{ knownTypes }, { withTypeKinds }] = await Promise.all([
    import("@lockstep/core/planning"),
    import("./session.js"),
  ]);
  return withTypeKinds(dataSource, (ask) => knownTypes(operations, ask));
}

/** What annotations and functions say of new columns; a change without either costs one look for the words. */
async function sourcesOf({ upQueries }: SqlInMemory, about: Interception) {
  const { root, call } = about;
  const has = (pattern: RegExp) => upQueries.some(({ query }) => pattern.test(query));
  if (!has(/\bADD\b|\bCREATE TABLE\b|\bRENAME COLUMN\b|\bSET NOT NULL\b/)) return undefined;
  const hasFunctions = mayHaveFills(root);
  // A column that is dropped and added again may lose its values: that is told with its place in the code.
  const isNeeded = hasFunctions || has(/\bDROP COLUMN\b/) || (await sourcesMention(root, /@lockstep\./, ["lockstep"]));
  if (!isNeeded) return undefined;
  const [planning, { columnSources }, files] = await Promise.all([
    import("@lockstep/core/planning"),
    import("../entities/sources.js"),
    about.entityFiles(),
  ]);
  const functions = planning.fillFunctions(hasFunctions ? await planning.loadConfig(root) : { targets: {} });
  return planning.withFunctions(columnSources(files, knownColumns(call.dataSource)), functions);
}
