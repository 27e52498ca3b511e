import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { agentVariables } from "../core/src/base/coding-agent.js";
import LongFirst from "./support/long-first.js";
import { longProofs } from "./support/long-proofs.js";
import { leftOutOn } from "./support/mariadb-alone.js";
import { findMariadb } from "./support/mariadb-binaries.js";
import { findMysql } from "./support/mysql-binaries.js";
import { tooNewFor } from "./support/newer-servers.js";
import { isNightly, nightlyFiles } from "./support/nightly.js";
import { usePtOsc } from "./support/percona-toolkit.js";

/** Tests that keep nothing outside of their file: those of one worker share the modules they load, the compiler among them. */
const shared = [
  ...["core", "plugin-prisma", "plugin-typeorm", "catalogue"].map((folder) => `${folder}/**/*.test.ts`),
  // It registers a provider of OpenTelemetry for its whole process.
  "database/**/!(telemetry).test.ts",
];

// Tests are the same whoever starts them: what they run takes itself for typed by a person.
for (const name of agentVariables) delete process.env[name];

/** `short`, `long` or `all`; `named`: files by their names. */
const { LOCKSTEP_TESTS: part = "named", CI: isUnwatched } = process.env;
/** Tests on a real MariaDB. Left out, in one line, where there is none. */
const mariadb = [
  "database/mysql/**/*.test.ts",
  "core/mysql/code-sql/expression.test.ts",
  "matrix/mariadb/**/*.test.ts",
  "contract/{killed-mariadb,online}.test.ts",
  "database/backfill/fault-runs/mariadb.test.ts",
  "packed/typeorm-mariadb.test.ts",
  "scenarios/{mysql-code,rehearse-mysql}.test.ts",
];
const copying = ["contract/online.test.ts", "database/mysql/online-run.test.ts"];
// Vitest reads this file more than once; it is said once.
const wasMissing = process.env.LOCKSTEP_NO_MARIADB === "1";
const find = process.env.LOCKSTEP_TEST_MYSQL === "1" ? findMysql : findMariadb;
const isNamed = Boolean(process.env.LOCKSTEP_MARIADB_URL);
const server = isNamed || wasMissing ? undefined : find();
const hasMariadb = isNamed || server !== undefined;
if (!hasMariadb && !wasMissing && isUnwatched) throw new Error("No MariaDB server: in CI no test is left out");
if (!hasMariadb && !wasMissing) {
  process.env.LOCKSTEP_NO_MARIADB = "1";
  console.log("No MariaDB server: its tests are left out. LOCKSTEP_MARIADB_URL names one.");
}
const lacked = process.env.LOCKSTEP_NO_PT_OSC === "1";
const canCopy = !lacked && usePtOsc();
if (!canCopy && !lacked) {
  process.env.LOCKSTEP_NO_PT_OSC = "1";
  console.log("No pt-online-schema-change (package percona-toolkit): its tests are left out.");
}
const tooNew = process.env.LOCKSTEP_PG === undefined ? [] : tooNewFor(Number(process.env.LOCKSTEP_PG));
if (tooNew.length > 0 && process.env.LOCKSTEP_PG_SAID !== "1") {
  process.env.LOCKSTEP_PG_SAID = "1";
  console.log(`About what PostgreSQL ${process.env.LOCKSTEP_PG} does not have, and left out: ${tooNew.join(", ")}`);
}
const leftOut = Object.entries(leftOutOn(server));
if (leftOut.length > 0 && process.env.LOCKSTEP_MARIADB_SAID !== "1") {
  process.env.LOCKSTEP_MARIADB_SAID = "1";
  const reasons = leftOut.map(([why, files]) => `${files.join(", ")} (${why})`);
  console.log(`Left out on ${server?.dialect} ${server?.version}: ${reasons.join("; ")}`);
}
/** The last one: tests of the projects that the gallery is about. */
const exclude = [
  ...(part === "short" ? longProofs : []),
  ...(isNightly || part === "named" ? [] : nightlyFiles),
  ...(hasMariadb ? [] : mariadb),
  ...(canCopy ? [] : copying),
  ...tooNew,
  ...leftOut.flatMap(([, files]) => files),
  "scenarios/code/*/input/**",
];
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: {
    exclude,
    globalSetup: ["./support/global-setup.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Two cores: the third worker works while another waits for locks, time or the database server.
    maxWorkers: 3,
    fileParallelism: true,
    sequence: { sequencer: LongFirst },
    projects:
      part === "long"
        ? [{ extends: true, test: { name: "long", include: [...longProofs], exclude } }]
        : [
            { extends: true, test: { name: "shared", include: shared, exclude, isolate: false } },
            {
              extends: true,
              test: { name: "own", include: ["**/*.test.ts"], exclude: [...exclude, ...shared] },
            },
          ],
  },
});
