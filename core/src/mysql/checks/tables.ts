import {
  type Check,
  type Finding,
  ok,
  type PlannedTable,
  problem,
  type TargetFacts,
  warning,
} from "../../dialect/check.js";
import { names } from "../../dialect/format-values.js";
import { quoteIdentifier, quoteTable } from "../quote.js";
import { visible } from "../sessions.js";

export default {
  id: "tables",
  title: "engine and row format of planned tables",
  on: "target",
  async run({ connection, tables }) {
    const findings: Finding[] = [];
    const there = tables.filter(({ oid }) => oid !== undefined);
    for (const each of there) findings.push(...(await lookAt(connection, each)));
    if (findings.length > 0) return findings;
    return [ok(there.length === 0 ? "no table is planned" : "planned tables use InnoDB and support instant changes")];
  },
} satisfies Check;

interface TableRow {
  readonly engine: string;
  readonly format: string | null;
  /** How many of the planned columns already exist. */
  readonly added: string;
  /** The full-text indexes of the table, one per line. */
  readonly searched: string | null;
}

/** Finds what prevents changes of a table. The server would report these problems one at a time. */
export async function lookAt(
  connection: TargetFacts["connection"],
  { table, label, columns }: Pick<PlannedTable, "table" | "label" | "columns">,
): Promise<readonly Finding[]> {
  const own = [table.schema ?? null, table.name];
  const { rows } = await connection.query<TableRow>(
    `SELECT t.ENGINE AS engine, t.ROW_FORMAT AS format,
        (SELECT CONCAT(COUNT(*)) FROM information_schema.COLUMNS c
          WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME AND c.COLUMN_NAME IN (${columns.map(() => "?").join(", ")})) AS added,
        (SELECT GROUP_CONCAT(DISTINCT s.INDEX_NAME SEPARATOR '\n') FROM information_schema.STATISTICS s
          WHERE s.TABLE_SCHEMA = t.TABLE_SCHEMA AND s.TABLE_NAME = t.TABLE_NAME AND s.INDEX_TYPE = 'FULLTEXT') AS searched
       FROM information_schema.TABLES t WHERE t.TABLE_SCHEMA = COALESCE(?, DATABASE()) AND t.TABLE_NAME = ?`,
    [...columns, ...own],
  );
  const [found] = rows;
  if (found === undefined) return [];
  const alter = `ALTER TABLE ${quoteTable(table)}`;
  if (found.engine !== "InnoDB")
    return [
      problem(`${label} uses the engine ${found.engine}`, {
        why: "It supports neither transactions nor online changes, so every migration of the plan fails.",
        next: `${alter} ENGINE=InnoDB   -- copies the table; writes wait meanwhile`,
      }),
    ];
  const findings: Finding[] = [];
  const mayAdd = Number(found.added) < new Set(columns).size;
  if (mayAdd && /^compressed$/i.test(found.format ?? ""))
    findings.push(
      problem(`${label} has ROW_FORMAT=COMPRESSED`, {
        why: "The server cannot add a column to it instantly, so it rejects expand (1845).",
        next: `${alter} ROW_FORMAT=DYNAMIC, ALGORITHM=INPLACE, LOCK=NONE   -- rewrites the table; reads and writes continue`,
      }),
    );
  const fulltext = found.searched?.split("\n") ?? [];
  if (fulltext.length > 0)
    findings.push(
      problem(`${label} has a full-text index: ${names(fulltext)}`, {
        why: "With such an index, the server cannot add a column instantly, or make one required while others write. It rejects expand and contract (1845, 1846).",
        next: `${alter} ${fulltext.map((name) => `DROP INDEX ${quoteIdentifier(name)}`).join(", ")}, FORCE, ALGORITHM=INPLACE, LOCK=NONE   -- until the plan is done; rewrites the table, reads and writes continue`,
      }),
    );
  if (mayAdd && connection.dialect.id === "mysql") findings.push(...(await rowVersions(connection, label, own, alter)));
  return findings;
}

/** MySQL limits how often columns can be added or dropped instantly, then rejects it (4092). MariaDB has no limit. */
async function rowVersions(
  connection: TargetFacts["connection"],
  label: string,
  own: readonly (string | null)[],
  alter: string,
): Promise<readonly Finding[]> {
  // The column exists since 8.0.29. Older versions only add columns instantly, without a limit.
  if (connection.serverVersion < 80_029) return [];
  const rows = await visible<{ used: string | number }>(
    connection,
    "SELECT TOTAL_ROW_VERSIONS AS used FROM information_schema.INNODB_TABLES WHERE NAME = CONCAT(COALESCE(?, DATABASE()), '/', ?)",
    own,
  );
  const used = Number(rows[0]?.used ?? 0);
  const limit = connection.serverVersion < 90_100 ? 64 : 255;
  if (used < limit - 4) return [];
  const more = {
    why: "Beyond the limit, the server cannot add or drop a column instantly (4092), so it rejects expand.",
    next: `${alter} FORCE, ALGORITHM=INPLACE, LOCK=NONE   -- rewrites the table; reads and writes continue`,
  };
  const what = `${label} has ${used} of ${limit} row versions`;
  return [used < limit ? warning(what, more) : problem(what, more)];
}
