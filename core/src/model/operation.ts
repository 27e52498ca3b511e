import type {
  ColumnDeclaration,
  ColumnPosition,
  Deferrable,
  IndexDeclaration,
  IndexKey,
  ReferentialAction,
  TableConstraint,
} from "./declaration.js";
import { nameKey, type TableName } from "./names.js";
import type { GoneKind, NewerForm, TableLock } from "./verdict.js";

/** One statement of a migration file. The slices of all statements, in order, and the tail add up to the file. */
export interface Statement {
  readonly index: number;
  /** The statement itself: no leading comments, no semicolon. */
  readonly sql: string;
  /** Comments and white space before it, the statement, its semicolon: nothing of the file is outside of these. */
  readonly full: string;
  /** UTF-16 offset and 1-based line of `sql` in the file. */
  readonly offset: number;
  readonly line: number;
}

/** Execution options of a statement; the server rejects it if it cannot comply: `ALGORITHM=INSTANT`, `LOCK=NONE`, `WAIT 1`. */
export interface Demands {
  readonly algorithm?: string;
  readonly lock?: string;
  /** NOWAIT: 0. */
  readonly waitSeconds?: number;
}

interface OperationBase {
  /** The statement it was read from. */
  readonly statement: number;
  /** The clause of ALTER TABLE, or the whole statement, sliced from the source. */
  readonly sql: string;
  readonly line: number;
  /** The statement of a DO block that it was read from: its text. */
  readonly within?: string;
  /** Syntax that older servers do not support. */
  readonly newer?: readonly NewerForm[];
  /** Execution options that its statement demands. */
  readonly demands?: Demands;
  /** ONLY: neither inheriting tables nor partitions. */
  readonly isOnly?: true;
}

/** The columns that a query copies: the named ones, or all of a table. */
export interface CopiedColumns {
  readonly names: readonly string[];
  /** `*`, other than in `count(*)`. */
  readonly isAll?: true;
}

/** The columns of a table that a view's query reads. */
export interface ReadColumns extends CopiedColumns {
  readonly table: TableName;
}

