import type { Query, SqlInMemory } from "./typeorm.cjs";

/**
 * Takes out what would drop checks and indexes of a plan that is under way: no entity declares them, so TypeORM would. Their prefix is
 * Lockstep's own, so this holds on every branch, with the plan's files or without. Mostly there are none, and nothing is touched.
 */
export function withoutScaffolding(memory: SqlInMemory): SqlInMemory {
  if (!memory.upQueries.some(isScaffolding)) return memory;
  memory.upQueries = memory.upQueries.filter((query) => !isScaffolding(query));
  memory.downQueries = memory.downQueries.filter((query) => !isScaffolding(query));
  return memory;
}

/** Whether a statement drops scaffolding, or makes it again to take that back. */
export function isScaffolding({ query }: Query): boolean {
  return dropped.test(query) || madeAgain.test(query);
}

const dropped = /\bDROP (?:CONSTRAINT|INDEX)(?: CONCURRENTLY)? (?:"(?:[^"]|"")+"\.)?"lockstep_/;
const madeAgain =
  /^\s*(?:ALTER TABLE (?:"(?:[^"]|"")+"\.?)+ ADD CONSTRAINT|CREATE (?:UNIQUE )?INDEX(?: CONCURRENTLY)?) "lockstep_/;
