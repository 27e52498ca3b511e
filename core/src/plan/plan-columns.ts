import { LockstepError } from "../base/errors.js";
import type { Quote } from "../dialect/quote.js";
import {
  attributesOf,
  type ColumnDeclaration,
  type Fill,
  type ForeignKey,
  type IndexedBy,
  isSameTable,
  type KeyColumn,
  operationsOfKind,
  type PlannedColumn,
  type TableName,
  tableLabel,
  uncompared,
  type ValueConstraints,
  type Words,
} from "../model/index.js";
import { awaitedBy } from "../rules/awaited-values.js";
import type { HazardFinding } from "../rules/judge.js";
import type { RuleContext } from "../rules/rule.js";
import { unitForeignKey, writeValue } from "../rules/steps.js";
import { isConstant } from "../sql/fill-kinds.js";
import { sourceFor } from "./client-defaults.js";
import { computedFill } from "./computed-fill.js";
import { resolveFill } from "./resolve-fill.js";
import type { ColumnSource, ReadSources, TableShape } from "./sources.js";

/**
 * The columns that a plan is made for: declaration, model field, fill, key.
 *
 * @throws LS2020 a unique index without the partition columns of its table · LS2021 rows of a child table that cannot be filled
 * @throws LS2001 without a value for existing rows · LS2002 one value for a unique column · LS2009 no key · LS2050, LS2051, LS2003 the
 *   function of lockstep.config.ts · LS4002 no field
 */
export async function planColumns(
  findings: readonly HazardFinding[],
  context: RuleContext,
  sources: ReadSources,
  words: Pick<Words, "annotation">,
): Promise<PlannedColumn[]> {
  const planned: PlannedColumn[] = [];
  for (const finding of findings) {
    for (const { table, column } of finding.rule.columns(finding.operation, context)) {
      if (planned.some((other) => other.name === column && isSameTable(other.table, table))) continue;
      planned.push(await planColumn(table, column, context, sources, words));
    }
  }
  return planned;
}

/** The operations that expand runs, before rows are filled. */
function inExpand(context: RuleContext) {
  return context.operations.filter((operation) => awaitedBy(operation, context).length === 0);
}

/** The columns of each unique index or constraint of the change that includes this column. */
function uniqueKeysWith(table: TableName, column: string, context: RuleContext): (readonly string[])[] {
  return inExpand(context).flatMap((operation) =>
    (operation.kind === "addUnique" || (operation.kind === "createIndex" && operation.isUnique)) &&
    isSameTable(operation.table, table) &&
    operation.columns?.includes(column)
      ? [operation.columns]
      : [],
  );
}

/** The foreign keys of the change that include the column. */
function foreignKeysOver(table: TableName, column: string, context: RuleContext): readonly ForeignKey[] {
  return inExpand(context).flatMap((operation) =>
    operation.kind === "addForeignKey" && isSameTable(operation.table, table) && operation.columns.includes(column)
      ? (unitForeignKey(operation) ?? [])
      : [],
  );
}

/** Constraints that may reject a value of the fill trigger; undefined: only its type can. */
function constraintsOver(
  table: TableName,
  column: string,
  context: RuleContext,
  foreignKeys: readonly ForeignKey[],
): ValueConstraints | undefined {
  const indexes: IndexedBy[] = [];
  let hasOther = false;
  let keys = 0;
  for (const operation of inExpand(context)) {
    if (!("table" in operation) || !isSameTable(operation.table, table)) continue;
    if (operation.kind === "createIndex" || operation.kind === "addUnique") {
      const isUnique = operation.kind === "addUnique" || operation.isUnique;
      const columns = operation.columns ?? (operation.kind === "createIndex" ? operation.reads : []);
      if (!columns.includes(column)) continue;
      indexes.push({ name: operation.name ?? "", columns, isUnique });
      // The trigger checks by its name whether it is built.
      hasOther ||= isUnique && (operation.columns === undefined || !operation.name);
    } else if (operation.kind === "addForeignKey" && operation.columns.includes(column)) keys += 1;
    else if (operation.kind === "addCheck") hasOther ||= operation.reads.includes(column);
    else if (operation.kind === "addExclusion") hasOther = true;
  }
  hasOther ||= keys > foreignKeys.length;
  if (indexes.length === 0 && foreignKeys.length === 0 && !hasOther) return undefined;
  return { indexes, foreignKeys, ...(hasOther ? { hasOther } : {}) };
}

