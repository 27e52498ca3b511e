import { LockstepError } from "../base/errors.js";
import { ignoring, isNoBug } from "../base/expected-errors.js";
import { sqlReader } from "../databases/sql-reader.js";
import { unitsOf } from "../databases/units.js";
import type {
  ColumnAttributes,
  DialectId,
  Drop,
  GateStep,
  KeptUnique,
  Migration,
  Notice,
  Operation,
  OperationOf,
  Pace,
  Phase,
  Plan,
  PlannedColumn,
  Step,
  TableName,
  Verdict,
  Words,
} from "../model/index.js";
import { attributesOf, isFilled, isSameTable, operationsOfKind, tableLabel, valueLabel } from "../model/index.js";
import { type HazardFinding, type Judgement, judge } from "../rules/judge.js";
import { noticeOf, statementOf } from "../rules/notice.js";
import { type ColumnRef, type FormerColumn, isReported, type PlannedRule, type RuleContext } from "../rules/rule.js";
import { goesWith } from "../rules/stays-until-contract.js";
import { madeTables } from "../sql/verdicts/made-tables.js";
import { needsNotice } from "../sql/verdicts/notice-filter.js";
import { contractUnits, expandUnits, type Rewritten, undoUnits } from "./assemble-units.js";
import { completeKeys } from "./complete-keys.js";
import { gatesOf, intentsOf, isReplacedBy, leaveUnique, mergeBackfills, unfoundedParts } from "./derived.js";
import { formerTables } from "./former-tables.js";
import { refuseIdleAnnotations } from "./guard-annotations.js";
import { refuseDrops } from "./guard-drops.js";
import { refuseNewKeyColumns } from "./guard-keys.js";
import { refuseLaterChanges } from "./guard-later-changes.js";
import { refuseBlockedPhases } from "./guard-phases.js";
import { refuseCopies } from "./guard-readers.js";
import { refuseUnsafeRelations } from "./guard-relations.js";
import { refuseLostSources, refuseUnfilledSources } from "./guard-sources.js";
import { refuseUnseen } from "./guard-unseen.js";
import { sha256 } from "./hash.js";
import { knownTypes } from "./known-types.js";
import { typesOfColumns } from "./made-types.js";
import { numberedSources } from "./numbered-sources.js";
import { byDefault, whyCareful } from "./pace.js";
import { planColumns } from "./plan-columns.js";
import type { PlanSources, ReadSources, TableShape } from "./sources.js";

export interface PlanRequest {
  /** `<timestamp>_<name>`, the ORM's name of the migration. */
  readonly id: string;
  readonly orm: string;
  readonly dialect: DialectId;
  readonly versions: Plan["versions"];
  readonly migration: Migration;
  readonly sources: PlanSources;
  /** Why it is careful or brisk, as text. Default: careful. */
  readonly pace?: { readonly pace: Pace; readonly reason: string };
  /** Open plans: a fill must not read columns that they still fill. */
  readonly openPlans: readonly Plan[];
  readonly originalModels: (columns: readonly PlannedColumn[]) => Plan["originalModels"];
  /** How the ORM's users write an annotation and a column name, for hints. */
  readonly words: Pick<Words, "annotation" | "columnName">;
}

/** The result for a change: it passes unchanged (with notices for review), or it needs a plan. */
export type PlanAnswer =
  | { readonly kind: "pass"; readonly notices: readonly Notice[] }
  | { readonly kind: "plan"; readonly plan: Plan };

/**
 * Turns a migration into a plan, or passes it. Deterministic: the same input gives the same plan, byte for byte.
 *
 * @throws LS2060–LS2062 if it would lose data · LS2001–LS2011 if the plan needs missing information · LS9025 the development database lacks
 *   what the change takes away
 */
export async function buildPlan(request: PlanRequest): Promise<PlanAnswer> {
  try {
    return await buildWith(request, () => true);
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== "LS2075") throw error;
    // Statements over existing columns pass as they are, rather than tear a pair of the user's own.
    return buildWith(request, ({ rule, operation }, context) => !isOfExisting(rule, operation, context));
  }
}

/** Whether a plan only makes a statement over existing columns safe: its migration is right without a plan, too. */
function isOfExisting(rule: PlannedRule, operation: Operation, context: RuleContext): boolean {
  return isReported(rule) && rule.isMechanical === true && rule.columns(operation, context).length === 0;
}

