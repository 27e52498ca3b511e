import type { SourceFile, ts } from "@lockstep/core/codemods";
import { type LookupContext, once } from "./lookup-context.js";
import { namedValue } from "./named-value.js";
import type { OrmValue } from "./orm-value.js";
import { typedValue } from "./typed-value.js";

/** Resolves an expression to a TypeORM value: by its type, else by names, and by the aliases of a query. Undefined if none resolves it. */
export function ormValueOf(expression: ts.Expression, file: SourceFile, where: LookupContext): OrmValue | undefined {
  // Ends the recursion of a value that refers to itself.
  return once(where, ormValueOf, expression, () => evaluate(expression, file, where), null) ?? undefined;
}

function evaluate(expression: ts.Expression, file: SourceFile, where: LookupContext): OrmValue | undefined {
  const typed = typedValue(expression, where);
  if (typed !== undefined && typed.kind !== "builder") return typed;
  const named = namedValue(expression, file, where, (inner, its) => ormValueOf(inner, its, where));
  if (typed === undefined || named?.kind !== "builder") return typed ?? named;
  return { ...named, verb: typed.verb, model: typed.model ?? named.model };
}
