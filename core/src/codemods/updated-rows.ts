import type { ts } from "./compiler.js";
import { propertiesOf } from "./expressions.js";
import { listing } from "./places/listing.js";
import type { SourceFile } from "./source-file.js";
import type { Finding, TransformContext } from "./transform.js";

/** An update that sets several columns may have to set the new one too: where its value follows them. */
export function listUpdate(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const names = [...propertiesOf(literal).keys()];
  const advice = `set ${context.field.name} if it changes with them`;
  return listing(names, literal.getStart(file.ast), what, advice, context);
}
