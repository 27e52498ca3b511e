import { ignoring, isNoBug } from "@lockstep/core/text";
import type { PrismaDialect } from "./dialect.js";

/** Of the provider `mysql`: MySQL and MariaDB. */
export const mysql: PrismaDialect = {
  id: "mysql",

  async serverOf(connect) {
    // A safe change needs no database; a plan fails without one.
    const connection = await connect().catch(ignoring(isNoBug));
    if (connection === undefined) return "mysql";
    await connection.close();
    return connection.dialect.id;
  },

  // The engine sends a file as one text of several statements; each DDL statement commits.
  transactions: () => "none",

  findMigrationsTable:
    "SELECT MAX(TABLE_NAME) AS found FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '_prisma_migrations'",
  countTables:
    "SELECT COUNT(*) AS found FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'",

  // The lock is the same for all databases of a server (schema-engine, `acquire_lock`).
  runningSessions:
    "SELECT ID AS pid FROM information_schema.PROCESSLIST WHERE ID = IS_USED_LOCK('prisma_migrate') AND DB = DATABASE()",

  async failureIn(logs) {
    const number = /\bDatabase error code: (\d+)\b/.exec(logs)?.[1];
    const { mysqlCondition } = await import("@lockstep/core/planning");
    return {
      sqlState: number === undefined ? undefined : mysqlCondition(Number(number)),
      text: logs
        .replace(/^[\s\S]*?Database error:\s*\n/, "")
        .replace(/\s*Please check the query number \d+ from the migration file\.[\s\S]*$/, "")
        .trim(),
    };
  },

  // Prisma's URLs of MySQL do not support session settings.
  withLockTimeout: async () => undefined,
};
