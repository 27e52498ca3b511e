/**
 * Maps error numbers to the SQLSTATE that PostgreSQL uses for the same condition, so callers need only one list. For other errors, the
 * SQLSTATE of the server gives the class (`22003` is a value out of range in both).
 * https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html · https://mariadb.com/kb/en/mariadb-error-codes/
 */
const conditions: Readonly<Record<number, string>> = {
  1007: "42P06", // ER_DB_CREATE_EXISTS
  1021: "53100", // ER_DISK_FULL
  1030: "58030", // ER_GET_ERRNO: an error of the storage engine
  1037: "53200", // ER_OUTOFMEMORY
  1040: "53300", // ER_CON_COUNT_ERROR: too many connections
  1041: "53200", // ER_OUT_OF_RESOURCES
  1044: "42501", // ER_DBACCESS_DENIED_ERROR
  1045: "28P01", // ER_ACCESS_DENIED_ERROR
  1048: "23502", // ER_BAD_NULL_ERROR
  1049: "3D000", // ER_BAD_DB_ERROR
  1050: "42P07", // ER_TABLE_EXISTS_ERROR
  1053: "57P01", // ER_SERVER_SHUTDOWN
  1054: "42703", // ER_BAD_FIELD_ERROR
  1060: "42701", // ER_DUP_FIELDNAME
  1061: "42P07", // ER_DUP_KEYNAME
  1062: "23505", // ER_DUP_ENTRY
  1064: "42601", // ER_PARSE_ERROR
  1091: "42704", // ER_CANT_DROP_FIELD_OR_KEY
  1114: "53100", // ER_RECORD_FILE_FULL: the tablespace, or the disk
  1142: "42501", // ER_TABLEACCESS_DENIED_ERROR
  1143: "42501", // ER_COLUMNACCESS_DENIED_ERROR
  1146: "42P01", // ER_NO_SUCH_TABLE
  1180: "58000", // ER_ERROR_DURING_COMMIT
  1203: "53300", // ER_TOO_MANY_USER_CONNECTIONS
  1205: "55P03", // ER_LOCK_WAIT_TIMEOUT
  1206: "53200", // ER_LOCK_TABLE_FULL
  1213: "40P01", // ER_LOCK_DEADLOCK
  1226: "53300", // ER_USER_LIMIT_REACHED
  1227: "42501", // ER_SPECIFIC_ACCESS_DENIED_ERROR
  1265: "22000", // WARN_DATA_TRUNCATED: in strict mode an error, for a value outside an enum
  1290: "25006", // ER_OPTION_PREVENTS_STATEMENT: --read-only
  1292: "22007", // ER_TRUNCATED_WRONG_VALUE
  1304: "42723", // ER_SP_ALREADY_EXISTS
  1305: "42883", // ER_SP_DOES_NOT_EXIST
  1317: "57014", // ER_QUERY_INTERRUPTED
  1359: "42710", // ER_TRG_ALREADY_EXISTS
  1364: "23502", // ER_NO_DEFAULT_FOR_FIELD
  1366: "22P02", // ER_TRUNCATED_WRONG_VALUE_FOR_FIELD
  1370: "42501", // ER_PROCACCESS_DENIED_ERROR
  1406: "22001", // ER_DATA_TOO_LONG
  1419: "42501", // ER_BINLOG_CREATE_ROUTINE_NEED_SUPER
  1451: "23503", // ER_ROW_IS_REFERENCED_2
  1452: "23503", // ER_NO_REFERENCED_ROW_2
  1644: "P0001", // ER_SIGNAL_EXCEPTION
  1792: "25006", // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
  1826: "42710", // ER_FK_DUP_NAME
  1836: "25006", // ER_READ_ONLY_MODE
  1880: "57P01", // ER_CONNECTION_KILLED of MariaDB
  1927: "57P01", // ER_CONNECTION_KILLED
  1969: "57014", // ER_STATEMENT_TIMEOUT of MariaDB
  3024: "57014", // ER_QUERY_TIMEOUT
  3100: "58000", // ER_RUN_HOOK_ERROR
  3572: "55P03", // ER_LOCK_NOWAIT
  3819: "23514", // ER_CHECK_CONSTRAINT_VIOLATED
  3822: "42710", // ER_CHECK_CONSTRAINT_DUP_NAME
  4025: "23514", // ER_CONSTRAINT_FAILED of MariaDB
  4031: "57P05", // ER_CLIENT_INTERACTION_TIMEOUT
  55000: "55000", // raised by units: rows without a value
};

/** The SQLSTATE for an error number. If undefined, use the SQLSTATE of the server. */
export function mysqlCondition(errno: number): string | undefined {
  return conditions[errno];
}

/** An error that the server reported, in the form that `db/retry.ts` reads. */
export class ServerError extends Error {
  readonly severity = "ERROR";
  /** Names parsed from the message. PostgreSQL sends them as separate fields. */
  readonly constraint?: string;
  readonly column?: string;

  constructor(
    message: string,
    /** SQLSTATE of the condition. */
    readonly code: string,
    /** The error number of the server, such as 1205. */
    readonly errno: number,
    override readonly cause: unknown,
  ) {
    super(message);
    this.name = "ServerError";
    Object.assign(this, namesIn(message, errno));
  }
}

/** Finds names in messages. Quoted values before them cannot match, because each pattern is anchored at the end. */
const constraintIn: Readonly<Record<number, RegExp>> = {
  1062: / for key '([^']*)'$/,
  1452: /, CONSTRAINT `([^`]*)` FOREIGN KEY \([^']*$/,
  3819: /^Check constraint '([^']*)' is violated/,
  4025: /^CONSTRAINT `([^`]*)` failed/,
};
const columnIn = / for column (?:`[^`]*`\.`[^`]*`\.`([^`]*)`|'([^']*)') at row \d+$/;

function namesIn(message: string, errno: number): { readonly constraint?: string; readonly column?: string } {
  const constraint = constraintIn[errno]?.exec(message)?.[1];
  if (constraint !== undefined) return { constraint };
  const found = errno === 1048 ? /^Column '([^']*)' cannot be null$/.exec(message) : columnIn.exec(message);
  const column = found?.[1] ?? found?.[2];
  return column === undefined ? {} : { column };
}

/** Extracts the server's error from a driver error. Returns errors of the driver or the network unchanged. */
export function asServerError(error: unknown): unknown {
  const { errno, sqlState, sqlMessage, message } = (error ?? {}) as {
    readonly errno?: unknown;
    readonly sqlState?: unknown;
    readonly sqlMessage?: unknown;
    readonly message?: unknown;
  };
  // Network errors also have numbers, but negative ones.
  if (typeof errno !== "number" || errno < 1000 || typeof sqlState !== "string") return error;
  const code = conditions[errno] ?? (sqlState === "" ? "HY000" : sqlState);
  return new ServerError(String(sqlMessage ?? message), code, errno, error);
}