async function buildWith(
  request: PlanRequest,
  isPlanned: (finding: HazardFinding, context: RuleContext) => boolean,
): Promise<PlanAnswer> {
  const sources = { ...request.sources, sql: await sqlReader(request.dialect) };
  const migration = await completeKeys(request.migration, sources);
  const judgement = await judgeWithDatabase(migration, sources);
  refuseNewKeyColumns(judgement.context);
  const skipped: Notice[] = [];
  const findings = judgement.findings.filter((finding) => {
    const { operation, rule, hazard } = finding;
    if (!isPlanned(finding, judgement.context)) {
      const notice = noticeOf(operation, judgement.context, migration);
      if (notice !== undefined) skipped.push(notice);
      return false;
    }
    const own = rule.columns(operation, judgement.context);
    const reasons = (own.length > 0 ? own : existingColumns(operation)).flatMap(
      ({ table, column }) => sources.column(table, column)?.skip ?? [],
    );
    skipped.push(
      ...reasons.map((reason) => ({
        line: hazard.line,
        sql: statementOf(operation, migration),
        remarks: [{ kind: "skipped", why: reason } as const],
      })),
    );
    return reasons.length === 0;
  });
  const notices = [...skipped, ...judgement.notices];
  if (findings.length === 0) return { kind: "pass", notices };

  const isOfColumns = findings.some(({ rule, operation }) => !isOfExisting(rule, operation, judgement.context));
  if (isOfColumns) await refuseDrops(migration, findings, judgement.context, sources, request.words);
  const added = findings
    .flatMap(({ rule, operation }) => rule.columns(operation, judgement.context))
    .filter(({ table, column }) => judgement.context.addedColumn(table, column) !== undefined);
  refuseLaterChanges(migration.operations, added);
  const columns = await planColumns(findings, judgement.context, sources, request.words);
  refuseBlockedPhases(columns, judgement.context);
  refuseIdleAnnotations(migration.operations, sources.column, (table, name) =>
    columns.some((column) => valueLabel(column) !== "" && column.name === name && isSameTable(column.table, table)),
  );
  refuseLostSources(migration.operations, columns);
  refuseCopies(columns, migration.operations);
  refuseUnfilledSources(columns, request.openPlans);
  await refuseUnsafeRelations(columns, judgement.context, sources.table, request.words);
  const rewritten: Rewritten[] = findings.map((finding) => {
    const own = finding.rule.columns(finding.operation, judgement.context);
    const planned = columns.filter((column) =>
      own.some((ref) => ref.column === column.name && isSameTable(ref.table, column.table)),
    );
    return { ...finding, rewrite: finding.rule.rewrite(finding.operation, planned, judgement.context) };
  });
  const steps = (phase: Phase) => rewritten.flatMap(({ rewrite }) => rewrite[phase] ?? []);
  const dialectUnits = unitsOf(request.dialect);
  const partitioned = await partitionedTables(migration.operations, judgement.context, sources.table);
  const { units: expand, eased } = expandUnits(migration, rewritten, judgement.context, dialectUnits, partitioned);
  const contract = contractUnits(migration, rewritten, judgement.context, dialectUnits, sources.sql);
  const units = [...expand, ...contract];
  const ids = units.map((unit) => unit.id);
  if (new Set(ids).size !== ids.length) throw new Error(`unit ids collide: ${ids.join(", ")}`);

  const made = madeTables(migration.operations);
  const kept = keptUniques(steps("contract"), sources);
  const drops = dropsOf(rewritten, judgement.context).map((drop) => {
    const name = sources.formerName?.(drop.table, drop.column);
    return name === undefined ? drop : { ...drop, name };
  });
  const applied = columns.flatMap((column): GateStep[] =>
    isFilled(column) || kept.some((unique) => isReplacedBy(unique, column))
      ? [{ gate: "phase-applied", table: column.table, column: column.name }]
      : [],
  );
  const hazards = rewritten.map((finding) => finding.hazard);
  const careful = whyCareful(columns);
  const told = [...notices, ...(await numberedSources(columns, migration, sources.table))];
  const plan: Plan = {
    schemaVersion: 1,
    id: request.id,
    orm: request.orm,
    dialect: request.dialect,
    fingerprint: sha256(JSON.stringify([migration.sql, columns, units.map((unit) => unit.spec)])),
    versions: request.versions,
    source: { sql: migration.sql, sha256: sha256(migration.sql) },
    pace: careful === undefined ? (request.pace?.pace ?? "careful") : "careful",
    paceReason: careful ?? request.pace?.reason ?? byDefault,
    columns,
    hazards,
    notices: noticesWith(eased, told, migration, judgement.context),
    units,
    backfills: mergeBackfills(steps("backfill")),
    ...(made.length === 0 ? {} : { madeTables: made }),
    ...(kept.length === 0 ? {} : { keptUniques: kept }),
    ...(drops.length === 0 ? {} : { drops }),
    gates: {
      switch: [...applied, ...gatesOf(steps("switch"))],
      contract: [...applied, ...gatesOf(steps("contract"))],
    },
    intents: {
      expand: intentsOf(steps("expand")),
      switch: intentsOf(steps("switch")),
      contract: [...intentsOf(steps("contract")), ...kept.flatMap((unique) => leaveUnique(unique, columns))],
    },
    undo: {
      expand: undoUnits(expand, "expand", dialectUnits, typesOfColumns(migration.operations, columns)),
      contract: undoUnits(contract, "contract", dialectUnits),
    },
    originalModels: request.originalModels(columns),
    state: { released: "expand", written: [], held: [], undo: [], edits: [], places: [], codeFiles: [] },
  };
  const unfounded = await unfoundedParts(plan);
  if (unfounded.length > 0) throw new Error(`no command would take this plan: ${unfounded.join("; ")}`);
  return { kind: "plan", plan };
}

