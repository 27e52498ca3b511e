import {
  builtInContract,
  type Corrected,
  type DialectId,
  type Drop,
  type Generated,
  type KnownOfChange,
  LockstepError,
  type Migration,
  type OpenPlans,
  type OrmChange,
  type Plan,
  patternOf,
  pendingDrops,
  type SqlReader,
  sourcesMention,
  sqlReader,
} from "@lockstep/core";
import { isScaffolding, type Query, type SqlInMemory } from "@lockstep/typeorm-wrapper/internal";
import type { Known } from "../corrections/correct.js";
import { generalWords } from "../words.js";
import { asOptional, findColumns, knownColumns } from "./columns.js";
import { findDisagreements } from "./disagreements.js";
import { Interception } from "./interception.js";
import { refusePending } from "./pending.js";
import { type RecordedLog, recordedLog, withoutQueries } from "./recorded-log.js";
import { type Change, readChange, readQueries } from "./statements.js";

type Sources = Awaited<ReturnType<OrmChange<unknown>["sources"]>>;

/** What `migration:generate` would write, as the core queries it. It loads its dependencies on first use. */
export class TypeormChange extends Interception implements OrmChange<Migration> {
  readonly orm = "typeorm";
  #server: DialectId | undefined;
  #reader: Promise<SqlReader> | undefined;
  readonly words = generalWords;
  #open: readonly Plan[] = [];
  #log: RecordedLog | undefined;
  #known: Known = {};
  #sources: Promise<Sources> | undefined;
  #change: Change | undefined;

  /** The server's dialect, once it was queried. */
  get dialectId(): DialectId {
    return this.#server ?? this.dialect.id;
  }

  get transactions() {
    return this.call.dataSource.options.migrationsTransactionMode ?? "all";
  }

  /** TypeORM's own answer, corrected. */
  get memory(): SqlInMemory {
    return this.#asked.memory;
  }

  /** The same, parsed. Undefined if nothing was generated. */
  get change(): Change | undefined {
    return this.#change;
  }

  /** Messages: statements removed from TypeORM's answer because they change nothing, and what a person should change. */
  get remarks(): { readonly kept: readonly string[]; readonly warnings: readonly string[] } {
    const { kept = [], warnings = [] } = this.#log ?? {};
    return { kept, warnings };
  }

  async columns() {
    return knownColumns(this.call.dataSource);
  }

  /** @throws LS1001, LS9043 SQL that cannot be parsed · LS9050 pending migrations */
  async generate(open: OpenPlans | undefined): Promise<Generated> {
    const { dataSource } = this.call;
    this.#open = open?.plans ?? [];
    const asked = await this.#ask(this.#open);
    const restore = open?.restoring({
      isRequired: (column) => findColumns(dataSource, column).some(({ isNullable }) => !isNullable),
      isRead: (column) => findColumns(dataSource, column).some(({ isSelect, isVirtual }) => isSelect && !isVirtual),
      lacks: ({ index }) => asked.memory.upQueries.some((query) => this.#isAbout(query, index.name)),
    });
    this.#log = await this.dialect.withoutRepeated(this.#withoutKept(asked, this.#open), dataSource);
    const { upQueries } = this.memory;
    if (upQueries.length === 0) return { migration: undefined, restore };
    await refusePending(dataSource, () => this.project());
    this.#server = await this.dialect.serverOf(dataSource);
    const reader = await this.#read();
    try {
      return { migration: readQueries(upQueries, reader).migration, restore };
    } catch (error) {
      if (!(error instanceof LockstepError) || error.code !== "LS1001") throw error;
      throw await this.dialect.unreadable(error, upQueries, this);
    }
  }

  mentions(words: RegExp) {
    return sourcesMention(this.root, words, ["lockstep"]);
  }

  sources(): Promise<Sources> {
    this.#sources ??= Promise.all([import("../entities/sources.js"), this.entityFiles(), this.columns()]).then(
      ([{ columnSources }, files, known]) => columnSources(files, known),
    );
    return this.#sources;
  }

