/** Names the database for one run of the Prisma CLI. Only Lockstep sets it, for the child process. */
export const urlVariable = "LOCKSTEP_DATASOURCE_URL";

const aimed = Symbol.for("lockstep.datasourceUrl");

/**
 * The URL for this run of the CLI. It is removed from the environment at once, so that no child process inherits it; the config may be
 * evaluated again in the same process, so it is stored there. It applies only to commands that apply the repository's migrations: `migrate
 * dev`, `migrate reset` and `db push` use the database of the config, whatever is set.
 */
export function takeDatasourceUrl(env: NodeJS.ProcessEnv, args: readonly string[]): string | undefined {
  const given = env[urlVariable];
  delete env[urlVariable];
  const store = globalThis as { [aimed]?: string };
  const isAimed = args.includes("migrate") && (args.includes("deploy") || args.includes("resolve"));
  if (given !== undefined && given !== "" && isAimed) store[aimed] = given;
  return store[aimed];
}
