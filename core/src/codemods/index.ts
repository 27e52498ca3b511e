import { copies } from "./places/copies.js";
import { leftoverFallbacks } from "./places/leftover-fallbacks.js";
import { rawSql } from "./places/raw-sql.js";
import { stringLists } from "./places/string-lists.js";
import { types } from "./places/types.js";
import { zodObjects } from "./places/zod-objects.js";
import type { Transform } from "./transform.js";
import { assignedMapper } from "./transforms/assigned-mapper.js";
import { fixture } from "./transforms/fixture.js";
import { mapper } from "./transforms/mapper.js";
import { responseClass } from "./transforms/response-class.js";
import { responseType } from "./transforms/response-type.js";
import { zodObject } from "./transforms/zod-object.js";

export { assignmentOf, isInstancing, takesPartial } from "./assigned-mappers.js";
export { fieldsOf } from "./class-members.js";
export * from "./comma-list.js";
/** The compiler API that positions come from: plugins use the same one. */
export { ts } from "./compiler.js";
export { dtoField, isDecorated } from "./dto-fields.js";
export * from "./expressions.js";
export * from "./field-edits.js";
export { computedOver } from "./fixture-value.js";
export * from "./in-view.js";
export * from "./literals.js";
export { isRowPattern } from "./mappers.js";
export { isImportEdit } from "./named-imports.js";
export * from "./new-rows.js";
export * from "./places/listing.js";
export * from "./project.js";
export * from "./property-edit.js";
export * from "./row-literals.js";
export { isNothing, type RowShape, rowShapeOf } from "./row-types.js";
export { rowShapeOfValue } from "./row-values.js";
export * from "./scope.js";
export * from "./selections.js";
export * from "./source-file.js";
export { readSources } from "./source-files.js";
export * from "./splice.js";
export * from "./statements.js";
export * from "./target-type.js";
export * from "./transform.js";
export * from "./updated-rows.js";
export * from "./value-text.js";
export * from "./written-texts.js";

/** The transforms that every ORM shares. */
export const coreTransforms: readonly Transform[] = [
  fixture,
  mapper,
  assignedMapper,
  responseType,
  responseClass,
  zodObject,
  copies,
  leftoverFallbacks,
  rawSql,
  stringLists,
  types,
  zodObjects,
];
