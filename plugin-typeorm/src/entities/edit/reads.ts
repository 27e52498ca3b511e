import { optionsOf } from "../columns.js";
import type { Entities } from "../entities.js";
import { type FieldRef, placeOf } from "../place.js";
import { flag } from "../value.js";
import type { Change } from "./changes.js";
import { optionText, removeOption, restoreOption, setOptions } from "./options.js";
import { withOriginal } from "./originals.js";

/**
 * Ends `select: false`, unless it is the user's own.
 *
 * @param original the declarations as the user wrote them
 * @throws LS4002 when there is no such column
 */
export function openReads(entities: Entities, field: FieldRef, original: string | undefined): readonly Change[] {
  const { member } = placeOf(entities, field);
  if (member.kind !== "column" || flag(optionsOf(member, entities), "select") !== false) return [];
  const before = original === undefined ? undefined : withOriginal(entities, field, original);
  const own = before && optionText(placeOf(before, field).member, "select");
  const splices =
    own === undefined ? removeOption(member, "select", "{}") : restoreOption(member, "select", own, entities);
  return [{ file: member.file, splices }];
}

/** The reverse of `openReads`. Errors as there. */
export function closeReads(entities: Entities, field: FieldRef): readonly Change[] {
  const { member } = placeOf(entities, field);
  if (member.kind !== "column") return [];
  return [{ file: member.file, splices: setOptions(member, [["select", "false"]], entities) }];
}
