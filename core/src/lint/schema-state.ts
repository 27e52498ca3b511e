import type { BodyReader } from "../dialect/body.js";
import type { KnownForeignKey } from "../dialect/development.js";
import type { FormerTable, History, Judging, VerdictContext } from "../dialect/judging.js";
import { userTypeText } from "../model/declaration.js";
import {
  type ColumnDeclaration,
  following,
  type IndexDeclaration,
  inheritedKinds,
  type Operation,
  type OperationOf,
  type TableName,
} from "../model/index.js";
import type { Known } from "../rules/judge.js";
import { hasKeptColumn } from "../sql/verdicts/kept-column.js";
import { dependentsOf } from "./dependents.js";
import {
  inSchema,
  isSame,
  type KnownColumn,
  type KnownConstraint,
  type KnownTable,
  KnownTables,
  keyOf,
} from "./known-tables.js";
import { KnownTypes } from "./known-types.js";
import { argumentsIn, KnownUses } from "./known-uses.js";

/**
 * The schema that a repository's migrations have created so far, from their statements alone: tables, column types, NOT NULL, checks and
 * whether they are validated, foreign keys, indexes, enums and domains. It does not know objects that it has not seen created, and forgets
 * objects that an unparsed statement may have changed.
 */
export class SchemaState {
  readonly #tables: KnownTables;
  readonly #types = new KnownTypes();
  readonly #views = new Set<string>();
  /** Without the schema, because some are found by the search path. Each name has the argument lists of its functions. */
  readonly #functions = new Map<string, Set<string>>();
  readonly #uses: KnownUses;
  /** Blocks: unknown which of their statements ran. */
  readonly #blocks = new Set<string>();
  /** Tables that were changed but never created here, and unparsed statements: both may have created a table. */
  readonly #changed = new Set<string>();
  readonly #unread: string[] = [];
  readonly #droppedKeys = new Map<string, KnownForeignKey>();
  /** Every statement was parsed, and every object it names was created before: then an unknown object does not exist. */
  #isWhole = true;

  /**
   * @param judging returns the verdicts of the statements
   * @param bodies splits the texts of functions. Absent: they are not searched
   */
  constructor(
    private readonly judging: Judging,
    bodies?: BodyReader,
  ) {
    this.#uses = new KnownUses(bodies);
    this.#tables = new KnownTables(judging.capabilities.namesIndexesByTable);
  }

