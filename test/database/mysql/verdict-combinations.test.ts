import type { Connection } from "mysql2/promise";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SchemaState } from "../../../core/src/lint/schema-state.js";
import { type Concern, newerForm, type Operation, type Verdict } from "../../../core/src/model/index.js";
import { mariadbJudging, mysqlJudging } from "../../../core/src/mysql/judging.js";
import { readMysqlMigration } from "../../../core/src/mysql/read/read-migration.js";
import { judgedOn } from "../../../core/src/mysql/verdicts/verdict-of.js";
import { contextOf } from "../../../core/src/rules/judge.js";
import { combine } from "../../../core/src/sql/verdicts/combine.js";
import { isKnownServer } from "../../../core/src/sql/verdicts/notice-filter.js";
import {
  createMariadbDatabase,
  isOnMysql,
  type MariadbDatabase,
  serverId,
  serverName,
  versionOf,
} from "../../support/mariadb.js";
import { changeWeakly, strongestWay, type Way, wayOf, ways } from "../../support/mysql-ways.js";
import { brokenCode } from "../../support/statement-observer.js";
import { disagreementsOf, isWhole, show } from "../../support/verdict-oracle.js";
import { type MysqlScene, scenes } from "./verdict-scenes.js";

// Statements are combined with tables in many shapes. Each runs on a server, and what it does is compared with what `check` would say
// of it, which knows nothing but the migrations: the weakest ALGORITHM and LOCK, failures with rows, values that rows get, and old code.
// LOCKSTEP_VERDICTS=all runs every combination, as the nightly run does; else a sample runs.

/** Of so many combinations one is tried. */
const oneOf = 67;
const judging = isOnMysql ? mysqlJudging : mariadbJudging;

let database: MariadbDatabase;
let session: Connection;
/** In the format of `Environment.server`. */
let server: number;

beforeAll(async () => {
  database = await createMariadbDatabase("combinations");
  session = await database.open({ multipleStatements: true });
  server = await versionOf(session);
  // Beside a binary log MySQL refuses defaults that differ from server to server (1674).
  if (isOnMysql) await session.query("SET sql_log_bin = 0");
});
afterAll(() => database?.drop());

interface ServerError extends Error {
  readonly errno: number;
}

async function failureOf(sql: string): Promise<ServerError | undefined> {
  return session.query(sql).then(
    () => undefined,
    (error: ServerError) => error,
  );
}

/** Of values: duplicates, NULL, too long, out of range, not converted, referring to nothing, not passing a check. */
const ofRows: ReadonlySet<number> = new Set([
  1048, 1062, 1138, 1264, 1265, 1292, 1300, 1366, 1406, 1411, 1416, 1452, 1586, 1690, 1977, 3140, 3819, 3854, 4025,
]);

/** What `check` would say of a statement behind the migrations of a scene, and in which way it is done. */
function statedOf(
  history: readonly Operation[],
  sql: string,
): { readonly verdict: Verdict; readonly way?: Way | undefined } {
  const state = new SchemaState(judging);
  state.apply(history);
  const { operations } = readMysqlMigration(sql, "2.sql");
  const known = { judging, ...state.known(), environment: { server, transactions: "none" as const } };
  const context = contextOf(operations, { ...known, isAsWritten: true });
  const found = operations.flatMap((operation) => judgedOn(operation, context, serverId)?.ddl ?? []);
  const verdicts = operations.map((operation) => judging.verdictOf(operation, context));
  return { verdict: combine(verdicts), way: strongestWay(found.map(wayOf)) };
}

/** A scene on the server. */
interface LiveScene extends MysqlScene {
  readonly operations: readonly Operation[];
}

const clean = `SET foreign_key_checks = 0; DROP VIEW IF EXISTS new; DROP TABLE IF EXISTS new, t, t2, r, o; SET foreign_key_checks = 1`;

async function make({ history, rows }: Pick<MysqlScene, "history" | "rows">): Promise<void> {
  await session.query(`${clean}; ${history} ${rows}`);
}

/** With what of its old code and rows its tables take. Undefined: this server cannot make it. */
async function live(scene: MysqlScene): Promise<LiveScene | undefined> {
  if (scene.on !== undefined && scene.on !== serverId) return undefined;
  await make(scene);
  await session.query("BEGIN");
  const awkward: string[] = [];
  for (const rows of scene.awkward) if ((await failureOf(rows)) === undefined) awkward.push(rows);
  await session.query("ROLLBACK; BEGIN");
  const broken = await brokenCode(session, scene.oldCode);
  await session.query("ROLLBACK");
  const oldCode = [
    ...scene.oldCode.filter((sql) => !broken.some((each) => each.startsWith(`${sql}: `))),
    ...(await selections()),
  ];
  return { ...scene, awkward, oldCode, operations: readMysqlMigration(scene.history, "1.sql").operations };
}

/** Queries that name every column. */
async function selections(): Promise<string[]> {
  const [rows] = await session.query(
    `SELECT CONCAT('SELECT ', GROUP_CONCAT(CONCAT('\`', COLUMN_NAME, '\`')), ' FROM ', TABLE_NAME) AS code
       FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() GROUP BY TABLE_NAME`,
  );
  return (rows as { code: string }[]).map(({ code }) => code);
}

