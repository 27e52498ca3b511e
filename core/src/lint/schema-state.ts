import type { KnownForeignKey } from "../dialect/development.js";
import type { FormerTable, Judging, VerdictContext } from "../dialect/judging.js";
import {
  type ColumnDeclaration,
  following,
  type IndexDeclaration,
  type Operation,
  type OperationOf,
  type TableName,
  type TypeKind,
} from "../model/index.js";
import type { Known } from "../rules/judge.js";
import { hasKeptColumn } from "../sql/verdicts/kept-column.js";
import {
  inSchema,
  isSame,
  type KnownColumn,
  type KnownConstraint,
  type KnownTable,
  KnownTables,
  keyOf,
} from "./known-tables.js";

/**
 * What the migrations of a repository have made so far, told by their statements alone: tables, column types, NOT NULL, checks and
 * whether they are proven, foreign keys, indexes, enums and domains. What it has not seen made it does not know, and what may have
 * been changed by something that nobody could read it forgets.
 */
export class SchemaState {
  readonly #tables: KnownTables;
  readonly #types = new Map<string, TypeKind>();
  readonly #views = new Set<string>();
  /** Names alone: some are in schemas of the search path. */
  readonly #functions = new Set<string>();
  /** Tables that were changed and never made, and what ran that nobody could read: both may have made a table. */
  readonly #changed = new Set<string>();
  readonly #unread: string[] = [];
  /** Every statement was read, and all that they name was made before: then what is not here does not exist. */
  #isWhole = true;

  /** @param judging who judges what it follows */
  constructor(private readonly judging: Judging) {
    this.#tables = new KnownTables(judging.capabilities.namesIndexesByTable);
  }

  /** What the rules are told of the time before a statement. */
  known(): Pick<
    Known,
    | "formerIndex"
    | "formerType"
    | "formerTable"
    | "typeKind"
    | "provenBy"
    | "foreignKeys"
    | "dependents"
    | "isNeverNull"
    | "isRepeated"
    | "isNew"
    | "definesFunction"
  > {
    return {
      formerIndex: (name) => this.#tables.index(name),
      formerType: (table, column) => this.#tables.find(table)?.columns.get(column)?.type,
      formerTable: (table) => this.#formerTable(table),
      typeKind: (name) => this.#types.get(keyOf(name)),
      provenBy: (table, constraint) => {
        const found = this.#tables.find(table)?.constraints.get(constraint);
        return found?.kind === "check" ? found.columns : undefined;
      },
      foreignKeys: (table) => this.#foreignKeys(table),
      dependents: (table, column) => this.#dependents(table, column),
      isNeverNull: (table, column, without) => this.#isNeverNull(table, column, without),
      isRepeated: (table, constraint) => this.#isRepeated(table, constraint),
      definesFunction: (name) => this.#functions.has(name) || this.#unread.some((text) => text.includes(name)),
      isNew: (table) => this.#tables.find(table) === undefined && !this.#mayExist(table),
    };
  }

  /** Whether a table is known to be partitioned: nothing is built CONCURRENTLY on one. */
  isPartitioned(table: TableName): boolean {
    return this.#tables.find(table)?.isPartitioned === true;
  }

  /** Every partition of a table was seen made, and none is the default. */
  hasNoDefaultPartition(table: TableName): boolean {
    return this.#isWhole && this.#tables.find(table)?.hasDefaultPartition === false;
  }

