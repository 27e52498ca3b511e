import type { EntityField } from "../../model/index.js";

/** Whether a field is an id, a foreign key or a timestamp. These are everywhere, and weak evidence for the model of a place. */
export function isTechnicalColumn(field: EntityField): boolean {
  const isTimestamp = field.type === "datetime" && (field.hasDefault || field.isUpdatedAt || /At$/.test(field.name));
  return field.isId || field.isForeignKey || isTimestamp;
}
