import type { IndexFacts } from "../facts/index-facts.js";
import {
  type ColumnDeclaration,
  nameKey,
  type Operation,
  type OperationOf,
  type TableConstraint,
  type TableName,
  type TypeKind,
} from "../model/index.js";
import type { Known } from "../rules/judge.js";
import type { KnownForeignKey } from "../verdicts/context.js";
import { unknownFunctions } from "../verdicts/statements.js";

interface KnownColumn {
  /** As `format_type` prints it; undefined: something that was not read has perhaps changed it. */
  readonly type: string | undefined;
  readonly notNull: boolean;
}

interface KnownConstraint extends TableConstraint {
  /** A check that says no more than that its columns are not NULL. */
  readonly isNotNullOnly?: boolean;
  readonly isValid: boolean;
}

interface KnownTable {
  readonly name: TableName;
  readonly isPartitioned: boolean;
  hasDefaultPartition: boolean;
  readonly columns: Map<string, KnownColumn>;
  readonly constraints: Map<string, KnownConstraint>;
}

/**
 * What the migrations of a repository have made so far, told by their statements alone: tables, column types, NOT NULL, checks and
 * whether they are proven, foreign keys, indexes, enums and domains. What it has not seen made it does not know, and what may have
 * been changed by something that nobody could read it forgets.
 */
export class Catalogue {
  readonly #tables = new Map<string, KnownTable>();
  readonly #indexes = new Map<string, IndexFacts>();
  readonly #types = new Map<string, TypeKind>();
  readonly #views = new Set<string>();
  /** By tables, for histories of thousands: the indexes of each, and the tables whose foreign keys lead to it. Some may be gone. */
  readonly #indexesOf = new Map<string, Set<string>>();
  readonly #referredBy = new Map<string, Set<string>>();
  /** Tables that were changed and never made, and what ran that nobody could read: both may have made a table. */
  readonly #changed = new Set<string>();
  readonly #unread: string[] = [];
  /** Every statement was read, and all that they name was made before: then what is not here does not exist. */
  #isWhole = true;

  /** What `judge` is told of the time before a migration. */
  known(): Pick<
    Known,
    "droppedIndex" | "formerType" | "typeKind" | "provenBy" | "foreignKeys" | "isNeverNull" | "isRepeated" | "isNew"
  > {
    return {
      droppedIndex: (name) => this.#indexes.get(keyOf(name)),
      formerType: (table, column) => this.#table(table)?.columns.get(column)?.type,
      typeKind: (name) => this.#types.get(keyOf(name)),
      provenBy: (table, constraint) => {
        const found = this.#table(table)?.constraints.get(constraint);
        return found?.kind === "check" ? found.columns : undefined;
      },
      foreignKeys: (table) => this.#foreignKeys(table),
      isNeverNull: (table, column, without) => this.#isNeverNull(table, column, without),
      isRepeated: (table, constraint) => this.#isRepeated(table, constraint),
      isNew: (table) => !this.has(table) && !this.#mayExist(table),
    };
  }

  /** Whether a table is known to be there. */
  has(table: TableName): boolean {
    return this.#tables.has(keyOf(table));
  }

  /** Whether a table may have partitions: nothing is built CONCURRENTLY on one. */
  mayBePartitioned(table: TableName): boolean {
    return this.#table(table)?.isPartitioned ?? false;
  }

  /** Every partition of a table was seen made, and none is the default. */
  hasNoDefaultPartition(table: TableName): boolean {
    return this.#isWhole && this.#table(table)?.hasDefaultPartition === false;
  }

  /** Whether it is known that a statement finds what it would make, or does not find what it would drop, and so does nothing. */
  isIdle(operation: Operation): boolean {
    const isGuarded = (words: string) =>
      new RegExp(`\\bIF\\s+${words}EXISTS\\b`, "i").test(operation.sql.slice(0, 400));
    switch (operation.kind) {
      case "createTable":
        return operation.ifNotExists && this.has(operation.table);
      case "addColumn":
        return isGuarded("NOT\\s+") && this.#table(operation.table)?.columns.has(operation.column.name) === true;
      case "createIndex": {
        const { name, table } = operation;
        // Of the table alone, whose rows are all in partitions.
        if (this.mayBePartitioned(table) && /\bON\s+ONLY\b/i.test(operation.sql)) return true;
        return isGuarded("NOT\\s+") && this.#indexes.has(keyOf({ ...table, name }));
      }
      case "dropTable":
        return this.#isWhole && isGuarded("") && !this.has(operation.table);
      case "dropView":
        return this.#isWhole && isGuarded("") && !this.#views.has(keyOf(operation.name));
      case "dropColumn": {
        const found = this.#table(operation.table);
        return this.#isWhole && isGuarded("") && found !== undefined && !found.columns.has(operation.column);
      }
      default:
        return false;
    }
  }

