import type { DialectId } from "../model/dialect.js";
import type { TableName } from "../model/names.js";
import type { PlannedColumn, UnitColumn } from "../model/plan.js";
import type { Concern } from "../model/verdict.js";
import { ofTheMoment, plainFunctions } from "./function-names.js";

/** A part of a default that depends on the session, not on the row. */
export interface SessionValue {
  /** As in the default: `current_setting('app.tenant')`. */
  readonly value: string;
  /** It fails if the session lacks the value. */
  readonly mayFail: boolean;
}

/** Only PostgreSQL allows `user` alone; MySQL and MariaDB write `user()`. A default in PostgreSQL names no column. */
const sessionWords =
  /\b(?:current_setting\s*\(|(?:current_user|session_user|system_user|current_role|current_schemas?)\b(?:\s*\([^()]*\))?|user\s*\(\s*\)|(?:connection_id|pg_backend_pid|inet_client_addr|inet_client_port)\s*\(\s*\))|^\s*user\s*$/i;
const setting = /^current_setting\s*\(\s*([^,()]*?)\s*(,[^()]*)?\)/i;

/**
 * The first part of a default that depends on the session: a setting, the role, the connection. PostgreSQL's documentation, "System
 * Information Functions"; MariaDB's, "Information Functions".
 *
 * @param defaultSql the expression; undefined: none
 */
export function sessionValueIn(defaultSql: string | undefined): SessionValue | undefined {
  if (defaultSql === undefined) return undefined;
  // Literals and quoted names keep their length, so that a match can be cut from the original.
  const masked = defaultSql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`/g, (text) => "x".repeat(text.length));
  const found = sessionWords.exec(masked);
  if (found === null) return undefined;
  const [, name, missing] = setting.exec(masked.slice(found.index)) ?? [];
  if (!/^current_setting/i.test(found[0])) return { value: found[0].trim(), mayFail: false };
  if (name === undefined) return { value: "current_setting()", mayFail: true };
  const [whole] = setting.exec(masked.slice(found.index))!;
  return {
    value: defaultSql.slice(found.index, found.index + whole.length),
    mayFail: !/^,\s*true\b/i.test(missing ?? ""),
  };
}

/** Whether it is a setting: NULL, or an error, if the session has none of that name. */
export function isSetting(found: SessionValue | undefined): boolean {
  return found !== undefined && /^current_setting/i.test(found.value);
}

/** A setting that may be missing, with only a cast around it: then it is NULL. */
const bareSetting = /^[\s(]*current_setting\s*\([^()]*\)[\s)]*(?:::[\w\s]+)?[\s)]*$/i;

/**
 * What a default of this kind means for the rows and for running code.
 * @param isAdded existing rows get it too
 * @param isRequired NULL is rejected
 */
export function sessionDefault(
  table: TableName,
  column: string,
  defaultSql: string | undefined,
  isAdded: boolean,
  isRequired = false,
): Concern[] {
  const found = sessionValueIn(defaultSql);
  if (found === undefined) return [];
  const mayFail = found.mayFail || (isRequired && bareSetting.test(defaultSql ?? ""));
  return [{ kind: "session-default", table, column, ...found, mayFail, isAdded }];
}

/** The same for the columns that a unit adds. */
export function sessionDefaults(table: TableName, columns: readonly UnitColumn[]): Concern[] {
  return columns.flatMap(({ name, defaultSql, laterDefaultSql, notNull }) =>
    sessionDefault(table, name, defaultSql ?? laterDefaultSql, defaultSql !== undefined, notNull),
  );
}

/**
 * Every role can execute these, and they do not depend on the session. Includes types, because a length (`varchar(64)`) looks like a call.
 */
const builtIn: ReadonlySet<string> = new Set([
  ...plainFunctions,
  ...ofTheMoment,
  ..."coalesce nullif greatest least cast gen_random_uuid varchar char character varying numeric decimal timestamp time bit".split(
    " ",
  ),
]);

/** Defaults of MySQL and MariaDB call only built-in functions, which every account can execute; a sequence requires a privilege. */
const takesNumber = /\bnextval\s*\(|\bnext\s+value\s+for\b/i;

/** `coalesce(…, 'none')` is not NULL. */
const fallback = /^[\s(]*coalesce\s*\([\s\S]*,\s*'(?:[^']|'')*'(?:\s*::[\w\s]+)?[\s)]*$/i;

/**
 * Whether the default can fail for running code.
 * @param isRequired the column rejects NULL from now on. Default: false
 */
export function mayRefuseInserts(
  { defaultSql, sequence }: Pick<PlannedColumn, "defaultSql" | "sequence">,
  dialect: DialectId,
  isRequired = false,
): boolean {
  if (defaultSql === undefined || sequence !== undefined) return false;
  if (dialect !== "postgresql") return takesNumber.test(defaultSql.replace(/'(?:[^']|'')*'/g, "''"));
  const found = sessionValueIn(defaultSql);
  if (found?.mayFail === true || (isRequired && isSetting(found) && !fallback.test(defaultSql))) return true;
  const calls = defaultSql.replace(/'(?:[^']|'')*'/g, "''").matchAll(/([\w$]+|"(?:[^"]|"")*")\s*\(/g);
  return [...calls].some(([, name = ""]) => !builtIn.has(name.toLowerCase()));
}