/** One typed schema change read from SQL. An unrecognised one is `unknown`, never dropped and never treated as safe. */
export type Operation = OperationBase &
  (
    | {
        readonly kind: "addColumn";
        readonly table: TableName;
        readonly column: ColumnDeclaration;
        readonly position?: ColumnPosition;
      }
    /** MODIFY, CHANGE: redeclares the whole column. What changes depends on the former declaration. */
    | {
        readonly kind: "redeclareColumn";
        readonly table: TableName;
        readonly formerName: string;
        readonly column: ColumnDeclaration;
        readonly position?: ColumnPosition;
      }
    | {
        readonly kind: "createTable";
        readonly table: TableName;
        readonly columns: readonly ColumnDeclaration[];
        /** IF NOT EXISTS: it may have existed, with its rows. */
        readonly ifNotExists: boolean;
        /** Empty: none, or not in the statement. */
        readonly primaryKey: readonly string[];
        readonly partitionOf: TableName | undefined;
        readonly inherits: readonly TableName[];
        /** OF: its columns are those of a composite type. */
        readonly ofType?: TableName;
        /** The tables that its foreign keys refer to. */
        readonly references: readonly TableName[];
        /** Constraints beside the columns: keys, checks, exclusions. */
        readonly constraints: readonly TableConstraint[];
        /** CREATE TABLE AS: its columns are those of a query. */
        readonly isOfQuery?: true;
        /** The columns that the query copies. */
        readonly copies?: CopiedColumns;
        /** CREATE TABLE … LIKE: copies the definition of that table. */
        readonly like?: TableName;
        /** Indexes beside the columns that are not constraints. */
        readonly indexes?: readonly IndexDeclaration[];
        /** `ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4`, as the statement spells it. */
        readonly optionsSql?: string;
      }
    | ({ readonly kind: "createIndex"; readonly table: TableName; readonly isConcurrent: boolean } & IndexDeclaration)
    | {
        readonly kind: "addForeignKey";
        readonly table: TableName;
        readonly name: string | undefined;
        readonly columns: readonly string[];
        readonly references: TableName;
        /** Empty: the primary key of the referenced table. */
        readonly referencedColumns: readonly string[];
        readonly onUpdate: ReferentialAction;
        readonly onDelete: ReferentialAction;
        readonly isMatchFull: boolean;
        readonly deferrable: Deferrable;
        readonly isValid: boolean;
        /** NOT ENFORCED: rejects nothing. */
        readonly isEnforced?: false;
        /** `SET NULL (a)`, `PERIOD`, `NOT ENFORCED`: not described by this model. */
        readonly hasOther: boolean;
      }
    | {
        readonly kind: "addPrimaryKey";
        readonly table: TableName;
        readonly name: string | undefined;
        readonly columns: readonly string[];
        readonly keys?: readonly IndexKey[];
      }
    | {
        readonly kind: "addUnique";
        readonly table: TableName;
        readonly name: string | undefined;
        readonly columns: readonly string[];
        readonly keys?: readonly IndexKey[];
        readonly deferrable: Deferrable;
        /** NULLS NOT DISTINCT: all of its columns. Of MySQL's expressions: those that do not pass NULL on. */
        readonly refusesNull?: readonly string[];
        /** `INCLUDE`, `WITH (…)`: not described by this model. */
        readonly hasOther: boolean;
      }
    | {
        readonly kind: "addCheck";
        readonly table: TableName;
        readonly name: string | undefined;
        /** Every column that its expression names. */
        readonly reads: readonly string[];
        /** The functions that it calls. */
        readonly calls?: readonly string[];
        /** The columns that it proves not NULL. */
        readonly notNull: readonly string[];
        /** It has no other condition. */
        readonly isNotNullOnly: boolean;
        /** The columns whose NULL alone may make it false. Absent: none. */
        readonly refusesNull?: readonly string[];
        readonly isValid: boolean;
        /** NOT ENFORCED: rejects nothing. */
        readonly isEnforced?: false;
      }
    /** ADD NOT NULL: SET NOT NULL as a constraint with a name. */
    | {
        readonly kind: "addNotNull";
        readonly table: TableName;
        readonly name: string | undefined;
        readonly column: string;
        readonly isValid: boolean;
      }
    | {
        readonly kind: "addExclusion";
        readonly table: TableName;
        readonly name: string | undefined;
        readonly reads: readonly string[];
        /** The columns without which two rows may exclude each other. Absent: none. */
        readonly refusesNull?: readonly string[];
      }
    /** A key that uses an existing index: nothing is built. */
    | {
        readonly kind: "addKeyOfIndex";
        readonly table: TableName;
        readonly name: string | undefined;
        readonly index: string;
        readonly isPrimary: boolean;
      }
    | { readonly kind: "validateConstraint"; readonly table: TableName; readonly name: string }
    | { readonly kind: "attachPartition"; readonly table: TableName; readonly partition: TableName }
    | {
        readonly kind: "detachPartition";
        readonly table: TableName;
        readonly partition: TableName;
        readonly isConcurrent: boolean;
      }
    | { readonly kind: "setNotNull"; readonly table: TableName; readonly column: string }
    | { readonly kind: "dropNotNull"; readonly table: TableName; readonly column: string }
    | {
        readonly kind: "setDefault";
        readonly table: TableName;
        readonly column: string;
        readonly defaultSql: string | undefined;
      }
    | {
        readonly kind: "setType";
        readonly table: TableName;
        readonly column: string;
        /** From the type to the end of the clause, `COLLATE` and `USING` included. */
        readonly typeSql: string;
        /** As `format_type` prints it. */
        readonly type: string;
        /** As in a column declaration. */
        readonly ownType?: TableName;
        /** `USING …` or `COLLATE …`: more than the type changes. */
        readonly hasOther: boolean;
        /** If `USING` casts the column itself: the target types, in order, as `format_type` prints them. */
        readonly casts?: readonly string[];
        /** COLLATE, with no USING that does more than cast. */
        readonly collates?: true;
        /** Only the type, if `USING` is a cast of the column itself: for a column without values it has no other effect. */
        readonly castTypeSql?: string;
      }
    | { readonly kind: "renameColumn"; readonly table: TableName; readonly column: string; readonly newName: string }
    /** Of a view as well: people rename them with ALTER TABLE. */
    | { readonly kind: "renameTable"; readonly table: TableName; readonly newName: string }
    | {
        readonly kind: "dropColumn";
        readonly table: TableName;
        readonly column: string;
        readonly isCascade?: true;
      }
    | { readonly kind: "dropTable"; readonly table: TableName; readonly isCascade?: true }
    | {
        readonly kind: "dropIndex";
        readonly name: TableName;
        readonly isConcurrent: boolean;
        /** Present if index names belong to one table, not to a schema. */
        readonly onTable?: TableName;
      }
    | {
        readonly kind: "dropConstraint";
        readonly table: TableName;
        readonly name: string;
        /** Present if the statement names it. */
        readonly of?: TableConstraint["kind"];
      }
    | { readonly kind: "createType"; readonly name: TableName; readonly values: readonly string[] }
    | { readonly kind: "addEnumValue"; readonly name: TableName; readonly value: string }
    | {
        readonly kind: "renameEnumValue";
        readonly name: TableName;
        readonly value: string;
        readonly newName: string;
      }
    | {
        readonly kind: "comment";
        /** Undefined: on another object. */
        readonly onColumn: { readonly table: TableName; readonly name: string } | undefined;
        /** Undefined: removes the comment. */
        readonly text: string | undefined;
      }
    | { readonly kind: "renameType"; readonly name: TableName; readonly newName: string }
    | { readonly kind: "dropType"; readonly name: TableName; readonly isCascade?: true }
    | {
        readonly kind: "createDomain";
        readonly name: TableName;
        /** As `format_type` prints it. */
        readonly base: string;
        /** A base type that PostgreSQL does not provide: it may be a domain, too. */
        readonly baseType?: TableName;
        /** With CHECK or NOT NULL. */
        readonly isChecked: boolean;
        /** With NOT NULL. */
        readonly isRequired?: true;
        /** `stored`: evaluated once for all existing rows. */
        readonly default?: "stored" | "computed";
      }
    | {
        readonly kind: "alterDomain";
        readonly name: TableName;
        readonly does: "default" | "setNotNull" | "dropNotNull" | "addCheck" | "dropConstraint" | "validate";
        /** Existing rows are not checked. */
        readonly isNotValid?: true;
      }
    | {
        readonly kind: "createView";
        readonly name: TableName;
        readonly isReplace?: true;
        /** Of a materialized one, which stores the result of its query. */
        readonly copies?: CopiedColumns;
        /** Of each table or view, the columns that the query names and that certainly belong to it. Absent: not read. */
        readonly reads?: readonly ReadColumns[];
      }
    | { readonly kind: "dropView"; readonly name: TableName; readonly isCascade?: true }
    | {
        readonly kind: "insert";
        readonly table: TableName;
        /** The rows are in the statement: nothing is read. */
        readonly isOfValues: boolean;
        /** The number of rows is fixed by the statement: with ON CONFLICT, the rows are found by a key. */
        readonly isOfStatedRows?: true;
      }
    | { readonly kind: "delete"; readonly table: TableName; readonly keyed?: readonly string[] }
    | {
        readonly kind: "update";
        readonly table: TableName;
        readonly columns: readonly string[];
        /** Columns of its rows that WHERE compares with at most 100 constants each. */
        readonly keyed?: readonly string[];
      }
    /** A query without use of its result, and the functions that it calls. */
    | { readonly kind: "select"; readonly functions: readonly string[] }
    | { readonly kind: "truncate"; readonly table: TableName; readonly isCascade: boolean }
    /** An index, or every index of a table, schema or database. */
    | {
        readonly kind: "reindex";
        readonly of: "index" | "table" | "schema";
        readonly name: TableName;
        readonly isConcurrent: boolean;
      }
    /** `isSteady`: declared STABLE or IMMUTABLE. `body`: its text, in one of the languages. */
    | {
        readonly kind: "createFunction";
        readonly name: TableName;
        readonly isSteady?: true;
        readonly body?: string;
        readonly language?: string;
      }
    | {
        readonly kind: "createTrigger";
        readonly table: TableName;
        readonly name: string;
        /** Those of UPDATE OF and of WHEN. */
        readonly reads?: readonly string[];
        /** FOR EACH STATEMENT: partitions do not get it. */
        readonly isOfStatements?: true;
        /** The function that it runs. Absent: it has a body of its own. */
        readonly runs?: TableName;
      }
    | { readonly kind: "transaction"; readonly does: "begin" | "commit" | "rollback" | "savepoint" }
    /** SET, RESET, SET LOCAL, SET CONSTRAINTS. */
    | { readonly kind: "setting"; readonly name: string; readonly isLocal: boolean }
    /** A form that needs no operation of its own. `forms.ts` has PostgreSQL's locks, and their durations. */
    | {
        readonly kind: "form";
        readonly what: string;
        readonly locks: readonly TableLock[];
        /** The tables that it names, if what it locks does not depend on a query. */
        readonly tables?: readonly TableName[];
        /** The object that it drops or renames. */
        readonly gone?: { readonly what: GoneKind; readonly name: TableName; readonly newName?: string };
        /** Of a composite type: the attribute whose type changes. */
        readonly column?: string;
        /** Of a replica identity. */
        readonly index?: string;
        /** Of a trigger or policy. */
        readonly name?: string;
        /** The columns of its table that it names: of a policy. */
        readonly reads?: readonly string[];
        readonly isCascade?: true;
      }
    /** DO: the operations of its body, as if every branch of it ran. */
    | { readonly kind: "block"; readonly operations: readonly Operation[] }
    | {
        readonly kind: "unknown";
        readonly what: string;
        readonly tables: readonly TableName[];
        /** PostgreSQL's parser rejects it. */
        readonly isRefused?: true;
      }
  );

