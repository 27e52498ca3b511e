import { LockstepError } from "../../base/errors.js";
import { isDatabaseError } from "./retry.js";

/** The problem with a value, by SQLSTATE. The server's own messages quote the value in many of these cases, and its details in most. */
const sentences: Readonly<Record<string, string>> = {
  "22000": "the type does not take the value",
  "22001": "the value is too long",
  "22003": "a number is out of range",
  "22007": "a text cannot be read as a value of its type",
  "22008": "a date is out of range",
  "22012": "division by zero",
  "22021": "a text has characters that its encoding does not have",
  "22P02": "a text cannot be read as a value of its type",
  "22P05": "a text has characters that the encoding does not have",
  "23502": "a value is required",
  "23503": "no row has the key that it references",
  "23505": "another row already has this value",
  "23514": "a check refuses the value",
  "23P01": "it is in conflict with another row under an exclusion constraint",
  "54000": "the value is too large for an index",
  P0001: "a trigger or a function of yours raised an error",
};

/** By class, for the rest. */
const classes: Readonly<Record<string, string>> = {
  "22": "a value cannot be computed or stored",
  "23": "a constraint refuses the value",
  "54": "a limit of the server is exceeded",
};

/**
 * Why a row is rejected, only by the condition: `another row already has this value`.
 *
 * @example conditionText("23505")
 */
export function conditionText(sqlState: string): string {
  return (
    sentences[sqlState] ?? classes[sqlState.slice(0, 2)] ?? "the server refuses it; its words are in the server's log"
  );
}

/**
 * The server's error about a value, without the value: its message may quote it, and a message raised by a trigger may contain anything.
 * Names are of the schema.
 *
 * @example textWithoutValues(error) // another row already has this value (constraint "User_handle_key", SQLSTATE 23505)
 */
export function textWithoutValues(error: unknown): string {
  if (!isDatabaseError(error)) return error instanceof Error ? error.name : "an error";
  const { code, constraint, column, dataType } = error as typeof error & Named;
  const of = [
    ...(constraint ? [`constraint "${constraint}"`] : []),
    ...(column ? [`column "${column}"`] : []),
    ...(dataType ? [`type ${dataType}`] : []),
    `SQLSTATE ${code}`,
  ];
  const where = code === "P0001" ? "; its words are in the server's log" : "";
  return `${conditionText(code)}${where} (${of.join(", ")})`;
}

/**
 * An error for logs, the ledger and other systems. An error of a user's function may quote a row: it is printed where the function runs,
 * and stored nowhere.
 *
 * @example textForLogs(error) // The function of User.handle threw for id=7
 */
export function textForLogs(error: unknown): string {
  if (!(error instanceof LockstepError)) return textWithoutValues(error);
  const { withoutReason } = error.details;
  return typeof withoutReason === "string" ? withoutReason : error.message;
}

/** Fields that PostgreSQL sends beside the message; for MySQL and MariaDB they are parsed from it. */
interface Named {
  readonly constraint?: string;
  readonly column?: string;
  readonly dataType?: string;
}
