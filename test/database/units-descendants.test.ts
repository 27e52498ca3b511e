import { afterEach, describe, expect, it } from "vitest";
import { connect } from "../../core/src/databases/connect.js";
import type { Descendants, UnitColumn, UnitIndex } from "../../core/src/model/plan.js";
import { quoteIdentifier, quoteTable } from "../../core/src/postgresql/quote.js";
import { partitionIndexWork } from "../../core/src/target/facts/partition-index-work.js";
import { awkwardNames } from "../support/awkward-names.js";
import { type Catalogue, readCatalogue } from "../support/catalogue.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { openSession, type Session } from "../support/sessions.js";
import { outcome } from "../support/unit-database.js";
import { chain, filesOf, fillOf, lowerEmail, unitOf } from "../support/units.js";

let opened: { database: TestDatabase; sessions: Session[] } | undefined;

async function open(make: string): Promise<{ session: Session; observer: Session }> {
  const database = await createDatabase("descendants");
  opened = { database, sessions: [] };
  for (let n = 0; n < 2; n++) opened.sessions.push(await openSession(database.url));
  const [session, observer] = opened.sessions as [Session, Session];
  await observer.query(make);
  return { session, observer };
}
async function close(): Promise<void> {
  for (const session of opened?.sessions ?? []) await session.end();
  await opened?.database.drop();
  opened = undefined;
}
afterEach(close);

const catalogueOf = (session: Session): Promise<Catalogue> =>
  readCatalogue(session, { schemas: ["public", "old data"] });

/** Of a unique constraint it means nothing, and ALTER INDEX … ATTACH PARTITION leaves it as it was before. */
function withoutNoInherit(catalogue: Catalogue): Catalogue {
  const tables = catalogue.tables.map((each) => ({
    ...each,
    constraints: each.constraints.map(({ isLocal, ...rest }) => (rest.type === "u" ? rest : { isLocal, ...rest })),
  }));
  return { ...catalogue, tables };
}

/** Lists, a list of ranges, and a default; one partition in another schema, one with an awkward name. */
const partitioned = `
  CREATE SCHEMA "old data";
  CREATE TABLE "Order" ("region" text, "id" bigint, "email" text NOT NULL, PRIMARY KEY ("region", "id")) PARTITION BY LIST ("region");
  CREATE TABLE "Order_eu" PARTITION OF "Order" FOR VALUES IN ('eu');
  CREATE TABLE "old data"."o'r%s""x" PARTITION OF "Order" FOR VALUES IN ('us');
  CREATE TABLE "Order_asia" PARTITION OF "Order" FOR VALUES IN ('asia') PARTITION BY RANGE ("id");
  CREATE TABLE "Order_asia_1" PARTITION OF "Order_asia" FOR VALUES FROM (0) TO (10);
  CREATE TABLE "Order_asia_2" PARTITION OF "Order_asia" FOR VALUES FROM (10) TO (1000);
  CREATE TABLE "Order_rest" PARTITION OF "Order" DEFAULT;`;
const orders = `INSERT INTO "Order" SELECT (ARRAY['eu', 'us', 'asia', 'mars'])[1 + n % 4], n, 'U' || n || '@X.io' FROM generate_series(0, 39) n`;

const inherited = `
  CREATE SCHEMA "old data";
  CREATE TABLE "Order" ("id" bigint PRIMARY KEY, "email" text NOT NULL);
  CREATE TABLE "OnlineOrder" ("url" text, PRIMARY KEY ("id")) INHERITS ("Order");
  CREATE TABLE "old data"."o'r%s""x" (PRIMARY KEY ("id")) INHERITS ("Order");
  CREATE TABLE "GiftOrder" ("card" text, PRIMARY KEY ("id")) INHERITS ("OnlineOrder", "old data"."o'r%s""x");`;
// The same key in several tables: nothing refuses it.
const kin = `INSERT INTO "Order" SELECT n, 'U' || n || '@X.io' FROM generate_series(0, 9) n;
  INSERT INTO "OnlineOrder" SELECT n, 'O' || n || '@X.io' FROM generate_series(5, 19) n;
  INSERT INTO "old data"."o'r%s""x" SELECT n, 'X' || n || '@X.io' FROM generate_series(5, 9) n;
  INSERT INTO "GiftOrder" SELECT n, 'G' || n || '@X.io' FROM generate_series(0, 9) n;`;

