import type { Dialect } from "../dialects/dialect.js";
import { batches } from "./batches/index.js";
import { capabilities } from "./capabilities.js";
import { catalogue } from "./catalogue.js";
import { development } from "./development/index.js";
import { judging } from "./judging.js";
import { ledger } from "./ledger.js";
import { trials } from "./trials/index.js";

export const postgresql: Dialect = {
  id: "postgresql",
  label: "PostgreSQL",
  capabilities,
  judging,
  catalogue,
  trials,
  development,
  batches,
  ledger,
};