/** Runs ALTER TABLE in the weakest way; whatever takes no demands as it stands. */
async function change(sql: string): Promise<{ readonly way?: Way | undefined; readonly error?: ServerError }> {
  const [, table, clause] = /^ALTER TABLE (\w+) ([\s\S]*)$/.exec(sql) ?? [];
  if (table !== undefined && clause !== undefined && !/^(?:PARTITION|RENAME TO|DISABLE)/.test(clause))
    try {
      const way = await changeWeakly(session, table, clause);
      if (way !== undefined) return { way };
    } catch (error) {
      return { error: error as ServerError };
    }
  const error = await failureOf(sql);
  return error === undefined ? {} : { error };
}

/** What is said and what is seen disagree about; empty: nothing. Undefined: the server refuses the statement. */
async function disagreements(sql: string, scene: LiveScene): Promise<string[] | undefined> {
  await make(scene);
  const { way, error } = await change(sql);
  const { verdict, way: saidWay } = statedOf(scene.operations, sql);
  const refusesAlways = verdict.concerns.some((concern) => concern.kind === "fails-always" || isLacking(concern));
  if (error !== undefined && !ofRows.has(error.errno)) {
    if (process.env.LOCKSTEP_VERDICTS_SHOWN === "refused") console.log(`${scene.name}: ${sql}: ${error.message}`);
    return refusesAlways ? [] : undefined;
  }
  if (refusesAlways) return ["is said to fail always, and does not"];
  let broken: string[] | undefined;
  const found: string[] = [];
  if (error === undefined) {
    found.push(...filled(sql, verdict));
    await session.query("BEGIN");
    broken = await brokenCode(session, scene.oldCode);
    await session.query("ROLLBACK");
    await make(scene);
  }
  await session.query(scene.awkward.join("; "));
  const failed = await failureOf(sql);
  const failures = [error, failed].flatMap((each) =>
    each !== undefined && ofRows.has(each.errno) ? [each.message] : [],
  );
  found.push(...disagreementsOf(sql, verdict, { failures, broken }));
  if (error !== undefined || way === undefined) return found;
  const order = Object.keys(ways);
  const isWeaker = order.indexOf(saidWay ?? "") < order.indexOf(way);
  const isSure = verdict.doubts.length === 0 && !isOfOlder(sql);
  if (!isAlike(sql, way, saidWay) && (isSure ? saidWay !== way : isWeaker))
    found.push(`is done ${way}, and said is ${saidWay}`);
  return found;
}

/** Whether a statement needs another server, which this one refuses. */
function isLacking(concern: Concern): boolean {
  return (
    concern.kind === "needs-server" &&
    !isKnownServer(concern, { server }) &&
    !newerForm(concern.what, concern.system).isIgnored
  );
}

/** MySQL 9 does some of these in place that 8.0 and 8.4 copy the table for: what is said is true of all of them. */
const isOfOlder = (sql: string) => isOnMysql && /\b(?:MODIFY|CHANGE|CONVERT)\b/.test(sql);

/** Nobody who uses the table notices a difference. */
function isAlike(sql: string, way: Way, said: Way | undefined): boolean {
  // Beside an option of the table MariaDB takes INSTANT for nothing, and is as quick.
  if (sql.includes("COMMENT='x'") && way === "nocopy" && said === "instant") return true;
  // The first FULLTEXT index of a table is built with the table, another one alone.
  return sql.includes("FULLTEXT") && way === "nocopy shared" && said === "inplace shared";
}

/** Whether rows get a value for a new column that says nothing of them, and whether that is said. */
function filled(sql: string, { concerns }: Verdict): string[] {
  const [added] = /ADD COLUMN x .*?(?=, [A-Z]|$)/.exec(sql) ?? [];
  if (added === undefined) return [];
  const isFilled = /(?<!IS )NOT NULL/.test(added) && !/DEFAULT|AS \(|AUTO_INCREMENT/.test(added);
  const said = concerns.find((concern) => concern.kind === "fills-silently");
  if (isFilled === (said !== undefined)) return [];
  return [said === undefined ? "fills rows, and nothing says so" : `fills nothing, and said is ${said.value}`];
}

it("does what is said of it, in every combination of statement and table", async () => {
  let tried = 0;
  let refused = 0;
  let at = 0;
  const wrong: string[] = [];
  for (const scene of scenes) {
    let made: LiveScene | undefined;
    for (const sql of scene.statements) {
      at += 1;
      if (!isWhole && at % oneOf !== 0) continue;
      made ??= await live(scene);
      if (made === undefined) break;
      const found = await disagreements(sql, made);
      if (found === undefined) refused += 1;
      else tried += 1;
      for (const each of found ?? []) wrong.push(`${scene.name}: ${sql}: ${each}`);
    }
  }
  show(wrong, `${serverName} ${server}`, tried, refused);
  expect(wrong).toEqual([]);
  expect(tried).toBeGreaterThan(50);
}, 1_800_000);