  /** Whether it is known that a statement finds what it would make, or does not find what it would drop, and so does nothing. */
  isIdle(operation: Operation): boolean {
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
        // Of the table alone, whose rows are all in partitions.
        if (this.isPartitioned(table) && /\bON\s+ONLY\b/i.test(sql)) return true;
        return isGuarded("NOT\\s+") && this.#tables.index({ ...table, name }, table) !== undefined;
      }
      case "dropTable":
        return isGone(this.#tables.find(operation.table) !== undefined);
      case "dropView":
        return isGone(this.#views.has(keyOf(operation.name)));
      case "dropColumn": {
        const found = this.#tables.find(operation.table);
        return found !== undefined && isGone(found.columns.has(operation.column));
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
    this.#tables.forget(text);
    for (const key of this.#types.keys()) if (text.includes(key.split("\0")[1] ?? "")) this.#types.delete(key);
  }

  #follow(operation: Operation): void {
    if ("table" in operation && operation.kind !== "createTable" && operation.kind !== "dropTable")
      this.#notice(operation.table);
    switch (operation.kind) {
      case "createTable":
        this.#create(operation);
        break;
      case "addColumn":
        this.#addColumn(operation);
        break;
      case "dropColumn":
        this.#tables.dropColumn(operation.table, operation.column);
        break;
      case "renameColumn":
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
        this.#tables.setColumn(operation.table, operation.column, { type: operation.type });
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
        break;
      case "attachPartition": {
        const found = this.#tables.find(operation.table);
        if (found !== undefined && isDefault(operation.sql)) found.hasDefaultPartition = true;
        break;
      }
      case "dropTable":
        this.#tables.drop(operation.table);
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
        this.#tables.find(operation.table)?.constraints.delete(operation.name);
        this.#tables.dropIndex({ ...operation.table, name: operation.name }, operation.table);
        break;
      case "createFunction":
        this.#functions.add(operation.name.name);
        break;
      case "createView":
        this.#views.add(keyOf(operation.name));
        break;
      case "createType":
        this.#types.set(keyOf(operation.name), "plain");
        break;
      case "createDomain":
        this.#types.set(keyOf(operation.name), operation.isChecked ? "checked" : "plain");
        break;
      case "alterDomain":
        if (operation.does === "addCheck" || operation.does === "setNotNull")
          this.#types.set(keyOf(operation.name), "checked");
        // What is left of its constraints it does not say.
        if (operation.does === "dropConstraint") this.#types.delete(keyOf(operation.name));
        break;
      case "dropType":
        this.#types.delete(keyOf(operation.name));
        break;
      case "renameType": {
        const kind = this.#types.get(keyOf(operation.name));
        this.#types.delete(keyOf(operation.name));
        if (kind !== undefined) this.#types.set(keyOf({ ...operation.name, name: operation.newName }), kind);
        break;
      }
      case "form":
        if (operation.what === "CreateExtensionStmt" && /\bpgcrypto\b/i.test(operation.sql))
          this.#functions.add("gen_random_uuid");
        // What has which name now is not followed.
        if (/^(?:RENAME(?! INDEX)|SET SCHEMA|DROP SCHEMA|DROP EXTENSION)\b/.test(operation.what))
          this.forget(operation.sql);
        // Nor which character sets its columns have now.
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

  /** A table that is changed, and that nobody has seen made, shows that the history begins before these files. */
  #notice(table: TableName): void {
    if (this.#tables.find(table) !== undefined) return;
    this.#isWhole = false;
    this.#changed.add(keyOf(table));
  }

  #setDefault({ table, column, defaultSql }: OperationOf<"setDefault">): void {
    const known = this.#tables.find(table)?.columns.get(column)?.declaration;
    if (known === undefined) return;
    const { defaultSql: _, ...declaration } = known;
    const changed = defaultSql === undefined ? declaration : { ...declaration, defaultSql };
    this.#tables.setColumn(table, column, { declaration: changed });
  }

  #create(operation: OperationOf<"createTable">): void {
    const { table, columns, constraints, primaryKey, sql, partitionOf, indexes = [], optionsSql = "" } = operation;
    const parent = partitionOf && this.#tables.find(partitionOf);
    if (parent !== undefined && isDefault(sql)) parent.hasDefaultPartition = true;
    this.#tables.make(table, /\bPARTITION\s+BY\b/i.test(sql), optionsSql);
    const made = this.#tables.find(table);
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
    this.#tables.find(table)?.columns.set(column.name, declared(column, column.isPrimaryKey));
    if (column.references !== undefined) {
      const name = /^CONSTRAINT\s+"?([^"\s]+)/i.exec(column.references.sql)?.[1];
      const references = column.references.table;
      const follows = following(column.references.sql);
      this.#tables.constrain(table, { kind: "foreign-key", name, columns, references, ...follows, isValid: true });
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
        const { notNull: columns, reads, isNotNullOnly, isValid } = operation;
        return { kind: "check", name, columns, reads, isNotNullOnly, isValid };
      }
      case "addForeignKey": {
        const { columns, references, onUpdate, onDelete, isValid } = operation;
        return { kind: "foreign-key", name, columns, references, ...following(onUpdate, onDelete), isValid };
      }
      case "addKeyOfIndex": {
        const taken = { ...operation.table, name: operation.index };
        const { columns = [] } = this.#tables.index(taken) ?? {};
        // It gets the name of the constraint.
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
      indexes,
      follows: [...found.constraints.values()].flatMap(({ follows, references }) =>
        follows ? (references ?? []) : [],
      ),
      hasVirtualColumn: declarations().some(({ isVirtual }) => isVirtual === true),
      hasKeptColumn: hasKeptColumn(declarations(), indexes),
    };
  }

  #mayExist(table: TableName): boolean {
    return this.#changed.has(keyOf(table)) || this.#unread.some((text) => text.includes(table.name));
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

/** `PARTITION OF … DEFAULT`, `ATTACH PARTITION … DEFAULT` */
function isDefault(sql: string): boolean {
  return /\bDEFAULT\s*;?\s*$/i.test(sql);
}

function declared(column: ColumnDeclaration, isKey: boolean): KnownColumn {
  const notNull = column.notNull || isKey;
  return { type: column.type, notNull, declaration: { ...column, notNull } };
}

/** A name as the one who asks spells it, where it is the same. */
function spelt(name: TableName, asked: TableName): TableName {
  return isSame(name, asked) ? asked : name;
}
