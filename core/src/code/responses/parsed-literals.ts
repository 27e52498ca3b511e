import type { ts } from "../ast/compiler.js";
import { memoized } from "../contract/memoized.js";
import { type LiteralInValue, literalsIn } from "../flow/literals-in-expression.js";
import { isRequestName } from "../inputs/request-use.js";
import { type SchemaPart, schemaPartsOf } from "../shapes/zod-tree.js";
import { parsesOf } from "./parsed-rows.js";

/** An object literal that a zod object parses on output, wherever it is created. */
export interface ParsedLiteral extends Pick<LiteralInValue, "literal" | "file"> {
  readonly part: SchemaPart;
}

export const parsedLiterals = memoized((context): ReadonlyMap<ts.Node, ParsedLiteral> => {
  const found = new Map<ts.Node, ParsedLiteral>();
  for (const { schema, value, file } of parsesOf(context)) {
    const parts = schemaPartsOf(schema, file, context).filter(({ shape }) => !isRequestName(shape.name ?? ""));
    if (parts.length === 0) continue;
    for (const { literal, file: its, path } of literalsIn(value, file, context)) {
      const part = parts.find((each) => each.picked === undefined && each.path.join("\n") === path.join("\n"));
      if (part !== undefined && !found.has(literal)) found.set(literal, { literal, file: its, part });
    }
  }
  return found;
});
