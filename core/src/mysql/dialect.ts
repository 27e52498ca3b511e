import type { Dialect } from "../dialect/dialect.js";
import { type DialectId, dialectLabels } from "../model/dialect.js";
import { batches } from "./batches/index.js";
import { capabilities } from "./capabilities.js";
import { development } from "./development.js";
import { functions } from "./functions.js";
import { mariadbJudging, mysqlJudging } from "./judging.js";
import { ledger } from "./ledger.js";
import { loadSignals } from "./load-signals.js";
import { quote } from "./quote.js";
import { rows } from "./rows/index.js";
import { schemas } from "./schemas.js";
import { sessions } from "./sessions.js";
import { stage } from "./stage.js";
import { statements } from "./statements.js";
import { systemCatalog } from "./system-catalog.js";
import { validation } from "./validation/index.js";

const dialectOf = (id: DialectId): Dialect => ({
  id,
  label: dialectLabels[id],
  versionText: (version) =>
    `${dialectLabels[id]} ${Math.floor(version / 10_000)}.${Math.floor(version / 100) % 100}.${version % 100}`,
  sql: { capabilities, quote, judging: id === "mysql" ? mysqlJudging : mariadbJudging },
  live: {
    systemCatalog,
    validation: validation,
    development,
    rows,
    functions,
    batches,
    ledger,
    schemas,
    sessions,
    loadSignals,
    statements,
  },
  ops: {
    stage,
    access: async () => (await import("./access.js")).access,
    inventory: async () => (await import("./inventory/index.js")).inventory,
    statistics: async () => (await import("./statistics.js")).statistics,
    rehearsing: async () => (await import("./rehearsal/index.js")).rehearsing,
    obstacles: async (connection, units) => (await import("./obstacles.js")).obstacles(connection, units),
    checks: async () => (await import("./checks/index.js")).checks,
    leftovers: async () => (await import("./leftovers.js")).leftovers,
  },
});

export const mysql = dialectOf("mysql");

export const mariadb = dialectOf("mariadb");