/** Notices with the verdicts that operations have within the plan, if these differ from the single verdicts. */
function noticesWith(
  changed: ReadonlyMap<Operation, Verdict>,
  notices: readonly Notice[],
  migration: Migration,
  { environment }: Judgement["context"],
): Notice[] {
  const own = [...changed].map(
    ([each, verdict]): Notice => ({ line: each.line, sql: statementOf(each, migration), verdict }),
  );
  const isSame = (one: Notice, other: Notice) => one.line === other.line && one.sql === other.sql;
  const isTold = ({ verdict }: Notice) => verdict !== undefined && needsNotice(verdict, environment);
  const kept = notices.flatMap((notice) => {
    const changed = own.find((each) => isSame(each, notice));
    if (changed === undefined) return [notice];
    return isTold(changed) ? [{ ...notice, ...changed }] : [];
  });
  return [...kept, ...own.filter((each) => isTold(each) && !notices.some((notice) => isSame(each, notice)))];
}

/** Whether a table that loses an object in the change is partitioned. */
async function partitionedTables(
  operations: readonly Operation[],
  { createdInThisChange, formerIndex }: Judgement["context"],
  shapeOf: PlanSources["table"],
): Promise<(table: TableName) => boolean> {
  const tables = operations.flatMap((operation) => {
    if (operation.kind === "dropConstraint") return [operation.table];
    if (operation.kind !== "dropIndex") return [];
    const old = formerIndex(operation.name)?.table;
    // The table name as in the other statements, which may rely on the search path.
    return operations.flatMap((each) =>
      (each.kind === "createIndex" || each.kind === "addUnique") && (old === undefined || each.table.name === old.name)
        ? [each.table]
        : [],
    );
  });
  const found = new Set<string>();
  // A pending migration may create the table.
  for (const table of new Map(tables.map((each) => [tableLabel(each), each])).values())
    if (!createdInThisChange(table) && (await shapeOf(table).catch(ignoring(isNoBug)))?.descendants === "partitions")
      found.add(tableLabel(table));
  return (table) => found.has(tableLabel(table));
}

/** The existing columns that an index or constraint is about. */
function existingColumns(operation: Operation): readonly ColumnRef[] {
  if (!("table" in operation) || operation.table === undefined) return [];
  const { table } = operation;
  const names = "reads" in operation ? operation.reads : "columns" in operation ? operation.columns : undefined;
  return (names ?? []).flatMap((column) => (typeof column === "string" ? [{ table, column }] : []));
}

