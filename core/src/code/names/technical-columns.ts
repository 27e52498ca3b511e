import type { EntityField } from "../../model/index.js";

/** Whether a field is an id, a foreign key or a timestamp. They stand everywhere, and say little about whose fields a place lists. */
export function isTechnicalColumn(field: EntityField): boolean {
  const isTimestamp = field.type === "datetime" && (field.hasDefault || field.isUpdatedAt || /At$/.test(field.name));
  return field.isId || field.isForeignKey || isTimestamp;
}
