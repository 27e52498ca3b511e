import { type SourceFile, textOf } from "../ast/source-file.js";
import type { Finding, Transform, TransformContext } from "../contract/transform.js";
import { responses } from "../responses/responses.js";
import { namesWholeModel } from "../shapes/shape-types.js";
import { dtoField } from "../write/dto-fields.js";
import {
  addFields,
  type FieldAddition,
  restoreFields,
  takeFieldsBack,
  whatOfClass,
  writtenFields,
} from "../write/field-edits.js";
import { isImportEdit } from "../write/named-imports.js";

const id = "response-class";
const mayLack = /\|\s*null\b|\w\s*\?\s*:/;

/** A DTO class that a mapper of the whole model fills gets the new field, decorated like the others. */
export const responseClass: Transform = {
  id,
  intents: ["read", "dropFallback"],

  *find(file, context) {
    if (context.intent.kind === "dropFallback") yield* tighten(file, context);
    else yield* show(file, context);
  },

  undo: (file, context) => takeFieldsBack(id, file, context),
  mayStay: isImportEdit,

  scaffoldingIn(text) {
    if (!mayLack.test(text)) return undefined;
    // In the form that `dtoField` writes for a field that is never null.
    const left = text
      .replace(/\s*\|\s*null\b/, "")
      .replace(/(\w)\s*\?\s*:/, "$1:")
      .replace(/@ApiProperty\(\{ (?:type: \w+, nullable: true)?(?:, )?(?:required: false)? \}\)/, "@ApiProperty()")
      .replace(/@Field\(\(\) => Int, \{ nullable: true \}\)/, "@Field(() => Int)")
      .replace(/@Field\(\(\) => \w+, \{ nullable: true \}\)/, "@Field()");
    return { dropped: /\|\s*null\b/.test(text) ? "| null" : "?", left };
  },

  restore: (file, context) => restoreFields(id, file, context),
};

function* show(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const additions: FieldAddition[] = [];
  for (const { shape, key, isNullable, isOptional, reason } of responses(context).shapes) {
    if (shape.kind !== "class" || shape.file !== file) continue;
    const field = dtoField(shape.node, key, "response", isNullable, file, context, isOptional);
    if (reason === undefined && typeof field === "object") {
      additions.push({ node: shape.node, field });
      continue;
    }
    const text = typeof field === "object" ? field.text.replaceAll(/\s+/g, " ") : `${key}: …`;
    const why = `it names ${namesWholeModel(shape, context) ? "every column" : "columns"} of ${context.model.name}; ${reason ?? field}: add \`${text}\``;
    const offset = shape.node.getStart(file.ast);
    yield { kind: "place", certainty: "likely", offset, what: whatOfClass(shape.node), reason: why };
  }
  yield* addFields(additions, file) ?? [];
}

function* tighten(file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { node, field } of writtenFields(id, file, context)) {
    const text = textOf(field, file);
    const key = field.name.getText(file.ast);
    const tight = mayLack.test(text) ? dtoField(node, key, "response", false, file, context) : undefined;
    if (typeof tight !== "object") continue;
    const splice = { start: field.getStart(file.ast), end: field.end, text: tight.text };
    yield { kind: "edit", splices: [splice], what: whatOfClass(node), text: tight.text, replaces: text };
  }
}
