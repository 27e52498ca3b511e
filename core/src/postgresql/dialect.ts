import type { Dialect } from "../dialect/dialect.js";
import { dialectLabels } from "../model/dialect.js";
import { batches } from "./batches/index.js";
import { capabilities } from "./capabilities.js";
import { development } from "./development/index.js";
import { functions } from "./functions.js";
import { judging } from "./judging.js";
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

export const postgresql: Dialect = {
  id: "postgresql",
  label: dialectLabels.postgresql,
  versionText: (version) => `PostgreSQL ${Math.floor(version / 10_000)}`,
  sql: { capabilities, quote, judging },
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
    statistics: async () => (await import("./statistics/index.js")).statistics,
    rehearsing: async () => (await import("./rehearsal/index.js")).rehearsing,
    access: async () => (await import("./access.js")).access,
    inventory: async () => (await import("./inventory/index.js")).inventory,
    obstacles: async () => [],
    checks: async () => (await import("./checks/index.js")).checks,
    leftovers: async () => (await import("./leftovers/index.js")).leftovers,
  },
};
