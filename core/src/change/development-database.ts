import { LockstepError } from "../base/errors.js";
import { handledElsewhere, ignoring, isNoBug } from "../base/expected-errors.js";
import type { ConfiguredFill } from "../config/configured-fills.js";
import type { Connection } from "../dialect/connection.js";
import { systemClock } from "../dialect/db/clock.js";
import type { DatabaseAfter, Development } from "../dialect/development.js";
import type { Routine } from "../dialect/system-catalog.js";
import type { TableFacts } from "../dialect/table.js";
import type { WholeRowRoutine } from "../dialect/whole-rows.js";
import {
  type DialectId,
  isSameTable,
  type Migration,
  type Operation,
  type Plan,
  type PlannedColumn,
  type TableName,
  type TransactionMode,
} from "../model/index.js";
import type { PlanSources } from "../plan/sources.js";
import { tableShape } from "../plan/table-shape.js";
import type { OrmPlugin } from "../plugin/plugin.js";
import { renamedColumns } from "../rules/renamed-columns.js";
import type { RuleContext } from "../rules/rule.js";
import { isPlain } from "../rules/steps.js";
import { type MadeFirst, madeFirst } from "../sql/verdicts/made-first.js";
import { keyProblems } from "../target/facts/key-problems.js";
import { requireSystem } from "../target/facts/same-system.js";
import { serverMajor } from "../target/facts/server-version.js";
import { readTable } from "../target/facts/table.js";
import { tryFunction } from "../target/facts/try-function.js";
import { tryFills } from "./try-fills.js";

type DatabaseSources = Pick<
  PlanSources,
  "table" | "lookedUp" | "index" | "foreignKeys" | "typeKind" | "formerTable" | "isTaken" | "dependence" | "environment"
>;

/** The developer's own database: provides facts about tables and tests fills, without changes. Connects on first use. */
export class DevelopmentDatabase {
  #connection: Promise<Connection> | undefined;
  /** A second session in which the migration has created what its fills use. */
  #after: Promise<DatabaseAfter | undefined> | undefined;
  readonly #tables = new Map<string, Promise<TableFacts | undefined>>();
  readonly #open: () => Promise<Connection>;

  /** @param open connects with the ORM's settings. Called at most twice */
  constructor(open: () => Promise<Connection>) {
    this.#open = open;
  }

