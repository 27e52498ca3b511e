import { dtoField } from "../dto-fields.js";
import { addFields, type FieldAddition, takeFieldsBack } from "../field-edits.js";
import { insertMember, removeMember } from "../member-edit.js";
import { isImportEdit } from "../named-imports.js";
import { plainTypes } from "../plain-types.js";
import { bare } from "../property-edit.js";
import { familyOf, keyIn, keysOfShape } from "../shape-types.js";
import { typesIn } from "../shapes-in.js";
import { type SourceFile, textOf } from "../source-file.js";
import { earlierOf, type Finding, type Transform, type TransformContext } from "../transform.js";
import { type TypeShape, typeCandidates, whatOfType } from "../type-candidates.js";

const id = "request-type";

/** Types and DTO classes of what callers send take the new field, optional for good: old callers do not know it. */
export const requestType: Transform = {
  id,
  intents: ["acceptInRequests"],

  *find(file, context) {
    const additions: FieldAddition[] = [];
    for (const shape of typesIn(file)) {
      const key = keyIn(shape, context);
      if (!isTaken(shape, context) || keysOfShape(shape).has(key)) continue;
      const type = context.field.isList ? undefined : plainTypes[context.field.type];
      const added = shape.kind === "members" && type ? insertMember(shape.node, `${key}?: ${type}`, file) : undefined;
      if (added !== undefined) yield { kind: "edit", what: whatOfType(shape), ...added };
      else if (shape.kind === "class") {
        const field = dtoField(shape.node, key, "request", false, file, context);
        const addition = typeof field === "object" ? { node: shape.node, field } : undefined;
        if (addition !== undefined && addFields([addition], file) !== undefined) additions.push(addition);
        else yield notWritten(shape, key, file);
      } else yield notWritten(shape, key, file);
    }
    yield* addFields(additions, file) ?? [];
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

/** Chosen, or what the rows of the model are made of. */
function isTaken(shape: TypeShape, context: TransformContext): boolean {
  return context.takes(shape.node, familyOf(shape)) || context.orm.isWritten?.(shape.node, context) === true;
}

function notWritten(shape: TypeShape, key: string, file: SourceFile): Finding {
  const reason = `it is not written in a way that can be edited: add ${key} as optional`;
  const offset = shape.node.getStart(file.ast);
  return { kind: "place", certainty: "likely", offset, what: whatOfType(shape), reason };
}
