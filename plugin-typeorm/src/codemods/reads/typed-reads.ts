import type { Place } from "@lockstep/core";
import {
  describe,
  type EmptyValues,
  type Finding,
  isRowPattern,
  isTestFile,
  memoized,
  nameOf,
  rowShapeOfValue,
  type SourceFile,
  type Transform,
  type TransformContext,
  textOf,
  ts,
} from "@lockstep/core/codemods";
import { mayBeNull } from "../../entities/edit/property-type.js";
import { classOf } from "../receivers/entities.js";
import { allFieldsOf } from "../receivers/heritage.js";

/**
 * Reads of a column whose property had to keep its type, because an interface declares it or its class reads it: they compile, and get no
 * value until reads are open.
 */
export const typedReads: Transform = {
  id: "typed-reads",
  intents: ["keepFromReads"],
  isChecklist: true,

  *find(file, context) {
    const property = keptProperty(context);
    if (property === undefined || isTestFile(file)) return;
    const { name } = context.field;
    const reason = `${context.model.name}.${name} keeps its type, so this compiles: it finds undefined until switch`;
    for (const use of file.identifiers(name)) {
      const read = readAt(use, property, file, context);
      if (read === undefined) continue;
      const what = describe(read, `read of ${textOf(read, file)}`);
      yield {
        kind: "place",
        certainty: "likely",
        offset: read.getStart(file.ast),
        what,
        reason,
        reasonId,
      } satisfies Finding;
    }
  },
};

const reasonId = "typed-read";

/** Whether a place is one of these reads. */
export function isTypedRead(place: Pick<Place, "reasonId">): boolean {
  return place.reasonId === reasonId;
}

/** Whether the column's type when read includes null: switch writes a fallback only there. */
export function mayReadNull(context: TransformContext): boolean {
  return keptProperty(context) === undefined;
}

/** How the property of the column represents a missing value. */
export const nullStyle = memoized((context): EmptyValues => {
  const { property, file } = propertyOf(context) ?? {};
  const isOptional = property?.questionToken !== undefined;
  const type = property?.type;
  return { isNullable: type === undefined || file === undefined || mayBeNull(type, file, context.project), isOptional };
});

/** The property of the column, if its type excludes null: if it includes null, the compiler reports every read. */
const keptProperty = memoized((context): ts.PropertyDeclaration | undefined => {
  const property = propertyOf(context)?.property;
  if (property?.type === undefined || property.questionToken !== undefined) return undefined;
  return nullStyle(context).isNullable ? undefined : property;
});

function propertyOf(context: TransformContext) {
  const owner = classOf(context.model, context);
  const property = owner && allFieldsOf(owner.node, owner.file, context).get(context.field.name);
  if (owner === undefined || property === undefined) return undefined;
  const file = context.project.files.find(({ ast }) => ast === property.getSourceFile()) ?? owner.file;
  return { property, file };
}

/** `user.handle`, `this.handle` inside of the class, and `handle` of `const { handle } = user`. */
function readAt(
  use: ts.Identifier,
  property: ts.PropertyDeclaration,
  file: SourceFile,
  context: TransformContext,
): ts.Node | undefined {
  const { parent } = use;
  if (ts.isBindingElement(parent)) {
    const isNamed = (parent.propertyName ?? parent.name) === use && ts.isObjectBindingPattern(parent.parent);
    return isNamed && isRowPattern(parent.parent as ts.ObjectBindingPattern, file, context) ? parent : undefined;
  }
  if (!ts.isPropertyAccessExpression(parent) || parent.name !== use || isAssigned(parent)) return undefined;
  const owner = parent.expression;
  if (owner.kind !== ts.SyntaxKind.ThisKeyword)
    return rowShapeOfValue(owner, file, context) === "row" ? parent : undefined;
  const around = ts.findAncestor(parent, ts.isClassDeclaration);
  const field = around && allFieldsOf(around, file, context).get(nameOf(property.name) ?? "");
  return field === property ? parent : undefined;
}

function isAssigned(access: ts.Expression): boolean {
  const { parent } = access;
  const isLeft = ts.isBinaryExpression(parent) && parent.left === access;
  return isLeft && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
}
