/** One MariaDB for the whole run; every test file makes its own databases on it (`createMariadbDatabase`). */
import { startMariadb } from "./mariadb.js";

/**
 * Starts the server and names it in LOCKSTEP_TEST_MARIADB. LOCKSTEP_MARIADB_URL names one that is there already.
 * @returns what ends it
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env.LOCKSTEP_MARIADB_URL) {
    process.env.LOCKSTEP_TEST_MARIADB = process.env.LOCKSTEP_MARIADB_URL;
    return async () => undefined;
  }
  const server = await startMariadb({ showsLocks: true });
  process.env.LOCKSTEP_TEST_MARIADB = server.url();
  return async () => {
    delete process.env.LOCKSTEP_TEST_MARIADB;
    await server.stop();
  };
}
