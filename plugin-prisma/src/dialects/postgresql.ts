import { isAtLeast } from "../engine/prisma-version.js";
import type { PrismaDialect } from "./dialect.js";

/** Prisma holds this advisory lock while it runs migrations, to exclude other runs (schema-engine, `ADVISORY_LOCK_KEY`). */
const advisoryLockKey = 72707369;

export const postgresql: PrismaDialect = {
  id: "postgresql",
  serverOf: async () => "postgresql",
  // Statement by statement since 7.4 (prisma-engines #5767), the whole file before.
  transactions: (version) => (isAtLeast(version, 7, 4) ? "none" : "each"),
  findMigrationsTable: "SELECT to_regclass('_prisma_migrations')::text AS found",
  countTables:
    "SELECT COUNT(*) AS found FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'",
  runningSessions: `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = ${advisoryLockKey} AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1`,

  failureIn: async (logs) => ({
    sqlState: /\bDatabase error code: (\w{5})\b/.exec(logs)?.[1],
    text: logs
      .replace(/^[\s\S]*?Database error:\s*\n/, "")
      .replace(/\n\s*\n?Database error code: \w{5}\s*/, "\n")
      .replace(/\n\s+0: [\s\S]*$/, "")
      .replace(/\n?DbError \{[\s\S]*$/, "")
      .trim(),
  }),

  withLockTimeout: async (url, timeoutMs) => (await import("../cli/lock-timeout.js")).withLockTimeout(url, timeoutMs),
};
