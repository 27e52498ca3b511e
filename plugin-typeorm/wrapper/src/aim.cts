import type { DataSource } from "./typeorm.cjs";

/** Names the database for one run of TypeORM's CLI. Only Lockstep sets it, for the child process. */
export const urlVariable = "LOCKSTEP_DATASOURCE_URL";

const aimed = Symbol.for("lockstep.datasourceUrl");
const aimedCommands = ["migration:run", "migration:revert", "migration:show"];

/**
 * Sets a data source's URL to the one of this CLI run; most runs have none. It applies only to commands that apply or show the repository's
 * migrations: all others use the database of the data source, whatever is set.
 */
export function aimDataSource(dataSource: DataSource, env: NodeJS.ProcessEnv, args: readonly string[]): void {
  const url = takeUrl(env, args);
  if (url === undefined) return;
  const { replication } = dataSource.options as { replication?: object };
  const nothing = { host: undefined, port: undefined, username: undefined, password: undefined };
  const database = decodeURIComponent(new URL(url).pathname.slice(1));
  const settings =
    replication === undefined
      ? { ...nothing, url, database }
      : { replication: { ...replication, master: { url }, slaves: [] } };
  dataSource.setOptions(settings);
  // The MySQL driver connects with an earlier copy of them.
  const { driver } = dataSource as { driver?: { options?: object; database?: string } };
  if (driver?.options === undefined || driver.options === dataSource.options) return;
  Object.assign(driver.options, settings);
  driver.database = database;
}

/** It is removed from the environment, so that no child process inherits it. The file of the data source may be evaluated again. */
function takeUrl(env: NodeJS.ProcessEnv, args: readonly string[]): string | undefined {
  const given = env[urlVariable];
  delete env[urlVariable];
  const store = globalThis as { [aimed]?: string };
  if (given !== undefined && given !== "" && args.some((word) => aimedCommands.includes(word))) store[aimed] = given;
  return store[aimed];
}
