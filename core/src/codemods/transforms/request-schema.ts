import type { ts } from "../compiler.js";
import { propertiesOf } from "../expressions.js";
import { withLiveEdits } from "../live-edits.js";
import { demanded } from "../places/demand.js";
import { isWorthListing, listing } from "../places/listing.js";
import { addProperty, restored } from "../property-edit.js";
import { isLedByBase, roleOf } from "../shape-roles.js";
import { keyIn, keysOfShape } from "../shape-types.js";
import { zodLiteralsIn, zodShapesIn } from "../shapes-in.js";
import { type SourceFile, textOf } from "../source-file.js";
import type { EditFinding, Finding, Transform, TransformContext } from "../transform.js";
import { takeBackWritten, writtenItems } from "../written-texts.js";
import { nameOfSchema, whatOfSchema, zodType } from "../zod-types.js";

const id = "request-schema";

/** Zod objects of what callers send take the new field, optional until somebody asks for more: old callers do not know it. */
export const requestSchema: Transform = {
  id,
  intents: ["acceptInRequests", "requireInRequests"],

  *find(file, context) {
    if (context.intent.kind === "requireInRequests") {
      yield* requirable(file, context);
      return;
    }
    for (const shape of zodShapesIn(file, context.project)) {
      const { node } = shape;
      const names = [...keysOfShape(shape)];
      if (!isWorthListing(names, file, context)) continue;
      const anchor = nameOfSchema(node);
      const role = roleOf(shape, names, context);
      if (role === "response" || isLedByBase(shape, role, context)) continue;
      const key = keyIn(shape, context);
      const type = zodType(node, file, context);
      const text = type === undefined ? undefined : `${key}: ${type}.optional()`;
      const what = whatOfSchema(node);
      const isOpen = context.takes(node, "zod") && !names.includes(key);
      const edit = isOpen && text ? addProperty(node, text, what, file) : undefined;
      if (edit !== undefined) {
        yield edit;
        continue;
      }
      const advice = `add \`${text ?? key}\` if callers may choose it`;
      const listed = { family: "zod", tie: "names", node, what, anchor, names, text, advice } as const;
      const candidate = listing(listed, file, context);
      if (candidate !== undefined) yield candidate;
    }
  },

  undo: (file, context) => takeBackWritten(id, (each) => zodLiteralsIn(each, context), file, context),

  *restore(file, context) {
    for (const { node, what } of writtenItems(id, (each) => zodLiteralsIn(each, context), file, context)) {
      const edit = restored(id, node, what, file, context);
      if (edit !== undefined) yield edit;
    }
  },
};

function* requirable(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const live = withLiveEdits(id, context);
  for (const { node, what } of writtenItems(id, (each) => zodLiteralsIn(each, context), file, live)) {
    const replaces = textOf(node, file);
    const text = replaces.replace(/\s*\.optional\(\)$/, "");
    if (text === replaces) continue;
    const literal = node.parent as ts.ObjectLiteralExpression;
    const required = [...propertiesOf(literal)]
      .filter(([, property]) => !/\.(?:optional|nullish|default|catch)\(/.test(textOf(property, file)))
      .map(([name]) => name);
    const splice = { start: node.getStart(file.ast) + text.length, end: node.end, text: "" };
    const edit: EditFinding = { kind: "edit", splices: [splice], what, text, replaces };
    yield* demanded({ node: literal, what, anchor: nameOfSchema(literal), required, text }, [edit], context);
  }
}
