import { judge, type Migration, type OrmQuery, type Plan, type SqlReader, type Unit } from "@lockstep/core";
import type { Query, SqlInMemory } from "@lockstep/typeorm-wrapper/internal";
import type { CorrectedChange, Known } from "../corrections/correct.js";
import type { TypeormDialect } from "../dialects/dialect.js";
import type { LogStep, RecordedLog } from "./recorded-log.js";

/** What TypeORM would run, corrected and parsed, with the original statements of each part of the migration. */
export interface Change extends Pick<CorrectedChange<Query>, "corrections" | "notices" | "formerType"> {
  readonly migration: Migration;
  /** By the index of the statement. */
  readonly queries: readonly Query[];
  /** The statements that revert them, in execution order. */
  readonly down: readonly Query[];
  /** TypeORM's own steps: which statements belong together. */
  readonly steps: readonly LogStep[];
}

/**
 * Parses what TypeORM would run as one migration, after corrections, which are also made in TypeORM's own answer. Every statement keeps its
 * original query, with its parameters. Without errors nothing is changed.
 *
 * @throws LS1001 SQL that cannot be parsed · LS2060 a column would lose its values
 */
export async function readChange(
  { memory, steps }: RecordedLog,
  dialect: Pick<TypeormDialect, "correct">,
  reader: SqlReader,
  known: Known,
): Promise<Change> {
  const made = withTableIndexes(memory, reader);
  const generated = { up: memory.upQueries, down: memory.downQueries.toReversed() };
  const corrected = await dialect.correct(generated, known, reader);
  const { up, down, isUnchanged, notices, formerType } = corrected;
  if (!isUnchanged) {
    memory.upQueries = [...up];
    memory.downQueries = down.toReversed();
  }
  const { migration, queries } = readQueries(up, reader);
  return { migration, queries, down, steps, corrections: [...made, ...corrected.corrections], notices, formerType };
}

/**
 * An index on a table that the change creates needs no concurrent build, which cannot run in a transaction: no session reads the table yet.
 * Corrects TypeORM's own statements, in both directions.
 *
 * @returns messages about the corrections
 */
function withTableIndexes({ upQueries, downQueries }: SqlInMemory, reader: SqlReader): string[] {
  if (!upQueries.some(({ query }) => isConcurrent.test(query))) return [];
  const { migration, queries } = readQueries(upQueries, reader);
  const { context } = judge(migration, { judging: reader.judging });
  return migration.operations.flatMap((operation) => {
    if (operation.kind !== "createIndex" || !operation.isConcurrent) return [];
    if (!context.createdInThisChange(operation.table)) return [];
    const name = `"${operation.name.replaceAll('"', '""')}"`;
    const drop = downQueries.filter(({ query }) => query.startsWith("DROP INDEX ") && query.endsWith(name));
    for (const own of [queries[operation.statement], ...drop])
      if (own !== undefined) own.query = own.query.replace(isConcurrent, "");
    return `The index ${name} is made with its table, which has no rows. CONCURRENTLY would fail in a transaction.`;
  });
}

const isConcurrent = / CONCURRENTLY\b/;

/** Statements as one migration. Errors as `readChange`, except LS2060. */
export function readQueries(up: readonly Query[], { readMigration }: SqlReader): Pick<Change, "migration" | "queries"> {
  let sql = "";
  const starts = up.map(({ query }) => {
    const start = sql.length;
    sql += `${query.replace(/[\s;]+$/, "")};\n`;
    return start;
  });
  const migration = readMigration(sql, "migration.sql");
  let at = 0;
  const queries = migration.statements.map(({ offset }) => {
    while ((starts[at + 1] ?? Number.POSITIVE_INFINITY) <= offset) at += 1;
    return up[at]!;
  });
  return { migration, queries };
}

/**
 * The plan with TypeORM's own statements in its `original` units: their parameters, and the statements that revert them. Units that replace
 * a statement bring their own.
 */