  /** @throws LS2060 a column would lose its values · LS9057 a database that differs from its migrations */
  async correct(own: Migration, { source, dependents, formerTable }: KnownOfChange): Promise<Corrected> {
    // A column that is dropped and added again may lose its values: the message includes its position in the code.
    const isAddedAgain = (["dropColumn", "addColumn"] as const).every((each) =>
      own.operations.some(({ kind }) => kind === each),
    );
    const places = source ?? (isAddedAgain ? await this.sources() : undefined);
    this.#known = { source: places, dependents, formerTable };
    const change = await readChange(this.#asked, this.dialect, await this.#read(), this.#known).catch(
      async (error: unknown) => {
        if (!(error instanceof LockstepError) || error.code !== "LS2060") throw error;
        throw await (await import("./drift.js")).asDrift(error, own, this, await this.#read());
      },
    );
    this.#change = change;
    return { ...change, remarks: await findDisagreements(change.migration, this) };
  }

  async connect() {
    return this.dialect.openSession(this.call.dataSource);
  }

  async planning() {
    const { planning } = await import("./planning.js");
    return planning(this, this.#asked, async (plan) => {
      const open = [...this.#open, plan];
      const asked = this.#withoutKept(await this.#ask(open), open);
      const log = await this.dialect.withoutRepeated(asked, this.call.dataSource);
      return (await readChange(log, this.dialect, await this.#read(), this.#known)).migration;
    });
  }

  get #asked(): RecordedLog {
    if (this.#log === undefined) throw new Error("TypeORM was not asked yet");
    return this.#log;
  }

  /** Queries TypeORM, with columns presented as their plans have them. */
  #ask(plans: readonly Plan[]): Promise<RecordedLog> {
    const { dataSource, ask } = this.call;
    const relaxed = plans.flatMap(({ columns }) => columns).filter(({ isRelaxed }) => isRelaxed);
    const columns = relaxed.flatMap((column) => findColumns(dataSource, column));
    return asOptional(columns, () => recordedLog(dataSource, ask));
  }

  #read(): Promise<SqlReader> {
    this.#reader ??= sqlReader(this.dialectId);
    return this.#reader;
  }

  /**
   * Optional columns can be simulated in memory; decorators of an index or a constraint cannot. One that stays until contract, or that
   * contract builds, is as the plan has it, whatever TypeORM reports.
   */
  #withoutKept(log: RecordedLog, plans: readonly Plan[]): RecordedLog {
    const names = plans.flatMap((plan) => [
      ...(plan.keptUniques ?? []).map(({ index }) => index.name),
      ...builtInContract(plan),
    ]);
    const isKept = (query: Query) => names.some((name) => this.#isAbout(query, name));
    const { upQueries } = log.memory;
    // One that is made again is another change.
    const drops = pendingDrops(plans).filter((drop) => !upQueries.some((query) => this.#isMadeBy(query, drop)));
    const isPending = (query: Query) =>
      drops.some((drop) => this.#isDroppedBy(query, drop) || this.#isMadeBy(query, drop)) ||
      drops.some(({ indexes = [] }) => indexes.some((name) => this.#isAbout(query, name)));
    return withoutQueries(log, (query) => isScaffolding(query) || isKept(query) || isPending(query));
  }

  #isDroppedBy({ query }: Query, { table, column, types = [] }: Drop): boolean {
    const { quote } = this.dialect;
    if (types.some(({ name }) => query.startsWith("DROP TYPE ") && query.includes(quote(name)))) return true;
    if (!query.includes(quote(table.name))) return false;
    return column === undefined ? query.startsWith("DROP TABLE ") : query.includes(` DROP COLUMN ${quote(column)}`);
  }

  #isMadeBy({ query }: Query, { table, column, types = [] }: Drop): boolean {
    const { quote } = this.dialect;
    if (types.some(({ name }) => query.startsWith("CREATE TYPE ") && query.includes(quote(name)))) return true;
    if (!query.includes(quote(table.name))) return false;
    return column === undefined
      ? new RegExp(`^CREATE TABLE (?:"\\w+"\\.)?${patternOf(quote(table.name))} `).test(query)
      : query.includes(` ADD ${quote(column)}`);
  }

  /** Whether a statement drops the constraint or index of that name, or re-creates it to revert that. */
  #isAbout({ query }: Query, name: string): boolean {
    return (
      query.includes(this.dialect.quote(name)) &&
      /\bDROP (?:CONSTRAINT|INDEX)\b|\bADD (?:CONSTRAINT|(?:UNIQUE )?INDEX)\b|^\s*CREATE (?:UNIQUE )?INDEX\b/.test(
        query,
      )
    );
  }
}