  /** The facts for rules about the schema before a statement. */
  known(): Pick<
    Known,
    | "formerIndex"
    | "formerType"
    | "formerTable"
    | "typeKind"
    | "provenBy"
    | "foreignKeys"
    | "droppedKey"
    | "dependents"
    | "isNeverNull"
    | "isRepeated"
    | "dependentsOf"
    | "withoutReplicaIdentity"
    | "isNew"
    | "history"
    | "definesFunction"
  > {
    return {
      formerIndex: (name) => this.#tables.index(name),
      formerType: (table, column) => this.#tables.find(table)?.columns.get(column)?.type,
      formerTable: (table) => this.#formerTable(table),
      typeKind: (name) => this.#types.kind(name),
      provenBy: (table, constraint) => {
        const found = this.#tables.find(table)?.constraints.get(constraint);
        return found?.kind === "check" ? found.columns : undefined;
      },
      foreignKeys: (table) => this.#foreignKeys(table),
      droppedKey: (table, name) => this.#droppedKeys.get(keyOf(table) + keyOf({ name })),
      dependents: (table, column) => this.#dependents(table, column),
      isNeverNull: (table, column, without) => this.#isNeverNull(table, column, without),
      isRepeated: (table, constraint) => this.#isRepeated(table, constraint),
      dependentsOf: (used) => {
        // The user may call another function of the same name.
        if (used.what === "function" && this.#functions.get(used.name.name)?.size !== 1) return [];
        return dependentsOf(used, this.#tables, this.#uses).filter(({ name }) => !this.#isInBlock(name));
      },
      withoutReplicaIdentity: (tables) => this.#withoutReplicaIdentity(tables),
      definesFunction: (name) =>
        [...this.#functions.keys()].some((each) => each.toLowerCase() === name) ||
        this.#unread.some((text) => text.includes(name)),
      isNew: (table) => this.#tables.find(table) === undefined && !this.#mayExist(table),
      history: this.#history,
    };
  }

  readonly #history: History = {
    domain: (type) => this.#types.domain(type),
    usersOf: (domain) => {
      // A domain from before these files may be used by tables from before them.
      if (!this.#types.isKnown(domain)) return undefined;
      const domains = this.#types.domainsOver(domain);
      // A partitioned table has no rows itself.
      return this.#tablesWhere(
        ({ columns, isPartitioned }) =>
          !isPartitioned &&
          [...columns.values()].some(({ declaration: { ownType } = {} }) =>
            domains.some((each) => ownType && isSame(each, ownType)),
          ),
      );
    },
    tablesOf: (type) =>
      this.#types.isKnown(type)
        ? this.#tablesWhere(({ ofType }) => ofType !== undefined && isSame(ofType, type))
        : undefined,
    relatives: (table) => {
      const found = this.#tables.find(table);
      if (found === undefined) return undefined;
      const { isPartitioned, defaultPartition, parents } = found;
      const partitionOf = parents.find((parent) => this.#tables.find(parent)?.isPartitioned);
      return { below: this.#tables.below(table), isPartitioned, defaultPartition, partitionOf };
    },
    constraint: (table, name) => this.#tables.find(table)?.constraints.get(name),
    isSteady: (name) => this.#types.isSteady(name),
    indexOf: (table, column) => {
      const own = this.#tables.indexesOf(table).filter(({ columns }) => columns.includes(column));
      return own.some(({ isUnique }) => isUnique) ? "unique" : own.length > 0 ? "plain" : undefined;
    },
  };

  #tablesWhere(isOne: (table: KnownTable) => boolean): readonly TableName[] | undefined {
    return this.#isWhole ? [...this.#tables.all()].filter(isOne).map(({ name }) => name) : undefined;
  }

  /** Whether a table is known to be partitioned: nothing can be built CONCURRENTLY on it. */
  isPartitioned(table: TableName): boolean {
    return this.#tables.find(table)?.isPartitioned === true;
  }

  /** Whether every partition of a table was seen created, and none is the default. */
  hasNoDefaultPartition(table: TableName): boolean {
    const found = this.#tables.find(table);
    return this.#isWhole && found !== undefined && found.defaultPartition === undefined;
  }

  /** Whether a guarded statement is known to do nothing: what it creates exists, or what it drops does not. */
  #isIdle(operation: Operation): boolean {
    const isGuarded = (words: string) =>
      new RegExp(`\\bIF\\s+${words}EXISTS\\b`, "i").test(operation.sql.slice(0, 400));
    const isGone = (isThere: boolean) => this.#isWhole && !isThere && isGuarded("");
    switch (operation.kind) {
      case "createTable":
        return operation.ifNotExists && this.#tables.find(operation.table) !== undefined;
      case "addColumn":
        return isGuarded("NOT\\s+") && this.#tables.find(operation.table)?.columns.has(operation.column.name) === true;
      case "createIndex": {
        const { name, table, sql } = operation;
        // Only on the table itself, whose rows are all in partitions.
        if (this.isPartitioned(table) && /\bON\s+ONLY\b/i.test(sql)) return true;
        return isGuarded("NOT\\s+") && this.#tables.index({ ...table, name }, table) !== undefined;
      }
      case "dropTable":
        return isGone(this.#tables.find(operation.table) !== undefined);
      case "dropView":
        return isGone(this.#views.has(keyOf(operation.name)));
      case "dropColumn": {
        const found = this.#tables.find(operation.table);
        return found !== undefined && isGone(!found.hasAllColumns || found.columns.has(operation.column));
      }
      case "dropIndex":
        return isGone(this.#hasIndex(operation));
      case "dropType":
        return isGone(this.#types.isKnown(operation.name));
      case "dropConstraint":
        return isGone(this.#hasConstraint(operation));
      default:
        return false;
    }
  }

  /** The statement's real effect; undefined: none. A statement whose work is already done still locks its table for an instant. */
  asRun(operation: Operation): Operation | undefined {
    if (!this.#isIdle(operation)) return operation;
    const isOfIndex = operation.kind === "createIndex";
    // MariaDB holds no lock after a statement, and most of these take none.
    const locks = isOfIndex || /^(?:addColumn|dropColumn|dropConstraint)$/.test(operation.kind);
    if (!locks || !("table" in operation) || !this.judging.capabilities.hasTransactionalDdl) {
      // A server may still reject the syntax.
      const { newer, statement, sql, line } = operation;
      return newer && { newer, statement, sql, line, kind: "form", what: "ALTER TABLE", locks: [] };
    }
    const mode = !isOfIndex ? "ACCESS EXCLUSIVE" : operation.isConcurrent ? "SHARE UPDATE EXCLUSIVE" : "SHARE";
    const { statement, sql, line, table } = operation;
    return { statement, sql, line, kind: "form", what: "ALREADY DONE", locks: [{ table, mode }] };
  }

  /** Applies the operations of a migration, in order. */
  apply(operations: readonly Operation[]): void {
    for (const operation of operations) if (!this.#isIdle(operation)) this.#follow(operation);
  }

  /** An unparsed statement ran: the objects that its text names may have changed. */
  forget(text: string): void {
    this.#isWhole = false;
    this.#unread.push(text);
    this.#tables.forget(text);
    this.#uses.forget(text);
    this.#types.forget(text);
  }

  #follow(operation: Operation): void {
    if (operation.within !== undefined) this.#blocks.add(operation.within);
    if ("table" in operation && operation.kind !== "createTable" && operation.kind !== "dropTable")
      this.#notice(operation.table);
    this.#types.follow(operation);
    if (reachesBelow(operation))
      for (const table of this.#tables.below(operation.table)) this.#change({ ...operation, table });
    this.#change(operation);
  }

  #change(operation: Operation): void {
    switch (operation.kind) {
      case "createTable":
        this.#create(operation);
        break;
      case "addColumn":
        this.#addColumn(operation);
        break;
      case "dropColumn":
        this.#tables.dropColumn(operation.table, operation.column);
        this.#uses.dropColumn(operation.table, operation.column);
        break;
      case "renameColumn":
        this.#uses.renameColumn(operation.table, operation.column, operation.newName);
        this.#tables.renameColumn(operation.table, operation.column, operation.newName);
        break;
      case "addNotNull":
        this.#tables.setColumn(operation.table, operation.column, { notNull: operation.isValid });
        break;
      case "setNotNull":
      case "dropNotNull":
        this.#tables.setColumn(operation.table, operation.column, { notNull: operation.kind === "setNotNull" });
        break;
      case "setType":
        this.#setType(operation);
        break;
      case "setDefault":
        this.#setDefault(operation);
        break;
      case "redeclareColumn": {
        const { table, formerName, column } = operation;
        if (formerName !== column.name) this.#tables.renameColumn(table, formerName, column.name);
        this.#tables.find(table)?.columns.set(column.name, declared(column, column.isPrimaryKey));
        break;
      }
      case "renameTable":
        this.#tables.rename(operation.table, operation.newName);
        this.#uses.rename(operation.table, operation.newName);
        if (this.#views.delete(keyOf(operation.table)))
          this.#views.add(keyOf({ ...operation.table, name: operation.newName }));
        break;
      case "attachPartition": {
        const found = this.#tables.find(operation.table);
        if (found !== undefined && isDefault(operation.sql)) found.defaultPartition = operation.partition;
        this.#tables.put(operation.partition, operation.table);
        break;
      }
      case "detachPartition": {
        const [parent, found] = [this.#tables.find(operation.table), this.#tables.find(operation.partition)];
        if (found !== undefined) found.parents = [];
        if (parent?.defaultPartition !== undefined && isSame(parent.defaultPartition, operation.partition))
          parent.defaultPartition = undefined;
        break;
      }
      case "dropTable":
        this.#tables.drop(operation.table);
        this.#uses.dropTable(operation.table);
        break;
      case "createIndex": {
        this.#keepIndex(operation.table, operation);
        break;
      }
      case "dropIndex":
        this.#tables.dropIndex(operation.name, operation.onTable);
        break;
      case "addPrimaryKey":
      case "addUnique":
      case "addForeignKey":
      case "addCheck":
      case "addExclusion":
      case "addKeyOfIndex":
        this.#tables.constrain(operation.table, this.#constraintOf(operation));
        break;
      case "validateConstraint": {
        const found = this.#tables.find(operation.table)?.constraints;
        const constraint = found?.get(operation.name);
        if (constraint !== undefined) found?.set(operation.name, { ...constraint, isValid: true });
        break;
      }
      case "dropConstraint":
        this.#keepDropped(operation);
        this.#tables.find(operation.table)?.constraints.delete(operation.name);
        this.#tables.dropIndex({ ...operation.table, name: operation.name }, operation.table);
        break;
      case "createFunction":
        this.#uses.addFunction(operation);
        this.#addFunction(operation.name.name, argumentsIn(operation.sql));
        break;
      case "createView":
        this.#views.add(keyOf(operation.name));
        this.#uses.addView(operation, (table) => [...(this.#tables.find(table)?.columns.keys() ?? [])]);
        break;
      case "dropView":
        this.#views.delete(keyOf(operation.name));
        this.#uses.dropView(operation.name);
        break;
      case "createTrigger":
        this.#uses.addTrigger(operation);
        break;
      case "dropType":
        if (operation.isCascade) this.#tables.changeType(userTypeText(operation.name), undefined);
        break;
      case "renameType": {
        const renamed = { ...operation.name, name: operation.newName };
        this.#tables.changeType(userTypeText(operation.name), userTypeText(renamed));
        break;
      }
      case "form":
        this.#followForm(operation);
        if (operation.what === "CreateExtensionStmt" && /\bpgcrypto\b/i.test(operation.sql))
          this.#addFunction("gen_random_uuid");
        // Renames are not tracked.
        if (/^(?:RENAME(?! INDEX)|SET SCHEMA|DROP SCHEMA|DROP EXTENSION)\b/.test(operation.what))
          this.forget(operation.sql);
        if (operation.what === "AT_AddInherit" && operation.locks[0] !== undefined && operation.locks[1] !== undefined)
          this.#tables.put(operation.locks[0].table, operation.locks[1].table);
        // Nor are the new character sets of columns.
        if (/\b(?:CHARACTER SET|COLLATE)$/.test(operation.what))
          for (const table of operation.tables ?? []) this.#tables.find(table)?.columns.clear();
        break;
      case "select":
        if (this.judging.unknownFunctions(operation).length > 0) this.forget(operation.sql);
        break;
      case "unknown":
        this.forget(operation.sql);
    }
  }

  #addFunction(name: string, args = ""): void {
    const known = this.#functions.get(name) ?? new Set();
    this.#functions.set(name, known.add(args.replace(/\s+/g, " ").trim().toLowerCase()));
  }

  #followForm({ what, name = "", locks, reads, gone, isCascade, sql }: OperationOf<"form">): void {
    const [table] = locks.map((lock) => lock.table);
    const known = table && this.#tables.find(table);
    switch (what) {
      case "CreatePolicyStmt":
      case "RESTRICTIVE POLICY":
        if (table !== undefined) this.#uses.add("policy", table, name, reads, sql);
        break;
      case "DROP POLICY":
      case "DROP TRIGGER":
        if (table !== undefined) this.#uses.drop(what === "DROP POLICY" ? "policy" : "trigger", table, name);
        break;
      case "AlterPolicyStmt":
        if (table !== undefined) this.#uses.forgetCalls(table);
        break;
      case "AT_ReplicaIdentity":
        // DEFAULT: uses the primary key.
        if (known !== undefined) known.replicaIdentity = "said";
        break;
      case "REPLICA IDENTITY NOTHING":
        if (known !== undefined) known.replicaIdentity = "nothing";
    }
    if (gone?.what === "schema" && isCascade) this.#uses.clear();
    // The objects that it dropped are not tracked: if a later migration recreates the function, its users are unknown.
    if (gone?.what === "function" && isCascade) this.#addFunction(gone.name.name, "…");
  }

  /** Changing a table that was not seen created shows that the history began before these files. */
  #notice(table: TableName): void {
    if (this.#tables.find(table) !== undefined) return;
    this.#isWhole = false;
    this.#changed.add(keyOf(table));
  }

  #keepDropped({ table, name }: OperationOf<"dropConstraint">): void {
    const key = keyOf(table) + keyOf({ name });
    const { columns, references, isValid } = this.#tables.find(table)?.constraints.get(name) ?? {};
    if (columns === undefined || references === undefined || isValid !== true) this.#droppedKeys.delete(key);
    else this.#droppedKeys.set(key, { name, table, columns, references });
  }

  #setDefault({ table, column, defaultSql }: OperationOf<"setDefault">): void {
    const known = this.#tables.find(table)?.columns.get(column)?.declaration;
    if (known === undefined) return;
    const { defaultSql: _, ...rest } = known;
    const declaration = { ...rest, isSerial: false };
    const changed = defaultSql === undefined ? declaration : { ...declaration, defaultSql };
    this.#tables.setColumn(table, column, { declaration: changed });
  }

  #setType({ table, column, type, ownType }: OperationOf<"setType">): void {
    const { ownType: _, ...before } = this.#tables.find(table)?.columns.get(column)?.declaration ?? {};
    const declaration = { ...before, type, ...(ownType === undefined ? {} : { ownType }) } as ColumnDeclaration;
    this.#tables.setColumn(table, column, { type, ...("name" in before ? { declaration } : {}) });
  }

  #create(operation: OperationOf<"createTable">): void {
    const { table, columns, constraints, primaryKey, sql, partitionOf, inherits, ofType } = operation;
    const { indexes = [], optionsSql = "" } = operation;
    const parents = partitionOf === undefined ? inherits : [partitionOf];
    const above = parents.flatMap((parent) => this.#tables.find(parent) ?? []);
    if (partitionOf !== undefined && above[0] !== undefined && isDefault(sql)) above[0].defaultPartition = table;
    const isListed =
      operation.isOfQuery !== true && operation.like === undefined && !/\b(?:LIKE|(?<!\bPARTITION\s+)OF)\b/i.test(sql);
    const isPlain = isListed && parents.length === 0;
    const hasAllColumns = isListed && parents.every((parent) => this.#tables.find(parent)?.hasAllColumns === true);
    const isPartitioned = /\bPARTITION\s+BY\b/i.test(sql);
    this.#tables.make(table, { isPartitioned, optionsSql, isPlain, hasAllColumns, parents, ofType });
    const made = this.#tables.find(table);
    if (made !== undefined) made.hasOwnNames = columns.some(({ checks }) => checks.length > 0);
    for (const each of above) {
      for (const [name, column] of each.columns) made?.columns.set(name, column);
      for (const [name, constraint] of each.constraints)
        if (constraint.kind === "check") made?.constraints.set(name, constraint);
    }
    for (const column of columns)
      made?.columns.set(column.name, declared(column, primaryKey.includes(column.name) || column.isPrimaryKey));
    for (const constraint of constraints) this.#tables.constrain(table, { ...constraint, isValid: true });
    for (const index of indexes) this.#keepIndex(table, index);
  }

  #keepIndex(table: TableName, index: IndexDeclaration): void {
    const { name, isUnique, columns, reads, hasExpression, method, definition } = index;
    const more = { ...(columns ? {} : { definition }), ...(hasExpression ? { hasExpression } : {}) };
    const facts = { name, isUnique, columns: columns ?? reads, method, ...more };
    this.#tables.keepIndex({ ...facts, isPrimary: false, table: inSchema(table) });
  }

  #addColumn({ table, column }: OperationOf<"addColumn">): void {
    const columns = [column.name];
    const found = this.#tables.find(table);
    found?.columns.set(column.name, declared(column, column.isPrimaryKey));
    if (found !== undefined && (column.checks.length > 0 || column.isPrimaryKey)) found.hasOwnNames = true;
    if (column.references !== undefined) {
      const name = /^CONSTRAINT\s+"?([^"\s]+)/i.exec(column.references.sql)?.[1];
      const { table: references, columns: referencedColumns, sql } = column.references;
      const key = { kind: "foreign-key", name, columns, references, ...following(sql), isValid: true } as const;
      this.#tables.constrain(table, { ...key, ...(referencedColumns && { referencedColumns }) });
    }
    if (column.isUnique) this.#tables.constrain(table, { kind: "unique", name: undefined, columns, isValid: true });
  }

  #constraintOf(operation: Constraining): KnownConstraint {
    const { name } = operation;
    switch (operation.kind) {
      case "addPrimaryKey":
        return { kind: "primary", name, columns: operation.columns, isValid: true };
      case "addUnique":
        return { kind: "unique", name, columns: operation.columns, isValid: true };
      case "addExclusion":
        return { kind: "exclusion", name, columns: [], isValid: true };
      case "addCheck": {
        const { notNull: columns, reads, calls, isNotNullOnly, isValid } = operation;
        return { kind: "check", name, columns, reads, ...(calls && { calls }), isNotNullOnly, isValid };
      }
      case "addForeignKey": {
        const { columns, references, referencedColumns, onUpdate, onDelete, isValid } = operation;
        const follows = following(onUpdate, onDelete);
        const key = { kind: "foreign-key", name, columns, references, ...follows, isValid } as const;
        return referencedColumns.length === 0 ? key : { ...key, referencedColumns };
      }
      case "addKeyOfIndex": {
        const taken = { ...operation.table, name: operation.index };
        const { columns = [] } = this.#tables.index(taken) ?? {};
        // The index gets the name of the constraint.
        this.#tables.dropIndex(taken);
        const kind = operation.isPrimary ? "primary" : "unique";
        return { kind, name: name ?? operation.index, columns, isValid: true };
      }
      default:
        return operation satisfies never;
    }
  }

  #formerTable(table: TableName): FormerTable | undefined {
    const found = this.#tables.find(table);
    if (found === undefined) return undefined;
    const declarations = () => [...found.columns.values()].flatMap(({ declaration }) => declaration ?? []);
    const indexes = this.#tables.indexesOf(table);
    return {
      column: (name) =>
        found.columns.get(name)?.declaration ??
        declarations().find((each) => each.name.toLowerCase() === name.toLowerCase()),
      optionsSql: found.optionsSql,
      isPartitioned: found.isPartitioned,
      indexes,
      follows: [...found.constraints.values()].flatMap(({ follows, references }) =>
        follows ? (references ?? []) : [],
      ),
      hasVirtualColumn: declarations().some(({ isVirtual }) => isVirtual === true),
      hasKeptColumn: hasKeptColumn(declarations(), indexes),
    };
  }