export function withQueries(plan: Plan, change: Pick<Change, "migration" | "queries" | "down" | "steps">): Plan {
  const places = placesOf(plan, change.migration);
  const downOwner = downOwners(
    change,
    places.map((place) => place?.unit),
  );
  const back = backRanks(change, places);
  const units = plan.units.map((unit): Unit => {
    if (unit.spec.kind !== "original") return unit;
    // Contract's statements are there with their `down`, except for drops, which only TypeORM can revert.
    if (unit.phase !== "expand") return withDownOfDrop(unit, unit.spec, change.down);
    const placed = change.queries.flatMap((query, index) => {
      const { unit: owner, at = 0 } = places[index] ?? {};
      return owner === unit ? [{ query, at }] : [];
    });
    // The plan may run them in another order than TypeORM.
    const inOrder = placed.toSorted((one, other) => one.at - other.at);
    const own = inOrder.map(({ query }) => query);
    const goesBack = change.down.filter((query) => downOwner(query) === unit);
    const isMoved = inOrder.some((each, index) => each !== placed[index]) && goesBack.every((query) => back.has(query));
    const down = isMoved ? goesBack.toSorted((one, other) => back.get(other)! - back.get(one)!) : goesBack;
    const queries = [...new Set(own)].map(toQuery);
    // Only the plan created it.
    if (queries.length === 0) return unit;
    const { frame, ...spec } = unit.spec;
    // A frame cannot pass parameters.
    const kept = frame === undefined || queries.some(({ parameters }) => parameters !== undefined) ? {} : { frame };
    return { ...unit, spec: { ...spec, ...kept, queries, down: down.map(toQuery) } };
  });
  return { ...plan, units };
}

function withDownOfDrop(unit: Unit, spec: Extract<Unit["spec"], { kind: "original" }>, down: readonly Query[]): Unit {
  const dropped = /^DROP (TYPE|TABLE) ([^;]+);/.exec(spec.sql);
  if (dropped === null) return unit;
  const [, kind = "", name = ""] = dropped;
  const made = down.filter(({ query }) => query.startsWith(`CREATE ${kind} ${name} `));
  return made.length === 0 ? unit : { ...unit, spec: { ...spec, down: made.map(toQuery) } };
}

/** The `original` unit of a statement, as it was written or adapted, and its position there. */
interface Place {
  readonly unit: Unit;
  readonly at: number;
}

/** Undefined for a statement that the plan replaces. */
function placesOf(plan: Plan, { statements }: Migration): (Place | undefined)[] {
  const originals = plan.units.flatMap((unit) =>
    unit.phase === "expand" && unit.spec.kind === "original" ? [{ unit, left: unit.spec.sql }] : [],
  );
  return statements.map(({ sql }) => {
    for (const text of [`${sql};`, `${sql} NOT VALID;`])
      for (const original of originals) {
        const at = original.left.indexOf(text);
        if (at === -1) continue;
        const end = at + text.length;
        original.left = original.left.slice(0, at) + "\0".repeat(text.length) + original.left.slice(end);
        return { unit: original.unit, at };
      }
    return undefined;
  });
}

/** The order of the statements that revert others, by the position of those: the last one is reverted first. */
function backRanks(
  { queries, steps }: Pick<Change, "queries" | "steps">,
  places: readonly (Place | undefined)[],
): ReadonlyMap<Query, number> {
  const at = new Map(queries.map((query, index) => [query, places[index]?.at] as const));
  return new Map(
    steps.flatMap(({ up, down }) => {
      if (up.length !== down.length) return [];
      return down.flatMap((query, index) => {
        const place = at.get(up[index]!);
        return place === undefined ? [] : [[query, place] as const];
      });
    }),
  );
}

/**
 * The part of the migration that each statement of `down` belongs to.
 *
 * @param owners of each statement of `up`; undefined: it brings its own `down`
 */
export function downOwners<Owner>(
  { queries, steps }: Pick<Change, "queries" | "steps">,
  owners: readonly (Owner | undefined)[],
): (query: Query) => Owner | undefined {
  const first = new Map(queries.map((query, index) => [query, index] as const).toReversed());
  const ownerOf = (query: Query) => owners[first.get(query) ?? -1];
  // Corrected statements are in no step of TypeORM's any more: they are reverted together.
  const stepped = new Set(steps.flatMap(({ up }) => up));
  const made = queries.findIndex((query) => !stepped.has(query));
  const known = new Map<Query, Owner | undefined>();
  for (const { up, down } of steps) {
    const left = up.filter((query) => first.has(query));
    const hasPlanned = left.some((query) => ownerOf(query) === undefined);
    const whole = left.length === 0 ? owners[made] : ownerOf(left.at(-1)!);
    for (const [index, query] of down.entries()) {
      // In pairs, as TypeORM adds them: the type and its column, the column and its metadata.
      const pair = up.length === down.length ? up[index] : undefined;
      known.set(query, hasPlanned ? pair && ownerOf(pair) : whole);
    }
  }
  return (query) => (known.has(query) ? known.get(query) : owners[made]);
}

/** A query in the form of our migrations. */
export function toQuery({ query, parameters }: Query): OrmQuery {
  return parameters === undefined || parameters.length === 0 ? { sql: query } : { sql: query, parameters };
}