const table = { name: "Order" };
const handle: UnitColumn = { name: "handle", type: "text", fill: lowerEmail };
const tag: UnitColumn = {
  name: "tag",
  type: "character varying(30)",
  fill: fillOf((row) => `upper(${row("email")})`, ["email"], { kind: "mirror" }),
};

interface Shape {
  readonly name: string;
  readonly make: string;
  readonly rows: string;
  readonly index: UnitIndex;
  readonly below: Descendants;
}
const shapes: Shape[] = [
  {
    name: "partitions, unique index",
    make: partitioned,
    rows: orders,
    index: { name: "Order_region_id_handle_key", isUnique: true, columns: ["region", "id", "handle"], method: "btree" },
    below: "partitions",
  },
  {
    name: "partitions, unique constraint",
    make: partitioned,
    rows: orders,
    index: {
      name: "UQ_%s",
      isUnique: true,
      columns: ["region", "id", "handle"],
      method: "btree",
      constraint: { deferrable: "deferred" },
    },
    below: "partitions",
  },
  {
    name: "partitions, hash index",
    make: partitioned,
    rows: orders,
    index: { name: "i%s", isUnique: false, columns: ["handle"], method: "hash" },
    below: "partitions",
  },
  {
    name: "children",
    make: inherited,
    rows: kin,
    index: { name: "Order_handle_key", isUnique: true, columns: ["handle"], method: "btree" },
    below: "children",
  },
];

const columns = [handle, tag];
const unitsOf = ({ index, below }: Pick<Shape, "index" | "below">) => filesOf(table, columns, index, below);

describe.each(shapes)("$name", (shape) => {
  const files = unitsOf(shape);

  it("ends where the plain statements end", async () => {
    const plain = await open(shape.make);
    const { name, isUnique, method, columns: keys, constraint } = shape.index;
    const key = `(${keys.map((each) => `"${each}"`).join(", ")})`;
    await plain.observer.query(
      `ALTER TABLE "Order" ADD COLUMN "handle" text NOT NULL, ADD COLUMN "tag" character varying(30) NOT NULL;
       ${
         constraint === undefined
           ? `CREATE ${isUnique ? "UNIQUE " : ""}INDEX "${name}" ON "Order" USING ${method} ${key}`
           : `ALTER TABLE "Order" ADD CONSTRAINT "${name}" UNIQUE ${key} DEFERRABLE INITIALLY DEFERRED`
       }`,
    );
    const expected = withoutNoInherit(await catalogueOf(plain.observer));
    await close();

    const live = await open(shape.make);
    await live.observer.query(shape.rows);
    for (const kind of ["expand", "create-index", "assert-index", "prove", "enforce"] as const)
      await live.session.query(files[kind]);
    expect(withoutNoInherit(await catalogueOf(live.observer))).toEqual(expected);
    const wrong = `SELECT * FROM "Order" WHERE "handle" IS DISTINCT FROM lower("email") OR "tag" IS DISTINCT FROM upper("email")`;
    expect((await live.observer.query(wrong)).rows).toEqual([]);
  });

  it("each unit runs twice, and undo comes back to where it was", async () => {
    const live = await open(shape.make);
    await live.observer.query(shape.rows);
    const before = await catalogueOf(live.observer);
    const twice = async (kind: keyof typeof files) => {
      await live.session.query(files[kind]);
      const once = await catalogueOf(live.observer);
      // CREATE INDEX CONCURRENTLY, of a table without partitions, has no IF NOT EXISTS.
      if (kind !== "create-index" || shape.below === "partitions") await live.session.query(files[kind]);
      expect(await catalogueOf(live.observer), kind).toEqual(once);
      return once;
    };
    const order = ["expand", "create-index", "assert-index"] as const;
    let expanded = before;
    for (const kind of order) expanded = await twice(kind);
    for (const kind of ["prove", "enforce"] as const) await twice(kind);
    expect(await twice("undo-contract")).toEqual(expanded);
    expect(await twice("undo-expand")).toEqual(before);
  });

  it("rows written to a table below get their value while the plan is open", async () => {
    const live = await open(shape.make);
    await live.session.query(files.expand);
    const written = ["Order", ...(shape.below === "children" ? ["OnlineOrder", "GiftOrder"] : ["Order_eu"])];
    for (const [n, name] of written.entries()) {
      const values = shape.below === "children" ? `("id", "email") VALUES (${n}, 'A')` : `VALUES ('eu', ${n}, 'A')`;
      await live.observer.query(`INSERT INTO "${name}" ${values}; UPDATE "${name}" SET "email" = 'B', "handle" = NULL`);
    }
    expect((await live.observer.query(`SELECT "handle", "tag" FROM "Order"`)).rows).toEqual(
      written.map(() => ({ handle: "b", tag: "B" })),
    );
  });
});

