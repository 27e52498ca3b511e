import { afterEach, describe, expect, it } from "vitest";
import type { UnitColumn } from "../../core/src/model/plan.js";
import { readCatalogue } from "../support/catalogue.js";
import { until, waitEvent } from "../support/sessions.js";
import {
  fillAll,
  openReader,
  openUserDatabase,
  outcome,
  type UnitDatabase,
  type UserTableOptions,
  untilPausing,
} from "../support/unit-database.js";
import { fileOf, filesOf, fillOf, handle, samplePlan, user } from "../support/units.js";

let database: UnitDatabase | undefined;

const files = filesOf();
const fromName = fillOf((row) => row("name"), ["name"]);

/** A table in the state after expand. Units run in a session with a lock_timeout of its own, which they must give back. */
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
const catalogue = ({ observer }: UnitDatabase) => readCatalogue(observer, { schemas: ["public"] });

async function countNulls({ observer }: UnitDatabase, column = "handle"): Promise<number> {
  const { rows } = await observer.query(`SELECT count(*)::int AS n FROM "User" WHERE "${column}" IS NULL`);
  return (rows[0] as { n: number }).n;
}

/** "none", or whether the check of the sample is validated. */
async function checkState({ observer }: UnitDatabase): Promise<string> {
  const { rows } = await observer.query(
    `SELECT convalidated FROM pg_constraint WHERE conname = 'lockstep_nn_User_handle'`,
  );
  const [row] = rows as { convalidated: boolean }[];
  return row === undefined ? "none" : row.convalidated ? "valid" : "not valid";
}

/** Writes a row without a value past the trigger, as a replica or a bulk load with triggers off would. */
async function writeNull({ open }: UnitDatabase): Promise<void> {
  const writer = await open({ session_replication_role: "replica" });
  await writer.query(`INSERT INTO "User" ("id", "email") VALUES (100000, 'x')`);
}

/** Stops whoever runs its nth ALTER TABLE from now on until the gate is opened: 1 adds the check, 2 validates, 3 drops it. */
async function gateAt({ observer }: UnitDatabase, nth: number): Promise<{ open(): Promise<void> }> {
  await observer.query(`SELECT pg_advisory_lock(7); CREATE SCHEMA gate; CREATE SEQUENCE gate.passed;
    CREATE FUNCTION gate.wait() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN
      IF nextval('gate.passed') = ${nth} THEN PERFORM pg_advisory_xact_lock(7); END IF; END$$;
    CREATE EVENT TRIGGER gate ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION gate.wait()`);
  return {
    open: async () =>
      void (await observer.query("SELECT pg_advisory_unlock(7); DROP EVENT TRIGGER gate; DROP SCHEMA gate CASCADE")),
  };
}

const untilAtGate = ({ observer, session }: UnitDatabase) =>
  until("prove waits at the gate", async () => (await waitEvent(observer, session.pid)) === "advisory");

