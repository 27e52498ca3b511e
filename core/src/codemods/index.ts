import { graphqlDocument, graphqlTemplate } from "./documents/graphql-schema.js";
import { jsonSchema } from "./documents/json-schema.js";
import { schemaObject } from "./documents/schema-object.js";
import { yamlSchema } from "./documents/yaml-schema.js";
import { csvHeader } from "./places/csv-header.js";
import { handedClients } from "./places/handed-clients.js";
import { internalRows } from "./places/internal-rows.js";
import { leftoverFallbacks } from "./places/leftover-fallbacks.js";
import { rawSql } from "./places/raw-sql.js";
import { sqlViews } from "./places/sql-views.js";
import { strictRows } from "./places/strict-rows.js";
import type { Transform } from "./transform.js";
import { assignedMapper } from "./transforms/assigned-mapper.js";
import { fixture } from "./transforms/fixture.js";
import { mapper } from "./transforms/mapper.js";
import { nameList } from "./transforms/name-list.js";
import { requestSchema } from "./transforms/request-schema.js";
import { requestType } from "./transforms/request-type.js";
import { responseClass } from "./transforms/response-class.js";
import { responseType } from "./transforms/response-type.js";
import { rowClass } from "./transforms/row-class.js";
import { toggleImport } from "./transforms/toggle-import.js";
import { zodObject } from "./transforms/zod-object.js";

export { type AssignmentGroup, assignmentGroupsIn, assignmentOf } from "./assignments.js";
export { type Choice, choiceIn, ownerIn, patternBehind, withChoice } from "./chosen-value.js";
export { fieldsOf } from "./class-members.js";
export * from "./comma-list.js";
/** The compiler API that positions come from: plugins use the same one. */
export { ts } from "./compiler.js";
export { constantOf } from "./constants.js";
export { isRowPattern } from "./copies.js";
export { dtoField, isDecorated } from "./dto-fields.js";
export * from "./expressions.js";
export * from "./field-edits.js";
export { computedOver, constantOf as literalOf } from "./fixture-value.js";
export type { CodeOfClients, GeneratedClient, GeneratedClients, OtherClient } from "./generated-clients.js";
export * from "./handed-rows.js";
export * from "./in-view.js";
export { isInstancing, takesPartial } from "./instanced-classes.js";
export * from "./literals.js";
export { withLiveEdits } from "./live-edits.js";
export { addNamedImports, isImportEdit, isUsed } from "./named-imports.js";
export * from "./new-rows.js";
export * from "./places/listing.js";
export * from "./project.js";
export { projectCompiler } from "./project-compiler.js";
export * from "./property-edit.js";
export { referencesTo } from "./references.js";
export { dropUnusedFills, restoreFills } from "./required-choices.js";
export { levelsToTop, readModuleConfigs } from "./resolution/read-configs.js";
export * from "./row-literals.js";
export { isNothing, type RowShape, rowShapeOf } from "./row-types.js";
export { rowShapeOfValue } from "./row-values.js";
export * from "./scope.js";
export * from "./selections.js";
export { spreadAround, spreadSent } from "./sent-rows.js";
export { sentToPattern } from "./sent-shapes.js";
export { hidesField } from "./serialized-classes.js";
export * from "./source-file.js";
export { listFiles, readSources } from "./source-files.js";
export * from "./splice.js";
export * from "./statements.js";
export { takeBackPatterns } from "./taken-patterns.js";
export * from "./target-type.js";
export * from "./transform.js";
export { packageOf } from "./types/type-program.js";
export type { Type, TypeSymbol, Types } from "./types/types.js";
export * from "./updated-rows.js";
export * from "./value-text.js";
export { type Behind, importedLiteral, valuesBehind } from "./values-behind.js";
export * from "./written-texts.js";

/** The transforms that every ORM shares. */
export const coreTransforms: readonly Transform[] = [
  fixture,
  rowClass,
  mapper,
  assignedMapper,
  toggleImport,
  responseType,
  responseClass,
  zodObject,
  requestSchema,
  requestType,
  nameList,
  graphqlDocument,
  graphqlTemplate,
  jsonSchema,
  yamlSchema,
  schemaObject,
  leftoverFallbacks,
  internalRows,
  strictRows,
  rawSql,
  sqlViews,
  csvHeader,
  handedClients,
];
