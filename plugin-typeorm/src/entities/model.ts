import type { SourceFile, ts } from "@lockstep/core/codemods";

/** A file that declares entities, or parts of them. */
export interface EntityFile {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly content: string;
}

/** A value in a file: its names are resolved in that file. */
export interface Value {
  readonly node: ts.Expression;
  readonly file: SourceFile;
}

/** A class with columns, or the options of an `EntitySchema`. */
export type Declaration = ClassDeclaration | SchemaDeclaration;

interface Declared {
  /** The name of the class, or the schema's own. */
  readonly name: string;
  readonly file: SourceFile;
  /** The declaration of a table. Undefined for base classes, embedded ones and views. */
  readonly entity: EntityMark | undefined;
  readonly members: readonly Member[];
  /** Unique declarations beside the columns, of one column or several. */
  readonly indexes: readonly IndexMark[];
  /** Conditions on rows, which PostgreSQL drops together with a column that they name. */
  readonly checks: readonly CheckMark[];
}

export interface ClassDeclaration extends Declared {
  readonly kind: "class";
  readonly node: ts.ClassDeclaration;
}

export interface SchemaDeclaration extends Declared {
  readonly kind: "schema";
  readonly node: ts.ObjectLiteralExpression;
  /** The class or interface of its rows: `new EntitySchema<User>` and `target: User`. */
  readonly rowTypes: readonly ts.Identifier[];
}

export interface EntityMark {
  /** `child`: its rows are in the table of its base class. */
  readonly kind: "table" | "child";
  readonly table: string | undefined;
  readonly schema: string | undefined;
  /** Rows of its subclasses are in its table: their columns are always optional. */
  readonly isInherited: boolean;
}

/** A property that TypeORM maps. */
export type Member = ColumnMember | EmbeddedMember | RelationMember | RelationIdMember;

/** A property of a class, or an entry of an object. */
export type PropertyNode = ts.PropertyDeclaration | ts.AccessorDeclaration | ts.PropertyAssignment;

interface MemberOf {
  readonly name: string;
  readonly node: PropertyNode;
  readonly file: SourceFile;
}

/** The declaration for TypeORM: `@Column(…)`, or an entry of a schema. */
export interface Mark {
  /** The name in TypeORM, whatever its local name is: `Column`. Undefined in a schema. */
  readonly decorator: string | undefined;
  /** Undefined in a schema, which has only `options`. */
  readonly call: ts.CallExpression | undefined;
  readonly options: ts.Expression | undefined;
}

export interface ColumnMember extends MemberOf {
  readonly kind: "column";
  readonly mark: Mark;
  /** The type as a separate argument: `@Column("varchar", { … })`. */
  readonly typeArgument: ts.Expression | undefined;
  /** `@Generated("uuid")`, or an option of that name. */
  readonly isGenerated: boolean;
  /** `@Index({ unique: true })` or `@Unique()` on the property; not the option. */
  readonly isUnique: boolean;
}

export interface EmbeddedMember extends MemberOf {
  readonly kind: "embedded";
  readonly mark: Mark;
  /** The class or schema that it embeds. */
  readonly target: Value | undefined;
}

export interface RelationMember extends MemberOf {
  readonly kind: "relation";
  readonly mark: Mark;
  readonly relation: "many-to-one" | "one-to-one" | "one-to-many" | "many-to-many";
  /** The entity, its name, or nothing if the relation references its own class. */
  readonly target: Value | "self" | undefined;
  /** The property of the other side, if it is named. */
  readonly inverse: string | undefined;
  /** It stores the key. */
  readonly isOwner: boolean;
  readonly joinColumns: readonly JoinColumn[];
}

export interface JoinColumn {
  readonly name: string | undefined;
  readonly referenced: string | undefined;
}

/** `@RelationId((user) => user.team) teamId`: it is removed with its relation. */
export interface RelationIdMember extends MemberOf {
  readonly kind: "relation-id";
  readonly relation: string | undefined;
}

/** `@Unique([…])`, `@Index([…], { unique: true })`, or an entry of a schema's `uniques` and `indices`. */
export interface IndexMark {
  readonly node: ts.Decorator | ts.ObjectLiteralExpression;
  readonly file: SourceFile;
  readonly properties: readonly string[];
  readonly isUnique: boolean;
  /** Only for the rows of `where`. */
  readonly isPartial: boolean;
}

/** `@Check("…")`, `@Exclusion("…")`, or an entry of a schema's `checks` and `exclusions`. */
export interface CheckMark {
  readonly node: ts.Decorator | ts.ObjectLiteralExpression;
  readonly file: SourceFile;
  /** SQL over the columns of the table. */
  readonly expression: string;
}