  /**
   * The database facts for a plan. Throws LS9003 if there is no such table, and connection errors.
   *
   * @param transactions what the ORM runs in one transaction
   * @param migration creates what its fills may use
   */
  sources(
    transactions: TransactionMode | undefined,
    migration: Pick<Migration, "statements" | "operations">,
  ): DatabaseSources {
    const made = madeFirst(migration);
    const after = async () => (await this.#afterMaking(made))?.connection ?? (await this.#connect());
    return {
      table: async (table) => tableShape(await this.#table(table)),
      lookedUp: async (name) => {
        // A table without rows would give no row a value.
        const facts = made.hasRows(name) ? await readTable(await after(), name) : await this.#known(name);
        return (
          facts && {
            columns: facts.columns.map((column) => column.name),
            uniqueKeys: facts.uniqueKeys.filter((key) => key.isValid && key.isTotal).map((key) => key.columns),
          }
        );
      },
      index: this.index,
      foreignKeys: this.#asking(({ foreignKeys }) => foreignKeys),
      typeKind: this.typeKind,
      formerTable: this.formerTable,
      isTaken: this.#asking(({ isTaken }) => isTaken),
      dependence: async (table, column, fill) => {
        const connection = isOfMade(made, { ...column, fill }) ? await after() : await this.#connect();
        return connection.dialect.live.development.dependence(connection, table, column, fill);
      },
      environment: async () => ({
        // A MariaDB that is newer than those of the targets may allow writes where theirs do not.
        ...((await this.dialectId()) === "postgresql" ? { server: serverMajor(await this.#connect()) } : {}),
        ...(transactions === undefined ? {} : { transactions }),
      }),
    };
  }

  /** The database system; a config may name one that covers several. */
  async dialectId(): Promise<DialectId> {
    return (await this.#connect()).dialect.id;
  }

  readonly index = this.#asking(({ index }) => index);

  readonly dependents = this.#asking(({ dependents }) => dependents);

  /** The objects that use tables. One query, unless one of them may take a whole row. */
  async users(tables: readonly TableName[]): Promise<readonly WholeRowRoutine<Routine>[]> {
    const connection = await this.#connect();
    return connection.dialect.live.systemCatalog.users(connection, tables);
  }

  readonly formerTable = this.#asking(({ formerTable }) => formerTable);

  readonly typeKind = this.#asking(({ typeKind }) => typeKind);

  /**
   * The migration, with the defaults marked that PostgreSQL evaluates once and not for every row. Only tests those whose text does not show
   * it; if the test fails, they count as evaluated for every row.
   */
  async withStoredDefaults(migration: Migration): Promise<Migration> {
    const asked = migration.operations.filter((operation) => isUnclearDefault(operation, migration.operations));
    const stored = new Set<Operation>();
    for (const operation of asked) {
      if (operation.kind !== "addColumn") continue;
      const connection = await this.#connect().catch(ignoring(isNoBug));
      if (connection === undefined) break;
      const { development } = connection.dialect.live;
      const isRewritten = await development.isRewrittenFor(connection, operation.table, operation.column);
      if (isRewritten === false) stored.add(operation);
    }
    if (stored.size === 0) return migration;
    const operations = migration.operations.map((operation) =>
      operation.kind === "addColumn" && stored.has(operation)
        ? { ...operation, column: { ...operation.column, isDefaultStored: true } }
        : operation,
    );
    return { ...migration, operations };
  }

  /** The current types of columns that a change may have renamed; without a database, none are known. */
  async formerTypes({ operations }: Migration): Promise<RuleContext["formerType"]> {
    const types = new Map<string, string>();
    const key = (table: TableName, column: string) => JSON.stringify([table.schema, table.name, column]);
    for (const { drop } of renamedColumns(operations, () => undefined)) {
      const table = await this.#table(drop.table).catch(ignoring(isNoBug));
      for (const { name, type } of table?.columns ?? []) types.set(key(drop.table, name), type);
    }
    return (table, column) => types.get(key(table, column));
  }

  /**
   * Tests the fills of a plan on the rows of this database.
   *
   * @param migration creates what the fills may use, and extends enums
   * @param words how the ORM's users write an annotation, for hints
   * @throws LS2003, LS2005–LS2007, LS2040, LS5008, LS5050–LS5055, LS7005 for the first problem found
   */
  async tryFills(
    plan: Plan,
    functions: ReadonlyMap<string, ConfiguredFill>,
    migration: Pick<Migration, "statements" | "operations">,
    words: Pick<OrmPlugin["words"], "annotation">,
  ): Promise<void> {
    requireSystem(await this.#connect(), plan, "the development database");
    for (const column of plan.columns) {
      const { compute } = column;
      const run = compute && functions.get(compute.name)?.fill;
      if (compute === undefined || run === undefined) continue;
      const table = await this.#table(column.table);
      await tryFunction(await this.#connect(), { table, column, compute, run, clock: systemClock });
    }
    const made = madeFirst(migration);
    const after = plan.columns.some((column) => isOfMade(made, column)) ? await this.#afterMaking(made) : undefined;
    const database = {
      connection: async () => after?.connection ?? (await this.#connect()),
      table: (name: TableName) => this.#table(name),
    };
    const isUnknown = (column: PlannedColumn) =>
      isOfMade(made, column) && (after === undefined || after.failure !== undefined);
    // The rows that a new foreign key refers to may only be inserted after the migration.
    const columns = plan.columns.map(({ foreignKeys = [], ...column }) => ({
      ...column,
      foreignKeys: foreignKeys.filter(({ references }) => !made.isTable(references)),
    }));
    await tryFills({ ...plan, columns }, migration, database, words, isUnknown);
    await this.#refuseViolations(plan, words);
    await this.#endAfter();
  }

  /** Counts before anything is written: a migration that fails on development makes the ORM demand a reset. */
  async #refuseViolations(plan: Plan, { annotation }: Pick<OrmPlugin["words"], "annotation">): Promise<void> {
    const database = { connection: () => this.#connect(), table: (name: TableName) => this.#known(name) };
    const found = (await keyProblems(plan, database)).find(({ code }) => code !== undefined);
    if (found?.code === undefined) return;
    throw new LockstepError(found.code, `${found.message()}.`, {
      hint: `${found.code === "LS6003" ? `Write above the field ${annotation("@lockstep.backfill(<sql>)")}, which fills such rows of every database in batches.\n         Or correct` : "Correct"} these rows of your development database, then run the command again. \`npx lockstep deploy\` counts those of each target before it changes anything.`,
      details: { problem: found.problem },
    });
  }

  async close(): Promise<void> {
    await this.#endAfter();
    const connection = await this.#connection?.catch(handledElsewhere);
    await connection?.close();
  }

  /** @returns undefined if the system cannot roll back what the statements create */
  #afterMaking({ statements }: MadeFirst): Promise<DatabaseAfter | undefined> {
    this.#after ??= (async () => {
      const { after } = (await this.#connect()).dialect.live.development;
      if (after === undefined) return undefined;
      const connection = await this.#open();
      const ended = async () => connection.close();
      try {
        const made = await after(connection, statements);
        return { ...made, end: () => made.end().finally(ended) };
      } catch (error) {
        await ended();
        throw error;
      }
    })();
    return this.#after;
  }

  /** Releases its locks before the ORM's next commands. */
  async #endAfter(): Promise<void> {
    const after = await this.#after?.catch(handledElsewhere);
    this.#after = undefined;
    await after?.end();
  }

  async #table(table: TableName): Promise<TableFacts> {
    const facts = await this.#known(table);
    if (facts === undefined)
      throw new LockstepError(
        "LS9003",
        `The development database has no table "${table.name}", but the migration changes it.`,
      );
    return facts;
  }

  #known(table: TableName): Promise<TableFacts | undefined> {
    const key = JSON.stringify(table);
    const known = this.#tables.get(key) ?? this.#connect().then((connection) => readTable(connection, table));
    this.#tables.set(key, known);
    return known;
  }

  #asking<Asked extends readonly unknown[], T>(
    question: (development: Development) => (connection: Connection, ...asked: Asked) => Promise<T>,
  ) {
    return async (...asked: Asked): Promise<T> => {
      const connection = await this.#connect();
      return question(connection.dialect.live.development)(connection, ...asked);
    };
  }

  #connect(): Promise<Connection> {
    this.#connection ??= this.#open();
    return this.#connection;
  }
}

/** Whether a column needs something that the migration creates: for its type, or for its fill. */
function isOfMade(
  { isIn }: MadeFirst,
  { type, fill, compute, defaultSql }: Pick<PlannedColumn, "type" | "fill" | "compute" | "defaultSql">,
): boolean {
  return [type, fill?.sql, compute?.fallback?.sql, defaultSql].some((sql) => sql !== undefined && isIn(sql));
}

/** A default that needs no phases by its form, and whose text does not show how often it is evaluated. */
function isUnclearDefault(operation: Operation, operations: readonly Operation[]): boolean {
  if (operation.kind !== "addColumn") return false;
  const { table, column } = operation;
  if (column.defaultSql === undefined || column.isDefaultStored || column.isSerial || !isPlain(column)) return false;
  return !operations.some((other) => other.kind === "createTable" && isSameTable(other.table, table));
}