  /** Follows what a migration does, in order. */
  apply(operations: readonly Operation[]): void {
    for (const operation of operations) if (!this.isIdle(operation)) this.#follow(operation);
  }

  /** Something ran that nobody could read: what its text names may be another thing now. */
  forget(text: string): void {
    this.#isWhole = false;
    this.#unread.push(text);
    for (const [key, table] of this.#tables) if (text.includes(table.name.name)) this.#tables.delete(key);
    for (const [key, index] of this.#indexes)
      if (text.includes(index.name) || text.includes(index.table.name)) this.#indexes.delete(key);
    for (const key of this.#types.keys()) if (text.includes(key.split("\0")[1] ?? "")) this.#types.delete(key);
  }

  #follow(operation: Operation): void {
    switch (operation.kind) {
      case "createTable":
        this.#create(operation);
        return;
      case "addColumn":
        this.#addColumn(operation);
        return;
      case "dropColumn": {
        const table = this.#table(operation.table);
        table?.columns.delete(operation.column);
        for (const [name, { columns }] of table?.constraints ?? [])
          if (columns.includes(operation.column)) table?.constraints.delete(name);
        for (const [key, index] of this.#ownIndexes(operation.table))
          if (index.columns.includes(operation.column)) this.#indexes.delete(key);
        return;
      }
      case "renameColumn":
        this.#renameColumn(operation);
        return;
      case "addNotNull":
        this.#setColumn(operation, { notNull: operation.isValid });
        return;
      case "setNotNull":
      case "dropNotNull":
        this.#setColumn(operation, { notNull: operation.kind === "setNotNull" });
        return;
      case "setType":
        this.#setColumn(operation, { type: operation.type });
        return;
      case "renameTable":
        this.#renameTable(operation);
        return;
      case "alterDomain":
        if (operation.does === "addCheck" || operation.does === "setNotNull")
          this.#types.set(keyOf(operation.name), "checked");
        // What is left of its constraints it does not say.
        if (operation.does === "dropConstraint") this.#types.delete(keyOf(operation.name));
        return;
      case "dropTable":
        this.#drop(operation.table);
        return;
      case "createIndex": {
        const { table, name, isUnique, columns, reads, method, definition } = operation;
        const facts = { name, isUnique, columns: columns ?? reads, method, ...(columns ? {} : { definition }) };
        return void this.#indexes.set(keyOf({ ...table, name }), {
          ...facts,
          isPrimary: false,
          table: inSchema(table),
        });
      }
      case "dropIndex":
        this.#indexes.delete(keyOf(operation.name));
        return;
      case "addPrimaryKey":
      case "addUnique":
      case "addForeignKey":
      case "addCheck":
      case "addExclusion":
      case "addKeyOfIndex":
        this.#constrain(operation);
        return;
      case "validateConstraint": {
        const found = this.#known(operation.table)?.constraints;
        const constraint = found?.get(operation.name);
        if (constraint !== undefined) found?.set(operation.name, { ...constraint, isValid: true });
        return;
      }
      case "dropConstraint":
        this.#known(operation.table)?.constraints.delete(operation.name);
        this.#indexes.delete(keyOf({ ...operation.table, name: operation.name }));
        return;
      case "createView":
        this.#views.add(keyOf(operation.name));
        return;
      case "createType":
        this.#types.set(keyOf(operation.name), "plain");
        return;
      case "createDomain":
        this.#types.set(keyOf(operation.name), operation.isChecked ? "checked" : "plain");
        return;
      case "dropType":
        this.#types.delete(keyOf(operation.name));
        return;
      case "renameType": {
        const kind = this.#types.get(keyOf(operation.name));
        this.#types.delete(keyOf(operation.name));
        if (kind !== undefined) this.#types.set(keyOf({ ...operation.name, name: operation.newName }), kind);
        return;
      }
      case "form":
        // RENAME and SET SCHEMA: what has which name now is not followed.
        if (/^(?:RENAME|SET SCHEMA|DROP SCHEMA|DROP EXTENSION)\b/.test(operation.what)) this.forget(operation.sql);
        return;
      case "select":
        if (unknownFunctions(operation).length > 0) this.forget(operation.sql);
        return;
      case "unknown":
        this.forget(operation.sql);
    }
  }

  #create({ table, columns, constraints, primaryKey, sql, partitionOf }: OperationOf<"createTable">): void {
    const parent = partitionOf && this.#table(partitionOf);
    if (parent && /\bDEFAULT\s*;?\s*$/i.test(sql)) parent.hasDefaultPartition = true;
    const isPartitioned = /\bPARTITION\s+BY\b/i.test(sql);
    const known: KnownTable = {
      name: table,
      isPartitioned,
      hasDefaultPartition: false,
      columns: new Map(),
      constraints: new Map(),
    };
    this.#tables.set(keyOf(table), known);
    for (const column of columns)
      known.columns.set(column.name, declared(column, primaryKey.includes(column.name) || column.isPrimaryKey));
    for (const constraint of constraints) this.#hold(table, constraint, true);
  }

