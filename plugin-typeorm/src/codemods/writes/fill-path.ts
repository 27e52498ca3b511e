import {
  addProperty,
  type FieldText,
  type Finding,
  propertiesOf,
  relationOver,
  type SourceFile,
  type TransformContext,
  textsOfLiteral,
  ts,
  unwrap,
  valueAt,
  valueText,
  whyConverted,
} from "@lockstep/core/codemods";

/** Whether the field is a relation itself, without a property for its key: `team`. */
export function isRelation(context: TransformContext): boolean {
  return relationOver(context)?.name === context.field.name;
}

/** The property that a field ends in, and the literal that must contain it. Undefined if the literal is not in the text. */
export function holderOf(
  literal: ts.ObjectLiteralExpression,
  path: string,
): { readonly holder: ts.ObjectLiteralExpression; readonly name: string } | undefined {
  const names = path.split(".");
  let holder = literal;
  for (const name of names.slice(0, -1)) {
    const value = valueAt(holder, name);
    const inner = value && unwrap(value);
    if (inner === undefined || !ts.isObjectLiteralExpression(inner)) return undefined;
    holder = inner;
  }
  return { holder, name: names.at(-1) ?? path };
}

/** Makes a literal fill a relation by its key, or a column of an embedded object: `team: { id: 1 }`, `address: { …, zip: "" }`. */
export function fillPath(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const { field } = context;
  const found = holderOf(literal, field.name);
  if (found !== undefined && propertiesOf(found.holder).has(found.name)) return undefined;
  const value = valueAs(valueText(textsOfPaths(literal, file), file, context), context);
  const edit =
    found !== undefined && value !== undefined
      ? addProperty(found.holder, `${found.name}: ${value}`, what, file)
      : undefined;
  if (edit !== undefined) return edit;
  const text = field.name
    .split(".")
    .reverse()
    .reduce((inner, name, at) => (at === 0 ? `${name}: ${inner}` : `${name}: { ${inner} }`), value ?? "…");
  const why = value === undefined ? `: ${whyConverted(context) ?? "Lockstep cannot say its value here"}` : "";
  const reason = `add \`${text}\`${why}`;
  return { kind: "place", certainty: "required", offset: literal.getStart(file.ast), what, reason };
}

/** The value of a relation is an object with its key, unless `@lockstep.write` defines it. */
function valueAs(value: string | undefined, context: TransformContext): string | undefined {
  if (value === undefined || !isRelation(context) || context.intent.value.kind === "typescript") return value;
  const relation = relationOver(context);
  return relation?.fields?.length === 1 ? `{ ${relation.references?.[0] ?? "id"}: ${value} }` : undefined;
}

function textsOfPaths(literal: ts.ObjectLiteralExpression, file: SourceFile): FieldText {
  return (field) => {
    const found = holderOf(literal, field.name);
    return found && textsOfLiteral(found.holder, file)({ ...field, name: found.name });
  };
}
