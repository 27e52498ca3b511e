import type { Connection } from "@lockstep/core/planning";
import { ignoring, isNoBug } from "@lockstep/core/text";
import type { Query } from "@lockstep/typeorm-wrapper/internal";
import { type RecordedLog, withoutQueries } from "./recorded-log.js";

/**
 * The change without statements that declare a column as it already is. TypeORM writes them when it reads a declaration back in another
 * form: `float(5)` comes back as `float`, and for the type of MySQL a `json` of MariaDB as `longtext`. Each statement is run on an empty
 * temporary table of the same definition: if it leaves that unchanged, it leaves the table unchanged. A statement that cannot be tried
 * stays.
 *
 * @param connection a session of its own, whose temporary tables end with it
 */
export async function withoutIdleChanges(log: RecordedLog, connection: Connection): Promise<RecordedLog> {
  const idle = new Set<Query>();
  const columns: string[] = [];
  for (const { table, name, clause, queries } of declaredAnew(log)) {
    if ((await changesNothing(connection, table, clause).catch(ignoring(isNoBug))) !== true) continue;
    for (const query of queries) idle.add(query);
    columns.push(`"${unquoted(table)}"."${unquoted(name)}"`);
  }
  if (idle.size === 0) return log;
  return { ...withoutQueries(log, (query) => idle.has(query)), kept: [keptWords(columns)] };
}

/** A column that TypeORM redeclares under the same name. */
interface Declared {
  readonly table: string;
  readonly name: string;
  /** The clause that would alter the table. */
  readonly clause: string;
  /** TypeORM's statements for it, and those that revert them. */
  readonly queries: readonly Query[];
}

/** Whether TypeORM redeclares any column of a table, or drops it and adds it again. */
export function mayBeIdle({ steps }: Pick<RecordedLog, "steps">): boolean {
  return declaredAnew({ steps }).length > 0;
}

function declaredAnew({ steps }: Pick<RecordedLog, "steps">): Declared[] {
  const found: Declared[] = [];
  const said = new Map<string, number>();
  const dropped = new Map<string, readonly Query[]>();
  for (const { up, down } of steps) {
    for (const [at, query] of up.entries()) {
      const [, table = "", what = "", name = "", declaration = ""] = aboutColumn.exec(query.query) ?? [];
      // In pairs, as TypeORM adds them.
      const queries = up.length === down.length ? [query, down[at]!] : [];
      const key = `${table} ${name}`;
      const before = dropped.get(key);
      said.set(key, (said.get(key) ?? 0) + 1);
      if (queries.length === 0) continue;
      if (what === "CHANGE" && declaration.startsWith(`${name} `))
        found.push({ table, name, clause: `CHANGE ${name} ${declaration}`, queries });
      if (what === "DROP COLUMN" && up.length === 1) dropped.set(key, queries);
      if (what === "ADD" && up.length === 1 && before !== undefined)
        found.push({ table, name, clause: `MODIFY ${name} ${declaration}`, queries: [...before, ...queries] });
    }
  }
  // Of several statements for a column, one may revert another.
  return found.filter(({ table, name, queries }) => said.get(`${table} ${name}`) === queries.length / 2);
}

const aboutColumn = /^ALTER TABLE ((?:`(?:[^`]|``)+`\.?)+) (CHANGE|ADD|DROP COLUMN) (`(?:[^`]|``)+`)(?: (.+))?$/s;

const draft = "`lockstep_draft`";

async function changesNothing(connection: Connection, table: string, clause: string): Promise<boolean> {
  const show = async () => JSON.stringify((await connection.query(`SHOW CREATE TABLE ${draft}`)).rows);
  await connection.query(`DROP TEMPORARY TABLE IF EXISTS ${draft}`);
  await connection.query(`CREATE TEMPORARY TABLE ${draft} LIKE ${table}`);
  const before = await show();
  await connection.query(`ALTER TABLE ${draft} ${clause}`);
  return (await show()) === before;
}

function unquoted(name: string): string {
  return name.replace(/^`|`$/g, "").replaceAll("`.`", ".").replaceAll("``", "`");
}

function keptWords(columns: readonly string[]): string {
  const [first, second, ...more] = columns;
  const named = [first, second].filter((each) => each !== undefined).join(more.length === 0 ? " and " : ", ");
  const others = more.length === 0 ? "" : ` and ${more.length} more`;
  return `${named}${others} ${columns.length === 1 ? "stays as it is: TypeORM's statement makes" : "stay as they are: TypeORM's statements make"} no difference on this server and ${columns.length === 1 ? "is" : "are"} left out.`;
}
