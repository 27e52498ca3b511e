import type { ConfiguredFill } from "../config/configured-fills.js";
import { systemClock } from "../db/clock.js";
import type { Connection } from "../db/connection.js";
import { LockstepError } from "../errors.js";
import { readForeignKeys } from "../facts/foreign-keys.js";
import { readIndex } from "../facts/index-facts.js";
import { serverMajor } from "../facts/server-version.js";
import { readTable, type TableFacts } from "../facts/table.js";
import { isTakenName } from "../facts/taken-name.js";
import { tryFunction } from "../facts/try-function.js";
import { readTypeKind } from "../facts/type-kind.js";
import type { Environment, Migration, Plan, TableName, TransactionMode } from "../model/index.js";
import type { TableShape } from "../plan/sources.js";
import { tableShape } from "../plan/table-shape.js";
import type { OrmPlugin } from "../plugin.js";
import { tryFills } from "./try-fills.js";

/** The developer's own database: asked for tables and tried with fills, never changed. Connected to when it is first asked. */
export class DevelopmentDatabase {
  #connection: Promise<Connection> | undefined;
  readonly #tables = new Map<string, Promise<TableFacts>>();
  readonly #indexes = new Map<string, ReturnType<typeof readIndex>>();
  readonly #keys = new Map<string, ReturnType<typeof readForeignKeys>>();
  #server: Promise<number> | undefined;
  readonly #open: () => Promise<Connection>;

  /** @param open connects; the ORM knows where to. Called once at most */
  constructor(open: () => Promise<Connection>) {
    this.#open = open;
  }

  /** @throws LS9003 when there is no such table, and what connecting throws */
  async shape(table: TableName): Promise<TableShape> {
    return tableShape(await this.#table(table));
  }

  /** Read once: the plan is made again under its final name, when the connection is closed. */
  index(name: TableName): ReturnType<typeof readIndex> {
    const key = JSON.stringify(name);
    const known = this.#indexes.get(key) ?? this.#connect().then((connection) => readIndex(connection, name));
    this.#indexes.set(key, known);
    return known;
  }

  /** Read once, as indexes are. */
  foreignKeys(table: TableName): ReturnType<typeof readForeignKeys> {
    const key = JSON.stringify(table);
    const known = this.#keys.get(key) ?? this.#connect().then((connection) => readForeignKeys(connection, table));
    this.#keys.set(key, known);
    return known;
  }

  /** As `readTypeKind`. */
  async typeKind(name: TableName): ReturnType<typeof readTypeKind> {
    return readTypeKind(await this.#connect(), name);
  }

  /** As `isTakenName`. */
  async isTaken(...asked: readonly [table: TableName, name: string, hasIndex: boolean]): Promise<boolean> {
    return isTakenName(await this.#connect(), ...asked);
  }

  /** @param transactions what the ORM runs in one */
  async environment(transactions: TransactionMode | undefined): Promise<Environment> {
    this.#server ??= this.#connect().then(serverMajor);
    const server = await this.#server;
    return { server, ...(transactions === undefined ? {} : { transactions }) };
  }

  /**
   * Tries what would fill the rows of a plan on the rows that are here.
   *
   * @param migration makes or extends the enums that the new columns are of
   * @param words how the ORM's users write an annotation, for hints
   * @throws LS2003, LS2005–LS2007, LS2040, LS5008, LS5050–LS5055 for the first problem found
   */
  async tryFills(
    plan: Plan,
    functions: ReadonlyMap<string, ConfiguredFill>,
    migration: Pick<Migration, "operations">,
    words: Pick<OrmPlugin["words"], "annotation">,
  ): Promise<void> {
    for (const column of plan.columns) {
      const { compute } = column;
      const run = compute && functions.get(compute.name)?.fill;
      if (compute === undefined || run === undefined) continue;
      const table = await this.#table(column.table);
      await tryFunction(await this.#connect(), { table, column, compute, run, clock: systemClock });
    }
    const database = { connection: () => this.#connect(), table: (name: TableName) => this.#table(name) };
    await tryFills(plan, migration, database, words);
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    await connection?.close();
  }

  #table(table: TableName): Promise<TableFacts> {
    const key = JSON.stringify(table);
    const known = this.#tables.get(key) ?? this.#read(table);
    this.#tables.set(key, known);
    return known;
  }

  async #read(table: TableName): Promise<TableFacts> {
    const facts = await readTable(await this.#connect(), table);
    if (facts === undefined)
      throw new LockstepError(
        "LS9003",
        `The development database has no table "${table.name}", although the migration changes it.`,
      );
    return facts;
  }

  #connect(): Promise<Connection> {
    this.#connection ??= this.#open();
    return this.#connection;
  }
}
