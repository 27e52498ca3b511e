import type { IndexFacts } from "../dialect/development.js";
import {
  type ColumnDeclaration,
  type IndexDeclaration,
  nameKey,
  type TableConstraint,
  type TableName,
} from "../model/index.js";

export interface KnownColumn {
  /** As `format_type` prints it. */
  readonly type: string;
  readonly notNull: boolean;
  /** Its latest declaration. */
  readonly declaration?: ColumnDeclaration;
}

export interface KnownConstraint extends TableConstraint {
  /** A check that only requires its columns to be NOT NULL. */
  readonly isNotNullOnly?: boolean;
  readonly isValid: boolean;
}

export interface KnownIndex extends IndexFacts, Pick<IndexDeclaration, "hasExpression"> {}

export interface KnownTable {
  readonly name: TableName;
  readonly isPartitioned: boolean;
  readonly optionsSql: string;
  /** All of its parts come from statements seen here: it is no partition, child or copy of another table. */
  readonly isPlain: boolean;
  /** All its columns were seen: its own, and those of the table of which it is a partition or heir. */
  readonly hasAllColumns: boolean;
  /** PostgreSQL, or a statement that was not seen, has named a part of it. */
  hasOwnNames: boolean;
  /** How a subscriber finds a row, if not by the primary key. */
  replicaIdentity?: "said" | "nothing";
  /** Undefined: no partition is the default. */
  defaultPartition: TableName | undefined;
  /** The tables that it inherits from or is a partition of. */
  parents: readonly TableName[];
  readonly ofType: TableName | undefined;
  readonly columns: Map<string, KnownColumn>;
  readonly constraints: Map<string, KnownConstraint>;
}

/** Tables with their columns, constraints and indexes, as they are created, renamed and dropped. Ignores the schema `public` in names. */
export class KnownTables {
  readonly #tables = new Map<string, KnownTable>();
  readonly #indexes = new Map<string, KnownIndex>();
  /** If false, no table has child tables to search for. */
  #hasParents = false;
  /**
   * Per table, to stay fast in histories with thousands of migrations: its indexes, and the tables with a foreign key to it. Some may be
   * dropped.
   */
  readonly #indexesOf = new Map<string, Set<string>>();
  readonly #referredBy = new Map<string, Set<string>>();

  find(table: TableName): KnownTable | undefined {
    return this.#tables.get(keyOf(table));
  }

  /** @param namesIndexesByTable index names are unique per table */
  constructor(private readonly namesIndexesByTable: boolean) {}

  /** @param table required if index names are unique per table */
  index(name: TableName, table?: TableName): KnownIndex | undefined {
    return this.#indexes.get(this.#indexKey(name, table));
  }

  indexesOf(table: TableName): readonly KnownIndex[] {
    return this.#indexesOn(table).map(([, index]) => index);
  }

  make(
    table: TableName,
    made: Pick<KnownTable, "isPartitioned" | "optionsSql" | "isPlain" | "hasAllColumns" | "parents" | "ofType">,
  ): void {
    const empty = { defaultPartition: undefined, hasOwnNames: false, columns: new Map(), constraints: new Map() };
    this.#tables.set(keyOf(table), { name: table, ...made, ...empty });
    if (made.parents.length > 0) this.#hasParents = true;
  }

