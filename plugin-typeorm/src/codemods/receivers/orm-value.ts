import type { EntityModel } from "@lockstep/core";
import type { SourceFile, ts, WithMembers } from "@lockstep/core/codemods";

/** What an expression is to TypeORM, by names and imports alone: no type checker, nothing out of packages. */
export type OrmValue = RepositoryValue | Builder | Members | FunctionValue | Named | Foreign;

/** A `Repository<User>`, also one of the app's own that extends it. */
export interface RepositoryValue {
  readonly kind: "repository";
  readonly model: EntityModel;
  /** What the app adds to it, the nearest first: methods of these are not TypeORM's. */
  readonly own: readonly Members[];
}

/** A query builder after some of its calls. */
export interface Builder {
  readonly kind: "builder";
  readonly verb: "select" | "insert" | "update" | "delete";
  readonly model: EntityModel | undefined;
  readonly aliases: ReadonlyMap<string, EntityModel>;
}

/** An object whose members are written down. */
export interface Members {
  readonly kind: "members";
  readonly node: WithMembers;
  readonly file: SourceFile;
  readonly bound: Bound;
}

export interface FunctionValue {
  readonly kind: "function";
  readonly node: ts.SignatureDeclaration;
  readonly file: SourceFile;
  readonly bound: Bound;
}

export type Named =
  /** An EntityManager: its methods take the entity first. */
  | { readonly kind: "manager" }
  /** A DataSource or a QueryRunner: it has a manager. */
  | { readonly kind: "source" }
  /** A class itself. */
  | { readonly kind: "class"; readonly node: ts.ClassDeclaration; readonly file: SourceFile }
  | { readonly kind: "module"; readonly file: SourceFile }
  /** A repository of something that is none of the models. */
  | { readonly kind: "other" };

/** Something of a package that has nothing to do with TypeORM. */
export interface Foreign {
  readonly kind: "foreign";
  readonly specifier: string;
}

/** What type parameters stand for. */
export type Bound = ReadonlyMap<string, TypeIn>;

/** A type where it is written. */
export interface TypeIn {
  readonly type: ts.TypeNode;
  readonly file: SourceFile;
  readonly bound: Bound;
}

export const nothingBound: Bound = new Map();
export const manager: OrmValue = { kind: "manager" };
export const source: OrmValue = { kind: "source" };