  #primaryKey(table: TableName): readonly string[] {
    const constraints = [...(this.#tables.find(table)?.constraints.values() ?? [])];
    return constraints.find(({ kind }) => kind === "primary")?.columns ?? [];
  }

  #mayExist(table: TableName): boolean {
    return this.#changed.has(keyOf(table)) || this.#unread.some((text) => text.includes(table.name));
  }

  #isInBlock(name: string): boolean {
    return [...this.#blocks].some((text) => text.includes(name));
  }

  #hasIndex({ name, onTable }: OperationOf<"dropIndex">): boolean {
    if (this.#tables.index(name, onTable) !== undefined || isCut(name.name) || this.#isInBlock(name.name)) return true;
    if (!isOwnName(name.name)) return false;
    return [...this.#tables.all()].some((table) => !table.isPlain || (table.hasOwnNames && isNamedAfter(name, table)));
  }

  #hasConstraint({ table, name }: OperationOf<"dropConstraint">): boolean {
    const found = this.#tables.find(table);
    if (found === undefined || !found.isPlain || found.constraints.has(name)) return true;
    if (isCut(name) || this.#isInBlock(name) || (found.hasOwnNames && isOwnName(name))) return true;
    return [...found.columns.values()].some(({ declaration }) =>
      declaration?.checks.some(({ sql }) => sql.includes(name)),
    );
  }

  #withoutReplicaIdentity(tables: readonly TableName[] | "all"): readonly TableName[] {
    const known = tables === "all" ? [...this.#tables.all()] : tables.flatMap((each) => this.#tables.find(each) ?? []);
    return known
      .filter(({ constraints, isPlain, replicaIdentity }) => {
        if (replicaIdentity !== undefined) return replicaIdentity === "nothing";
        return isPlain && [...constraints.values()].every(({ kind }) => kind !== "primary");
      })
      .map(({ name }) => name)
      .filter(({ name }) => !this.#isInBlock(name));
  }

  #isNeverNull(table: TableName, column: string, without?: string): boolean | undefined {
    const found = this.#tables.find(table);
    const known = found?.columns.get(column);
    if (found === undefined || known === undefined) return undefined;
    if (known.notNull) return true;
    return [...found.constraints.values()].some(
      ({ kind, name, isValid, columns }) => kind === "check" && isValid && name !== without && columns.includes(column),
    );
  }

  #isRepeated(table: TableName, constraint: string): boolean | undefined {
    const found = this.#tables.find(table)?.constraints.get(constraint);
    if (found === undefined) return undefined;
    const isNeverNull = (column: string) => this.#isNeverNull(table, column, constraint) === true;
    return found.isNotNullOnly === true && found.columns.every(isNeverNull);
  }

