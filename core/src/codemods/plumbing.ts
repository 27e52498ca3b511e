import type { EntityField } from "../model/index.js";

/** Ids, foreign keys and timestamps stand everywhere: they say little about whose fields a place lists. */
export function isPlumbing(field: EntityField): boolean {
  const isTimestamp = field.type === "datetime" && (field.hasDefault || field.isUpdatedAt || /At$/.test(field.name));
  return field.isId || field.isForeignKey || isTimestamp;
}
