import type { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import { requiredFindings } from "../candidates/make-required.js";
import { earlierOf, type Finding, type Transform, type TransformContext } from "../contract/transform.js";
import { type TypeShape, typeCandidates, whatOfType } from "../responses/type-candidates.js";
import { emptyInRequest } from "../shapes/empty-values.js";
import { addMember, memberType } from "../shapes/member-type.js";
import { familyOf, keyIn, keysOfShape } from "../shapes/shape-types.js";
import { typesIn } from "../shapes/shapes-in.js";
import { fieldsOf } from "../write/class-members.js";
import { withCurrentEdits } from "../write/current-edits.js";
import { dtoField } from "../write/dto-fields.js";
import {
  addFields,
  dropImports,
  type FieldAddition,
  replaceField,
  restoreFields,
  takeFieldsBack,
  whatOfClass,
  writtenFields,
} from "../write/field-edits.js";
import { findWritten } from "../write/find-written.js";
import { removeMember } from "../write/member-edit.js";
import { isImportEdit } from "../write/named-imports.js";
import { restored } from "../write/restored.js";

const id = "request-type";

/**
 * Adds the new field to types and DTO classes of requests. It stays optional until the user requires it, because old callers do not send
 * it.
 */
export const requestType: Transform = {
  id,
  intents: ["acceptInRequests", "requireInRequests"],

  *find(file, context) {
    if (context.intent.kind === "requireInRequests") {
      yield* requirable(file, context);
      return;
    }
    const additions: FieldAddition[] = [];
    for (const shape of typesIn(file)) {
      const key = keyIn(shape, context);
      if (!isTaken(shape, context) || keysOfShape(shape).has(key)) continue;
      const { isNullable } = emptyInRequest(shape, context);
      const type = shape.kind === "members" ? memberType(shape.node, file, context) : undefined;
      const member = type && `${key}?: ${type.text}${isNullable ? " | null" : ""}`;
      const added =
        shape.kind === "members" && member ? addMember(shape.node, member, type, whatOfType(shape), file) : undefined;
      if (added !== undefined) yield* added;
      else if (shape.kind === "class") {
        const field = dtoField(shape.node, key, "request", isNullable, file, context);
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
    const gone: Splice[] = [];
    for (const { shape, node } of writtenMembers(file, withCurrentEdits(id, context))) {
      const splices = removeMember(shape.node, node, file);
      gone.push(...splices);
      yield { kind: "edit", splices, what: whatOfType(shape), text: "", replaces: textOf(node, file) };
    }
    if (gone.length > 0) yield* dropImports(id, gone, file, context);
  },

  *restore(file, context) {
    for (const { shape, node } of writtenMembers(file, context)) {
      const edit = restored(id, node, whatOfType(shape), file, context);
      if (edit !== undefined) yield edit;
    }
    yield* restoreFields(id, file, context);
  },

  mayStay: isImportEdit,
};

function* requirable(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const live = withCurrentEdits(id, context);
  for (const { shape, node } of writtenMembers(file, live)) {
    const replaces = textOf(node, file);
    const text = replaces.replace(/\?\s*:/, ":");
    if (text === replaces) continue;
    const what = whatOfType(shape);
    const splices = [{ start: node.getStart(file.ast), end: node.end, text }];
    const required = shape.node.members.flatMap((each) => (each.questionToken ? [] : (nameOf(each.name) ?? [])));
    const accepted = { node: shape.node, what, anchor: shape.name, required, text: text.replace(/[;,]$/, "") };
    yield* requiredFindings(accepted, [{ kind: "edit", splices, what, text, replaces } as const], context);
  }
  for (const { node, field } of writtenFields(id, file, live)) {
    if (field.questionToken === undefined) continue;
    const by = dtoField(node, field.name.getText(file.ast), "requiredRequest", false, file, context);
    const edits = typeof by === "object" ? replaceField(id, field, by, node, file, context) : undefined;
    const text = edits?.[0]?.text.replaceAll(/\s+/g, " ");
    const required = [...fieldsOf(node)].flatMap(([name, each]) => (each.questionToken ? [] : name));
    yield* requiredFindings({ node, what: whatOfClass(node), anchor: node.name?.text, required, text }, edits, context);
  }
}

type Members = Exclude<TypeShape, { kind: "class" }>;

/** The members of types that this transform wrote, wherever they are now. */
function writtenMembers(
  file: SourceFile,
  context: TransformContext,
): readonly { readonly shape: Members; readonly node: ts.TypeElement }[] {
  if (earlierOf(id, context).length === 0) return [];
  const written = context.memo(writtenMembers, undefined, () => {
    const shapes = context.project.files.flatMap(typesIn).filter((shape): shape is Members => shape.kind !== "class");
    const members = shapes.flatMap((shape) =>
      shape.node.members.map((node) => ({ node, shape, file: shape.file, what: whatOfType(shape) })),
    );
    return findWritten(id, members, context);
  });
  return written.filter((each) => each.file === file);
}

/** Chosen, or a type that rows of the model are built from. */
function isTaken(shape: TypeShape, context: TransformContext): boolean {
  return context.takes(shape.node, familyOf(shape)) || context.orm.isWritten?.(shape.node, context) === true;
}

function notWritten(shape: TypeShape, key: string, file: SourceFile): Finding {
  const reason = `it is not written in a way that can be edited: add ${key} as optional`;
  const offset = shape.node.getStart(file.ast);
  return { kind: "place", certainty: "likely", offset, what: whatOfType(shape), reason };
}