export type OperationKind = Operation["kind"];
/** The operations of a kind. */
export type OperationOf<K extends OperationKind> = Extract<Operation, { kind: K }>;

/** Replaces blocks by their operations. */
export function flattened(operations: readonly Operation[]): readonly Operation[] {
  if (!operations.some(({ kind }) => kind === "block")) return operations;
  return operations.flatMap((each) => (each.kind === "block" ? flattened(each.operations) : [each]));
}

/** A parsed migration file. `tail` is the text after the last semicolon. */
export interface Migration {
  readonly sql: string;
  readonly statements: readonly Statement[];
  readonly tail: string;
  readonly operations: readonly Operation[];
}

/** The operations of one statement. */
export function operationsIn({ operations }: Pick<Migration, "operations">, statement: number): readonly Operation[] {
  return grouped(byStatement, operations, (operation) => operation.statement).get(statement) ?? [];
}

/** How a statement renames a column, if it does. MySQL may redeclare the column with it. */
export function renameOf(
  operation: Operation,
): { readonly table: TableName; readonly column: string; readonly newName: string } | undefined {
  if (operation.kind === "renameColumn") return operation;
  if (operation.kind !== "redeclareColumn" || operation.formerName === operation.column.name) return undefined;
  return { table: operation.table, column: operation.formerName, newName: operation.column.name };
}

