/** One server for the whole run; every test file makes its own databases on it (`createDatabase`). */
import { existsSync, statfsSync } from "node:fs";
import { availableMemory } from "node:process";
import setUpMariadb from "./mariadb-setup.js";
import { start } from "./postgres.js";
import { publishedModules } from "./published.js";

/**
 * Starts the server and names it in LOCKSTEP_TEST_PG (the maintenance database). A value that is set already is used as
 * it is.
 * @returns what ends it
 */
export default async function setup(): Promise<() => Promise<void>> {
  const { LOCKSTEP_NO_MARIADB, LOCKSTEP_TESTS_WITHOUT: unused = "" } = process.env;
  // Else each worker packs them at once.
  if (!unused.includes("packages")) publishedModules();
  const ends = await Promise.all([
    ...(unused.includes("postgresql") ? [] : [setUpPostgres()]),
    ...(LOCKSTEP_NO_MARIADB === "1" || unused.includes("mariadb") ? [] : [setUpMariadb()]),
  ]);
  return async () => void (await Promise.all(ends.map((end) => end())));
}

async function setUpPostgres(): Promise<() => Promise<void>> {
  if (process.env.LOCKSTEP_TEST_PG) return async () => undefined;
  const server = await start({ settings: { max_connections: 200 }, ...(hasRoomyMemory() && { parent: memory }) });
  process.env.LOCKSTEP_TEST_PG = server.url();
  return async () => {
    delete process.env.LOCKSTEP_TEST_PG;
    await server.stop();
  };
}

/** A file system in memory. Tests create and drop hundreds of databases, and ext4 creates files slowly after many deletions. */
const memory = "/dev/shm";
const roomy = 8 * 2 ** 30;

function hasRoomyMemory(): boolean {
  if (!existsSync(memory) || availableMemory() < roomy) return false;
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= roomy;
}
