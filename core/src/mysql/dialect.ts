import type { Dialect } from "../dialects/dialect.js";
import { batches } from "./batches/index.js";
import { catalogue } from "./catalogue.js";
import { development } from "./development.js";
import { ledger } from "./ledger.js";
import { sessions } from "./sessions.js";
import { trials } from "./trials/index.js";

const shared = {
  catalogue,
  trials,
  development,
  batches,
  ledger,
  sessions,
  // It commits by itself.
  isDdlTransactional: false,
  // Loaded by whoever needs them.
  async readMigration(sql: string, file: string) {
    const { readMysqlMigration } = await import("./read/read-migration.js");
    return readMysqlMigration(sql, file);
  },
  checks: async () => (await import("./checks/index.js")).checks,
  remains: async () => (await import("./remains.js")).remains,
};

export const mysql: Dialect = { ...shared, id: "mysql", label: "MySQL" };

export const mariadb: Dialect = { ...shared, id: "mariadb", label: "MariaDB" };
