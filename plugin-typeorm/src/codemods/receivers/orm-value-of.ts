import type { SourceFile, ts } from "@lockstep/core/codemods";
import { type LookupContext, once } from "./lookup-context.js";
import { namedValue } from "./named-value.js";
import type { OrmValue } from "./orm-value.js";
import { typedValue } from "./typed-value.js";

/** What an expression is to TypeORM: its type says it; names where there is none, and the aliases of a query. Undefined where nothing does. */
export function ormValueOf(expression: ts.Expression, file: SourceFile, where: LookupContext): OrmValue | undefined {
  // A value that is made of itself ends here.
  return once(where, ormValueOf, expression, () => evaluate(expression, file, where), null) ?? undefined;
}

function evaluate(expression: ts.Expression, file: SourceFile, where: LookupContext): OrmValue | undefined {
  const typed = typedValue(expression, where);
  if (typed !== undefined && typed.kind !== "builder") return typed;
  const named = namedValue(expression, file, where, (inner, its) => ormValueOf(inner, its, where));
  if (typed === undefined || named?.kind !== "builder") return typed ?? named;
  return { ...named, verb: typed.verb, model: typed.model ?? named.model };
}
