export interface Config {
  readonly host: string;
  readonly port: number;
}

/** How the app is reached. What it connects with is in data-source.ts, for the CLI as well. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  if (!env.DATABASE_URL) throw new Error("DATABASE_URL is not set");
  const port = Number(env.PORT ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("PORT must be a port");
  return { host: env.HOST ?? "127.0.0.1", port };
}
