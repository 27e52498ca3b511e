import { inTransaction } from "../../dialect/db/transaction.js";
import type { Rows } from "../../dialect/rows.js";
import { plannedRows } from "../table.js";
import { findDiffering, follow } from "./differing.js";
import { evaluated, scalarOf } from "./evaluated.js";
import { rowLabel } from "./label.js";
import { missing } from "./missing.js";
import { findRefusedRows } from "./refused.js";

/** For PostgreSQL. */
export const rows: Rows = {
  // Fails instead of hiding rows by a policy. Otherwise a gate would open while rows are NULL (measured).
  reading: (connection, statementTimeoutMs, run) =>
    inTransaction(
      connection,
      { isReadOnly: true, limits: { statementTimeoutMs }, settings: { row_security: "off" } },
      run,
    ),
  label: rowLabel,
  estimate: plannedRows,
  missing,
  refused: findRefusedRows,
  differing: findDiffering,
  follow,
  evaluated,
  scalarOf,
};
