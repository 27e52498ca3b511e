import { leftoverFallbacks } from "./cleanup/leftover-fallbacks.js";
import type { Transform } from "./contract/transform.js";
import { graphqlDocument, graphqlTemplate } from "./documents/graphql-schema.js";
import { graphqlSelectionDocument, graphqlSelectionTemplate } from "./documents/graphql-selection.js";
import { jsonSchema } from "./documents/json-schema.js";
import { schemaObject } from "./documents/schema-object.js";
import { yamlSchema } from "./documents/yaml-schema.js";
import { queryBuilder } from "./raw-sql/query-builder.js";
import { rawSql } from "./raw-sql/raw-sql.js";
import { sqlViews } from "./raw-sql/sql-views.js";
import { payload } from "./requests/payload.js";
import { pickedSchema } from "./requests/picked-schema.js";
import { requestSchema } from "./requests/request-schema.js";
import { requestType } from "./requests/request-type.js";
import { assignedMapper } from "./response-transforms/assigned-mapper.js";
import { builtByHand } from "./response-transforms/built-by-hand.js";
import { columnPositions } from "./response-transforms/column-positions.js";
import { csvHeader } from "./response-transforms/csv-header.js";
import { hiddenProperty } from "./response-transforms/hidden-property.js";
import { internalRows } from "./response-transforms/internal-rows.js";
import { keptOut } from "./response-transforms/kept-out.js";
import { mapper } from "./response-transforms/mapper.js";
import { nameList } from "./response-transforms/name-list.js";
import { responseClass } from "./response-transforms/response-class.js";
import { responseType } from "./response-transforms/response-type.js";
import { strictRows } from "./response-transforms/strict-rows.js";
import { toggleImport } from "./response-transforms/toggle-import.js";
import { zodObject } from "./response-transforms/zod-object.js";
import { assertedRow } from "./rows/asserted-row.js";
import { fixture } from "./rows/fixture.js";
import { handedClients } from "./rows/handed-clients.js";
import { rowClass } from "./rows/row-class.js";

