import {
  propertiesOf,
  relationOver,
  type SourceFile,
  type TransformContext,
  textsOfLiteral,
  type ts,
  valueOfNewRow,
} from "@lockstep/core/codemods";

/**
 * Prisma takes a new row in one of two forms: with its relations (`user: { connect: … }`, the checked input) or with the fields that
 * store their keys (`userId`, the unchecked one). A literal that mixes them does not compile.
 */

/** Whether a literal names a relation where the other form would name the field that stores its key. */
export function hasRelations(literal: ts.ObjectLiteralExpression, { model }: TransformContext): boolean {
  const given = propertiesOf(literal);
  return model.relations.some((relation) => relation.fields !== undefined && given.has(relation.name));
}

/** `team: { connect: { id: 1 } }`. Undefined when the field stores the key of no relation: then both forms accept it. */
export function connectText(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const relation = relationOver(context);
  if (relation === undefined) return undefined;
  const { fields = [], references = [], name } = relation;
  const own = propertiesOf(literal);
  const texts = textsOfLiteral(literal, file);
  const parts = fields.map((field, at) => {
    const other = context.model.fields.find((each) => each.name === field && own.has(field));
    const value = field === context.field.name ? valueOfNewRow(literal, file, context) : other && texts(other)?.text;
    return `${references[at] ?? field}: ${value ?? "…"}`;
  });
  const target = parts.join(", ");
  const where = parts.length === 1 ? target : `${references.join("_")}: { ${target} }`;
  return `${name}: { connect: { ${where} } }`;
}
