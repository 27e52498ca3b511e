import type { EntityModel, EntityRelation } from "@lockstep/core";
import {
  computedValue,
  propertiesOf,
  type SourceFile,
  type TransformContext,
  textsOfLiteral,
  type ts,
  valueText,
} from "@lockstep/core/codemods";

/**
 * Prisma takes a new row in one of two forms: with its relations (`user: { connect: … }`, the checked input) or with the fields that
 * store their keys (`userId`, the unchecked one). A literal that mixes them does not compile.
 */

/** The relation that stores its key in the new field. */
export function relationOver({ model, field }: TransformContext): EntityRelation | undefined {
  return model.relations.find((relation) => relation.fields?.includes(field.name));
}

/** Whether a literal gives the new relation already. */
export function isConnected(literal: ts.ObjectLiteralExpression, context: TransformContext): boolean {
  const relation = relationOver(context);
  return relation !== undefined && propertiesOf(literal).has(relation.name);
}

/** Whether a literal gives a relation where the other form would name the field that stores its key. */
export function hasRelations(literal: ts.ObjectLiteralExpression, { model }: TransformContext): boolean {
  const given = propertiesOf(literal);
  return model.relations.some((relation) => relation.fields !== undefined && given.has(relation.name));
}

/** `team: { connect: { id: 1 } }`; undefined when the field stores the key of no relation: then it fits into both forms. */
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
    const value =
      field === context.field.name
        ? (computedValue(literal, file, context) ?? valueText(texts, file, context))
        : other && texts(other)?.text;
    return `${references[at] ?? field}: ${value ?? "…"}`;
  });
  const target = parts.join(", ");
  const where = parts.length === 1 ? target : `${references.join("_")}: { ${target} }`;
  return `${name}: { connect: { ${where} } }`;
}

/**
 * Whether rows get the key from the row that they are written inside of: `team.create({ data: { orders: { create: … } } })`. Where
 * several relations lead to that model, the one that is meant cannot be told from the names of types: the row is looked at.
 */
export function isKeyGivenBy(parent: EntityModel | undefined, context: TransformContext): boolean {
  const relation = relationOver(context);
  if (parent === undefined || relation?.model !== parent.name) return false;
  return context.model.relations.filter((each) => each.fields && each.model === parent.name).length === 1;
}
