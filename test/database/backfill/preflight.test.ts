import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BackfillEvent } from "../../../core/src/backfill/events.js";
import { checkStructure, firing, validateFills } from "../../../core/src/backfill/preflight.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { BackfillSpec } from "../../../core/src/model/index.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { errorOf, fillTable, makeTable, numbered, open, plan, scalar } from "./fixture.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("preflight");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
beforeEach(() => db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`));

const structure = async (spec: BackfillSpec, allowTriggers = false) =>
  (await checkStructure(db, spec, await readTable(db, spec.table), { allowTriggers })).map(
    ({ code, message }) => `${code} ${message}`,
  );

describe("whether expand is applied", () => {
  it("finds nothing against a table that is ready", async () => {
    expect(await structure(await makeTable(db, { rows: numbered(3), isUnique: true }))).toEqual([]);
  });

  it("knows a type by its name with the schema that the search path has", async () => {
    const spec = await makeTable(db, { rows: numbered(3), isUnique: true });
    await db.query(
      `CREATE TYPE handle_kind AS ENUM ('a'); ALTER TABLE "User" ALTER COLUMN handle TYPE handle_kind USING NULL`,
    );
    const typed = (type: string) => structure({ ...spec, columns: spec.columns.map((each) => ({ ...each, type })) });
    expect(await typed("public.handle_kind")).toEqual([]);
    expect((await typed("other.handle_kind"))[0]).toMatch(/is handle_kind, not other.handle_kind$/);
    await db.query(`DROP TABLE "User"; DROP TYPE handle_kind`);
  });

  it.each<[string, string, RegExp]>([
    ["no table", `DROP TABLE "User"`, /^LS5001 .* has no table "User"$/],
    [
      "no column",
      `DROP TRIGGER "zz_lockstep_fill_User_handle" ON "User"; ALTER TABLE "User" DROP COLUMN handle`,
      /^LS5001 "User"."handle" on .* does not exist$/,
    ],
    ["another type", `ALTER TABLE "User" ALTER COLUMN handle TYPE varchar(9)`, /is character varying\(9\), not text$/],
    ["no trigger", `DROP TRIGGER "zz_lockstep_fill_User_handle" ON "User"`, /has no fill trigger$/],
    [
      "a disabled trigger",
      `ALTER TABLE "User" DISABLE TRIGGER "zz_lockstep_fill_User_handle"`,
      /a fill trigger that is disabled$/,
    ],
    [
      "a trigger for replicas only",
      `ALTER TABLE "User" ENABLE REPLICA TRIGGER "zz_lockstep_fill_User_handle"`,
      /that is disabled$/,
    ],
    ["no unique index", `DROP INDEX "User_handle_idx"`, /has no unique index yet$/],
    [
      "a unique index on some rows only",
      `DROP INDEX "User_handle_idx"; CREATE UNIQUE INDEX ON "User" (handle) WHERE id > 5`,
      /has no unique index yet$/,
    ],
  ])("%s", async (_, change, problem) => {
    const spec = await makeTable(db, { rows: numbered(3), isUnique: true });
    await db.query(change);
    expect((await structure(spec))[0]).toMatch(problem);
    const before = await scalar(db, "SELECT to_regnamespace('lockstep') IS NULL");
    expect((await errorOf(fillTable(database.url, spec))).code).toBe("LS5001");
    expect(before).toBe(true);
  });

  it("an index whose build was interrupted", async () => {
    const spec = await makeTable(db, {
      rows: [
        ["1", "a"],
        ["2", "b"],
      ],
      withTrigger: true,
    });
    await db.query(`UPDATE "User" SET handle = 'same'`);
    await db.query(`CREATE UNIQUE INDEX CONCURRENTLY "User_handle_key" ON "User" (handle)`).catch(() => undefined);
    expect((await structure(spec))[0]).toMatch(/The index "User_handle_key" of .* is not valid/);
    expect((await errorOf(fillTable(database.url, spec))).hint).toContain("shows the session that builds it");
  });

  it("no longer needs the trigger once the column is required", async () => {
    const spec = await makeTable(db, { rows: numbered(3) });
    await db.query(
      `UPDATE "User" SET handle = 'x'; DROP TRIGGER "zz_lockstep_fill_User_handle" ON "User"; ALTER TABLE "User" ALTER handle SET NOT NULL`,
    );
    expect(await structure(spec)).toEqual([]);
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", filled: 0 });
  });

  it("a key that may be NULL, or is not unique", async () => {
    const spec = await makeTable(db, { rows: numbered(3) });
    await db.query(`CREATE UNIQUE INDEX ON "User" (email); CREATE INDEX ON "User" (id)`);
    const byEmail = { ...spec, key: [{ column: "email", type: "text" }] };
    expect(await structure(byEmail)).toEqual(['LS2009 ("email") of "User" is not a unique key without NULLs']);
    await db.query(`ALTER TABLE "User" ALTER email SET NOT NULL`);
    expect(await structure(byEmail)).toEqual([]);
    expect(await structure({ ...spec, key: [{ column: "note", type: "text" }] })).toHaveLength(1);
  });
});

describe("a unique index over several columns", () => {
  const key = ["note", "handle"];
  /** Rows 1 and 2 have the same note. */
  const makeNotes = async (fill: string) => {
    const spec = await makeTable(db, { rows: numbered(4, (n) => String(n + 1)), fill });
    await db.query(`UPDATE "User" SET note = 'n' WHERE id < 3`);
    return { ...spec, uniqueKeys: [key] };
  };

  it("must be there, valid and over these columns", async () => {
    const spec = await makeNotes("'main'");
    const missing = [expect.stringMatching(/^LS5001 "User" \("note", "handle"\) on .* has no unique index yet$/)];
    expect(await structure(spec)).toEqual(missing);
    await db.query(`CREATE UNIQUE INDEX ON "User" (handle, id); CREATE INDEX ON "User" (note, handle)`);
    expect(await structure(spec)).toEqual(missing);
    await db.query(`CREATE UNIQUE INDEX "both" ON "User" (note, handle)`);
    expect(await structure(spec)).toEqual([]);
    await db.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"both"'::regclass`);
    expect(await structure(spec)).toEqual([expect.stringMatching(/^LS5001 The index "both" of .* is not valid/)]);
  });

  it("names rows that collide, and fills all but one of them", async () => {
    const spec = await makeNotes("'main'");
    await db.query(`CREATE UNIQUE INDEX ON "User" (note, handle)`);
    const error = await errorOf(fillTable(database.url, spec));
    expect(error.code).toBe("LS5006");
    expect(error.message).toMatch(/^"User" row id=2 on .* The same value is in id=1\.$/);
    expect(await scalar(db, `SELECT count(handle)::int FROM "User"`)).toBe(3);
    await db.query(`UPDATE "User" SET note = 'm' WHERE id = 2`);
    expect(await fillTable(database.url, spec)).toMatchObject({ status: "done", filled: 1 });
  });

  it("names the row that has the values already when a writer was quicker than the backfill", async () => {
    const spec = await makeNotes("lower(email)");
    await db.query(`CREATE UNIQUE INDEX ON "User" (note, handle)`);
    let taking: Promise<unknown> = Promise.resolve();
    const error = await errorOf(
      fillTable(database.url, spec, {
        onEvent: ({ kind }) => {
          if (kind === "started") taking = db.query(`UPDATE "User" SET handle = 'u0@x.io' WHERE id = 2`);
        },
        between: [async () => void (await taking)],
      }),
    );
    expect(error.code).toBe("LS5006");
    expect(error.message).toContain(`"User" row id=1`);
    expect(error.message).toContain(`The same value is in id=2`);
  });
});

