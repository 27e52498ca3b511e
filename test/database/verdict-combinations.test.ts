import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SchemaState } from "../../core/src/lint/schema-state.js";
import { durations, type Operation, tableLabel, type Verdict } from "../../core/src/model/index.js";
import { judging } from "../../core/src/postgresql/judging.js";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../core/src/postgresql/read/read-migration.js";
import { verdictOf } from "../../core/src/postgresql/verdicts/verdict-of.js";
import { contextOf, type Known } from "../../core/src/rules/judge.js";
import { combine, harmless } from "../../core/src/sql/verdicts/combine.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { brokenCode, keepLiveTables, observe } from "../support/statement-observer.js";
import { disagreementsOf, isWhole, show } from "../support/verdict-oracle.js";
import { type Scene, scenes } from "./verdict-scenes.js";

// Statements are combined with tables in many shapes. Each runs on a server, and what it does is compared with what `check` would say
// of it, which knows nothing but the migrations: locks on every table, scans, rewrites, failures with rows, and old code afterwards.
// LOCKSTEP_VERDICTS=all runs every combination, as the nightly run does; else a sample runs.

/** Of so many combinations one is tried. */
const oneOf = 16;

let database: TestDatabase;
let client: pg.Client;
let server: number;

beforeAll(async () => {
  database = await createDatabase("combinations");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // Between the two timestamps UTC makes no difference, so there nothing would be written.
  await client.query("SET TimeZone = 'Europe/Berlin'");
  const { rows } = await client.query<{ major: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  );
  server = rows[0]!.major;
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** What `check` would say of a statement behind the migrations of a scene. */
async function statedOf(history: readonly Operation[], sql: string): Promise<Verdict> {
  const parser = await loadParser();
  const state = new SchemaState(judging);
  state.apply(history);
  const { operations } = readMigration(`${sql};`, "2.sql", parser);
  const known: Known = { judging, ...state.known(), environment: { server, transactions: "none" }, isAsWritten: true };
  const context = contextOf(operations, known);
  const verdicts = operations.map((written) => {
    const operation = state.asRun(written);
    if (operation === undefined) return harmless;
    const verdict = verdictOf(operation, context);
    state.apply([operation]);
    return verdict;
  });
  return combine(verdicts);
}

/** Why statements fail, which are taken back in any case. */
async function failureOf(sql: string): Promise<pg.DatabaseError | undefined> {
  try {
    return await client.query(`BEGIN; ${sql}`).then(
      () => undefined,
      (error: pg.DatabaseError) => error,
    );
  } finally {
    await client.query("ROLLBACK");
  }
}

/** Errors of the statement itself, whatever the rows are: it is no combination. */
function isRefused({ code = "" }: { readonly code?: string | undefined }): boolean {
  // A setting that the table does not take is of the same class.
  return code === "22023" || !/^2[23]/.test(code);
}

/** A new column whose value is too long or too large for its type: nobody can tell that without evaluating it. */
function isUnfit({ code }: { readonly code?: string | undefined }, sql: string): boolean {
  return (code === "22001" || code === "22003") && sql.includes("ADD COLUMN x");
}

/** What is said and what is seen disagree about; empty: nothing. Undefined: the server refuses the statement. */
async function disagreements(sql: string, { history, awkward, oldCode }: LiveScene): Promise<string[] | undefined> {
  const seen = await observe(client, { sql, oldCode });
  if (seen.error !== undefined && (isRefused(seen) || isUnfit(seen, sql))) return undefined;
  const stated = await statedOf(history, sql);
  const failures = seen.error === undefined ? [] : [seen.error];
  for (const rows of awkward) {
    const failed = await failureOf(`${rows}; ${sql}`);
    if (failed !== undefined && !isRefused(failed) && !isUnfit(failed, sql)) failures.push(failed.message);
  }
  const isRun = seen.error === undefined && oldCode.length > 0;
  const found = disagreementsOf(sql, stated, { failures, broken: isRun ? seen.broken : undefined });
  if (seen.error !== undefined) return found;

  const isSure = stated.doubts.length === 0;
  const locks = stated.locks.map(({ table, mode }) => `${tableLabel(table)} ${mode}`).toSorted();
  // Rows of a partition that are written stop nobody.
  const seenLocks = seen.locks.filter((lock) => locks.includes(lock) || !lock.endsWith(" ROW EXCLUSIVE")).toSorted();
  const hidden = seenLocks.filter((lock) => !locks.includes(lock));
  const others = stated.doubts.includes("other-tables") || stated.doubts.includes("statement");
  if (isSure ? locks.join() !== seenLocks.join() : hidden.length > 0 && !others)
    found.push(`locks ${seenLocks.join(", ")}, and said are ${locks.join(", ")}`);
  const [said, real] = [durations.indexOf(stated.held), durations.indexOf(seen.held)];
  if (isSure ? said !== real : real > said) found.push(`is a ${seen.held}, and said is ${stated.held}`);
  return found;
}

/** A scene on the server. */
interface LiveScene {
  readonly history: readonly Operation[];
  /** Those rows that its tables take. */
  readonly awkward: readonly string[];
  /** What works before the statement. */
  readonly oldCode: readonly string[];
}

/** Makes a scene in the place of the one before it. Undefined: this server lacks something that it is about. */
async function make(scene: Scene): Promise<LiveScene | undefined> {
  await client.query(
    "DROP SCHEMA IF EXISTS public CASCADE; DROP SCHEMA IF EXISTS apart_schema CASCADE; CREATE SCHEMA public",
  );
  try {
    await client.query(`${scene.history} ${scene.rows}`);
  } catch (error) {
    if (server < (scene.from ?? 0)) return undefined;
    throw new Error(`${scene.name}: ${(error as Error).message}`);
  }
  await keepLiveTables(client);
  const awkward: string[] = [];
  for (const rows of scene.awkward) if ((await failureOf(rows)) === undefined) awkward.push(rows);
  await client.query("BEGIN");
  const broken = await brokenCode(client, scene.oldCode);
  await client.query("ROLLBACK");
  const oldCode = scene.oldCode.filter((sql) => !broken.some((each) => each.startsWith(`${sql}: `)));
  const { operations: history } = readMigration(scene.history, "1.sql", await loadParser());
  return { history, awkward, oldCode };
}

it("does what is said of it, in every combination of statement and table", async () => {
  let tried = 0;
  let refused = 0;
  let at = 0;
  const wrong: string[] = [];
  for (const scene of scenes) {
    const live = await make(scene);
    for (const sql of live === undefined ? [] : scene.statements) {
      at += 1;
      if (live === undefined || (!isWhole && at % oneOf !== 0)) continue;
      const found = await disagreements(sql, live);
      if (found === undefined) refused += 1;
      else tried += 1;
      for (const each of found ?? []) wrong.push(`${scene.name}: ${sql}: ${each}`);
    }
  }
  show(wrong, `PostgreSQL ${server}`, tried, refused);
  expect(wrong).toEqual([]);
  expect(tried).toBeGreaterThan(100);
}, 1_200_000);
