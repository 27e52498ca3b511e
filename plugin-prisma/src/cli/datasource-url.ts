/** Names the database for one run of the Prisma CLI. Set by Lockstep for the child process, by nobody else. */
export const urlVariable = "LOCKSTEP_DATASOURCE_URL";

const aimed = Symbol.for("lockstep.datasourceUrl");

/**
 * The URL that this run of the CLI was aimed at. It is taken out of the environment at once, so that no child process inherits
 * it; the config may be evaluated again in the same process, so it is remembered there. Only commands that apply what is in the
 * repository are aimed: `migrate dev`, `migrate reset` and `db push` stay with the database of the config, whatever is set.
 */
export function takeDatasourceUrl(env: NodeJS.ProcessEnv, args: readonly string[]): string | undefined {
  const given = env[urlVariable];
  delete env[urlVariable];
  const store = globalThis as { [aimed]?: string };
  const isAimed = args.includes("migrate") && (args.includes("deploy") || args.includes("resolve"));
  if (given !== undefined && given !== "" && isAimed) store[aimed] = given;
  return store[aimed];
}
