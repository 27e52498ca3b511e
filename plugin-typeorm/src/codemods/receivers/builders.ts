import type { EntityModel } from "@lockstep/core";
import { type SourceFile, ts } from "@lockstep/core/codemods";
import { entityOfValue } from "./entities.js";
import type { LookupContext } from "./lookup-context.js";
import type { Builder, OrmValue } from "./orm-value.js";

/** `users.createQueryBuilder("user")`, `manager.createQueryBuilder(User, "user")`; only the string contains the alias. */
export function startBuilder(
  { arguments: [first, second] }: ts.CallExpression,
  owner: OrmValue | undefined,
  file: SourceFile,
  where: LookupContext,
): Builder {
  const known = owner?.kind === "repository" || owner?.kind === "activeRecord" ? owner.model : undefined;
  const model = known ?? (first && second && entityOfValue(first, file, where));
  // Other query builders have a function of this name too: only their calls distinguish them.
  return named({ kind: "builder", verb: "select", model, aliases: new Map() }, known ? first : second, model);
}

/** The builder after one of its calls; undefined after the one that ends it. */
export function builderAfter(
  builder: Builder,
  name: string,
  { arguments: [first, second] }: ts.CallExpression,
  file: SourceFile,
  where: LookupContext,
): Builder | undefined {
  if (/^(?:get(?!Query$)|execute|stream|print)/.test(name)) return undefined;
  const names = /^(?:update|into|from|addFrom)$|Join/.test(name);
  const entity = first && names ? entityOfValue(first, file, where) : undefined;
  switch (name) {
    case "insert":
    case "delete":
    case "select":
      return { ...builder, verb: name };
    case "softDelete":
    case "restore":
      return { ...builder, verb: "delete" };
    case "update":
      return { ...builder, verb: name, model: entity ?? builder.model };
    case "into":
      return { ...builder, model: entity };
    case "subQuery":
      return { kind: "builder", verb: "select", model: undefined, aliases: new Map() };
    case "from":
    case "addFrom":
      return named({ ...builder, model: entity ?? (name === "from" ? undefined : builder.model) }, second, entity);
    default:
      return /Join/.test(name) ? named(builder, second, entity ?? relationAt(first, builder, where)) : builder;
  }
}

function named(builder: Builder, alias: ts.Expression | undefined, model: EntityModel | undefined): Builder {
  if (alias === undefined || !ts.isStringLiteralLike(alias) || model === undefined) return builder;
  return { ...builder, aliases: new Map([...builder.aliases, [alias.text, model]]) };
}

/** `order.user`: the entity that the relation references. */
function relationAt(path: ts.Expression | undefined, builder: Builder, where: LookupContext): EntityModel | undefined {
  if (path === undefined || !ts.isStringLiteralLike(path)) return undefined;
  const [alias = "", property] = path.text.split(".");
  const relation = builder.aliases.get(alias)?.relations.find(({ name }) => name === property);
  return relation && where.models.find(({ name }) => name === relation.model);
}
