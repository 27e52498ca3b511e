import type { EntityModel } from "@lockstep/core";
import { type SourceFile, ts } from "@lockstep/core/codemods";
import { entityOfValue } from "./entities.js";
import type { LookupContext } from "./lookup-context.js";
import type { Builder } from "./orm-value.js";

/** Whether a call ends a query: what it gives back is no builder any more. */
export function isBuilderEnd(name: string): boolean {
  return /^(?:get(?!Query$)|execute|stream|print)/.test(name);
}

/** The builder after one of its calls. */
export function builderAfter(
  builder: Builder,
  name: string,
  call: ts.CallExpression,
  file: SourceFile,
  where: LookupContext,
): Builder {
  const [first, second] = call.arguments;
  const entity = first && entityOfValue(first, file, where);
  switch (name) {
    case "insert":
    case "delete":
    case "softDelete":
    case "restore":
      return { ...builder, verb: name === "insert" ? "insert" : "delete" };
    case "update":
      return { ...builder, verb: "update", model: entity ?? builder.model };
    case "into":
      return { ...builder, model: entity };
    case "select":
      return { ...builder, verb: "select" };
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

/** `order.user`: the entity that the relation leads to. */
function relationAt(path: ts.Expression | undefined, builder: Builder, where: LookupContext): EntityModel | undefined {
  if (path === undefined || !ts.isStringLiteralLike(path)) return undefined;
  const [alias = "", property] = path.text.split(".");
  const relation = builder.aliases.get(alias)?.relations.find(({ name }) => name === property);
  return relation && where.models.find(({ name }) => name === relation.model);
}