/** Ways to hold prove after one of its COMMITs. They give back what takes the obstacle away. */
const points: {
  name: string;
  rows: number;
  isFilled: boolean;
  left: { check: string; nulls: number };
  hold(live: UnitDatabase): Promise<{ reach(): Promise<void>; clear(): Promise<void> }>;
}[] = [
  {
    name: "the first one, and the check waits behind a reader",
    rows: 20,
    isFilled: true,
    left: { check: "none", nulls: 0 },
    async hold(live) {
      const reader = await openReader(live);
      return { reach: () => untilPausing(live), clear: reader.leave };
    },
  },
  {
    name: "the first batch, and the second waits",
    rows: 2500,
    isFilled: false,
    left: { check: "none", nulls: 1500 },
    async hold(live) {
      await live.observer.query(`SELECT pg_advisory_lock(7);
        CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END$$;
        CREATE TRIGGER audit BEFORE UPDATE ON "User" FOR EACH ROW WHEN (NEW."id" = 1500) EXECUTE FUNCTION audit()`);
      return {
        reach: () => untilAtGate(live),
        clear: async () =>
          void (await live.observer.query("SELECT pg_advisory_unlock(7); DROP FUNCTION audit CASCADE")),
      };
    },
  },
  {
    name: "a batch without the row that another session has locked",
    rows: 20,
    isFilled: false,
    left: { check: "none", nulls: 1 },
    async hold(live) {
      const writer = await live.open();
      await writer.query(`BEGIN; SELECT FROM "User" WHERE "id" = 7 FOR UPDATE`);
      const reach = async () => {
        await until("all other rows are filled", async () => (await countNulls(live)) === 1);
        await untilPausing(live);
      };
      return { reach, clear: async () => void (await writer.query("COMMIT")) };
    },
  },
  {
    name: "the check, before it is validated",
    rows: 20,
    isFilled: true,
    left: { check: "not valid", nulls: 0 },
    async hold(live) {
      const gate = await gateAt(live, 2);
      return { reach: () => untilAtGate(live), clear: gate.open };
    },
  },
  {
    name: "the failed proof, and taking the check off waits behind a reader",
    rows: 20,
    isFilled: true,
    left: { check: "not valid", nulls: 1 },
    async hold(live) {
      const [gate, first] = [await gateAt(live, 2), await openReader(live)];
      let second: { leave(): Promise<void> } | undefined;
      const reach = async () => {
        await untilPausing(live);
        await writeNull(live); // after prove looked for NULLs, before its check refuses them
        await first.leave();
        await untilAtGate(live);
        second = await openReader(live);
        await gate.open();
        await untilPausing(live);
      };
      const clear = async () => {
        await second?.leave();
        await live.observer.query(`DELETE FROM "User" WHERE "handle" IS NULL`);
      };
      return { reach, clear };
    },
  },
];

describe("prove is killed after a COMMIT", () => {
  it.each(points)("$name", async ({ rows, isFilled, left, hold }) => {
    const live = await expanded({ isLarge: true, rows });
    const before = await catalogue(live);
    if (isFilled) await fillAll(live);
    const { reach, clear } = await hold(live);
    const killed = outcome(live.session.query(files.prove));
    await reach();
    await live.observer.query("SELECT pg_terminate_backend($1)", [live.session.pid]);
    expect(await killed).not.toBe("done");
    await until("the backend is gone", async () => {
      const { rows: found } = await live.observer.query("SELECT FROM pg_stat_activity WHERE pid = $1", [
        live.session.pid,
      ]);
      return found.length === 0;
    });
    expect({ check: await checkState(live), nulls: await countNulls(live) }).toEqual(left);

    await clear();
    const again = await live.open();
    await again.query(files.prove);
    expect({ check: await checkState(live), nulls: await countNulls(live) }).toEqual({ check: "valid", nulls: 0 });
    await again.query(files.enforce);
    await again.query(files["undo-contract"]);
    expect(await catalogue(live)).toEqual(before);
  });
});

interface Refusal {
  name: string;
  options: UserTableOptions;
  columns?: UnitColumn[];
  prepare?: string;
  code: string;
  message: RegExp;
  hint?: string;
}

const toFill = `Fill them (npx lockstep backfill run ${samplePlan}). Then run this migration again.`;
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
    hint: `Give these rows a value (npx lockstep plan ${samplePlan} says where it comes from). Then run this migration again.`,
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
    message: /value too long for type character varying\(3\)/,
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
    const before = await catalogue(live);
    const file = fileOf({ kind: "prove", table: user, columns });
    const failure = await outcome(live.session.query(file));
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) as string, ...(hint && { hint }) });
    if (prepare === "wrap") await live.session.query("ROLLBACK");
    expect(await catalogue(live)).toEqual(before);
    expect((await live.session.query("SHOW lock_timeout")).rows).toEqual([{ lock_timeout: "1234ms" }]);
  });

  it("when something writes NULL while it runs: the check is taken off again", async () => {
    const live = await expanded(large);
    await fillAll(live);
    const before = await catalogue(live);
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
    expect(await catalogue(live)).toEqual(before);
    expect((await live.session.query("SHOW lock_timeout")).rows).toEqual([{ lock_timeout: "1234ms" }]);
  });

  it("a duplicate on a small table is PostgreSQL's own error: the rows are filled together with the check", async () => {
    const live = await expanded();
    await live.observer.query(`CREATE UNIQUE INDEX ON "User"("handle")`);
    await live.observer.query(`ALTER TABLE "User" DISABLE TRIGGER USER; UPDATE "User" SET "email" = 'same'`);
    expect(await outcome(live.session.query(files.prove))).toMatchObject({ code: "23505" });
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
