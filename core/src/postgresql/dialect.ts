import type { Dialect } from "../dialects/dialect.js";
import { batches } from "./batches/index.js";
import { catalogue } from "./catalogue.js";
import { development } from "./development/index.js";
import { ledger } from "./ledger.js";
import { trials } from "./trials/index.js";

export const postgresql: Dialect = {
  id: "postgresql",
  label: "PostgreSQL",
  catalogue,
  trials,
  development,
  batches,
  ledger,
};
