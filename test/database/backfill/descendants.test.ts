import { beforeEach, describe, expect, it } from "vitest";
import { checkStructure } from "../../../core/src/backfill/preflight.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { tableShape } from "../../../core/src/plan/table-shape.js";
import { rowLabel } from "../../../core/src/postgresql/rows/label.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { validateFill } from "../../../core/src/target/facts/validate-fill.js";
import { validateUnique } from "../../../core/src/target/facts/validate-unique.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { addColumn, errorOf, fillOf, fillTable, open, scalar, seeded } from "./fixture.js";

let database: TestDatabase;
let db: Connection;

beforeEach(async () => {
  database = await createDatabase("descendants");
  db = await open(database.url);
  return async () => {
    await db.close();
    await database.drop();
  };
});

const table = { name: "Doc" };
const facts = async () => (await readTable(db, table))!;

/** Keys repeat across the tables and, where there is no unique index, inside one. */
async function makeKin({ withTrigger = true } = {}) {
  await db.query(`
    CREATE TABLE "Doc" ("tenantId" int NOT NULL, id int NOT NULL, email text, PRIMARY KEY ("tenantId", id));
    CREATE TABLE "Letter" (stamp text, PRIMARY KEY ("tenantId", id)) INHERITS ("Doc");
    CREATE TABLE "Bill" (total int) INHERITS ("Letter"); CREATE INDEX ON "Bill" ("tenantId", id, total);
    INSERT INTO "Doc" SELECT n % 3, n, 'D' || n FROM generate_series(0, 59) n;
    INSERT INTO "Letter" SELECT n % 3, n, 'L' || n FROM generate_series(30, 89) n;
    INSERT INTO "Bill" SELECT n % 3, n / 10, 'B' || n FROM generate_series(0, 299) n;
    ANALYZE`);
  const handle = { name: "handle", type: "text", fill: await fillOf("lower(email)", table, ["email"]) };
  await addColumn(db, table, handle, withTrigger, { hasChildren: true });
  const key = ["tenantId", "id"].map((column) => ({ column, type: "integer" }));
  return { table, key, columns: [handle], uniqueKeys: [] };
}
const rows = 60 + 60 + 300;