/** Queries a dropped index only if a plan may depend on it: a change that passes queries no database. */
async function judgeWithDatabase(migration: Migration, sources: ReadSources): Promise<Judgement> {
  const { index, formerType, foreignKeys, provenBy, isNeverNull, environment } = sources;
  const typeKind = await knownTypes(migration.operations, async (name) => sources.typeKind?.(name));
  const { judging } = sources.sql;
  const formerTable = await formerTables(migration.operations, judging, async (table) => sources.formerTable?.(table));
  const { isSmall, isUncommitted } = sources;
  const known = {
    judging,
    source: sources.column,
    formerType,
    formerTable,
    provenBy,
    isNeverNull,
    typeKind,
    isSmall,
    isUncommitted,
  };
  const judgement = judge(migration, known);
  const dropped = migration.operations.flatMap((operation) => {
    // The index of a constraint has its name.
    if (operation.kind === "dropConstraint") return [{ ...operation.table, name: operation.name }];
    return operation.kind === "dropIndex" && !operation.isConcurrent ? [operation.name] : [];
  });
  const joined = migration.operations.flatMap((operation) => (losesKeys(operation) ? [operation.table] : []));
  const asksIndex =
    judging.capabilities.hasConcurrentIndexes && migration.operations.some(({ kind }) => kind === "dropIndex");
  if (judgement.findings.length === 0 && !asksIndex) return judgement;
  // One after the other: they share a session, which can only run one transaction at a time.
  const read = async <T>(names: readonly TableName[], ask: ((name: TableName) => Promise<T>) | undefined) => {
    const known = new Map<string, T>();
    if (ask !== undefined) for (const name of names) known.set(tableLabel(name), await ask(name));
    return known;
  };
  const [indexes, keys] = [await read(dropped, index), await read(joined, foreignKeys)];
  const scanned = [
    ...judgement.findings.flatMap(({ operation }) =>
      "table" in operation && operation.table !== undefined ? [operation.table] : [],
    ),
    ...[...indexes.values()].flatMap((facts) => facts?.table ?? []),
  ].filter((table) => !judgement.context.createdInThisChange(table));
  const shapes = await read(scanned, (table) => sources.table(table).catch(ignoring(isNoBug)));
  const judged = judge(migration, {
    ...known,
    environment: await environment?.(),
    formerIndex: (name) => indexes.get(tableLabel(name)),
    formerColumn: (table, column) => {
      const declared = formerTable(table)?.column(column);
      return formerColumn(shapes.get(tableLabel(table)), column, declared && attributesOf(declared));
    },
    descendantsOf: (table) => shapes.get(tableLabel(table))?.descendants,
    foreignKeys: (table) => keys.get(tableLabel(table)),
  });
  refuseUnseen(judgement.findings, judged.findings, (table) => shapes.get(tableLabel(table)));
  return judged;
}

function formerColumn(
  shape: TableShape | undefined,
  column: string,
  attributes: ColumnAttributes | undefined,
): FormerColumn | undefined {
  const type = shape?.types?.get(column);
  if (shape === undefined || type === undefined) return undefined;
  return {
    type,
    ...(attributes && { attributes }),
    isRequired: shape.required?.has(column) === true,
    hasDefault: shape.defaulted?.has(column) === true,
    isBound: shape.primaryKey?.includes(column) === true || shape.generatedColumns.includes(column),
  };
}

/** Whether it may drop foreign keys, which locks the tables at their other ends. */
function losesKeys(
  operation: Operation,
): operation is OperationOf<"dropTable" | "dropColumn" | "dropConstraint" | "setType"> {
  return ["dropTable", "dropColumn", "dropConstraint", "setType"].includes(operation.kind);
}

/** What contract drops, with the indexes and types that go with it. */
function dropsOf(rewritten: readonly Rewritten[], context: RuleContext): Drop[] {
  const drops = rewritten.flatMap(({ operation }): Drop[] => {
    if (operation.kind === "dropColumn") return [{ table: operation.table, column: operation.column }];
    return operation.kind === "dropTable" ? [{ table: operation.table }] : [];
  });
  const claimed = rewritten.map(({ operation }) => operation);
  const indexes = operationsOfKind(claimed, "dropIndex").flatMap(({ name }) => context.formerIndex(name) ?? []);
  const types = operationsOfKind(claimed, "dropType").map(({ name }) => name);
  return drops.map((drop, at) => {
    const own = indexes.filter((index) => goesWith(index, drop)).map(({ name }) => name);
    return {
      ...drop,
      ...(own.length === 0 ? {} : { indexes: own }),
      // Which of the objects has the type is unknown.
      ...(at > 0 || types.length === 0 ? {} : { types }),
    };
  });
}

/** The old unique indexes that units drop, with their names in the model and the code. */
function keptUniques(steps: readonly Step[], sources: PlanSources): KeptUnique[] {
  const specs = steps.flatMap((step) => (step.kind === "ddl" ? [step.unit] : []));
  return specs.flatMap((spec, position) => {
    // The check that its replacement is valid comes directly before it.
    const replacement = specs[position - 1];
    if (spec.kind !== "drop-index" || replacement?.kind !== "assert-index" || !sources.formerUnique) return [];
    const { table, index } = spec;
    return [{ table, index, ...sources.formerUnique(table, index), replacedBy: replacement.index.columns }];
  });
}