describe.each(["partitions", "children"] as const)("awkward names, with %s", (below) => {
  it.each(awkwardNames)("$why", async ({ table: name, column }) => {
    const [quoted, quotedColumn] = [quoteTable({ name }), quoteIdentifier(column)];
    const live = await open(
      below === "partitions"
        ? `CREATE TABLE ${quoted} ("email" text) PARTITION BY HASH ("email");
           CREATE TABLE "p%s'1" PARTITION OF ${quoted} FOR VALUES WITH (MODULUS 2, REMAINDER 0);
           CREATE TABLE p2 PARTITION OF ${quoted} FOR VALUES WITH (MODULUS 2, REMAINDER 1)`
        : `CREATE TABLE ${quoted} ("email" text); CREATE TABLE "p%s'1" () INHERITS (${quoted})`,
    );
    const before = await readCatalogue(live.observer, { schemas: ["public"] });
    await live.observer.query(
      `INSERT INTO ${quoted} VALUES ('A'); INSERT INTO "p%s'1" SELECT email FROM ${quoted} WHERE tableoid = '"p%s''1"'::regclass`,
    );
    const index = { name: column, isUnique: false, columns: [column], method: "btree" };
    const files = filesOf({ name }, [{ name: column, type: "text", fill: lowerEmail }], index, below);
    for (const kind of chain) await live.session.query(files[kind]);
    expect((await live.observer.query(`SELECT DISTINCT ${quotedColumn} AS value FROM ${quoted}`)).rows).toEqual([
      { value: "a" },
    ]);
    for (const kind of ["undo-contract", "undo-expand"] as const) await live.session.query(files[kind]);
    expect(await readCatalogue(live.observer, { schemas: ["public"] })).toEqual(before);
  });
});