  #dependents(table: TableName, column: string): ReturnType<VerdictContext["dependents"]> {
    const found = this.#tables.find(table);
    const known = found?.columns.get(column)?.declaration;
    if (found === undefined || known === undefined) return undefined;
    const rebuilt = this.#tables.indexesOf(table).filter((each) => each.hasExpression && each.columns.includes(column));
    const checks = [...found.constraints.values()].filter(
      ({ kind, reads }) => kind === "check" && reads?.includes(column),
    );
    return {
      rebuilt: rebuilt.map(({ name }) => name),
      checked: [...checks.map(({ name = "" }) => name), ...known.checks.map(() => `${table.name}_${column}_check`)],
    };
  }

  #foreignKeys(table: TableName): readonly KnownForeignKey[] | undefined {
    const own = this.#tables.find(table);
    if (!this.#isWhole || own === undefined) return undefined;
    const others = [...this.#tables.referring(table)].filter((other) => other !== own);
    return [own, ...others].flatMap(({ name: from, constraints }: KnownTable) =>
      [...constraints.values()].flatMap(({ name = "", columns, references, referencedColumns }) =>
        references !== undefined && (isSame(from, table) || isSame(references, table))
          ? [
              {
                name,
                columns,
                table: spelt(from, table),
                references: spelt(references, table),
                referencedColumns: referencedColumns ?? this.#primaryKey(references),
              },
            ]
          : [],
      ),
    );
  }
}

