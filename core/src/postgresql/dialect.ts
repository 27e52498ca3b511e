import type { Dialect } from "../dialects/dialect.js";
import { batches } from "./batches/index.js";
import { catalogue } from "./catalogue.js";
import { development } from "./development/index.js";
import { ledger } from "./ledger.js";
import { sessions } from "./sessions.js";
import { trials } from "./trials/index.js";

export const postgresql: Dialect = {
  id: "postgresql",
  label: "PostgreSQL",
  catalogue,
  trials,
  development,
  batches,
  ledger,
  sessions,
  isDdlTransactional: true,
  // Loaded by whoever needs them.
  async readMigration(sql, file) {
    const [{ loadParser }, { readMigration }] = await Promise.all([
      import("../sql/postgres/parser.js"),
      import("../sql/postgres/read-migration.js"),
    ]);
    return readMigration(sql, file, await loadParser());
  },
  checks: async () => (await import("./checks/index.js")).checks,
  remains: async () => (await import("./remains/index.js")).remains,
};
