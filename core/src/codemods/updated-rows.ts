import { chosenBy } from "./chosen-value.js";
import type { ts } from "./compiler.js";
import { enclosingName, propertiesOf } from "./expressions.js";
import { valueOfNewRow } from "./new-rows.js";
import { listing } from "./places/listing.js";
import { addProperty } from "./property-edit.js";
import type { SourceFile } from "./source-file.js";
import type { Finding, TransformContext } from "./transform.js";
import { sourcesOf } from "./value-text.js";

/** A change of rows that exist: it may have to set the new value where callers may send it, or where it changes what that is computed from. */
export function updateRow(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const { name } = context.field;
  const given = propertiesOf(literal);
  const sources = sourcesOf(context);
  const changed = sources.find((source) => given.has(source.name));
  const choice = chosenBy(literal, file, context);
  const chosen = choice?.pattern === undefined ? choice?.text : undefined;
  if (sources.length > 0 && changed === undefined && chosen === undefined) return undefined;
  // A constant is what new rows start with: nothing says that a change sets it again.
  const value = chosen ?? (changed && valueOfNewRow(literal, file, context));
  const text = value === undefined ? undefined : `${name}: ${value}`;
  if (context.takes(literal, "update") && text !== undefined && !given.has(name)) {
    const edit = addProperty(literal, text, what, file);
    if (edit !== undefined) return edit;
  }
  const because = chosen
    ? `callers may send ${name}`
    : changed && `changes ${changed.name}, which ${name} is computed from`;
  const condition = chosen ? "it is theirs to change" : "it follows";
  const advice = because ? `add \`${text ?? `${name}: …`}\` if ${condition}` : `set ${name} if it changes with them`;
  const anchor = enclosingName(literal);
  const names = [...given.keys()];
  // The fill is where a value starts from: what somebody chose since would be lost.
  const caution = chosen ? undefined : `${name} may have been given a value of its own since`;
  const place = { family: "update", tie: "orm", node: literal, what, anchor, names } as const;
  return listing({ ...place, because, caution, text, advice }, file, context);
}
