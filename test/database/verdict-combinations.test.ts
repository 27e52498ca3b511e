import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { contextOf, type Known } from "../../core/src/rules/judge.js";
import { SchemaState } from "../../core/src/lint/schema-state.js";
import { type ConcernKind, durations, type Operation, tableLabel, type Verdict } from "../../core/src/model/index.js";
import { judging } from "../../core/src/postgresql/judging.js";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../core/src/postgresql/read/read-migration.js";
import { verdictOf } from "../../core/src/postgresql/verdicts/verdict-of.js";
import { combine } from "../../core/src/sql/verdicts/combine.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { isNightly } from "../support/nightly.js";
import { brokenCode, keepLiveTables, type Observed, observe } from "../support/statement-observer.js";
import { type Scene, scenes } from "./verdict-scenes.js";

// Statements are combined with tables in many shapes. Each runs on a server, and what it does is compared with what `check` would say
// of it, which knows nothing but the migrations: locks on every table, scans, rewrites, failures with rows, and old code afterwards.
// LOCKSTEP_VERDICTS=all runs every combination, as the nightly run does; else a sample runs.

const isWhole = isNightly || process.env.LOCKSTEP_VERDICTS === "all";
/** Of so many combinations one is tried. */
const oneOf = 12;

let database: TestDatabase;
let client: pg.Client;
let server: number;

beforeAll(async () => {
  database = await createDatabase("combinations");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
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
async function statedOf(history: string, sql: string): Promise<Verdict> {
  const parser = await loadParser();
  const state = new SchemaState(judging);
  state.apply(readMigration(history, "1.sql", parser).operations);
  const { operations } = readMigration(`${sql};`, "2.sql", parser);
  const known: Known = { judging, ...state.known(), environment: { server, transactions: "none" }, isAsWritten: true };
  const context = contextOf(operations, known);
  const verdicts = operations.map((operation: Operation) => {
    const verdict = verdictOf(operation, context);
    state.apply([operation]);
    return verdict;
  });
  return combine(verdicts);
}

/** Errors of the statement itself, whatever the rows are: it is no combination. */
function isRefused({ code = "" }: Observed): boolean {
  return !/^(?:2[23])/.test(code);
}

/** With these old code may fail: values are refused, rows have gone or have been changed. */
const mayBreak: ReadonlySet<ConcernKind> = new Set([
  "narrows-writes",
  "loses-data",
  "changes-rows",
  "changes-access",
  "drops-dependents",
  "not-understood",
  "hides-rows",
]);

/** What is said and what is seen disagree about; empty: nothing. Undefined: the server refuses the statement. */
async function disagreements(scene: Scene, oldCode: readonly string[], sql: string): Promise<string[] | undefined> {
  const seen = await observe(client, { sql, oldCode });
  if (seen.error !== undefined && isRefused(seen)) return undefined;
  const stated = await statedOf(scene.history, sql);
  const found: string[] = [];
  const kinds = stated.concerns.map(({ kind }) => kind);
  const isSure = stated.doubts.length === 0;
  const fails = stated.concerns.flatMap((concern) => (concern.kind === "fails-on-rows" ? [concern.why] : []));
  const failures = seen.error === undefined ? [] : [seen.error];
  for (const rows of scene.awkward) {
    const failed = await observe(client, { sql, before: [rows], oldCode: [] }).catch(() => undefined);
    if (failed?.error !== undefined && !isRefused(failed)) failures.push(failed.error);
  }
  if (failures.length > 0 && fails.length === 0 && !kinds.includes("not-understood"))
    found.push(`fails with rows, and nothing says so: ${failures[0]}`);
  if (failures.length === 0 && fails.length > 0 && isSure) found.push(`never fails with ${fails.join()}`);
  if (seen.error !== undefined) return found;

  const locks = stated.locks.map(({ table, mode }) => `${tableLabel(table)} ${mode}`).toSorted();
  const hidden = seen.locks.filter((lock) => !locks.includes(lock));
  const others = stated.doubts.includes("other-tables") || stated.doubts.includes("statement");
  if (isSure ? locks.join() !== seen.locks.toSorted().join() : hidden.length > 0 && !others)
    found.push(`locks ${seen.locks.toSorted().join(", ")}, and said are ${locks.join(", ")}`);
  const [said, real] = [durations.indexOf(stated.held), durations.indexOf(seen.held)];
  if (isSure ? said !== real : real > said) found.push(`is a ${seen.held}, and said is ${stated.held}`);
  if (kinds.includes("breaks-code-before") || kinds.includes("breaks-inserts")) {
    if (seen.broken.length === 0 && oldCode.length > 0 && isSure) found.push("breaks no old code");
  } else if (seen.broken.length > 0 && !kinds.some((kind) => mayBreak.has(kind)))
    found.push(`breaks old code, and nothing says so: ${seen.broken[0]}`);
  return found;
}

/** Makes a scene, and takes it away again. */
async function within<T>(scene: Scene, run: (oldCode: readonly string[]) => Promise<T>): Promise<T | undefined> {
  await client.query("DROP SCHEMA IF EXISTS public CASCADE; DROP SCHEMA IF EXISTS apart_schema CASCADE; CREATE SCHEMA public");
  const isMade = await client.query(`${scene.history} ${scene.rows}`).then(
    () => true,
    (error: pg.DatabaseError) => {
      // Forms that only newer servers have.
      if (error.code !== "42601" && !error.message.includes("VIRTUAL")) throw new Error(`${scene.name}: ${error.message}`);
      return false;
    },
  );
  if (!isMade) return undefined;
  await keepLiveTables(client);
  await client.query("BEGIN");
  const broken = await brokenCode(client, scene.oldCode);
  await client.query("ROLLBACK");
  return await run(scene.oldCode.filter((sql) => !broken.some((each) => each.startsWith(`${sql}: `))));
}

it("does what is said of it, in every combination of statement and table", async () => {
  let tried = 0;
  let refused = 0;
  let at = 0;
  const wrong: string[] = [];
  for (const scene of scenes)
    await within(scene, async (oldCode) => {
      for (const sql of scene.statements) {
        at += 1;
        if (!isWhole && at % oneOf !== 0) continue;
        const found = await disagreements(scene, oldCode, sql);
        if (found === undefined) refused += 1;
        else tried += 1;
        for (const each of found ?? []) wrong.push(`${scene.name}: ${sql}: ${each}`);
      }
    });
  if (process.env.LOCKSTEP_VERDICTS_SHOWN === "1")
    console.log([...wrong, `${tried} tried on PostgreSQL ${server}, ${refused} refused, ${wrong.length} wrong`].join("\n"));
  expect(wrong).toEqual([]);
  expect(tried).toBeGreaterThan(100);
});
