import { compact, type Splice, textOf, type ts } from "@lockstep/core/codemods";
import { optionsOf } from "../columns.js";
import type { Entities } from "../entities.js";
import type { ColumnMember, RelationMember } from "../model.js";
import { type FieldRef, placeOf } from "../place.js";
import { flag } from "../value.js";
import { type Change, changed } from "./changes.js";
import { optionText, removeOption, restoreOption, setOptions } from "./options.js";
import { withOriginal } from "./originals.js";

/**
 * Removes `select: false`, unless it is the user's own. A decorator without other edits gets the user's own bytes back.
 *
 * @param original the declarations as the user wrote them
 * @throws LS4002 when there is no such column
 */
export function openReads(entities: Entities, field: FieldRef, original: string | undefined): readonly Change[] {
  const { member } = placeOf(entities, field);
  if (member.kind !== "column" || flag(optionsOf(member, entities), "select") !== false) return [];
  const before = original === undefined ? undefined : withOriginal(entities, field, original);
  return [{ file: member.file, splices: opened(member, before, field, entities) }];
}

function opened(
  member: ColumnMember,
  before: Entities | undefined,
  field: FieldRef,
  entities: Entities,
): readonly Splice[] {
  if (before === undefined) return removeOption(member, "select", "{}");
  const was = placeOf(before, field).member;
  const closed = placeOf(changed(before, closeReads(before, field)), field).member;
  const node = markNode(member);
  const [now, former] = [markText(member), markText(was)];
  if (compact(now) === compact(markText(closed)))
    return now === former ? [] : [{ start: node.getStart(member.file.ast), end: node.end, text: former }];
  const own = optionText(was, "select");
  return own === undefined ? removeOption(member, "select", "{}") : restoreOption(member, "select", own, entities);
}

/** The reverse of `openReads`. Errors as there. */
export function closeReads(entities: Entities, field: FieldRef): readonly Change[] {
  const { member } = placeOf(entities, field);
  if (member.kind !== "column") return [];
  return [{ file: member.file, splices: setOptions(member, [["select", "false"]], entities) }];
}

/** The decorator's call, or the entry of a schema. */
function markNode({ mark, node }: ColumnMember | RelationMember): ts.Node {
  return mark.call ?? node;
}

function markText(member: ColumnMember | RelationMember): string {
  return textOf(markNode(member), member.file);
}
