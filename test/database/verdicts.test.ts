import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../core/src/databases/connect.js";
import type { Connection } from "../../core/src/dialect/connection.js";
import { SchemaState } from "../../core/src/lint/schema-state.js";
import { type Concern, type ConcernKind, durations, tableLabel, type Verdict } from "../../core/src/model/index.js";
import { knownTypes } from "../../core/src/plan/known-types.js";
import { readColumnDependents } from "../../core/src/postgresql/development/column-dependents.js";
import { readForeignKeys } from "../../core/src/postgresql/development/foreign-keys.js";
import { readIndex } from "../../core/src/postgresql/development/index-facts.js";
import { readTypeKind } from "../../core/src/postgresql/development/type-kind.js";
import { judging } from "../../core/src/postgresql/judging.js";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../core/src/postgresql/read/read-migration.js";
import { readMigrationLeniently } from "../../core/src/postgresql/read/read-migration-leniently.js";
import { verdictOf } from "../../core/src/postgresql/verdicts/verdict-of.js";
import { contextOf, judge } from "../../core/src/rules/judge.js";
import { serverMajor } from "../../core/src/target/facts/server-version.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { keepLiveTables, observe as observeStatement } from "../support/statement-observer.js";
import { type Case, cases, certain, formCases, oldCode, schema, suffering } from "./verdict-cases.js";

// What a verdict says of a statement is compared with what a server does: every table that it locks and how, whether it reads or
// writes rows, on which rows it fails, and what a build from before the change can still do.

let database: TestDatabase;
let client: pg.Client;
let connection: Connection;
let server: number;

beforeAll(async () => {
  database = await createDatabase("verdicts");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  connection = await connect(database.url, { applicationName: "test" });
  await client.query(schema);
  await keepLiveTables(client);
  server = await serverMajor(connection);
});
afterAll(async () => {
  await connection?.close();
  await client?.end();
  await database?.drop();
});

/** What is said of the last statement: the rest of the change is in the context. */
async function statedOf({ sql, after, formerType, transactions = "none" }: Case): Promise<Verdict> {
  const text = `${after === undefined ? "" : `${after};\n`}${sql};`;
  const migration = readMigration(text, "migration.sql", await loadParser());
  const operation = migration.operations.at(-1);
  if (operation === undefined) throw new Error(`no operation in ${sql}`);
  const table = "table" in operation ? operation.table : undefined;
  const keys = table === undefined ? [] : await readForeignKeys(connection, table);
  const dependents =
    operation.kind === "setType"
      ? await readColumnDependents(connection, operation.table, operation.column)
      : undefined;
  const index = operation.kind === "dropIndex" ? await readIndex(connection, operation.name) : undefined;
  const { context } = judge(migration, {
    judging,
    foreignKeys: () => keys,
    formerIndex: () => index && { ...index, table: { name: index.table.name } as typeof index.table },
    formerType: () => formerType,
    dependents: () => dependents,
    typeKind: await knownTypes(migration.operations, (name) => readTypeKind(connection, name)),
    environment: { server, transactions },
  });
  return verdictOf(operation, context);
}

/** Runs it in a transaction that is rolled back. */
function observe({ sql, after, transactions }: Case, rows = "") {
  return observeStatement(client, {
    sql,
    before: [rows, after ?? ""],
    oldCode,
    isOneTransaction: transactions === "each",
  });
}

/** With these old code may fail: values are refused, rows have gone or have been changed. */
const mayBreak: ReadonlySet<ConcernKind> = new Set([
  "narrows-writes",
  "loses-data",
  "changes-rows",
  "changes-access",
  "breaks-writes",
  "drops-dependents",
  "not-understood",
]);

const forms = Object.entries(formCases).flatMap(([name, list]) =>
  list.length === 0
    ? []
    : [[`form ${name}`, list.map((each) => (typeof each === "string" ? { sql: each } : each))] as const],
);

