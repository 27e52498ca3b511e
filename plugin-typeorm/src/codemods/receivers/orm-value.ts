import type { EntityModel } from "@lockstep/core";

/** The TypeORM value that an expression resolves to. */
export type OrmValue = RepositoryValue | Builder | Foreign | Plain;

/** A `Repository<User>`, also one of the app's own that extends it, or a class of active records. */
export interface RepositoryValue {
  readonly kind: "repository" | "activeRecord";
  readonly model: EntityModel;
  /** Whether the app has a method of this name: then it is not TypeORM's. */
  isOwn(method: string): boolean;
}

/** A query builder after some of its calls. */
export interface Builder {
  readonly kind: "builder";
  readonly verb: "select" | "insert" | "update" | "delete";
  readonly model: EntityModel | undefined;
  readonly aliases: ReadonlyMap<string, EntityModel>;
}

/** A value of a package unrelated to TypeORM. */
export interface Foreign {
  readonly kind: "foreign";
  readonly specifier: string;
}

export interface Plain {
  /**
   * - `manager`: an EntityManager, its methods take the entity first
   * - `source`: a DataSource or a QueryRunner, it has a manager
   * - `other`: a repository of something that is none of the models
   * - `any`: a repository of a type parameter
   * - `own`: a value of the app's own, unrelated to TypeORM
   */
  readonly kind: "manager" | "source" | "other" | "any" | "own";
}

/** The kind of TypeORM's own types, by their names. */
export function ormTypeOf(name: string): "repository" | "manager" | "source" | Builder["verb"] | undefined {
  if (/Repository$/.test(name)) return "repository";
  if (/EntityManager$/.test(name)) return "manager";
  if (/^(?:DataSource|Connection)$|QueryRunner$/.test(name)) return "source";
  const verb = /^(\w*)QueryBuilder$/.exec(name)?.[1]?.toLowerCase();
  if (verb === undefined) return undefined;
  if (verb === "softdelete") return "delete";
  return (["insert", "update", "delete"] as const).find((each) => each === verb) ?? "select";
}
