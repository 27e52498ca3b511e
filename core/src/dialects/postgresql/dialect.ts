import type { Dialect } from "../dialect.js";
import { batches } from "./batches/index.js";

export const postgresql: Dialect = {
  id: "postgresql",
  label: "PostgreSQL",
  batches,
};
