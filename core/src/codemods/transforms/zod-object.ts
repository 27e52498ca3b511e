import { ts } from "../compiler.js";
import { pathOf, propertiesOf, valueAt } from "../expressions.js";
import { addProperty, restored, takeBack } from "../property-edit.js";
import { responses } from "../responses.js";
import { keyIn, zodObjectIn } from "../shape-types.js";
import { type SourceFile, textOf } from "../source-file.js";
import { compact, type Finding, type Transform, type TransformContext, writtenTexts } from "../transform.js";

const id = "zod-object";

/** Zod objects that name the whole model are responses: they show the new field. */
export const zodObject: Transform = {
  id,
  intents: ["read", "dropFallback"],

  *find(file, context) {
    if (context.intent.kind === "dropFallback") yield* tighten(file, context);
    else yield* show(file, context);
  },

  *undo(file, context) {
    for (const literal of wholeObjects(file, context)) yield* takeBack(id, literal, what(literal), file, context);
  },

  scaffoldingIn(text) {
    const left = withoutNull(text);
    return left === text ? undefined : { dropped: ".nullable()", left };
  },

  *restore(file, context) {
    for (const literal of wholeObjects(file, context)) {
      for (const property of literal.properties) {
        const edit = restored(id, property, what(literal), file, context);
        if (edit !== undefined) yield edit;
      }
    }
  },
};

function* show(file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { shape, key, isNullable, reason } of responses(context).shapes) {
    if (shape.kind !== "zod" || shape.file !== file) continue;
    const type = zodType(shape.node, file, context);
    const text = `${key}: ${type ?? "…"}${isNullable ? ".nullable()" : ""}`;
    const edit = reason === undefined && type ? addProperty(shape.node, text, what(shape.node), file) : undefined;
    const cause = reason ?? "its type is not known here";
    const why = `it names every column of ${context.model.name}; ${cause}: add \`${text}\``;
    const offset = shape.node.getStart(file.ast);
    yield edit ?? { kind: "place", certainty: "likely", offset, what: what(shape.node), reason: why };
  }
}

/** `.nullable()` was there for rows without a value: there are none any more. */
function* tighten(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const written = writtenTexts(id, context);
  for (const literal of wholeObjects(file, context)) {
    for (const property of literal.properties) {
      const text = textOf(property, file);
      const tight = withoutNull(text);
      if (!ts.isPropertyAssignment(property) || tight === text || !written.has(compact(text))) continue;
      const splice = { start: property.end - (text.length - tight.length), end: property.end, text: "" };
      yield { kind: "edit", splices: [splice], what: what(literal), text: tight, replaces: text };
    }
  }
}

function withoutNull(text: string): string {
  return text.replace(/\s*\.nullable\(\)$/, "");
}

/** Objects that name every column, the new one included or not. */
function* wholeObjects(file: SourceFile, context: TransformContext): Iterable<ts.ObjectLiteralExpression> {
  for (const call of file.nodes(ts.SyntaxKind.CallExpression)) {
    const node = zodObjectIn(call);
    if (node === undefined || node.parent !== call) continue;
    if (keyIn({ kind: "zod", node, file, name: undefined }, context) !== undefined) yield node;
  }
}

/** The type as the object's other columns of that type are written; undefined where it cannot be said. */
function zodType(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): string | undefined {
  const z = ts.isCallExpression(literal.parent) ? pathOf(literal.parent.expression)[0] : undefined;
  const { type } = context.field;
  if (z === undefined) return undefined;
  if (type === "string" || type === "boolean") return `${z}.${type}()`;
  if (type === "float") return `${z}.number()`;
  if (type !== "int") return undefined;
  const sibling = context.columns.find((column) => column.type === "int" && propertiesOf(literal).has(column.name));
  const value = sibling && valueAt(literal, sibling.name);
  const text = value && textOf(value, file);
  return text !== undefined && /^\w+\.(?:int\(\)|number\(\)(?:\.int\(\))?)$/.test(text) ? text : `${z}.number().int()`;
}

function what(literal: ts.ObjectLiteralExpression): string {
  for (let at: ts.Node = literal.parent; at !== undefined; at = at.parent) {
    if (ts.isVariableDeclaration(at) && ts.isIdentifier(at.name)) return `zod object ${at.name.text}`;
  }
  return "zod object";
}