async function planColumn(
  table: TableName,
  name: string,
  context: RuleContext,
  sources: ReadSources,
  words: Pick<Words, "annotation">,
): Promise<PlannedColumn> {
  const added = context.addedColumn(table, name);
  const declaration = added ?? requiredDeclaration(table, name, context);
  const becomesRequired = added === undefined;
  const source = sources.column(table, name);
  const label = `"${tableLabel(table)}"."${name}"`;
  if (declaration === undefined || source === undefined) throw withoutField(table, name);
  // A serial column's default is part of its type.
  const sequenceName = declaration.isSerial ? sources.sql.nameOf?.(table, [name], "seq") : undefined;
  const sequence = sequenceName === undefined ? undefined : { name: sequenceName };
  const defaultSql =
    sequence === undefined ? declaration.defaultSql : nextOf({ ...table, ...sequence }, context.judging.quote);
  const isFilled =
    source.fill !== undefined ||
    source.compute !== undefined ||
    (!becomesRequired &&
      (defaultSql === undefined ? declaration.notNull : sequence !== undefined || !declaration.isDefaultStored));
  const isRelaxed = becomesRequired || (declaration.notNull && isFilled);
  const former = becomesRequired ? await sources.lookedUp?.(table) : undefined;
  const uniqueKeys = [
    ...uniqueKeysWith(table, name, context),
    ...(former?.uniqueKeys.filter((key) => key.includes(name)) ?? []),
  ];
  const isUnique = uniqueKeys.some((key) => key.length === 1);
  if (isUnique && !becomesRequired && declaration.defaultSql !== undefined && declaration.isDefaultStored)
    throw new LockstepError(
      "LS2002",
      `${label} is unique, but every row gets the same default: ${declaration.defaultSql}.`,
      {
        hint: `Remove the default of ${source.model}.${source.field} (${source.file}:${source.line}) or its unique constraint.`,
      },
    );
  const shape = await sources.table(table);
  refuseUniqueAcrossPartitions(table, uniqueKeys, shape);
  // No index includes a foreign partition; for inheriting tables only the rows matter, and so only for a backfill.
  if (isFilled || shape.descendants === "partitions") refuseObstacles(table, shape);
  const foreignKeys = foreignKeysOver(table, name, context);
  const constraints = isRelaxed && !becomesRequired ? constraintsOver(table, name, context, foreignKeys) : undefined;
  const common = {
    table,
    name,
    type: declaration.type,
    ...attributesOf(declaration),
    ...positionOf(table, name, context),
    notNull: declaration.notNull,
    ...(defaultSql === undefined ? {} : { defaultSql }),
    ...(sequence === undefined ? {} : { sequence }),
    uniqueKeys,
    ...(foreignKeys.length === 0 ? {} : { foreignKeys }),
    ...(constraints === undefined || source.compute !== undefined ? {} : { constraints }),
    model: source.model,
    field: source.field,
    ...(source.isOutsideClient ? { isOutsideClient: true as const } : {}),
    exposure: source.exposure,
    isRelaxed,
    ...(becomesRequired ? { becomesRequired } : {}),
    ...(shape.descendants === undefined ? {} : { descendants: shape.descendants }),
  };
  if (!isFilled) {
    const { hasDefault, write } = source;
    return {
      ...common,
      write: becomesRequired ? writeValue({ fillSql: undefined, hasDefault, write, isListed: true }) : { kind: "none" },
    };
  }
  refuseContradictions(label, declaration, source);
  const key = keyOf(table, shape);
  const refuseConstant = (fill: Fill | undefined) => {
    if (!isUnique || fill === undefined || !fill.isBuiltinOnly || !isConstant(fill)) return;
    const message = `${label} is unique, and ${fill.source} gives every row the same value: ${fill.sql}.`;
    throw new LockstepError("LS2002", message);
  };
  const { compute: configured } = source;
  // In an optional column, code chooses the value: the fill of existing rows does not apply to new ones.
  const hasDefault = source.hasDefault || !isRelaxed;
  const about = { name, type: declaration.type };
  if (configured !== undefined) {
    const compute = await computedFill(table, name, { ...source, compute: configured }, shape, sources.sql);
    refuseConstant(compute.fallback);
    const fallback = compute.fallback && (await resolveFill(table, about, compute.fallback, sources));
    const write = writeValue({ fillSql: undefined, hasDefault, write: source.write, isListed: true });
    return { ...common, compute: { ...compute, ...(fallback && { fallback }) }, write, key };
  }
  const found = await fillOf(table, declaration, defaultSql, source, shape, sources, words);
  // The model's own default is evaluated as PostgreSQL evaluates a default: in the session that writes the row.
  const resolved = source.fill === undefined ? found : await resolveFill(table, about, found, sources);
  refuseConstant(resolved);
  const isDeadlocked =
    isRelaxed && uniqueKeys.length > 0 && context.judging.capabilities.locksWhatTriggersRead && !becomesRequired;
  const fill =
    becomesRequired || isDeadlocked
      ? withoutTrigger(resolved, label, becomesRequired ? chosen : deadlocking)
      : resolved;
  // Call sites do not have values of another table.
  const isListed = fill.lookUps !== undefined;
  const write = writeValue({ fillSql: fill.sql, hasDefault, write: source.write, isListed });
  const read = [name, ...fill.reads].map((each) => sources.column(table, each) ?? {});
  return { ...common, fill, write, ...(uncompared(read) && { isConverted: true as const }), key };
}