  #addColumn({ table, column }: OperationOf<"addColumn">): void {
    this.#known(table)?.columns.set(column.name, declared(column, column.isPrimaryKey));
    const { references } = column;
    if (references !== undefined) {
      const named = /^CONSTRAINT\s+"?([^"\s]+)/i.exec(references.sql)?.[1];
      const key = { kind: "foreign-key", name: named, columns: [column.name], references: references.table } as const;
      this.#hold(table, key, true);
    }
    if (column.isUnique) this.#hold(table, { kind: "unique", name: undefined, columns: [column.name] }, true);
  }

  #renameTable({ table, newName }: OperationOf<"renameTable">): void {
    const found = this.#known(table);
    if (found === undefined) return;
    const name = { ...table, name: newName };
    this.#tables.delete(keyOf(table));
    this.#tables.set(keyOf(name), { ...found, name });
    for (const [, index] of this.#ownIndexes(table)) this.#keepIndex({ ...index, table: inSchema(name) });
    for (const { constraints } of [...this.#referring(table)])
      for (const [key, constraint] of constraints)
        if (constraint.references !== undefined && isSame(constraint.references, table))
          constraints.set(key, { ...constraint, references: name });
    for (const [from, to] of [...this.#referredBy]) {
      if (to.delete(keyOf(table))) to.add(keyOf(name));
      if (from === keyOf(table)) for (const each of to) addTo(this.#referredBy, keyOf(name), each);
    }
  }

  #renameColumn({ table, column, newName }: OperationOf<"renameColumn">): void {
    const found = this.#known(table);
    const known = found?.columns.get(column);
    if (found === undefined || known === undefined) return;
    const renamed = (columns: readonly string[]) => columns.map((each) => (each === column ? newName : each));
    found.columns.delete(column);
    found.columns.set(newName, known);
    for (const [name, constraint] of found.constraints)
      found.constraints.set(name, { ...constraint, columns: renamed(constraint.columns) });
    for (const [key, index] of this.#ownIndexes(table))
      this.#indexes.set(key, { ...index, columns: renamed(index.columns) });
  }

  #setColumn({ table, column }: { table: TableName; column: string }, change: Partial<KnownColumn>): void {
    const columns = this.#known(table)?.columns;
    const known = columns?.get(column);
    if (known !== undefined) columns?.set(column, { ...known, ...change });
  }

  #constrain(operation: Constraining): void {
    const { table, name } = operation;
    switch (operation.kind) {
      case "addPrimaryKey":
        this.#hold(table, { kind: "primary", name, columns: operation.columns }, true);
        return;
      case "addUnique":
        this.#hold(table, { kind: "unique", name, columns: operation.columns }, true);
        return;
      case "addExclusion":
        this.#hold(table, { kind: "exclusion", name, columns: [] }, true);
        return;
      case "addCheck":
        this.#hold(
          table,
          { kind: "check", name, columns: operation.notNull, isNotNullOnly: operation.isNotNullOnly },
          operation.isValid,
        );
        return;
      case "addForeignKey": {
        const { columns, references, isValid } = operation;
        this.#hold(table, { kind: "foreign-key", name, columns, references }, isValid);
        return;
      }
      case "addKeyOfIndex": {
        const index = this.#indexes.get(keyOf({ ...table, name: operation.index }));
        this.#indexes.delete(keyOf({ ...table, name: operation.index }));
        const kind = operation.isPrimary ? "primary" : "unique";
        this.#hold(table, { kind, name: name ?? operation.index, columns: index?.columns ?? [] }, true);
        return;
      }
      default:
        operation satisfies never;
    }
  }

  /** Keeps a constraint under its name, PostgreSQL's own where it has none, and the index that comes with it. */
  #hold(table: TableName, constraint: Omit<KnownConstraint, "isValid">, isValid: boolean): void {
    const known = this.#known(table);
    if (known === undefined) return;
    const { kind, columns } = constraint;
    const parts = kind === "primary" ? [table.name] : [table.name, ...columns];
    const name = constraint.name ?? `${parts.join("_")}_${endings[kind]}`.slice(-63);
    known.constraints.set(name, { ...constraint, name, isValid });
    if (constraint.references !== undefined) addTo(this.#referredBy, keyOf(constraint.references), keyOf(table));
    if (kind === "primary") {
      for (const column of columns) this.#setColumn({ table, column }, { notNull: true });
    }
    if (kind !== "primary" && kind !== "unique") return;
    this.#keepIndex({
      name,
      columns,
      method: "btree",
      isUnique: true,
      isPrimary: kind === "primary",
      table: inSchema(table),
      constraint: { deferrable: "no" },
    });
  }

  #drop(table: TableName): void {
    this.#tables.delete(keyOf(table));
    for (const [key] of this.#ownIndexes(table)) this.#indexes.delete(key);
    // With CASCADE; without it there is none.
    for (const { constraints } of this.#referring(table))
      for (const [name, { references }] of constraints)
        if (references !== undefined && isSame(references, table)) constraints.delete(name);
  }

  #keepIndex(index: IndexFacts): void {
    const key = keyOf({ ...index.table, name: index.name });
    this.#indexes.set(key, index);
    addTo(this.#indexesOf, keyOf(index.table), key);
  }

  #ownIndexes(table: TableName): (readonly [key: string, index: IndexFacts])[] {
    return [...(this.#indexesOf.get(keyOf(table)) ?? [])].flatMap((key) => {
      const index = this.#indexes.get(key);
      return index !== undefined && isSame(index.table, table) ? [[key, index] as const] : [];
    });
  }

  /** Tables that have, or had, a foreign key that leads to this one. */
  *#referring(table: TableName): Iterable<KnownTable> {
    for (const key of this.#referredBy.get(keyOf(table)) ?? []) {
      const found = this.#tables.get(key);
      if (found !== undefined) yield found;
    }
  }

  #table(table: TableName): KnownTable | undefined {
    return this.#tables.get(keyOf(table));
  }

  /** A table that is changed: one that nobody has seen made shows that the history begins before these files. */
  #known(table: TableName): KnownTable | undefined {
    const found = this.#table(table);
    if (found === undefined) {
      this.#isWhole = false;
      this.#changed.add(keyOf(table));
    }
    return found;
  }

  #mayExist(table: TableName): boolean {
    return this.#changed.has(keyOf(table)) || this.#unread.some((text) => text.includes(table.name));
  }

  #isNeverNull(table: TableName, column: string, without?: string): boolean | undefined {
    const found = this.#table(table);
    const known = found?.columns.get(column);
    if (found === undefined || known === undefined) return undefined;
    if (known.notNull) return true;
    return [...found.constraints.values()].some(
      ({ kind, name, isValid, columns }) => kind === "check" && isValid && name !== without && columns.includes(column),
    );
  }

  #isRepeated(table: TableName, constraint: string): boolean | undefined {
    const found = this.#table(table)?.constraints.get(constraint);
    if (found === undefined) return undefined;
    const isNeverNull = (column: string) => this.#isNeverNull(table, column, constraint) === true;
    return found.isNotNullOnly === true && found.columns.every(isNeverNull);
  }

  #foreignKeys(table: TableName): readonly KnownForeignKey[] | undefined {
    if (!this.#isWhole || !this.has(table)) return undefined;
    const own = this.#table(table);
    const others = [...this.#referring(table)].filter((other) => other !== own);
    return [...(own === undefined ? [] : [own]), ...others].flatMap(({ name: from, constraints }) =>
      [...constraints.values()].flatMap(({ name = "", columns, references }) =>
        references !== undefined && (isSame(from, table) || isSame(references, table))
          ? [{ name, columns, table: spelt(from, table), references: spelt(references, table) }]
          : [],
      ),
    );
  }
}

type Constraining = OperationOf<
  "addPrimaryKey" | "addUnique" | "addForeignKey" | "addCheck" | "addExclusion" | "addKeyOfIndex"
>;

/** What PostgreSQL puts behind the names of a table and its columns. */
const endings = { primary: "pkey", unique: "key", "foreign-key": "fkey", check: "check", exclusion: "excl" } as const;

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const found = sets.get(key);
  if (found === undefined) sets.set(key, new Set([value]));
  else found.add(value);
}

function declared({ type, notNull }: ColumnDeclaration, isKey: boolean): KnownColumn {
  return { type, notNull: notNull || isKey };
}

/** `public` is what names without a schema mean. */
function keyOf({ schema, name }: TableName): string {
  return nameKey(schema === undefined || schema === "public" ? { name } : { schema, name });
}

function isSame(a: TableName, b: TableName): boolean {
  return a.name === b.name && keyOf(a) === keyOf(b);
}

/** A name as the one who asks spells it, where it is the same. */
function spelt(name: TableName, asked: TableName): TableName {
  return isSame(name, asked) ? asked : name;
}

function inSchema({ schema = "public", name }: TableName): { readonly schema: string; readonly name: string } {
  return { schema, name };
}
