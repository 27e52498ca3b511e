import { dtoField } from "../dto-fields.js";
import { addFields, takeFieldsBack } from "../field-edits.js";
import { insertMember, removeMember } from "../member-edit.js";
import { isImportEdit } from "../named-imports.js";
import { plainTypes } from "../plain-types.js";
import { bare } from "../property-edit.js";
import { familyOf, keyIn, keysOfShape, type ShapeNode } from "../shape-types.js";
import { typesIn } from "../shapes-in.js";
import { type SourceFile, textOf } from "../source-file.js";
import { type EditFinding, earlierOf, type Transform, type TransformContext } from "../transform.js";
import { typeCandidates, whatOfType } from "../type-candidates.js";

const id = "request-type";

/** Types and DTO classes of what callers send take the new field, optional for good: old callers do not know it. */
export const requestType: Transform = {
  id,
  intents: ["acceptInRequests"],

  *find(file, context) {
    for (const shape of typesIn(file)) {
      const key = keyIn(shape, context);
      if (!context.takes(shape.node, familyOf(shape)) || keysOfShape(shape).has(key)) continue;
      const edits = addOptional(shape, key, file, context);
      if (edits !== undefined) {
        yield* edits;
        continue;
      }
      const reason = `it is not written in a way that can be edited: add ${key} as optional`;
      const offset = shape.node.getStart(file.ast);
      yield { kind: "place", certainty: "likely", offset, what: whatOfType(shape), reason };
    }
    yield* typeCandidates(file, true, context);
  },

  *undo(file, context) {
    yield* takeFieldsBack(id, file, context);
    const texts = new Set(earlierOf(id, context).map((edit) => bare(edit.text)));
    for (const shape of texts.size === 0 ? [] : typesIn(file)) {
      if (shape.kind === "class") continue;
      for (const member of shape.node.members) {
        const text = textOf(member, file);
        if (!texts.has(bare(text))) continue;
        const splices = removeMember(shape.node, member, file);
        yield { kind: "edit", splices, what: whatOfType(shape), text: "", replaces: text };
      }
    }
  },

  mayStay: isImportEdit,
};

function addOptional(
  shape: Exclude<ShapeNode, { kind: "zod" }>,
  key: string,
  file: SourceFile,
  context: TransformContext,
): readonly EditFinding[] | undefined {
  if (shape.kind === "class") {
    const field = dtoField(shape.node, key, "request", false, file, context);
    return typeof field === "string" ? undefined : addFields([{ node: shape.node, field }], file);
  }
  const type = context.field.isList ? undefined : plainTypes[context.field.type];
  const added = type && insertMember(shape.node, `${key}?: ${type}`, file);
  return added ? [{ kind: "edit", what: whatOfType(shape), ...added }] : undefined;
}