  /** Columns of a type get the new one; undefined: they are dropped with it. */
  changeType(type: string, newType: string | undefined): void {
    for (const { name: table, columns } of this.#tables.values())
      for (const [column, known] of columns) {
        const isArray = known.type === `${type}[]`;
        if (known.type !== type && !isArray) continue;
        if (newType === undefined) this.dropColumn(table, column);
        else columns.set(column, { ...known, type: isArray ? `${newType}[]` : newType });
      }
  }

  /** Marks a table as a child or partition of another one. */
  put(table: TableName, below: TableName): void {
    const found = this.find(table);
    if (found === undefined) return;
    found.parents = [...found.parents, below];
    this.#hasParents = true;
  }

  /** All descendants: partitions, inheriting tables, and theirs. */
  below(table: TableName): readonly TableName[] {
    if (!this.#hasParents) return [];
    const own = [...this.#tables.values()].filter(({ parents }) => parents.some((parent) => isSame(parent, table)));
    return own.flatMap(({ name }) => [name, ...this.below(name)]);
  }

  all(): Iterable<KnownTable> {
    return this.#tables.values();
  }

  /** Drops its descendants too. */
  drop(table: TableName): void {
    for (const each of this.below(table)) this.drop(each);
    this.#tables.delete(keyOf(table));
    for (const each of this.#hasParents ? this.#tables.values() : [])
      if (each.defaultPartition !== undefined && isSame(each.defaultPartition, table))
        each.defaultPartition = undefined;
    for (const [key] of this.#indexesOn(table)) this.#indexes.delete(key);
    // With CASCADE; without it, there are none.
    for (const { constraints } of this.referring(table))
      for (const [name, { references }] of constraints)
        if (references !== undefined && isSame(references, table)) constraints.delete(name);
  }

  rename(table: TableName, newName: string): void {
    const found = this.find(table);
    if (found === undefined) return;
    const name = { ...table, name: newName };
    this.#tables.delete(keyOf(table));
    this.#tables.set(keyOf(name), { ...found, name });
    for (const each of this.#hasParents ? this.#tables.values() : []) {
      each.parents = each.parents.map((parent) => (isSame(parent, table) ? name : parent));
      if (each.defaultPartition !== undefined && isSame(each.defaultPartition, table)) each.defaultPartition = name;
    }
    for (const [, index] of this.#indexesOn(table)) this.keepIndex({ ...index, table: inSchema(name) });
    for (const { constraints } of [...this.referring(table)])
      for (const [key, constraint] of constraints)
        if (constraint.references !== undefined && isSame(constraint.references, table))
          constraints.set(key, { ...constraint, references: name });
    for (const [from, to] of [...this.#referredBy]) {
      if (to.delete(keyOf(table))) to.add(keyOf(name));
      if (from === keyOf(table)) for (const each of to) addTo(this.#referredBy, keyOf(name), each);
    }
  }

  renameColumn(table: TableName, column: string, newName: string): void {
    const found = this.find(table);
    const known = found?.columns.get(column);
    if (found === undefined || known === undefined) return;
    const renamed = (columns: readonly string[]) => columns.map((each) => (each === column ? newName : each));
    found.columns.delete(column);
    const { declaration } = known;
    found.columns.set(newName, declaration ? { ...known, declaration: { ...declaration, name: newName } } : known);
    for (const [name, constraint] of found.constraints)
      found.constraints.set(name, {
        ...constraint,
        columns: renamed(constraint.columns),
        ...(constraint.reads === undefined ? {} : { reads: renamed(constraint.reads) }),
      });
    for (const { constraints } of this.referring(table))
      for (const [name, constraint] of constraints)
        if (constraint.references !== undefined && isSame(constraint.references, table) && constraint.referencedColumns)
          constraints.set(name, { ...constraint, referencedColumns: renamed(constraint.referencedColumns) });
    for (const [key, index] of this.#indexesOn(table))
      this.#indexes.set(key, { ...index, columns: renamed(index.columns) });
  }

  /** Drops constraints and indexes on the column too. */
  dropColumn(table: TableName, column: string): void {
    const found = this.find(table);
    found?.columns.delete(column);
    for (const [name, { columns, reads }] of found?.constraints ?? [])
      if ((reads ?? columns).includes(column)) found?.constraints.delete(name);
    for (const [key, index] of this.#indexesOn(table)) if (index.columns.includes(column)) this.#indexes.delete(key);
  }

  setColumn(table: TableName, column: string, change: Partial<KnownColumn>): void {
    const columns = this.find(table)?.columns;
    const known = columns?.get(column);
    if (known !== undefined) columns?.set(column, { ...known, ...change });
  }

  /** Stores a constraint under its name, or PostgreSQL's default name, with its index. */
  constrain(table: TableName, constraint: KnownConstraint): void {
    const { kind, columns, references } = constraint;
    const parts = kind === "primary" ? [table.name] : [table.name, ...columns];
    const name = constraint.name ?? `${parts.join("_")}_${endings[kind]}`;
    const found = this.find(table);
    if (found !== undefined && constraint.name === undefined) found.hasOwnNames = true;
    found?.constraints.set(name, { ...constraint, name });
    if (references !== undefined) addTo(this.#referredBy, keyOf(references), keyOf(table));
    if (kind === "primary") for (const column of columns) this.setColumn(table, column, { notNull: true });
    if (kind !== "primary" && kind !== "unique") return;
    const own = { isUnique: true, isPrimary: kind === "primary", constraint: { deferrable: "no" } } as const;
    this.keepIndex({ name, columns, method: "btree", table: inSchema(table), ...own });
  }

  keepIndex(index: KnownIndex): void {
    const found = this.find(index.table);
    if (found !== undefined && index.name === "") found.hasOwnNames = true;
    const key = this.#indexKey({ ...index.table, name: index.name }, index.table);
    this.#indexes.set(key, index);
    addTo(this.#indexesOf, keyOf(index.table), key);
  }

  dropIndex(name: TableName, table?: TableName): void {
    this.#indexes.delete(this.#indexKey(name, table));
  }

  /** Tables that have, or had, a foreign key to this one. */
  *referring(table: TableName): Iterable<KnownTable> {
    for (const key of this.#referredBy.get(keyOf(table)) ?? []) {
      const found = this.#tables.get(key);
      if (found !== undefined) yield found;
    }
  }

  /** Tables and indexes that a text names may have changed. */
  forget(text: string): void {
    for (const [key, table] of this.#tables) if (text.includes(table.name.name)) this.#tables.delete(key);
    for (const [key, index] of this.#indexes)
      if (text.includes(index.name) || text.includes(index.table.name)) this.#indexes.delete(key);
  }

  #indexKey(name: TableName, table: TableName | undefined): string {
    return this.namesIndexesByTable && table !== undefined ? keyOf(table) + keyOf({ name: name.name }) : keyOf(name);
  }

  #indexesOn(table: TableName): (readonly [key: string, index: KnownIndex])[] {
    return [...(this.#indexesOf.get(keyOf(table)) ?? [])].flatMap((key) => {
      const index = this.#indexes.get(key);
      return index !== undefined && isSame(index.table, table) ? [[key, index] as const] : [];
    });
  }
}

/** The suffixes of PostgreSQL's default names. */
const endings = { primary: "pkey", unique: "key", "foreign-key": "fkey", check: "check", exclusion: "excl" } as const;

/** Names without a schema mean `public`. */
export function keyOf({ schema, name }: TableName): string {
  return nameKey(schema === undefined || schema === "public" ? { name } : { schema, name });
}

export function isSame(a: TableName, b: TableName): boolean {
  return a.name === b.name && keyOf(a) === keyOf(b);
}

export function inSchema({ schema = "public", name }: TableName): { readonly schema: string; readonly name: string } {
  return { schema, name };
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const found = sets.get(key);
  if (found === undefined) sets.set(key, new Set([value]));
  else found.add(value);
}
