// npm run test:on -- <major version of PostgreSQL> [what test.mjs takes]: every test, on that server instead of the one in node_modules, and
// what test/support/nightly.ts has beside it.
// npm run test:on -- mysql [what test.mjs takes]: the tests of MySQL and MariaDB, on a MySQL.
// npm run test:on -- mariadb:11.8 [what test.mjs takes]: the same on another MariaDB than that of this system,
// and the whole path through TypeORM.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageOfBinaries, packageVersion } from "../core/dist/rehearsal/server/postgres-binaries.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const [server = "", ...given] = process.argv.slice(2);
const [, mariadb] = /^mariadb:(\d+\.\d+)$/.exec(server) ?? [];
const isPostgres = /^\d\d$/.test(server);
if (server !== "mysql" && mariadb === undefined && !isPostgres) {
  console.error("Usage: npm run test:on -- <mysql, mariadb:11.8, or a major version of PostgreSQL such as 15>");
  process.exit(2);
}
const env = isPostgres
  ? { LOCKSTEP_PG: server, [`LOCKSTEP_POSTGRES_${server}`]: binaries(server) }
  : mariadb === undefined
    ? { LOCKSTEP_TEST_MYSQL: "1" }
    : { LOCKSTEP_TEST_MARIADB_VERSION: mariadb };
const ofMysql = ["database/mysql", "scenarios/rehearse-mysql"];
const all = isPostgres ? ["--all"] : mariadb === undefined ? ofMysql : [...ofMysql, "packed/typeorm-mariadb"];
const { status } = spawnSync(process.execPath, [join(root, "scripts/test.mjs"), ...(given.length > 0 ? given : all)], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, ...env, LOCKSTEP_TESTS_NIGHTLY: "1" },
});
process.exitCode = status ?? 1;

/** The package with the server's programs, fetched once. */
function binaries(major) {
  const folder = join(root, "node_modules/.cache", `lockstep-postgres-${major}`);
  const found = join(folder, "node_modules", packageOfBinaries());
  if (!existsSync(found)) {
    mkdirSync(folder, { recursive: true });
    const wanted = `${packageOfBinaries()}@${packageVersion(Number(major))}`;
    console.error(`Installing ${wanted} …`);
    const options = ["--no-audit", "--no-fund", "--no-save", "--loglevel=error"];
    execFileSync("npm", ["install", "--prefix", folder, ...options, wanted], { stdio: ["ignore", 2, 2] });
  }
  return found;
}