interface WhyNoTrigger {
  readonly why: string;
  /** What else the user can do than to write a backfill. */
  readonly or: string;
}

const deadlocking: WhyNoTrigger = {
  why: "is unique, and a trigger that searches for a unique value would deadlock concurrent writes",
  or: ", or add the unique constraint in a separate change when this plan is done",
};

const chosen: WhyNoTrigger = { why: "exists already, with values that code has chosen", or: "" };

/** Leaves the value to the backfill. */
function withoutTrigger(fill: Fill, label: string, { why, or }: WhyNoTrigger): Fill {
  if (fill.kind === "backfill") return { ...fill, withoutTrigger: true };
  throw new LockstepError("LS2030", `${fill.source}: @lockstep.mirror(${fill.sql}) cannot work: ${label} ${why}.`, {
    hint: `Write @lockstep.backfill(${fill.sql}) for an initial value${or}.`,
  });
}

/** The declaration of an existing column that the change makes required; undefined: there is no such column. */
function requiredDeclaration(table: TableName, name: string, context: RuleContext): ColumnDeclaration | undefined {
  const former = context.formerColumn?.(table, name);
  if (former === undefined) return undefined;
  // MySQL and MariaDB declare the whole column.
  const declared = operationsOfKind(context.operations, "redeclareColumn").find(
    (each) => each.column.name === name && isSameTable(each.table, table),
  );
  if (declared !== undefined) return { ...declared.column, ...former.attributes };
  return {
    name,
    type: former.type,
    typeSql: former.type,
    ...former.attributes,
    notNull: true,
    isDefaultStored: true,
    isGenerated: false,
    isIdentity: false,
    isSerial: false,
    isUnique: false,
    isPrimaryKey: false,
    checks: [],
    hasOther: false,
  };
}

/** The position that the statement gives it among the columns. */
function positionOf(table: TableName, name: string, { operations }: RuleContext): Pick<PlannedColumn, "position"> {
  const added = operations.find(
    (each) => each.kind === "addColumn" && each.column.name === name && isSameTable(each.table, table),
  );
  return added?.kind === "addColumn" && added.position !== undefined ? { position: added.position } : {};
}

/** A hand-written migration may be ahead of the model. */
export function withoutField(table: TableName, name: string): LockstepError {
  return new LockstepError(
    "LS4002",
    `No model field is mapped to "${tableLabel(table)}"."${name}", but the migration adds that column.`,
    { hint: "Declare the final column in the model, then run the command again." },
  );
}

/**
 * @throws LS2030 a mirror that cannot follow its source · LS2031 a sequence and another source · LS2054 a function for an optional column
 */