describe("the index of a partitioned table", () => {
  const [shape] = shapes as [Shape];
  const files = unitsOf(shape);
  const large = `INSERT INTO "Order" SELECT 'eu', n, repeat(md5(n::text), 60) FROM generate_series(100, 10000) n`;

  it("stops at a large partition with the statements, and goes on when they were run", async () => {
    const live = await open(partitioned);
    await live.observer.query(`ALTER TABLE "Order" ALTER "email" SET STORAGE EXTERNAL`);
    await live.observer.query(`ALTER TABLE "Order_eu" ALTER "email" SET STORAGE EXTERNAL; ${orders}; ${large}`);
    for (const kind of ["expand", "create-index"] as const) await live.session.query(files[kind]);
    const stopped = await outcome(live.session.query(files["assert-index"]));
    expect(stopped).toMatchObject({
      code: "55000",
      message: `The index "Order_region_id_handle_key" on "Order" lacks partitions that are too large to be done inside a migration.`,
      hint: expect.stringContaining(
        `: CREATE UNIQUE INDEX CONCURRENTLY ON "Order_eu"("region", "id", "handle");`,
      ) as string,
    });
    // The small ones have joined already.
    const joined = `SELECT count(*)::int AS n FROM pg_inherits JOIN pg_index ON indexrelid = inhrelid WHERE pg_get_indexdef(indexrelid) LIKE '%handle%'`;
    expect((await live.observer.query(joined)).rows).toEqual([{ n: 5 }]);
    // A build that was interrupted: its rest is dropped first.
    await live.observer.query(
      `CREATE UNIQUE INDEX CONCURRENTLY "Order_eu_region_id_handle_idx" ON "Order_eu" ("region", "id", "handle")`,
    );
    await live.observer.query(
      `UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"Order_eu_region_id_handle_idx"'::regclass`,
    );
    const again = await outcome(live.session.query(files["assert-index"]));
    const statements = /outside of a transaction: (.*;) Then let/.exec(again === "done" ? "" : (again.hint ?? ""))?.[1];
    expect(statements).toBe(
      `DROP INDEX CONCURRENTLY "Order_eu_region_id_handle_idx"; CREATE UNIQUE INDEX CONCURRENTLY ON "Order_eu"("region", "id", "handle");`,
    );
    const target = await connect(opened!.database.url, { applicationName: "test" });
    const units = [unitOf({ kind: "assert-index", table, index: shape.index, isPartitioned: true })];
    const work = await partitionIndexWork(target, { units });
    expect(work.map((each) => each.statements.join("; "))).toEqual([statements!.replace(/;$/, "")]);
    for (const statement of work.flatMap((each) => each.statements)) await target.query(statement);
    expect(await outcome(live.session.query(files["assert-index"]))).toBe("done");
    expect(await partitionIndexWork(target, { units })).toEqual([]);
    await target.close();
    const isValid = `SELECT indisvalid FROM pg_index WHERE indexrelid = '"Order_region_id_handle_key"'::regclass`;
    expect((await live.observer.query(isValid)).rows).toEqual([{ indisvalid: true }]);
    // Large: no transaction around it.
    await live.session.query(files["assert-index"]);
  });

  it("of a constraint: what was built by hand on a large partition is attached to one, and joins", async () => {
    const live = await open(partitioned);
    await live.observer.query(`ALTER TABLE "Order_eu" ALTER "email" SET STORAGE EXTERNAL; ${orders}; ${large}`);
    const index: UnitIndex = { ...shape.index, constraint: { deferrable: "immediate" } };
    const constrained = unitsOf({ ...shape, index });
    for (const kind of ["expand", "create-index"] as const) await live.session.query(constrained[kind]);
    const stopped = await outcome(live.session.query(constrained["assert-index"]));
    const hint = stopped === "done" ? "" : (stopped.hint ?? "");
    const statement = /outside of a transaction: (.*?;) Then let/.exec(hint)?.[1] ?? "";
    expect(statement).toBe(`CREATE UNIQUE INDEX CONCURRENTLY ON "Order_eu"("region", "id", "handle");`);
    await live.session.query(statement);
    expect(await outcome(live.session.query(constrained["assert-index"]))).toBe("done");
    const { rows } = await live.observer.query(
      `SELECT pg_get_constraintdef(oid) AS key, convalidated AS valid FROM pg_constraint WHERE contype = 'u' AND conrelid = '"Order_eu"'::regclass`,
    );
    expect(rows).toEqual([{ key: "UNIQUE (region, id, handle) DEFERRABLE", valid: true }]);
    const isValid = `SELECT indisvalid FROM pg_index WHERE indexrelid = '"Order_region_id_handle_key"'::regclass`;
    expect((await live.observer.query(isValid)).rows).toEqual([{ indisvalid: true }]);
  });

  it("is there on partitions that are made or attached between the units", async () => {
    const live = await open(partitioned);
    for (const kind of ["expand", "create-index"] as const) await live.session.query(files[kind]);
    await live.observer.query(
      `CREATE TABLE "Order_moon" PARTITION OF "Order" FOR VALUES IN ('moon');
       CREATE TABLE "Order_sun" (LIKE "Order" INCLUDING ALL); ALTER TABLE "Order" ATTACH PARTITION "Order_sun" FOR VALUES IN ('sun')`,
    );
    expect(await outcome(live.session.query(files["assert-index"]))).toBe("done");
  });

  it.each([
    { name: "missing", make: "SELECT", code: "42704" },
    { name: "another one", make: `CREATE INDEX "Order_region_id_handle_key" ON "Order" ("email")`, code: "42710" },
  ])("is refused when it is $name", async ({ make, code }) => {
    const live = await open(partitioned);
    await live.session.query(files.expand);
    await live.observer.query(make);
    expect(await outcome(live.session.query(files["assert-index"]))).toMatchObject({ code });
  });

  it("says in words that Prisma keeps why a unique index cannot be built", async () => {
    const unique = unitsOf({ ...shape, index: { ...shape.index, columns: ["region", "handle"] } });
    const live = await open(partitioned);
    await live.session.query(unique.expand);
    await live.observer.query(`INSERT INTO "Order" VALUES ('eu', 1, 'A'), ('eu', 2, 'A')`);
    await live.session.query(unique["create-index"]);
    expect(await outcome(live.session.query(unique["assert-index"]))).toMatchObject({
      code: "55000",
      message: expect.stringContaining(`could not create unique index "Order_eu_region_handle_idx"`) as string,
      detail: "Key (region, handle)=(eu, a) is duplicated.",
    });
  });

  it("runs inside of a transaction while the table is small", async () => {
    const live = await open(`${partitioned}; ${orders}`);
    await live.session.query("BEGIN");
    for (const kind of ["expand", "create-index", "assert-index", "prove", "enforce"] as const)
      await live.session.query(files[kind]);
    await live.session.query("COMMIT");
  });
});
