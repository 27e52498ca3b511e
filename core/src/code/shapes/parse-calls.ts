import { ts } from "../ast/compiler.js";
import type { SourceFile } from "../ast/source-file.js";
import { isParsing } from "./derived-shapes.js";

/** A value and the schema that parses it. */
export interface Parse {
  readonly schema: ts.Expression;
  readonly value: ts.Expression;
  readonly file: SourceFile;
}

/** `UserResponse.parse(user)`, `z.parse(UserResponse, user)` */
export function parseAt(call: ts.CallExpression, file: SourceFile): Parse | undefined {
  const access = call.expression;
  if (!ts.isPropertyAccessExpression(access) || !isParsing(access.name.text)) return undefined;
  const [first, second] = call.arguments;
  if (first === undefined) return undefined;
  const isOfZod = ts.isIdentifier(access.expression) && /^z(?:od)?$/.test(access.expression.text);
  if (!isOfZod) return { schema: access.expression, value: first, file };
  return second === undefined ? undefined : { schema: first, value: second, file };
}
