import {
  attributesOf,
  type CodeIntent,
  type ColumnDeclaration,
  type Descendants,
  type ForeignKey,
  type GateId,
  hasTrigger,
  isAttachedLater,
  isFilled,
  type OperationOf,
  type PlannedColumn,
  quotedName,
  type Step,
  type TableName,
  type UnitColumn,
  type UnitIndex,
  type WriteValue,
} from "../model/index.js";

/** Nothing but a name, a type, NOT NULL and a default: what the expand unit can say. */
export function isPlain(column: ColumnDeclaration): boolean {
  const { isGenerated, isIdentity, isUnique, isPrimaryKey, references, checks, isInvisible, hasOther } = column;
  const isMore = references !== undefined || checks.length > 0 || isInvisible || hasOther;
  return !(isGenerated || isIdentity || isUnique || isPrimaryKey || isMore);
}

/** ADD COLUMN in one block with its fill trigger; without NOT NULL unless a stored default makes that safe. */
export function addColumn(column: PlannedColumn): Step {
  return { kind: "ddl", unit: { kind: "expand", ...columnsOf(column) } };
}

/**
 * CREATE INDEX CONCURRENTLY alone in its file, and a file that asserts that it became valid; one more attaches it to its constraint,
 * where it has one. A partitioned table has its index declared, and then built partition by partition.
 */
export function buildIndex(table: TableName, index: UnitIndex, descendants?: Descendants): Step[] {
  const on = { table, index, ...(descendants === "partitions" ? { isPartitioned: true as const } : {}) };
  return [
    { kind: "ddl", unit: { kind: "create-index", ...on } },
    { kind: "ddl", unit: { kind: "assert-index", ...on } },
    ...(isAttachedLater(on) ? [{ kind: "ddl", unit: { kind: "attach-unique", ...on } } as const] : []),
  ];
}

/** The index of a unique constraint as the change declares it; undefined where it is more than a unit describes. */
export function constraintIndex(operation: OperationOf<"addUnique">): UnitIndex | undefined {
  const { name, columns, deferrable, hasOther, refusesNull } = operation;
  if (name === undefined || hasOther) return undefined;
  const index = { name, isUnique: true, columns, method: "btree", constraint: { deferrable } };
  return refusesNull === undefined
    ? index
    : { ...index, definition: `(${columns.map(quotedName).join(", ")}) NULLS NOT DISTINCT` };
}

/** An index as the change declares it. */
export function unitIndex(operation: OperationOf<"createIndex">): UnitIndex {
  const { name, isUnique, columns, reads, method, definition } = operation;
  return { name, isUnique, columns: columns ?? reads, method, ...(columns === undefined ? { definition } : {}) };
}

/** Waits until the other one is known to be valid, then drops the index concurrently, or the constraint that it belongs to. */
export function dropReplacedIndex(
  table: TableName,
  index: UnitIndex,
  replacement: UnitIndex,
  descendants?: Descendants,
): Step[] {
  const on = { table, ...(descendants === "partitions" ? { isPartitioned: true as const } : {}) };
  return [
    { kind: "ddl", unit: { kind: "assert-index", ...on, index: replacement } },
    { kind: "ddl", unit: { kind: "drop-index", ...on, index } },
  ];
}

/**
 * The foreign key for new rows in one file, the check of those that exist in the next.
 *
 * @param isToNew the same change makes the table that it leads to
 */
export function addForeignKey(table: TableName, foreignKey: ForeignKey, isToNew = false): Step[] {
  return [
    {
      kind: "ddl",
      unit: { kind: "add-foreign-key", table, foreignKey, ...(isToNew ? { isToNew: true as const } : {}) },
    },
    { kind: "ddl", unit: { kind: "validate-foreign-key", table, foreignKey } },
  ];
}