export { type AssignmentGroup, assignmentGroupsIn, assignmentOf, changeGroupsIn } from "./ast/assignments.js";
export { callsOfChain } from "./ast/call-chain.js";
/** The compiler API that positions come from: plugins use the same one. */
export { ts } from "./ast/compiler.js";
export {
  describe,
  enclosingName,
  initializerOf,
  isNullish,
  keysOfSpread,
  nameOf,
  pathOf,
  propertiesOf,
  returnedBy,
  settableValuesOf,
  spreadsOf,
  unwrap,
  valueAt,
  wrapperOf,
} from "./ast/expressions.js";
export { callbackOf, literalsOf } from "./ast/literals.js";
export { type Declaration, declarationFrom, declarationOf } from "./ast/scope.js";
export { lineAt, parseSourceFile, quoted, type SourceFile, startOf, textOf } from "./ast/source-file.js";
export { applySplices, type Splice } from "./ast/splice.js";
export { candidateFor, isTestFile, isWorthListing } from "./candidates/candidate-for.js";
export { widenSelection } from "./candidates/widen-selection.js";
export { memoized, memory } from "./contract/memoized.js";
export {
  compact,
  type EditFinding,
  type EmptyValues,
  earlierOf,
  type Finding,
  type OrmCode,
  type RowsPart,
  type RowsRead,
  type SpelledValue,
  type Transform,
  type TransformContext,
} from "./contract/transform.js";
export { functionCalledBy } from "./flow/callers.js";
export { isRowPattern } from "./flow/copied-columns.js";
export { importedLiteral, type LiteralLookup, literalsOfVariable } from "./flow/literals-of-variable.js";
export { rowShapeOfValue } from "./flow/rows-in-expression.js";
export { type CallerValue, callerValueAmong, callerValueIn, withCallerValue } from "./inputs/caller-value.js";
export { inputShapeOfPattern } from "./inputs/input-shape.js";
export { spreadInput, spreadInputAround } from "./inputs/spread-input.js";
export { dropUnusedFallbacks, restoreFallbacks } from "./inputs/unused-fallbacks.js";
export { isOwner, memberText, type Owner, ownersOf, patternOfValues, withChoice } from "./inputs/value-origins.js";
export { undoPatterns } from "./mappers/undo-destructuring.js";
export type { CodeOfClients, GeneratedClient, GeneratedClients, OtherClient } from "./project/generated-clients.js";
export {
  createProject,
  fileOf,
  lookUp,
  lookUpExport,
  type Project,
  type Resolved,
  type Space,
} from "./project/project.js";
export { projectCompiler } from "./project/project-compiler.js";
export type { Type, TypeSymbol, Types } from "./project/type-facts.js";
export { builtRows } from "./rows/built-rows.js";
export { createRow, offerNewRow, spreadConstants } from "./rows/created-rows.js";
export { changedElsewhere, hidingSource, mirrorSources, sourceAmong, unseenChange } from "./rows/mirror-sources.js";
export {
  builtElsewhere,
  fillLiteral,
  isConnected,
  isKeyGivenBy,
  orCallerValue,
  relationOver,
  takeCallerValue,
  takeCallerValueIn,
  valueOfNewRow,
  whyNoValue,
} from "./rows/new-rows.js";
export { givesValue, type PassedRow, type PassedRows, passedRows, type WrittenValue } from "./rows/passed-rows.js";
export { updateInstance, updateRow } from "./rows/updated-rows.js";
export { type Copying, copyingOf, isInstancing } from "./shapes/instanced-classes.js";
export { hidesField } from "./shapes/serialized-classes.js";
export { levelsToTop, readModuleConfigs } from "./sources/read-configs.js";
export { listFiles, readSources } from "./sources/source-files.js";
export { constantOf } from "./types/constants.js";
export { expectedTypeOf } from "./types/expected-type.js";
export { referencesTo } from "./types/references.js";
export {
  type ResolvedExpression,
  resolveDeclared,
  resolveExpression,
  resolveMember,
  resolveToCall,
  type WithMembers,
} from "./types/resolve-expression.js";
export { namesColumns } from "./types/row-literals.js";
export { namesIn } from "./types/row-shape.js";
export { targetOf } from "./types/target-type.js";
export { packageOf } from "./types/type-program.js";
export { whyConverted } from "./values/conversions.js";
export { computedOver, literalOf } from "./values/fixture-value.js";
export { type FieldText, sourcesOf, textsOfLiteral, textsOfRow, valueText } from "./values/value-text.js";
export { fieldsOf } from "./write/class-members.js";
export {
  type CommaList,
  commaListOf,
  endOfComments,
  indentAt,
  insertItem,
  leadOf,
  removeItem,
} from "./write/comma-list.js";
export { withCurrentEdits } from "./write/current-edits.js";
export { dtoField, isDecorated } from "./write/dto-fields.js";
export { addFields, whatOfClass } from "./write/field-edits.js";
export {
  type Container,
  findWritten,
  findWrittenItems,
  removeWritten,
  type WrittenNode,
} from "./write/find-written.js";
export { addNamedImports, isUsed } from "./write/named-imports.js";
export { addProperty, addToList, takeItem } from "./write/property-edit.js";
export {
  insertStatement,
  isAmongStatements,
  removeAssignments,
  removeStatement,
  whatOfChange,
} from "./write/statements.js";

/** The transforms that every ORM shares. */
export const coreTransforms: readonly Transform[] = [
  fixture,
  assertedRow,
  rowClass,
  mapper,
  assignedMapper,
  toggleImport,
  responseType,
  responseClass,
  zodObject,
  builtByHand,
  requestSchema,
  pickedSchema,
  requestType,
  payload,
  keptOut,
  hiddenProperty,
  nameList,
  graphqlDocument,
  graphqlTemplate,
  graphqlSelectionDocument,
  graphqlSelectionTemplate,
  jsonSchema,
  yamlSchema,
  schemaObject,
  leftoverFallbacks,
  internalRows,
  strictRows,
  rawSql,
  queryBuilder,
  sqlViews,
  columnPositions,
  csvHeader,
  handedClients,
];
