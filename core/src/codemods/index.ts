import { leftoverFallbacks } from "./cleanup/leftover-fallbacks.js";
import type { Transform } from "./contract/transform.js";
import { graphqlDocument, graphqlTemplate } from "./documents/graphql-schema.js";
import { jsonSchema } from "./documents/json-schema.js";
import { schemaObject } from "./documents/schema-object.js";
import { yamlSchema } from "./documents/yaml-schema.js";
import { rawSql } from "./raw-sql/raw-sql.js";
import { sqlViews } from "./raw-sql/sql-views.js";
import { requestSchema } from "./requests/request-schema.js";
import { requestType } from "./requests/request-type.js";
import { assignedMapper } from "./response-transforms/assigned-mapper.js";
import { csvHeader } from "./response-transforms/csv-header.js";
import { internalRows } from "./response-transforms/internal-rows.js";
import { mapper } from "./response-transforms/mapper.js";
import { nameList } from "./response-transforms/name-list.js";
import { responseClass } from "./response-transforms/response-class.js";
import { responseType } from "./response-transforms/response-type.js";
import { strictRows } from "./response-transforms/strict-rows.js";
import { toggleImport } from "./response-transforms/toggle-import.js";
import { zodObject } from "./response-transforms/zod-object.js";
import { fixture } from "./rows/fixture.js";
import { handedClients } from "./rows/handed-clients.js";
import { rowClass } from "./rows/row-class.js";

export { type AssignmentGroup, assignmentGroupsIn, assignmentOf } from "./ast/assignments.js";
/** The compiler API that positions come from: plugins use the same one. */
export { ts } from "./ast/compiler.js";
export * from "./ast/expressions.js";
export * from "./ast/literals.js";
export * from "./ast/scope.js";
export * from "./ast/source-file.js";
export * from "./ast/splice.js";
export * from "./candidates/candidate-for.js";
export * from "./candidates/widen-selection.js";
export * from "./contract/memoized.js";
export * from "./contract/transform.js";
export { importedLiteral, type LiteralLookup, literalsOfVariable } from "./flow/literals-of-variable.js";
export { type CallerValue, callerValueIn, ownerIn, patternOfValues, withCallerValue } from "./inputs/caller-value.js";
export { inputShapeOfPattern } from "./inputs/input-shape.js";
export { spreadInput, spreadInputAround } from "./inputs/spread-input.js";
export { dropUnusedFallbacks, restoreFallbacks } from "./inputs/unused-fallbacks.js";
export { undoPatterns } from "./mappers/undo-destructuring.js";
export type { CodeOfClients, GeneratedClient, GeneratedClients, OtherClient } from "./project/generated-clients.js";
export * from "./project/project.js";
export { projectCompiler } from "./project/project-compiler.js";
export type { Type, TypeSymbol, Types } from "./project/type-facts.js";
export * from "./rows/new-rows.js";
export * from "./rows/passed-rows.js";
export * from "./rows/updated-rows.js";
export { isInstancing, takesPartial } from "./shapes/instanced-classes.js";
export { hidesField } from "./shapes/serialized-classes.js";
export { levelsToTop, readModuleConfigs } from "./sources/read-configs.js";
export { listFiles, readSources } from "./sources/source-files.js";
export { constantOf } from "./types/constants.js";
export { isRowPattern } from "./types/copied-columns.js";
export { referencesTo } from "./types/references.js";
export * from "./types/resolve-expression.js";
export * from "./types/row-literals.js";
export { isNullish, type RowShape, rowShapeOfType } from "./types/row-shape-of-type.js";
export { rowShapeOfValue } from "./types/row-shape-of-value.js";
export * from "./types/target-type.js";
export { packageOf } from "./types/type-program.js";
export { computedOver, literalOf } from "./values/fixture-value.js";
export * from "./values/value-text.js";
export { fieldsOf } from "./write/class-members.js";
export * from "./write/comma-list.js";
export { withCurrentEdits } from "./write/current-edits.js";
export { dtoField, isDecorated } from "./write/dto-fields.js";
export * from "./write/field-edits.js";
export * from "./write/find-written.js";
export { addNamedImports, isImportEdit, isUsed } from "./write/named-imports.js";
export * from "./write/property-edit.js";
export * from "./write/statements.js";

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
