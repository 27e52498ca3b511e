import type { Query } from "@lockstep/typeorm-wrapper/internal";
import type { DataSource } from "typeorm";
import { type RecordedLog, withoutQueries } from "./recorded-log.js";

/**
 * The change without uuid defaults that the database already has. TypeORM reads `default: () => "gen_random_uuid()"` from the database as a
 * generated column, which never equals the entity: each migration drops the default and sets it again, and its `down` sets another one.
 *
 * @throws LS8004 when the database is unreachable
 */
export async function withoutRepeatedDefaults(log: RecordedLog, dataSource: DataSource): Promise<RecordedLog> {
  if (!log.memory.upQueries.some(setsUuid)) return log;
  const repeated = new Set<Query>();
  const { postgresql } = await import("../dialects/postgresql.js");
  const connection = await postgresql.openSession(dataSource);
  try {
    for (const { up, down } of log.steps)
      for (const set of up.filter(setsUuid)) {
        const [, column, table, name, value] = setting.exec(set.query) ?? [];
        const drop = up.find(({ query }) => query === `${column} DROP DEFAULT`);
        if (column === undefined || name === undefined || drop === undefined) continue;
        const { rows } = await connection.query<{ value: string | null }>(defaultSql, [
          table,
          name.replaceAll('""', '"'),
        ]);
        if (rows[0]?.value !== value) continue;
        const back = down.filter(({ query }) => /^ (?:DROP|SET) DEFAULT\b/.test(afterOf(query, column)));
        for (const query of [drop, set, ...back]) repeated.add(query);
      }
  } finally {
    await connection.close();
  }
  return repeated.size === 0 ? log : withoutQueries(log, (query) => repeated.has(query));
}

/** A default that TypeORM reads from a database as `@Generated("uuid")`. */
function setsUuid({ query }: Query): boolean {
  return / SET DEFAULT (?:gen_random_uuid|uuid_generate_v\d)\(\)$/.test(query);
}

const setting = /^(ALTER TABLE (.+) ALTER COLUMN "((?:[^"]|"")+)") SET DEFAULT (.+)$/;

const defaultSql = `SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS value FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = to_regclass($1) AND a.attname = $2`;

function afterOf(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length) : "";
}