/** A foreign key as the change declares it; undefined where it is more than a unit describes. */
export function unitForeignKey(operation: OperationOf<"addForeignKey">): ForeignKey | undefined {
  const { name, columns, references, referencedColumns, onUpdate, onDelete, isMatchFull, deferrable } = operation;
  if (name === undefined || operation.hasOther || referencedColumns.length === 0) return undefined;
  return { name, columns, references, referencedColumns, onUpdate, onDelete, isMatchFull, deferrable };
}

/** CHECK NOT VALID and VALIDATE: reads and writes go on during the scan. */
export function prove(column: PlannedColumn): Step {
  return { kind: "ddl", unit: { kind: "prove", ...columnsOf(column), columns: [provedColumn(column)] } };
}

/** SET NOT NULL on the proven check; check, trigger and function go. */
export function enforce(column: PlannedColumn): Step {
  return { kind: "ddl", unit: { kind: "enforce", ...columnsOf(column) } };
}

export function gate(id: GateId, column: PlannedColumn): Step {
  return { kind: "gate", gate: { gate: id, table: column.table, column: column.name } };
}

/** A need that the code has in this phase; codemods turn it into edits. */
export function edit(kind: CodeIntent["kind"], column: PlannedColumn): Step {
  return {
    kind: "code",
    intent: { kind, model: column.model, field: column.field, value: column.write, exposure: column.exposure },
  };
}

/** Fill the rows that exist, in batches. */
export function fillRows(column: PlannedColumn): Step[] {
  const { fill, compute } = column;
  if (column.key === undefined || (fill === undefined && compute === undefined)) return [];
  const value = fill === undefined ? { compute: compute! } : { fill };
  return [
    {
      kind: "backfill",
      backfill: {
        table: column.table,
        key: column.key,
        columns: [{ name: column.name, type: column.type, ...value }],
        uniqueKeys: column.uniqueKeys,
        ...(column.isRelaxed ? {} : { once: true as const }),
        ...(column.foreignKeys === undefined ? {} : { foreignKeys: column.foreignKeys }),
      },
    },
  ];
}

/** The value that write sites give: the model's own default needs none. */
export function writeValue(column: {
  readonly fillSql: string | undefined;
  readonly hasDefault: boolean;
  readonly write: string | undefined;
  /** SQL has the value, and code has not. */
  readonly isListed?: boolean;
}): WriteValue {
  if (column.write !== undefined) return { kind: "typescript", text: column.write };
  if (column.hasDefault) return { kind: "none" };
  if (column.isListed === true) return { kind: "listed" };
  if (column.fillSql === undefined) return { kind: "none" };
  return { kind: "sql", sql: column.fillSql };
}

function columnsOf(column: PlannedColumn) {
  return {
    table: column.table,
    columns: [unitColumn(column)],
    ...(column.descendants === "children" ? { hasChildren: true as const } : {}),
  };
}

function unitColumn(column: PlannedColumn): UnitColumn {
  const isLater = isFilled(column);
  return {
    name: column.name,
    type: column.type,
    ...attributesOf(column),
    ...(column.position === undefined ? {} : { position: column.position }),
    ...(column.defaultSql === undefined ? {} : { [isLater ? "laterDefaultSql" : "defaultSql"]: column.defaultSql }),
    ...(column.sequence === undefined ? {} : { sequence: column.sequence }),
    ...(column.notNull && !column.isRelaxed ? { notNull: true as const } : {}),
    // A column that stays optional has no trigger: a NULL may have been chosen.
    ...(hasTrigger(column) ? { fill: column.fill } : {}),
    ...(column.constraints === undefined ? {} : { constraints: column.constraints }),
  };
}

/** What prove fills by itself: where no trigger does, too. A function runs in no migration, its fallback does. */
function provedColumn(column: PlannedColumn): UnitColumn {
  const fill = column.compute?.fallback ?? column.fill;
  return { ...unitColumn(column), ...(fill === undefined ? {} : { fill }) };
}
