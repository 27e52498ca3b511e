import type { Query, SqlInMemory } from "./typeorm.cjs";

/**
 * Removes statements that would drop checks and indexes of an open plan: no entity declares them, so TypeORM would drop them. Their prefix
 * is Lockstep's own, so this works on every branch, with the plan's files or without. Usually there are none, and nothing is changed.
 */
export function withoutScaffolding(memory: SqlInMemory): SqlInMemory {
  if (!memory.upQueries.some(isScaffolding)) return memory;
  memory.upQueries = memory.upQueries.filter((query) => !isScaffolding(query));
  memory.downQueries = memory.downQueries.filter((query) => !isScaffolding(query));
  return memory;
}

/** Whether a statement drops scaffolding, or re-creates it to revert that. */
export function isScaffolding({ query }: Query): boolean {
  return dropped.test(query) || madeAgain.test(query);
}

const dropped = /\bDROP (?:CONSTRAINT|INDEX)(?: CONCURRENTLY)? (?:"(?:[^"]|"")+"\.)?"lockstep_/;
const madeAgain =
  /^\s*(?:ALTER TABLE (?:"(?:[^"]|"")+"\.?)+ ADD CONSTRAINT|CREATE (?:UNIQUE )?INDEX(?: CONCURRENTLY)?) "lockstep_/;
