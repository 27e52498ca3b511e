import { type Migration, type OrmQuery, type Parser, type Plan, readMigration, type Unit } from "@lockstep/core";
import type { Query } from "../wrapper/typeorm.cjs";
import type { LogStep } from "./recorded-log.js";

/** TypeORM's SQL, read: which of its statements each part of the migration came from. */
export interface Change {
  readonly migration: Migration;
  readonly steps: readonly LogStep[];
  /** By the index of the statement. */
  readonly queries: readonly Query[];
}

/**
 * Reads what TypeORM would run as one migration. Every statement keeps the query that it came from, and with it its parameters.
 *
 * @throws LS1001 SQL that cannot be read
 */
export function readChange(steps: readonly LogStep[], parser: Parser): Change {
  const queries = steps.flatMap(({ up }) => up);
  let sql = "";
  const starts = queries.map(({ query }) => {
    const start = sql.length;
    sql += `${query.replace(/[\s;]+$/, "")};\n`;
    return start;
  });
  const migration = readMigration(sql, "migration.sql", parser);
  const of = migration.statements.map(({ offset }) => queries[starts.findLastIndex((start) => start <= offset)]!);
  return { migration, steps, queries: of };
}

/**
 * The plan with TypeORM's own statements in its `original` units: their parameters, and what takes them back. Whatever a plan's unit
 * does instead of a statement brings its own.
 */
export function withQueries(plan: Plan, { migration, steps, queries }: Change): Plan {
  const owners = ownersOf(plan, migration);
  const unitOf = (query: Query) => {
    const index = queries.indexOf(query);
    return index === -1 ? undefined : owners[index];
  };
  const units = plan.units.map((unit): Unit => {
    if (unit.spec.kind !== "original") return unit;
    const own = queries.filter((query, index) => owners[index] === unit && queries.indexOf(query) === index);
    const down = steps.flatMap((step) => downOf(step, unitOf, unit)).reverse();
    return { ...unit, spec: { ...unit.spec, queries: own.map(toQuery), down: down.map(toQuery) } };
  });
  return { ...plan, units };
}

/** The `original` unit of each statement; undefined where the plan does something else instead. Both stand in the same order. */
function ownersOf(plan: Plan, { statements }: Migration): (Unit | undefined)[] {
  const originals = plan.units.filter(({ phase, spec }) => phase === "expand" && spec.kind === "original");
  let at = 0;
  let from = 0;
  return statements.map(({ sql }) => {
    for (let next = at; next < originals.length; next += 1) {
      const { spec } = originals[next]!;
      const found = spec.kind === "original" ? spec.sql.indexOf(`${sql};`, next === at ? from : 0) : -1;
      if (found === -1) continue;
      at = next;
      from = found + sql.length;
      return originals[next];
    }
    return undefined;
  });
}

/** What of a step's way back belongs to a unit: all of it, unless the plan does one of the step's statements in its own way. */
function downOf({ up, down }: LogStep, unitOf: (query: Query) => Unit | undefined, unit: Unit): readonly Query[] {
  const owners = up.map(unitOf);
  if (owners.every((owner) => owner !== undefined)) return owners.at(-1) === unit ? down : [];
  // One for one, as TypeORM pushes them: the type and its column, the column and its metadata.
  return up.length === down.length ? down.filter((_, index) => owners[index] === unit) : [];
}

function toQuery({ query, parameters }: Query): OrmQuery {
  return parameters === undefined || parameters.length === 0 ? { sql: query } : { sql: query, parameters };
}
