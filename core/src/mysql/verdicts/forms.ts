import type { VerdictContext } from "../../dialect/judging.js";
import type { Concern, OperationOf, TableName } from "../../model/index.js";
import {
  type ClauseVerdict,
  copies,
  type DdlAlgorithm,
  inPlace,
  instant,
  metadataOn,
  rebuilds,
  type Server,
} from "./ddl-algorithm.js";

/** The effect of a clause or statement that has no operation kind of its own. */
interface Row {
  /** The effect on the named tables. Absent: it blocks nothing. */
  readonly ddl?: DdlAlgorithm;
  readonly says?: "access" | "loses-rows" | "guards";
}

const metadata: Row = { ddl: instant };
/** Instant on MariaDB only. */
const inPlaceOnMysql: Row = { ddl: inPlace };
const rebuilt: Row = { ddl: rebuilds };
const copied: Row = { ddl: copies };

/** By the names that the reader uses. Anything else may have any effect. */
const rows: Readonly<Record<string, Row>> = {
  "ALTER TABLE": {},
  "RENAME INDEX": inPlaceOnMysql,
  "RENAME TO SCHEMA": metadata,
  "ALTER INDEX VISIBLE": inPlaceOnMysql,
  "ALTER INDEX INVISIBLE": inPlaceOnMysql,
  "ALTER INDEX IGNORED": metadata,
  "ALTER INDEX NOT IGNORED": metadata,
  "ALTER COLUMN VISIBLE": metadata,
  "ALTER COLUMN INVISIBLE": metadata,
  "ALTER CONSTRAINT NOT ENFORCED": { ...metadata, says: "guards" },
  "ALTER CONSTRAINT ENFORCED": copied,
  AUTO_INCREMENT: inPlaceOnMysql,
  AVG_ROW_LENGTH: inPlaceOnMysql,
  "CHARACTER SET": inPlaceOnMysql,
  COLLATE: inPlaceOnMysql,
  MAX_ROWS: inPlaceOnMysql,
  MIN_ROWS: inPlaceOnMysql,
  PACK_KEYS: inPlaceOnMysql,
  STATS_AUTO_RECALC: inPlaceOnMysql,
  STATS_PERSISTENT: inPlaceOnMysql,
  STATS_SAMPLE_PAGES: inPlaceOnMysql,
  "ENABLE KEYS": metadata,
  "DISABLE KEYS": metadata,
  FORCE: rebuilt,
  KEY_BLOCK_SIZE: rebuilt,
  ROW_FORMAT: rebuilt,
  ENCRYPTED: rebuilt,
  PAGE_COMPRESSED: rebuilt,
  PAGE_COMPRESSION_LEVEL: rebuilt,
  "OPTIMIZE TABLE": rebuilt,
  ENCRYPTION: copied,
  COMPRESSION: copied,
  "CONVERT TO CHARACTER SET": copied,
  "PARTITION BY": copied,
  "REMOVE PARTITIONING": copied,
  "ADD PARTITION": copied,
  "COALESCE PARTITION": copied,
  "REORGANIZE PARTITION": copied,
  "REBUILD PARTITION": copied,
  "DROP PARTITION": { ...metadata, says: "loses-rows" },
  "TRUNCATE PARTITION": { ...metadata, says: "loses-rows" },
  "ANALYZE TABLE": {},
  "ANALYZE PARTITION": {},
  "UNLOCK TABLES": {},
  SHOW: {},
  EXPLAIN: {},
  DESCRIBE: {},
  "ALTER DATABASE": {},
  "CREATE DATABASE": {},
  "DROP DATABASE": {},
  "CREATE SEQUENCE": {},
  "CREATE EVENT": {},
  "CREATE ROLE": {},
  "CREATE USER": {},
  "ALTER EVENT": {},
  "ALTER PROCEDURE": {},
  "ALTER FUNCTION": {},
  "ALTER USER": { says: "access" },
  GRANT: { says: "access" },
  REVOKE: { says: "access" },
  "DROP EVENT": {},
  "DROP FUNCTION": {},
  "DROP PROCEDURE": {},
  "DROP TRIGGER": {},
};

/** @returns undefined: its effect is unknown */
export function form(
  operation: OperationOf<"form">,
  context: VerdictContext,
  server: Server,
): ClauseVerdict | undefined {
  const { what, sql, tables = [], gone } = operation;
  const { createdInThisChange } = context;
  const isInnodb = /^ENGINE\s*=?\s*["'`]?innodb/i.test(sql);
  const row = what === "ENGINE" ? (isInnodb ? rebuilt : copied) : rows[what];
  if (row === undefined) return undefined;
  const { ddl = instant, says } = row;
  const [table] = tables;
  const concerns: Concern[] = [];
  if (table !== undefined && ddl === copies) concerns.push({ kind: "rewrites", table, why: "storage" });
  if (table !== undefined && what === "CONVERT TO CHARACTER SET" && !/\butf8mb4\b/i.test(sql))
    concerns.push({ kind: "fails-on-rows", table, why: "cast" });
  if (table !== undefined && says === "loses-rows") concerns.push({ kind: "loses-data", what: "rows", table });
  if (table !== undefined && says === "guards") concerns.push({ kind: "guards-less", table });
  if (says === "access") concerns.push({ kind: "changes-access" });
  if (gone !== undefined && !createdInThisChange(gone.name)) concerns.push(...goneConcerns(gone));
  const isMaySame = what === "CONVERT TO CHARACTER SET" && table !== undefined && hasCharset(table, sql, context);
  return {
    ddl: ddl === inPlace ? metadataOn(server) : ddl,
    concerns,
    ...(isMaySame ? { doubts: ["former-type"] } : {}),
  };
}

/** Whether a table may already have the target character set, so its columns may need no copy. */
function hasCharset(table: TableName, sql: string, { formerTable }: VerdictContext): boolean {
  const charsetIn = (text = "") => /\b(?:CHARSET|CHARACTER\s+SET)\s*=?\s*['"`]?(\w+)/i.exec(text)?.[1]?.toLowerCase();
  const former = charsetIn(formerTable(table)?.optionsSql);
  return former !== undefined && former === charsetIn(sql);
}

function goneConcerns({ what, name, newName }: NonNullable<OperationOf<"form">["gone"]>): Concern[] {
  const lost: Concern[] =
    what === "schema" ? [{ kind: "loses-data", what: "schema", table: name satisfies TableName }] : [];
  return [
    ...lost,
    { kind: "breaks-code-before", what, name: name.name, ...(newName === undefined ? {} : { newName }) },
  ];
}
