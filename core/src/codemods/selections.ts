import type { ts } from "./compiler.js";
import { propertiesOf, spreadsOf } from "./expressions.js";
import { isTestFile, listing } from "./places/listing.js";
import { addProperty } from "./property-edit.js";
import { namesAllColumns } from "./row-literals.js";
import type { SourceFile } from "./source-file.js";
import type { Finding, TransformContext } from "./transform.js";

/**
 * A literal of `field: true` entries that says what is read of the model: one that names the whole model reads the new column too,
 * one that names a part is for a person to judge.
 */
export function widenSelection(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const { field, intent } = context;
  if (propertiesOf(literal).has(field.name)) return undefined;
  const isWhole = namesAllColumns(literal, context) && spreadsOf(literal).length === 0;
  const edit =
    isWhole && intent.exposure !== "internal" ? addProperty(literal, `${field.name}: true`, what, file) : undefined;
  if (edit !== undefined || isTestFile(file)) return edit;
  const names = [...propertiesOf(literal).keys()];
  return listing(names, literal.getStart(file.ast), what, `add \`${field.name}: true\` if it is used there`, context);
}
