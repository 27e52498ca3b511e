import { afterEach, describe, expect, it } from "vitest";
import type { UnitColumn } from "../../core/src/model/plan.js";
import { until } from "../support/sessions.js";
import {
  catalogueOf,
  checkState,
  countNulls,
  fillAll,
  openReader,
  openUserDatabase,
  outcome,
  type UnitDatabase,
  type UserTableOptions,
  untilPausing,
  writeNull,
} from "../support/unit-database.js";
import { fileOf, filesOf, fillOf, handle, samplePlan, user } from "../support/units.js";

let database: UnitDatabase | undefined;

const files = filesOf();
const fromName = fillOf((row) => row("name"), ["name"]);

/**
 * A table in the state after expand. Units run in a session with a lock_timeout of its own, which they must give back.
 */
async function expanded(
  options: UserTableOptions = {},
  columns: readonly UnitColumn[] = [handle],
): Promise<UnitDatabase> {
  database = await openUserDatabase({ ...options, settings: { lock_timeout: "1234ms", ...options.settings } });
  await database.session.query(filesOf(user, columns).expand);
  return database;
}
afterEach(async () => {
  await database?.end();
  database = undefined;
});

const large = { isLarge: true, rows: 20 } as const;
interface Refusal {
  name: string;
  options: UserTableOptions;
  columns?: UnitColumn[];
  prepare?: string;
  code: string;
  message: RegExp;
  hint?: string;
}

const toFill = `Fill them (npx lockstep backfill run ${samplePlan}, on a development database with --target development). Then let it run again: npx lockstep status shows the commands.`;
const noName = `UPDATE "User" SET "name" = NULL, "handle" = NULL WHERE "id" = 2`;
const written: UnitColumn = { name: "region", type: "text" };
const short: UnitColumn = { name: "short", type: "character varying(3)", fill: fromName };

const refusals: Refusal[] = [
  {
    name: "more than 10000 rows, small",
    options: { rows: 10_001 },
    code: "55000",
    message: /: more than 10000 rows are still NULL\. No check was added\.$/,
    hint: toFill,
  },
  {
    name: "more than 10000 rows, large",
    options: { isLarge: true, rows: 10_001 },
    code: "55000",
    message: /: more than 10000 rows are still NULL\. No check was added\.$/,
    hint: toFill,
  },
  {
    name: "the source gives NULL, small",
    options: {},
    columns: [{ ...handle, fill: fromName }],
    prepare: noName,
    code: "55000",
    message:
      /violated by some row \(its source gives NULL, or something still writes NULL\)\. The check was taken off again/,
  },
  {
    name: "the source gives NULL, large",
    options: large,
    columns: [{ ...handle, fill: fromName }],
    prepare: noName,
    code: "55000",
    message: /: the source gives NULL for rows that are still NULL\. No check was added\.$/,
  },
  {
    name: "no source in SQL",
    options: {},
    columns: [{ name: "handle", type: "text" }],
    code: "55000",
    message: /^"User"\."handle" cannot be required yet: rows are still NULL\. No check/,
    hint: `SQL cannot compute their value: fill them (npx lockstep backfill run ${samplePlan}, on a development database with --target development). Then let it run again: npx lockstep status shows the commands.`,
  },
  {
    name: "one of two columns has no source",
    options: {},
    columns: [handle, written],
    code: "55000",
    message: /^"User"\."handle", "User"\."region" cannot be required yet: rows are still NULL/,
  },
  {
    name: "two rows get the same unique value, large",
    options: large,
    prepare: `CREATE UNIQUE INDEX ON "User"("handle"); UPDATE "User" SET "email" = 'same' WHERE "id" IN (18, 19)`,
    code: "55000",
    message: /: duplicate key value violates unique constraint .*\. No check was added\.$/,
  },
  {
    name: "a value longer than the column: not cut",
    options: {},
    columns: [handle, short],
    code: "22001",
    message:
      /^"User"\."handle", "User"\."short" cannot be required yet: value too long for type character varying\(3\)\. No check was added\.$/,
    hint: toFill,
  },
  {
    name: "a large table inside a transaction",
    options: large,
    prepare: "wrap",
    code: "2D000",
    message: /invalid transaction termination/,
  },
  {
    name: "a row that stays locked",
    options: { ...large, settings: { statement_timeout: "2s" } },
    prepare: "lock a row",
    code: "55P03",
    message: /: 1 unfilled rows are locked by other sessions\. No check was added\.$/,
  },
];