function refuseContradictions(label: string, declaration: ColumnDeclaration, source: ColumnSource): void {
  const { fill, compute } = source;
  const place = `${source.file}:${source.line}`;
  const name = `fills.${source.model}.${source.field}`;
  if (declaration.isSerial && (fill !== undefined || compute !== undefined))
    throw new LockstepError(
      "LS2031",
      `${place}: a sequence numbers ${label}, but ${fill === undefined ? name : `@lockstep.${fill.kind}(${fill.sql})`} gives its rows other numbers.`,
    );
  if (compute !== undefined && !declaration.notNull)
    throw new LockstepError("LS2054", `${compute.file}: ${name} would have no effect: ${label} is optional.`);
  if (fill === undefined) return;
  const written = `@lockstep.${fill.kind}(${fill.sql})`;
  if (fill.kind === "backfill") return;
  const why =
    declaration.defaultSql === undefined
      ? "is optional: a NULL may be a row that has not followed yet, or one that code has chosen"
      : `has the default ${declaration.defaultSql}, which new rows get instead of following`;
  if (!declaration.notNull || declaration.defaultSql !== undefined)
    throw new LockstepError("LS2030", `${place}: ${written} cannot work: ${label} ${why}.`, {
      hint: `Write @lockstep.backfill(${fill.sql}) for an initial value, or make the field required without a default.`,
    });
}

/** The annotation's expression; without one, the model's own default, evaluated for every row. */
async function fillOf(
  table: TableName,
  declaration: ColumnDeclaration,
  defaultSql: string | undefined,
  source: ColumnSource,
  shape: TableShape,
  sources: ReadSources,
  words: Pick<Words, "annotation">,
) {
  const place = `${source.file}:${source.line}`;
  const context = {
    source: place,
    table,
    columns: shape.columns,
    generatedColumns: shape.generatedColumns,
    ...(shape.numberedColumns === undefined ? {} : { numberedColumns: shape.numberedColumns }),
    newColumn: declaration.name,
    key: shape.key.map(({ column }) => column),
    ...(sources.lookedUp === undefined ? {} : { lookedUp: sources.lookedUp }),
  };
  if (source.fill !== undefined) return sources.sql.readFill(source.fill.sql, { ...context, kind: source.fill.kind });
  if (defaultSql !== undefined) return sources.sql.readFill(defaultSql, { ...context, kind: "backfill" });
  const expression = `<SQL expression of type ${declaration.typeSql.toLowerCase()} over the columns of "${table.name}">`;
  throw new LockstepError(
    "LS2001",
    `${source.model}.${source.field} is required, but existing rows have no value for it.`,
    {
      hint: `Write above the field, in ${place}:\n         ${words.annotation(`@lockstep.backfill(${expression})`)}${suggestion(declaration, source, shape)}\n         or, to update the value with its source columns until contract, ${words.annotation("@lockstep.mirror(<sql>)")}\n         or, if SQL cannot compute it, a function under fills.${source.model}.${source.field} in lockstep.config.ts`,
      details: { file: source.file, line: source.line, model: source.model, field: source.field },
    },
  );
}

/** A source that would match a client-side default, on a separate line. Suggested, never chosen automatically. */
function suggestion(declaration: ColumnDeclaration, { clientDefault }: ColumnSource, shape: TableShape): string {
  return clientDefault === undefined ? "" : `\n         ${sourceFor(clientDefault, declaration.type, shape.columns)}`;
}

function nextOf(sequence: TableName, quote: Quote): string {
  return `nextval(${quote.literal(quote.table(sequence))}::regclass)`;
}

/** PostgreSQL's own error would only come with the migration, on the shadow database. */
function refuseUniqueAcrossPartitions(
  table: TableName,
  uniqueKeys: readonly (readonly string[])[],
  { partitionColumns = [] }: TableShape,
): void {
  for (const key of uniqueKeys) {
    const missing = partitionColumns.filter((column) => column === null || !key.includes(column));
    if (missing.length === 0) continue;
    const shown = missing.map((column) => (column === null ? "an expression" : `"${column}"`)).join(", ");
    throw new LockstepError(
      "LS2020",
      `The unique index over ${key.map((column) => `"${column}"`).join(", ")} does not include what "${tableLabel(table)}" is partitioned by: ${shown}.`,
      { details: { key, missing } },
    );
  }
}

function refuseObstacles(table: TableName, { obstacles = [] }: TableShape): void {
  if (obstacles.length === 0) return;
  throw new LockstepError("LS2021", `Rows below "${tableLabel(table)}" cannot be filled: ${obstacles.join(" ")}`);
}

function keyOf(table: TableName, { key }: TableShape): readonly KeyColumn[] {
  if (key.length > 0) return key;
  throw new LockstepError(
    "LS2009",
    `"${tableLabel(table)}" has no primary key, and no unique index over NOT NULL columns.`,
  );
}
