import { inTransaction } from "../../dialect/db/transaction.js";
import type { Rows } from "../../dialect/rows.js";
import { findDiffering, follow } from "./differing.js";
import { evaluated, scalarOf } from "./evaluated.js";
import { rowLabel } from "./label.js";
import { missing } from "./missing.js";
import { findRefusedRows } from "./refused.js";

/** For MySQL and MariaDB. */
export const rows: Rows = {
  reading: (connection, statementTimeoutMs, run) =>
    inTransaction(connection, { isReadOnly: true, limits: { statementTimeoutMs } }, run),
  label: rowLabel,
  // Without an index on the column, EXPLAIN estimates all rows, or a tenth of them.
  estimate: async () => undefined,
  missing,
  refused: findRefusedRows,
  differing: findDiffering,
  follow,
  evaluated,
  scalarOf,
};
