import { isDatabaseError } from "./retry.js";

/**
 * Conditions of PL/pgSQL that occur whatever the value is. All others depend on the value, XX000 too: a text too long for memory and most
 * extensions raise it.
 */
export const notTheValuesFault =
  "transaction_rollback OR insufficient_resources OR lock_not_available OR operator_intervention OR system_error OR data_corrupted OR index_corrupted";

/**
 * The same for a statement, which can also be wrong itself: no privilege, a missing column, a lost session, a read-only transaction.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html; functions may raise codes of their own.
 */
const ofStatement = /^(0|2[4568BD]|3[4BDF]|4[02]|5[3578]|72|F0|HV|XX00[12])/;

/** Whether an error means that the server cannot compute or store one row's value: other rows may be fine. */
export function isValuesFault(error: unknown): boolean {
  return isDatabaseError(error) && !ofStatement.test(error.code);
}