describe("tables that inherit", () => {
  it("have all their rows filled by the passes alone, however often a key repeats", async () => {
    const spec = await makeKin();
    expect((await facts()).rowEstimate).toBe(rows);
    const { status, filled, events } = await fillTable(database.url, spec, {
      batch: { startRows: 7, minRows: 3, maxRows: 10 },
    });
    expect({ status, filled }).toEqual({ status: "done", filled: rows });
    expect(events.filter(({ kind }) => kind === "sweep")).toEqual([]);
    expect(await scalar(db, `SELECT count(*)::int FROM "Doc" WHERE handle = lower(email)`)).toBe(rows);
  });

  it("are filled column by column where rows with one key lack different ones", async () => {
    const spec = await makeKin();
    const slug = { name: "slug", type: "text", fill: await fillOf("upper(email)", table, ["email"], "slug") };
    await addColumn(db, table, slug, true, { hasChildren: true });
    await db.query(`ALTER TABLE "Letter" DISABLE TRIGGER USER; UPDATE "Letter" SET slug = 'chosen' WHERE id % 2 = 0;
      ALTER TABLE "Letter" ENABLE TRIGGER USER`);
    const { events } = await fillTable(database.url, { ...spec, columns: [...spec.columns, slug] });
    expect(events.filter(({ kind }) => kind === "sweep")).toEqual([]);
    expect(await scalar(db, `SELECT count(*)::int FROM "Doc" WHERE handle IS NULL OR slug IS NULL`)).toBe(0);
    expect(await scalar(db, `SELECT count(*)::int FROM "Letter" WHERE slug = 'chosen'`)).toBeGreaterThan(30);
  });

  it("lose nothing while rows come to every table, and no trigger fills them", async () => {
    const spec = await makeKin({ withTrigger: false });
    const writer = await open(database.url);
    let isStopping = false;
    const writing = (async () => {
      const random = seeded(5);
      for (let n = 0; !isStopping; n++) {
        const name = ["Doc", "Letter", "Bill"][n % 3]!;
        await writer.query(`INSERT INTO "${name}" ("tenantId", id, email) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, [
          n % 3,
          Math.floor(random() * 4000) - 2000,
          `W${n}`,
        ]);
        if (n % 5 === 0)
          await writer.query(`UPDATE "Bill" SET id = id - 50 WHERE id = $1`, [Math.floor(random() * 30)]);
      }
    })();
    const first = await fillTable(database.url, spec, {
      needsFillTrigger: false,
      batch: { startRows: 5, maxRows: 9 },
      // Rows that come in faster than they are filled end a run with an error: not what this is about.
      onEvent: (event) => {
        if (event.kind === "sweep" && event.round > 2) isStopping = true;
      },
    });
    expect(first.status).toBe("done");
    isStopping = true;
    await writing;
    await writer.close();
    await fillTable(database.url, spec, { needsFillTrigger: false });
    expect(await scalar(db, `SELECT count(*)::int FROM "Doc" WHERE handle IS DISTINCT FROM lower(email)`)).toBe(0);
  });

  it("name a row that is refused by all columns of its key", async () => {
    const spec = await makeKin();
    await db.query(`ALTER TABLE "Bill" ADD CHECK (handle <> 'b217')`);
    const error = await errorOf(fillTable(database.url, spec));
    expect(error.code).toBe("LS5006");
    expect(error.message).toContain(`"Doc" row tenantId=1, id=21 on`);
    expect(await scalar(db, `SELECT ${rowLabel(await facts())} FROM "Doc" WHERE email = 'B217'`)).toBe(
      "tenantId=1, id=21",
    );
  });

  it("do not begin without the trigger on each of them", async () => {
    const spec = await makeKin();
    await db.query(`ALTER TABLE "Bill" DISABLE TRIGGER "zz_lockstep_fill_Doc_handle"`);
    const of = async () =>
      (await checkStructure(db, spec, await facts(), { allowTriggers: false })).map(({ code, message }) => [
        code,
        message,
      ]);
    const name = `"Doc"."handle" on ${db.label} has`;
    expect(await of()).toEqual([["LS5001", `${name} a fill trigger that is disabled for the rows of "Bill"`]]);
    await db.query(`CREATE TABLE "Note" (PRIMARY KEY ("tenantId", id)) INHERITS ("Doc"); DROP TABLE "Bill"`);
    expect(await of()).toEqual([["LS5001", `${name} no fill trigger for the rows of "Note"`]]);
  });

  it.each([
    {
      why: "without an index in the order of the key",
      make: `CREATE TABLE "Bill" () INHERITS ("Doc"); CREATE UNIQUE INDEX ON "Bill" (id, "tenantId")`,
      obstacle: `"public.Bill" has no index over ("tenantId", "id"): run CREATE INDEX CONCURRENTLY ON "public"."Bill" ("tenantId", "id").`,
    },
    {
      why: "with NULL in the key",
      make: `CREATE TABLE "Bill" ("tenantId" int, id int NOT NULL, email text); ALTER TABLE "Bill" INHERIT "Doc"`,
      obstacle: `"public.Bill" may have NULL in "tenantId": run ALTER TABLE "public"."Bill" ALTER COLUMN "tenantId" SET NOT NULL.`,
    },
    {
      why: "on another server",
      make: `CREATE EXTENSION file_fdw; CREATE SERVER elsewhere FOREIGN DATA WRAPPER file_fdw;
        CREATE FOREIGN TABLE "Bill" () INHERITS ("Doc") SERVER elsewhere OPTIONS (program 'true')`,
      obstacle: `"public.Bill" is a foreign table: detach it first, and add the column on its own server.`,
    },
  ])("are refused $why", async ({ make, obstacle }) => {
    // Not a primary key: PostgreSQL itself would insist on NOT NULL in tables that inherit.
    await db.query(`CREATE TABLE "Doc" ("tenantId" int, id int, email text)`);
    if (make.includes("ALTER TABLE")) {
      await db.query(make.replace(`ALTER TABLE "Bill" INHERIT "Doc"`, ""));
      await db.query(`ALTER TABLE "Bill" INHERIT "Doc"; UPDATE pg_attribute SET attnotnull = true
        WHERE attrelid = '"Doc"'::regclass AND attnum > 0 AND attname <> 'email'; CREATE UNIQUE INDEX ON "Doc" ("tenantId", id)`);
    } else await db.query(`ALTER TABLE "Doc" ADD PRIMARY KEY ("tenantId", id); ${make}`);
    expect(tableShape(await facts())).toMatchObject({ descendants: "children", obstacles: [obstacle] });
    const spec = {
      table,
      key: ["tenantId", "id"].map((column) => ({ column, type: "integer" })),
      columns: [],
      uniqueKeys: [],
    };
    const problems = await checkStructure(db, spec, await facts(), { allowTriggers: false });
    expect(problems.map(({ code, message }) => [code, message])).toEqual([["LS2021", obstacle]]);
  });

  it("have no say about duplicates: a unique index is over the rows of its own table", async () => {
    await makeKin();
    const unique = { table: await facts(), key: ["email"], columns: [] };
    await db.query(`UPDATE "Letter" SET email = 'D1'`);
    expect(await validateUnique(db, unique)).toEqual([]);
    await db.query(`UPDATE ONLY "Doc" SET email = 'D1' WHERE id = 2`);
    expect(await validateUnique(db, unique)).toMatchObject([
      { kind: "duplicates", rows: 2, samples: [{ rows: ["tenantId=1, id=1", "tenantId=2, id=2"] }] },
    ]);
  });
});

describe("a partitioned table", () => {
  const make = `CREATE TABLE "Doc" (region text, id int, email text, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
    CREATE TABLE "Doc_eu" PARTITION OF "Doc" FOR VALUES IN ('eu');
    CREATE TABLE "Doc_rest" PARTITION OF "Doc" DEFAULT PARTITION BY RANGE (id);
    CREATE TABLE "Doc_rest_1" PARTITION OF "Doc_rest" DEFAULT`;

  it("says what it is divided by, on all levels", async () => {
    await db.query(make);
    expect(tableShape(await facts())).toMatchObject({
      columns: ["region", "id", "email"],
      generatedColumns: [],
      key: [
        { column: "region", type: "text" },
        { column: "id", type: "integer" },
      ],
      descendants: "partitions",
      partitionColumns: ["id", "region"],
    });
    await db.query(`CREATE TABLE by_month (at date NOT NULL) PARTITION BY RANGE (date_part('year', at))`);
    expect((await readTable(db, { name: "by_month" }))?.partitionColumns).toEqual([null]);
  });

  it("is told apart while its index is not built, or the trigger of a partition is off", async () => {
    await db.query(`${make}; INSERT INTO "Doc" VALUES ('eu', 1, 'A')`);
    const handle = { name: "handle", type: "text", fill: await fillOf("lower(email)", table, ["email"]) };
    await addColumn(db, table, handle);
    await db.query(`CREATE INDEX waits ON ONLY "Doc" (handle); ALTER TABLE "Doc_eu" DISABLE TRIGGER USER`);
    const key = [
      { column: "region", type: "text" },
      { column: "id", type: "integer" },
    ];
    const spec = { table, key, columns: [handle], uniqueKeys: [] };
    const problems = await checkStructure(db, spec, await facts(), { allowTriggers: false });
    expect(problems.map(({ code, message, hint }) => [code, message, hint])).toEqual([
      [
        "LS5001",
        `"Doc"."handle" on ${db.label} has a fill trigger that is disabled for the rows of "Doc_eu"`,
        "npx lockstep repair   # enables or recreates it; if expand has not run there: npx lockstep deploy",
      ],
      [
        "LS5001",
        `The index "waits" of "Doc"."handle" on ${db.label} is not valid: its build was interrupted or is not finished`,
        "Deploy the expand migrations again: the one that checks this index prints the statements that build it.",
      ],
    ]);
    expect(
      await validateFill(db, { table: await facts(), column: handle, fill: handle.fill, columnExists: true }),
    ).toEqual([]);
  });
});
