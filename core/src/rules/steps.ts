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

/** Whether the column has only what the expand unit supports: a name, a type, NOT NULL and a default. */
export function isPlain(column: ColumnDeclaration): boolean {
  const { isGenerated, isIdentity, isUnique, isPrimaryKey, references, checks, isInvisible, hasOther } = column;
  const isMore = references !== undefined || checks.length > 0 || isInvisible || hasOther;
  return !(isGenerated || isIdentity || isUnique || isPrimaryKey || isMore);
}

/** ADD COLUMN and its fill trigger in one block; without NOT NULL unless a stored default makes that safe. */
export function addColumn(column: PlannedColumn): Step {
  return { kind: "ddl", unit: { kind: "expand", ...columnsOf(column) } };
}

/**
 * CREATE INDEX CONCURRENTLY in a separate file, then a file that asserts that the index is valid, then one that attaches it to its
 * constraint, if any. For a partitioned table, declares the index and then builds it partition by partition.
 */
export function buildIndex(table: TableName, index: UnitIndex, descendants?: Descendants): Step[] {
  const on = { table, index, ...(descendants === "partitions" ? { isPartitioned: true as const } : {}) };
  return [
    { kind: "ddl", unit: { kind: "create-index", ...on } },
    { kind: "ddl", unit: { kind: "assert-index", ...on } },
    ...(isAttachedLater(on) ? [{ kind: "ddl", unit: { kind: "attach-unique", ...on } } as const] : []),
  ];
}

/** The index of a unique constraint as declared by the change; undefined if a unit cannot describe it. */
export function constraintIndex(operation: OperationOf<"addUnique">): UnitIndex | undefined {
  const { name, columns, deferrable, hasOther, refusesNull } = operation;
  if (name === undefined || hasOther) return undefined;
  const index = { name, isUnique: true, columns, method: "btree", constraint: { deferrable } };
  return refusesNull === undefined
    ? index
    : { ...index, definition: `(${columns.map(quotedName).join(", ")}) NULLS NOT DISTINCT` };
}

/** An index as declared by the change. */
export function unitIndex(operation: OperationOf<"createIndex">): UnitIndex {
  const { name, isUnique, columns, reads, method, definition } = operation;
  return { name, isUnique, columns: columns ?? reads, method, ...(columns === undefined ? { definition } : {}) };
}

/** Waits until the replacement is known to be valid, then drops the index concurrently, or the constraint that it belongs to. */
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
 * Adds the foreign key for new rows in one file, and checks existing rows in the next.
 *
 * @param isToNew the same change creates the referenced table
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

/** A foreign key as declared by the change; undefined if a unit cannot describe it. */
export function unitForeignKey(operation: OperationOf<"addForeignKey">): ForeignKey | undefined {
  const { name, columns, references, referencedColumns, onUpdate, onDelete, isMatchFull, deferrable } = operation;
  if (name === undefined || operation.hasOther || referencedColumns.length === 0) return undefined;
  return { name, columns, references, referencedColumns, onUpdate, onDelete, isMatchFull, deferrable };
}

/** CHECK NOT VALID and VALIDATE: reads and writes continue during the scan. */
export function prove(column: PlannedColumn): Step {
  const isUnfilled = column.becomesRequired === true && !isFilled(column);
  return {
    kind: "ddl",
    unit: {
      kind: "prove",
      ...columnsOf(column),
      columns: [provedColumn(column)],
      ...(isUnfilled ? { isExisting: true as const } : {}),
    },
  };
}

/** SET NOT NULL with the proven check, then drops the check, the trigger and its function. */
export function enforce(column: PlannedColumn): Step {
  return { kind: "ddl", unit: { kind: "enforce", ...columnsOf(column) } };
}

export function gate(id: GateId, column: PlannedColumn): Step {
  return { kind: "gate", gate: { gate: id, table: column.table, column: column.name } };
}

/** The conditions before contract drops an existing column. @param column undefined: the whole table */
export function dropGates(table: TableName, column: string | undefined): Step[] {
  const unused = column === undefined ? "table-unused" : "column-unused";
  return ["phase-applied", unused].map((gate) => ({ kind: "gate", gate: { gate, table, column: column ?? "" } }));
}

/** A required code change in this phase; codemods turn it into edits. */
export function edit(kind: CodeIntent["kind"], column: PlannedColumn): Step {
  return {
    kind: "code",
    intent: { kind, model: column.model, field: column.field, value: column.write, exposure: column.exposure },
  };
}

/** Fills existing rows, in batches. */
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

/** The value for call sites: with the model's own default, they need none. */
export function writeValue(column: {
  readonly fillSql: string | undefined;
  readonly hasDefault: boolean;
  readonly write: string | undefined;
  /** SQL can compute the value, code cannot. */
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
    // A column that stays optional has no trigger: code may have chosen NULL.
    ...(hasTrigger(column) ? { fill: column.fill } : {}),
    ...(column.constraints === undefined ? {} : { constraints: column.constraints }),
  };
}

/** The fill that prove runs itself, also without a trigger. Migrations cannot run a function, only its fallback. */
function provedColumn(column: PlannedColumn): UnitColumn {
  const fill = column.compute?.fallback ?? column.fill;
  return { ...unitColumn(column), ...(fill === undefined ? {} : { fill }) };
}
