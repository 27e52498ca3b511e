/** The server that the tests run on, unless a test starts another: that of node_modules, or the one that `npm run test:on` names. */
export const serverMajor = Number(process.env.LOCKSTEP_PG ?? 17);

/**
 * Tests about what older servers do not have, by the first major version of PostgreSQL that does. `npm run test:on -- 13` names
 * those that it leaves out. Paths below test/.
 */
export const newerServers: Readonly<Record<number, readonly string[]>> = {
  // int4_bloom_ops. Ranges of ctid are looked up, not searched: a table is filled page by page.
  14: ["database/units-index.test.ts", "database/backfill/places.test.ts"],
  // A session may tell at once what it counted (pg_stat_force_next_flush): who else writes, and how many updates were HOT.
  15: ["database/backfill/growth.test.ts", "database/backfill/other-writers.test.ts"],
  // Plans of statements without their values: EXPLAIN (GENERIC_PLAN).
  16: ["database/gates/reads-steady.test.ts"],
  // Letters beyond ASCII change their case in the same way everywhere: LOCALE_PROVIDER builtin.
  17: ["database/gates/values.test.ts", "database/translations.test.ts"],
};

/** Those that a PostgreSQL of this major version cannot run. */
export function tooNewFor(major: number): readonly string[] {
  return Object.entries(newerServers).flatMap(([least, files]) => (major < Number(least) ? files : []));
}
