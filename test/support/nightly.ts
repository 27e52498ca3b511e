/**
 * `LOCKSTEP_TESTS_NIGHTLY=1`, as `npm run test:on` sets it: what repeats a proof with other parameters, versions or tools runs, too.
 * Without it each proof is made once, which is what a commit has the time for.
 */
export const isNightly: boolean = process.env.LOCKSTEP_TESTS_NIGHTLY === "1";

/** Test files of which the same holds as a whole: each repeats, in another combination, what others prove. Paths below test/. */
export const nightlyFiles: readonly string[] = [
  "contract/killed-mariadb.test.ts",
  "matrix/combinations.test.ts",
  "scenarios/watch-typeorm.test.ts",
];