/** The operations of one kind, in order. */
export function operationsOfKind<K extends OperationKind>(
  operations: readonly Operation[],
  kind: K,
): readonly OperationOf<K>[] {
  return (grouped(byKind, operations, (operation) => operation.kind).get(kind) ?? []) as readonly OperationOf<K>[];
}

/** The operations of one kind on a table, a type, a view or a function, in order. An absent schema counts as a schema of its own. */
export function operationsOn<K extends OperationKind>(
  operations: readonly Operation[],
  kind: K,
  subject: TableName,
): readonly OperationOf<K>[] {
  const keyOf = (operation: Operation) => `${operation.kind}${nameKey(subjectOf(operation))}`;
  return (grouped(bySubject, operations, keyOf).get(kind + nameKey(subject)) ?? []) as readonly OperationOf<K>[];
}

/** The same, in whichever schema. */
export function operationsNamed<K extends OperationKind>(
  operations: readonly Operation[],
  kind: K,
  name: string,
): readonly OperationOf<K>[] {
  const keyOf = (operation: Operation) => `${operation.kind} ${subjectOf(operation).name}`;
  return (grouped(byName, operations, keyOf).get(`${kind} ${name}`) ?? []) as readonly OperationOf<K>[];
}

/** The operations that rename a table to this name, in order. */
export function renamesTo(operations: readonly Operation[], table: TableName): readonly OperationOf<"renameTable">[] {
  const keyOf = (operation: Operation) =>
    operation.kind === "renameTable" ? nameKey({ ...operation.table, name: operation.newName }) : undefined;
  return (grouped(byNewName, operations, keyOf).get(nameKey(table)) ?? []) as readonly OperationOf<"renameTable">[];
}

function subjectOf(operation: Operation): TableName {
  if ("table" in operation) return operation.table;
  if (operation.kind === "form") return operation.locks[0]?.table ?? { name: "" };
  return "name" in operation && typeof operation.name === "object" ? operation.name : { name: "" };
}

// Migrations have thousands of statements, and every rule queries them: this avoids a search for each.
const byStatement: Groups<number> = new WeakMap();
const byKind: Groups<OperationKind> = new WeakMap();
const bySubject: Groups<string> = new WeakMap();
const byName: Groups<string> = new WeakMap();
const byNewName: Groups<string | undefined> = new WeakMap();
type Groups<Key> = WeakMap<readonly Operation[], ReadonlyMap<Key, readonly Operation[]>>;

function grouped<Key>(known: Groups<Key>, operations: readonly Operation[], keyOf: (operation: Operation) => Key) {
  const found = known.get(operations);
  if (found !== undefined) return found;
  const groups = new Map<Key, Operation[]>();
  for (const operation of operations) {
    const own = groups.get(keyOf(operation));
    if (own === undefined) groups.set(keyOf(operation), [operation]);
    else own.push(operation);
  }
  known.set(operations, groups);
  return groups;
}

/** ALTER TABLE applies these also to the partitions of a table, and to tables that inherit from it, unless it has ONLY. */
export const inheritedKinds = [
  "addColumn",
  "dropColumn",
  "renameColumn",
  "setType",
  "setNotNull",
  "addNotNull",
  "dropNotNull",
  "setDefault",
  "addCheck",
  "validateConstraint",
  "dropConstraint",
] as const satisfies readonly OperationKind[];

/** CREATE INDEX CONCURRENTLY is always the whole statement. */
export function concurrentIndex([first]: readonly Operation[]): OperationOf<"createIndex"> | undefined {
  return first?.kind === "createIndex" && first.isConcurrent && first.name !== "" ? first : undefined;
}