describe("prove refuses and leaves no check", () => {
  it.each(refusals)("$name", async ({ options, columns = [handle], prepare = "SELECT", code, message, hint }) => {
    const live = await expanded(options, columns);
    if (prepare === "lock a row")
      await (await live.open()).query(`BEGIN; SELECT FROM "User" WHERE "id" = 2 FOR UPDATE`);
    else if (prepare === "wrap") await live.session.query("BEGIN");
    else {
      // Past the triggers, which would fill these rows.
      const setup = await live.open({ session_replication_role: "replica" });
      await setup.query(prepare);
      await setup.end();
    }
    const before = await catalogueOf(live);
    const file = fileOf({ kind: "prove", table: user, columns });
    const failure = await outcome(live.session.query(file));
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) as string, ...(hint && { hint }) });
    if (prepare === "wrap") await live.session.query("ROLLBACK");
    expect(await catalogueOf(live)).toEqual(before);
    expect((await live.session.query("SHOW lock_timeout")).rows).toEqual([{ lock_timeout: "1234ms" }]);
  });

  it("when something writes NULL while it runs: the check is taken off again", async () => {
    const live = await expanded(large);
    await fillAll(live);
    const before = await catalogueOf(live);
    const reader = await openReader(live);
    const failing = outcome(live.session.query(files.prove));
    await untilPausing(live);
    await writeNull(live);
    await reader.leave();
    expect(await failing).toMatchObject({
      code: "55000",
      message: expect.stringMatching(
        /violated by some row \(something still writes NULL\)\. The check was taken off again; nothing else changed\.$/,
      ) as string,
      hint: toFill,
    });
    expect(await catalogueOf(live)).toEqual(before);
    expect((await live.session.query("SHOW lock_timeout")).rows).toEqual([{ lock_timeout: "1234ms" }]);
  });

  it("a duplicate on a small table says what cannot be required, and why: nothing is filled", async () => {
    const live = await expanded();
    await live.observer.query(`CREATE UNIQUE INDEX ON "User"("handle")`);
    await live.observer.query(`ALTER TABLE "User" DISABLE TRIGGER USER; UPDATE "User" SET "email" = 'same'`);
    expect(await outcome(live.session.query(files.prove))).toMatchObject({
      code: "55000",
      message: expect.stringMatching(
        /^"User"\."handle" cannot be required yet: duplicate key value violates .*\. No check was added\.$/,
      ) as string,
      hint: toFill,
    });
    expect({ check: await checkState(live), nulls: await countNulls(live) }).toEqual({ check: "none", nulls: 3 });
  });
});

describe("prove fills the rest that the backfill left", () => {
  it.each([
    { name: "small", options: { rows: 10_000 } },
    { name: "large", options: { isLarge: true, rows: 10_000 } },
  ])("10000 rows, $name", async ({ options }) => {
    const live = await expanded(options);
    await live.session.query(files.prove);
    expect({ check: await checkState(live), nulls: await countNulls(live) }).toEqual({ check: "valid", nulls: 0 });
    expect((await live.session.query("SHOW lock_timeout")).rows).toEqual([{ lock_timeout: "1234ms" }]);
  });

  // The check is enforced for every UPDATE from the moment it is there: no row may be NULL by then, and none may become it.
  it("while users write rows that are not filled yet, and take values away until the check is there", async () => {
    const live = await expanded(large);
    const writer = await live.open();
    await writer.query(`BEGIN; SELECT FROM "User" WHERE "id" = 7 FOR UPDATE`);
    const reader = await openReader(live);
    const proving = outcome(live.session.query(files.prove));
    await until("all rows but the locked one are filled", async () => (await countNulls(live)) === 1);
    await writer.query(`UPDATE "User" SET "name" = 'x' WHERE "id" = 7; COMMIT`);
    await until("the last row is filled", async () => (await countNulls(live)) === 0);
    await untilPausing(live);
    await live.observer.query(
      `UPDATE "User" SET "handle" = NULL WHERE "id" < 5; UPDATE "User" SET "name" = 'y'; INSERT INTO "User" ("id", "email", "handle") VALUES (99, 'A', NULL)`,
    );
    expect({ check: await checkState(live), nulls: await countNulls(live) }).toEqual({ check: "none", nulls: 0 });
    await reader.leave();
    expect(await proving).toBe("done");
    await live.observer.query(`UPDATE "User" SET "handle" = NULL, "name" = 'z'`);
    expect({ check: await checkState(live), nulls: await countNulls(live) }).toEqual({ check: "valid", nulls: 0 });
  });

  it.each([{ rows: 3 }, large])("of two columns it keeps the values that are there: %o", async (options) => {
    const code: UnitColumn = {
      name: "code",
      type: "character varying(8)",
      fill: fillOf((row) => `'c' || ${row("id")}`, ["id"]),
    };
    const live = await expanded(options, [handle, code]);
    await live.observer.query(`ALTER TABLE "User" DISABLE TRIGGER USER`);
    await live.observer.query(
      `UPDATE "User" SET "handle" = 'chosen' WHERE "id" = 1; UPDATE "User" SET "code" = 'mine' WHERE "id" = 2`,
    );
    await live.session.query(fileOf({ kind: "prove", table: user, columns: [handle, code] }));
    const { rows } = await live.observer.query(`SELECT "handle", "code" FROM "User" WHERE "id" <= 3 ORDER BY "id"`);
    expect(rows).toEqual([
      { handle: "chosen", code: "c1" },
      { handle: "user2@example.org", code: "mine" },
      { handle: "user3@example.org", code: "c3" },
    ]);
  });
});
