import { compact, type Splice, textOf, ts } from "@lockstep/core/codemods";
import { optionsOf } from "../columns.js";
import type { Entities } from "../entities.js";
import type { ColumnMember, RelationMember } from "../model.js";
import { type Place, placeOf } from "../place.js";
import { flag, stringOf } from "../value.js";
import { type Change, changed } from "./changes.js";
import { columnType } from "./column-type.js";
import { type ColumnRef, makeOptional } from "./make-optional.js";
import { optionText, removeOption, restoreOption } from "./options.js";
import { type Part, partsOf, withOriginal } from "./originals.js";
import { forbidNull, type Typed } from "./property-type.js";
import { openReads } from "./reads.js";

/**
 * Reverts `makeOptional` and `openReads`. An unchanged property gets the user's own bytes back, annotations included. In a changed one only
 * Lockstep's parts are removed.
 *
 * @param original the declarations as the user wrote them
 * @throws LS4002 when there is no such column
 */
export function makeRequired(entities: Entities, column: ColumnRef, original: string | undefined): Entities {
  const place = placeOf(entities, column);
  const before = original === undefined ? undefined : withOriginal(entities, column, original);
  const restored = before && restoreParts(entities, before, place, column, original);
  return restored ?? takeOut(entities, column, before);
}

/** The original parts. Undefined if one is neither the original nor Lockstep's version of it. */
function restoreParts(
  entities: Entities,
  before: Entities,
  place: Place,
  column: ColumnRef,
  original: string | undefined,
): Entities | undefined {
  const relaxed = changed(before, makeOptional(before, column));
  const opened = changed(relaxed, openReads(relaxed, column, original));
  const texts = (state: Entities) => partsOf(placeOf(state, column), state).map(partText);
  const [was, ...made] = [before, relaxed, opened].map(texts);
  const parts = partsOf(place, entities);
  if (was === undefined || was.length !== parts.length) return undefined;
  const changes: Change[] = [];
  for (const [index, part] of parts.entries()) {
    const now = compact(partText(part));
    const text = was[index] ?? "";
    if (now === compact(text)) continue;
    if (!made.some((state) => compact(state[index] ?? "") === now)) return undefined;
    const start = part.node.getStart(part.file.ast);
    changes.push({ file: part.file, splices: [{ start, end: part.node.end, text }] });
  }
  return changed(entities, changes);
}

function partText({ node, file }: Part): string {
  return textOf(node, file);
}

/** Option by option: restores the original or removes it. */
function takeOut(entities: Entities, column: ColumnRef, before: Entities | undefined): Entities {
  const former = before && placeOf(before, column);
  const formerMember = (index: number) => former && membersAt(former)[index];
  let state = entities;
  const count = membersAt(placeOf(entities, column)).length;
  for (let index = 0; index < count; index++) {
    for (const name of ["type", "nullable", "select"]) {
      const member = membersAt(placeOf(state, column))[index];
      const own = formerMember(index);
      if (member === undefined || !isOurs(name, member, column, state)) continue;
      // A `type` that equals the reflected one is harmless: only the user's text shows whose it is.
      if (name === "type" && own === undefined) continue;
      const text = own && optionText(own, name);
      const splices =
        text === undefined
          ? removeOption(member, name, own?.mark.options && textOf(own.mark.options, own.file))
          : restoreOption(member, name, text, state);
      state = changed(state, [{ file: member.file, splices }]);
    }
  }
  const types = typedParts(state, column);
  const formerTypes = before === undefined ? [] : typedParts(before, column);
  const relaxedTypes = before === undefined ? [] : typedParts(changed(before, makeOptional(before, column)), column);
  return changed(
    state,
    types.map(
      (part, index): Change => ({
        file: part.file,
        splices: typeSplices(part, formerTypes[index], relaxedTypes[index]),
      }),
    ),
  );
}

/** Restores the original type if the current one is Lockstep's version. Otherwise removes null, unless the user wrote it. */
function typeSplices(now: TypedPart, was: TypedPart | undefined, relaxed: TypedPart | undefined): readonly Splice[] {
  const [text, former, made] = [now, was, relaxed].map((part) => part && annotationText(part));
  if (was !== undefined && text !== undefined && made !== undefined && compact(text) === compact(made)) {
    const end = now.node.type?.end ?? 0;
    return text === made && former === made ? [] : [{ start: end - text.length, end, text: former ?? "" }];
  }
  const hadNull = was !== undefined && forbidNull(was.node).length > 0;
  return hadNull ? [] : forbidNull(now.node);
}

/** `: string | null`, with the colon. Undefined if there is no annotation. */
function annotationText({ node, file }: TypedPart): string | undefined {
  if (node.type === undefined) return undefined;
  const colon = file.text.lastIndexOf(":", node.type.getStart(file.ast) - 1);
  return file.text.slice(colon, node.type.end);
}

type TypedPart = Part & { readonly node: Typed };

function typedParts(entities: Entities, column: ColumnRef): readonly TypedPart[] {
  return partsOf(placeOf(entities, column), entities).filter(isTyped);
}

/** Whether an option has the value that Lockstep writes. */
function isOurs(name: string, member: ColumnMember | RelationMember, column: ColumnRef, entities: Entities): boolean {
  const options = optionsOf(member, entities);
  if (name === "type") {
    const value = options.get("type");
    const text = value && stringOf(value.node, value.file, entities.project);
    const isReflected = member.kind === "column" && member.mark.decorator === "Column";
    return isReflected && text !== undefined && text === columnType(column.type);
  }
  return flag(options, name) === (name === "nullable");
}

function membersAt({ member, relations }: Place): readonly (ColumnMember | RelationMember)[] {
  return [member, ...relations.map((relation) => relation.member).filter((relation) => relation !== member)];
}

function isTyped(part: Part): part is TypedPart {
  return ts.isPropertyDeclaration(part.node) || ts.isPropertySignature(part.node) || ts.isParameter(part.node);
}
