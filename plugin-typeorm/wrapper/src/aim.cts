import type { DataSource } from "./typeorm.cjs";

/** Names the database for one run of TypeORM's CLI. Set by Lockstep for the child process, by nobody else. */
export const urlVariable = "LOCKSTEP_DATASOURCE_URL";

const aimed = Symbol.for("lockstep.datasourceUrl");
const aimedCommands = ["migration:run", "migration:revert", "migration:show"];

/**
 * Aims a data source at the URL that this run of the CLI is for; most runs are for none. Only commands that apply or show what is in
 * the repository are aimed: everything else stays with the database of the data source, whatever is set.
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
  // The driver of MySQL connects by a copy of them that it made before.
  const { driver } = dataSource as { driver?: { options?: object; database?: string } };
  if (driver?.options === undefined || driver.options === dataSource.options) return;
  Object.assign(driver.options, settings);
  driver.database = database;
}

/** It is taken out of the environment, so that no child process inherits it. The file of the data source may be evaluated again. */
function takeUrl(env: NodeJS.ProcessEnv, args: readonly string[]): string | undefined {
  const given = env[urlVariable];
  delete env[urlVariable];
  const store = globalThis as { [aimed]?: string };
  if (given !== undefined && given !== "" && args.some((word) => aimedCommands.includes(word))) store[aimed] = given;
  return store[aimed];
}