describe("triggers of the user", () => {
  it("are listed, and need a yes when an UPDATE of the column fires them", async () => {
    const spec = await makeTable(db, { rows: numbered(3) });
    await db.query(
      `CREATE OR REPLACE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
       CREATE TRIGGER touch BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION nothing();
       CREATE TRIGGER on_insert BEFORE INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION nothing();
       CREATE TRIGGER on_email AFTER UPDATE OF email ON "User" FOR EACH ROW EXECUTE FUNCTION nothing();
       CREATE TRIGGER on_handle AFTER UPDATE OF handle ON "User" FOR EACH ROW EXECUTE FUNCTION nothing();
       CREATE TRIGGER off BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION nothing();
       ALTER TABLE "User" DISABLE TRIGGER off;
       CREATE RULE also AS ON UPDATE TO "User" DO ALSO NOTHING`,
    );
    const table = (await readTable(db, spec.table))!;
    expect(firing(table, spec).map(({ name }) => name)).toEqual(["also", "on_handle", "touch"]);
    const error = await errorOf(fillTable(database.url, spec));
    expect(error.code).toBe("LS5005");
    expect(error.message).toContain('rule "also", trigger "on_handle" (nothing()), trigger "touch" (nothing())');
    await db.query(`DROP RULE also ON "User"`); // a rule cannot take the RETURNING of a batch
    expect(await fillTable(database.url, spec, { allowTriggers: true })).toMatchObject({ status: "done", filled: 3 });
  });
});

