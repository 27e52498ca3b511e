import { LockstepError } from "@lockstep/core";
import type { Driver } from "@lockstep/typeorm-wrapper/internal";
import { runningSessions } from "../migrations/locks.js";
import type { TypeormDialect } from "./dialect.js";

export const postgresql: TypeormDialect = {
  type: "postgres",
  id: "postgresql",
  serverOf: async () => "postgresql",
  quote: (name) => `"${name.replaceAll('"', '""')}"`,

  schemaOf({ schema }, { driver }) {
    const { searchSchema } = driver as { readonly searchSchema?: string };
    return schema === searchSchema ? undefined : schema;
  },

  defaultSchema: async ({ migrationsTable }) => migrationsTable.schema ?? "public",

  async openSession({ driver }) {
    const { master } = driver as unknown as Driver;
    if (master?.options === undefined) throw new LockstepError("LS9003", "The data source has no connection pool.");
    const { connectWith } = await import("@lockstep/core/planning");
    return connectWith(master.options, { applicationName: "lockstep plan" });
  },

  developmentUrl({ url, host = "localhost", port = 5432, username, password, database, ssl }) {
    if (url !== undefined) return url;
    if (database === undefined) return undefined;
    const isSocket = host.startsWith("/");
    const parameters = new URLSearchParams({
      ...(isSocket ? { host, port: String(port) } : {}),
      ...(ssl === undefined ? {} : { sslmode: ssl === "verified" ? "require" : "no-verify" }),
    });
    const at = isSocket ? "localhost" : `${host}:${port}`;
    const query = parameters.size === 0 ? "" : `?${parameters}`;
    return `postgresql://${loginOf(username, password)}${at}/${encodeURIComponent(database)}${query}`;
  },

  withoutRepeated: async (log, dataSource) =>
    (await import("../intercept/repeated-defaults.js")).withoutRepeatedDefaults(log, dataSource),

  async correct(change, known) {
    const [{ correct }, { loadParser }] = await Promise.all([
      import("../corrections/correct.js"),
      import("@lockstep/core"),
    ]);
    return correct(change, (query) => ({ query }), await loadParser(), known);
  },

  unreadable: async (error, queries, about) =>
    (await import("../intercept/unreadable.js")).unreadable(error, queries, about),

  findTable: (quoted) => `SELECT to_regclass('${quoted.replaceAll("'", "''")}')::text AS name`,
  runningSessions: `${runningSessions} LIMIT 1`,
};

/** `user:password@`, or nothing. */
export function loginOf(username: string | undefined, password: string | undefined): string {
  const user = username === undefined ? "" : encodeURIComponent(username);
  const login = password === undefined ? user : `${user}:${encodeURIComponent(password)}`;
  return login === "" ? "" : `${login}@`;
}