function reachesBelow(operation: Operation): operation is OperationOf<(typeof inheritedKinds)[number]> {
  return (inheritedKinds as readonly string[]).includes(operation.kind) && operation.isOnly !== true;
}

type Constraining = OperationOf<
  "addPrimaryKey" | "addUnique" | "addForeignKey" | "addCheck" | "addExclusion" | "addKeyOfIndex"
>;

/** Whether the name looks like one of PostgreSQL's default names. */
function isOwnName(name: string): boolean {
  return /_(?:idx|pkey|key|fkey|check|excl|not_null)\d*$/.test(name);
}

/** PostgreSQL keeps the beginning of a long name. */
function isNamedAfter({ name }: TableName, table: KnownTable): boolean {
  return name.startsWith(table.name.name.slice(0, 20));
}

/** Longer names are truncated to this length, so the original name is unknown. */
function isCut(name: string): boolean {
  return name.length >= 63;
}

/** `PARTITION OF … DEFAULT`, `ATTACH PARTITION … DEFAULT` */
function isDefault(sql: string): boolean {
  return /\bDEFAULT\s*;?\s*$/i.test(sql);
}

function declared(column: ColumnDeclaration, isKey: boolean): KnownColumn {
  const notNull = column.notNull || isKey;
  return { type: column.type, notNull, declaration: { ...column, notNull } };
}

/** The name as the caller spells it, if both mean the same. */
function spelt(name: TableName, asked: TableName): TableName {
  return isSame(name, asked) ? asked : name;
}