describe("the fills, tried on the target", () => {
  it("names the rows that the fill gives NULL, or what another one has, and fills the others", async () => {
    const spec = await makeTable(db, {
      rows: [
        ["1", "A"],
        ["2", null],
        ["3", "a"],
        ["4", "b"],
      ],
      isUnique: true,
    });
    const notices: string[] = [];
    const onEvent = (event: BackfillEvent) => void (event.kind === "notice" && notices.push(event.message));
    const error = await errorOf(fillTable(database.url, spec, { onEvent }));
    expect(error.code).toBe("LS5004");
    expect(error.message).toMatch(/cannot be filled: id=2\n"User" row id=3 on .* The same value is in id=1\.$/);
    // What comes twice is named by the unique index, when it comes to it.
    expect(notices).toEqual([expect.stringMatching(/yields NULL for 1 row: id=2, on /)]);
    const run = { spec: { ...spec, once: true as const }, plan, scanTimeoutMs: 10_000 };
    const { problems } = await validateFills(db, run, (await readTable(db, spec.table))!);
    // A pass that is made once would stop at them.
    expect(problems.map(({ code, message }) => `${code} ${message}`)[0]).toMatch(
      /^LS2007 The fill of "User"."handle" yields the same value for 2 rows: id=\d and id=\d, on/,
    );
    expect(await scalar(db, `SELECT string_agg(handle, ',' ORDER BY id) FROM "User"`)).toBe("a,b");
  });

  it.each([
    ["another type than on the development database", "email", "integer", "LS2005", /to start over with another plan$/],
  ])("%s: the annotation is released, so the way out is another", async (_, fill, type, code, hint) => {
    const spec = await makeTable(db, { rows: numbered(3), fill, type });
    const error = await errorOf(fillTable(database.url, spec));
    expect(error).toMatchObject({ code, hint: expect.stringMatching(hint) });
    expect(error.hint).toContain(`npx lockstep abandon ${plan}`);
    expect(await scalar(db, `SELECT count(handle)::int FROM "User"`)).toBe(0);
  });

  it("goes on with a notice when the checks take too long: the batches find out by themselves", async () => {
    const spec = await makeTable(db, { rows: numbered(3), fill: "lower(email) || coalesce(pg_sleep(0.2)::text, '')" });
    const { events, status } = await fillTable(database.url, spec, { scanTimeoutMs: 100 });
    expect(status).toBe("done");
    expect(events.find(({ kind }) => kind === "notice")).toEqual({
      kind: "notice",
      message: 'The values of the fill of "User"."handle" could not be checked within 0.1 s',
    });
  });
});

describe("values that lead to no row", () => {
  const references = { name: "Team" };
  const foreignKeys = [
    {
      name: "User_handle_fkey",
      columns: ["handle"],
      references,
      referencedColumns: ["code"],
      onUpdate: "CASCADE",
      onDelete: "RESTRICT",
      isMatchFull: false,
      deferrable: "no",
    },
  ] as const;
  beforeEach(() =>
    db.query(
      `DROP TABLE IF EXISTS "Team"; CREATE TABLE "Team" (code text PRIMARY KEY); INSERT INTO "Team" VALUES ('u0@x.io')`,
    ),
  );

  it("are found before the first row is written, and stop none that leads somewhere", async () => {
    const spec = { ...(await makeTable(db, { rows: numbered(3) })), foreignKeys };
    await db.query(`ALTER TABLE "User" ADD FOREIGN KEY (handle) REFERENCES "Team" (code)`);
    const notices: string[] = [];
    const onEvent = (event: BackfillEvent) => void (event.kind === "notice" && notices.push(event.message));
    const error = await errorOf(fillTable(database.url, spec, { onEvent }));
    expect(notices).toEqual([
      expect.stringContaining(`references rows that "Team" does not have (2 rows): id=1; id=2`),
    ]);
    expect(error).toMatchObject({ code: "LS5006", details: { rows: 2 } });
    expect(await scalar(db, `SELECT count(handle)::int FROM "User"`)).toBe(1);
    await db.query(`INSERT INTO "Team" VALUES ('u1@x.io'), ('u2@x.io')`);
    expect(await fillTable(database.url, spec)).toMatchObject({ filled: 2 });
  });

  it("are a refused row where they come up later, and the hint says what to insert", async () => {
    const spec = await makeTable(db, { rows: numbered(3) });
    await db.query(`ALTER TABLE "User" ADD FOREIGN KEY (handle) REFERENCES "Team" (code)`);
    const error = await errorOf(fillTable(database.url, spec));
    expect(error.code).toBe("LS5006");
    expect(error.message).toMatch(
      /"User" row id=1 .*: no row has the key that it references \(constraint "User_handle_fkey", SQLSTATE 23503\)/,
    );
    expect(error.hint).toContain("Insert the referenced row");
  });
});

it("a value that no index takes stops no other row", async () => {
  const spec = await makeTable(db, { rows: numbered(5) });
  // Characters that do not compress: the row fits no page of an index.
  await db.query(
    `CREATE INDEX ON "User" (handle); ALTER TABLE "User" DISABLE TRIGGER USER;
     UPDATE "User" SET email = (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 300) n) WHERE id = 3; ALTER TABLE "User" ENABLE TRIGGER USER`,
  );
  const error = await errorOf(fillTable(database.url, spec));
  expect(error).toMatchObject({ code: "LS5006", message: expect.stringMatching(/id=3 .*too large for an index/) });
  expect(await scalar(db, `SELECT count(handle)::int FROM "User"`)).toBe(4);
});
