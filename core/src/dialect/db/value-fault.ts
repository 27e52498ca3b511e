import { isDatabaseError } from "./retry.js";

/**
 * Conditions of PL/pgSQL that a session or the server runs into whatever the value is. Everything else is the value's, XX000 too: that
 * is what a text too long for memory and most extensions raise.
 */
export const notTheValuesFault =
  "transaction_rollback OR insufficient_resources OR lock_not_available OR operator_intervention OR system_error OR data_corrupted OR index_corrupted";

/**
 * The same of a statement, which can also be wrong itself: no rights, a missing column, a lost session, a read-only transaction.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html; functions may raise codes of their own.
 */
const ofStatement = /^(0|2[4568BD]|3[4BDF]|4[02]|5[3578]|72|F0|HV|XX00[12])/;

/** Whether an error says that some row's value cannot be computed or stored: other rows may have theirs. */
export function isValuesFault(error: unknown): boolean {
  return isDatabaseError(error) && !ofStatement.test(error.code);
}