describe.each([...Object.entries(cases).filter(([, list]) => list.length > 0), ...forms])("%s", (kind, list) => {
  it.each(list.map((each) => [each.sql, each] as const))("%s", async (_, each) => {
    const stated = await statedOf(each);
    const operations = readMigration(`${each.sql};`, "migration.sql", await loadParser()).operations;
    expect(
      operations.map((operation) => (operation.kind === "form" ? `form ${operation.what}` : operation.kind)),
    ).toEqual([kind]);
    if (each.isAlone) {
      expect(stated.concerns.filter((concern) => concern.kind === "fails-in-transaction")).toEqual([]);
      expect((await observe(each)).error).toMatch(/cannot run inside a transaction block/);
      await client.query(each.sql);
      const inOne = await statedOf({ ...each, after: "SELECT 1", transactions: "each" });
      expect(inOne.concerns).toContainEqual({ kind: "fails-in-transaction", why: "concurrently" });
      return;
    }
    if (each.from !== undefined && server < each.from) {
      expect(stated.concerns).toContainEqual(expect.objectContaining({ kind: "needs-server", since: each.from }));
      expect((await observe(each)).error).toBeDefined();
      return;
    }
    expect(stated.concerns.some((concern) => concern.kind === "needs-server")).toBe(each.from !== undefined);
    const failures = stated.concerns.flatMap((concern) => (concern.kind === "fails-on-rows" ? [concern.why] : []));
    const { rows = {} } = each;
    if (each.milder === undefined && !stated.doubts.includes("former-type"))
      expect(failures.filter((why) => !(why in rows) && why !== "cast")).toEqual([]);
    expect(Object.keys(rows).filter((why) => !(failures as readonly string[]).includes(why))).toEqual([]);
    for (const failing of Object.values(rows)) expect((await observe(each, failing)).error).toBeDefined();
    // Fails on every table with rows.
    if (Object.values(rows).includes("")) return;

    if (stated.concerns.some(({ kind }) => kind === "fails-in-transaction")) {
      expect((await observe(each)).error).toMatch(/unsafe use of new value/);
      return;
    }

    const seen = await observe(each);
    expect(seen.error).toBeUndefined();
    const locks = stated.locks
      .map(({ table, mode }) => `${tableLabel(table)} ${mode}`)
      .filter((lock) => !seen.kept.has(lock));
    const isSure = stated.doubts.length === 0 && each.milder === undefined;
    if (isSure) expect(locks.toSorted()).toEqual([...seen.locks].toSorted());
    const said = durations.indexOf(stated.held);
    const found = durations.indexOf(seen.held);
    if (isSure) expect(seen.held).toBe(stated.held);
    else expect(found).toBeLessThanOrEqual(said);
    const kinds = stated.concerns.map((concern) => concern.kind);
    // Old code fails where that is said, and nowhere else.
    if (kinds.some((kind) => kind === "breaks-code-before" || kind === "breaks-inserts"))
      expect(seen.broken).not.toEqual([]);
    else if (!kinds.some((kind) => mayBreak.has(kind))) expect(seen.broken).toEqual([]);
  });
});

/** Each concern of statements, as `check` finds them behind earlier migrations. */
async function concernsAfter(before: string, sql: string): Promise<readonly Concern[]> {
  const parser = await loadParser();
  const state = new SchemaState(judging);
  state.apply(readMigrationLeniently(`${before};`, "before.sql", parser).operations);
  const { operations } = readMigrationLeniently(`${sql};`, "migration.sql", parser);
  const known = { judging, ...state.known(), environment: { server, transactions: "none" as const } };
  const context = contextOf(operations, { ...known, isAsWritten: true });
  return operations.flatMap((written) => {
    const operation = state.asRun(written);
    if (operation === undefined) return [];
    const { concerns } = verdictOf(operation, context);
    state.apply([operation]);
    return concerns;
  });
}

/** Runs statements in a schema of their own, that is gone afterwards. */
async function inSchema<T>(before: string, run: () => Promise<T>): Promise<T> {
  await client.query(
    `CREATE SCHEMA scratch; GRANT USAGE ON SCHEMA scratch TO "somebody"; SET search_path = scratch, public`,
  );
  try {
    await client.query(before);
    return await run();
  } finally {
    await client.query(`RESET ROLE; DROP PUBLICATION IF EXISTS pb; DROP SCHEMA scratch CASCADE; RESET search_path`);
  }
}

describe("what fails for certain", () => {
  it.each(certain.map((each) => [`${each.before}; ${each.sql}`, each] as const))("%s", async (_, each) => {
    if (server < (each.needs ?? 0)) return;
    const isRefused = server >= (each.from ?? 0) && server <= (each.until ?? server);
    const fails = isRefused ? each.fails : undefined;
    const concerns = await concernsAfter(each.before, each.sql);
    const stated = concerns.flatMap((concern) =>
      concern.kind === "fails-always" ? [concern.by ? `${concern.by.what} ${concern.by.name}` : concern.why] : [],
    );
    expect(stated).toEqual(fails === undefined ? [] : [fails]);
    const error = await inSchema(each.before, async () => {
      for (const sql of each.sql.split(";")) {
        const refused = await client.query(sql).then(
          () => undefined,
          (reason: Error) => reason,
        );
        if (refused !== undefined) return refused.message;
      }
      return undefined;
    });
    if (fails === undefined) expect(error).toBeUndefined();
    else expect(error).toBeDefined();
  });
});

describe("what running code suffers", () => {
  it.each(suffering.map((each) => [`${each.before}; ${each.sql}`, each] as const))("%s", async (_, each) => {
    const concerns = await concernsAfter(each.before, each.sql);
    const stated = concerns.flatMap((concern) => {
      if (concern.kind === "breaks-inserts") return ["breaks-inserts"];
      if (concern.kind === "breaks-writes") return [`breaks-writes ${concern.why}`];
      return concern.kind === "changes-access" && concern.takes ? [`changes-access ${concern.takes}`] : [];
    });
    expect(stated).toEqual(each.says === undefined ? [] : [each.says]);
    const asCode = async () => {
      await client.query(each.as === undefined ? "RESET ROLE" : `SET ROLE "${each.as}"`);
      await client.query("BEGIN");
      const done = await client.query(each.code).then(
        ({ rowCount }) => rowCount ?? 0,
        () => "an error",
      );
      await client.query("ROLLBACK; RESET ROLE");
      return done;
    };
    const [before, after] = await inSchema(each.before, async () => {
      const first = await asCode();
      await client.query(each.sql);
      return [first, await asCode()];
    });
    expect(before).toBe(1);
    if (each.says === undefined) expect(after).toBe(1);
    else expect(after).not.toBe(1);
  });
});
