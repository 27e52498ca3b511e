import { Buffer } from "node:buffer";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ForeignKey, UnitColumn, ValueConstraints } from "../../core/src/model/plan.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { openSession, type Session } from "../support/sessions.js";
import { type Failure, outcome } from "../support/unit-database.js";
import { fileOf, fillOf } from "../support/units.js";

const table = { name: "Row" };
const team: ForeignKey = {
  name: "Row_value_fkey",
  columns: ["value"],
  references: { name: "Team" },
  referencedColumns: ["id"],
  onUpdate: "CASCADE",
  onDelete: "RESTRICT",
  isMatchFull: false,
  deferrable: "no",
};
const index = (isUnique: boolean, ...columns: string[]): ValueConstraints => ({
  indexes: [{ name: "Row_value_idx", columns, isUnique }],
  foreignKeys: [],
});
const of = (sql: string, type: string, more: Partial<UnitColumn> = {}, kind: "backfill" | "mirror" = "backfill") => {
  const reads = ["email", "ratio"].filter((name) => sql.includes(name));
  const over = (row: (column: string) => string) => sql.replace(/\b(email|ratio)\b/g, (name) => row(name));
  return { name: "value", type, fill: fillOf(over, reads, { kind, isBuiltinOnly: !/own_|kind/.test(sql) }), ...more };
};

/** Each has no value for some of the rows below. */
const fills: readonly (readonly [name: string, column: UnitColumn])[] = [
  ["a division", of("100 / ratio", "integer")],
  ["a division, mirrored", of("100 / ratio", "integer", {}, "mirror")],
  ["too long", of("lower(email)", "character varying(12)")],
  ["too long, mirrored", of("lower(email)", "character varying(12)", {}, "mirror")],
  ["out of range", of("ratio", "smallint")],
  ["a cast", of("email::integer", "integer")],
  ["json", of("email::json", "json", {}, "mirror")],
  ["an enum", of("email::kind", "kind")],
  ["a domain", of("ratio", "own_positive")],
  ["a function that raises", of("own_raise(email)", "text")],
  ["a function that asserts", of("own_assert(ratio)", "integer")],
  ["a function without end", of("own_endless(ratio)", "integer")],
  ["a function that may not be called", of("own_forbidden(ratio)", "integer")],
  ["what extensions raise", of("own_internal(email)", "text")],
  ["unique", of("lower(email)", "text", { constraints: index(true, "value") })],
  ["unique, mirrored", of("lower(email)", "text", { constraints: index(true, "value") }, "mirror")],
  ["unique with another column", of("abs(ratio % 2)", "integer", { constraints: index(true, "ratio", "value") })],
  [
    "a default, unique",
    of("lower(email)", "text", { laterDefaultSql: "gen_random_uuid()::text", constraints: index(true, "value") }),
  ],
  ["longer than an index takes", of("email", "text", { constraints: index(false, "value") })],
  ["a foreign key", of("ratio", "integer", { constraints: { indexes: [], foreignKeys: [team] } })],
  ["a foreign key, mirrored", of("ratio", "integer", { constraints: { indexes: [], foreignKeys: [team] } }, "mirror")],
];

const ids = fc.integer({ min: 1, max: 5 });
// No index takes the last one: 3000 characters that do not compress.
const long = Array.from({ length: 3000 }, (_, n) => String.fromCodePoint(0x4e00 + ((n * 7919) % 20000))).join("");
const emails = fc.constantFrom(null, "", "A", "a", "B", "12", "İstanbul", "Σίσυφος", "thirteen char", "{}", long);
const ratios = fc.constantFrom(null, 0, 1, 2, -1, 7, 40_000, 2_147_483_647, -2_147_483_648);
const rows = fc.array(fc.tuple(ids, emails, ratios), { minLength: 1, maxLength: 4 });
type Row = readonly [number, string | null, number | null];

const text = (value: string | number | null) => (typeof value === "string" ? `'${value}'` : String(value));
const values = (some: readonly Row[]) => `VALUES ${some.map((row) => `(${row.map(text).join(", ")})`).join(", ")}`;
const into = `INSERT INTO "Row" ("id", "email", "ratio")`;
const copied = (some: readonly Row[]) => {
  const lines = some.map((row) => row.map((value) => value ?? "\\N").join("\t")).join("\n");
  return `COPY "Row" ("id", "email", "ratio") FROM PROGRAM 'echo ${Buffer.from(`${lines}\n`).toString("base64")} | base64 -d'`;
};

/** What code says that does not know the column. */
const statement = fc.oneof(
  { weight: 4, arbitrary: rows.map((some) => `${into} ${values(some.slice(0, 1))}`) },
  rows.map((some) => `${into} ${values(some)}`),
  { weight: 2, arbitrary: rows.map((some) => `${into} ${values(some)} ON CONFLICT DO NOTHING`) },
  rows.map(
    (some) =>
      `${into} ${values(some.slice(0, 1))} ON CONFLICT ("id") DO UPDATE SET "email" = EXCLUDED."email", "ratio" = EXCLUDED."ratio"`,
  ),
  fc.integer({ min: 10, max: 30 }).map((by) => `${into} SELECT "id" + ${by}, "email", "ratio" FROM "Row"`),
  rows.map(copied),
  fc.tuple(ids, emails).map(([id, email]) => `UPDATE "Row" SET "email" = ${text(email)} WHERE "id" = ${id}`),
  fc.tuple(ids, ratios).map(([id, ratio]) => `UPDATE "Row" SET "ratio" = ${text(ratio)} WHERE "id" >= ${id}`),
  fc.tuple(ids, ids).map(([id, to]) => `UPDATE "Row" SET "id" = ${to} WHERE "id" = ${id}`),
  fc.constant(`UPDATE "Row" SET "email" = lower("email"), "ratio" = -"ratio"`),
  ids.map((id) => `DELETE FROM "Row" WHERE "id" = ${id}`),
);

const made = `CREATE TABLE "Row" ("id" int PRIMARY KEY, "email" text, "ratio" int); CREATE TABLE "Team" ("id" int PRIMARY KEY);
  INSERT INTO "Team" VALUES (1), (7);
  CREATE TYPE kind AS ENUM ('A', 'B'); CREATE DOMAIN own_positive AS integer CHECK (VALUE > 0);
  CREATE FUNCTION own_raise(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN IF $1 < 'B' THEN RAISE 'no' USING ERRCODE = 'LS123'; END IF; RETURN $1; END$$;
  CREATE FUNCTION own_internal(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN IF $1 < 'B' THEN RAISE 'no' USING ERRCODE = 'XX000'; END IF; RETURN $1; END$$;
  CREATE FUNCTION own_assert(int) RETURNS int LANGUAGE plpgsql AS $$BEGIN ASSERT $1 > 0; RETURN $1; END$$;
  CREATE FUNCTION own_endless(int) RETURNS int LANGUAGE plpgsql AS $$BEGIN IF $1 > 1 THEN RETURN own_endless($1); END IF; RETURN $1; END$$;
  CREATE FUNCTION own_forbidden(int) RETURNS int LANGUAGE sql AS $$SELECT $1$$; REVOKE ALL ON FUNCTION own_forbidden FROM PUBLIC;
  GRANT pg_execute_server_program TO old_code; GRANT ALL ON "Row", "Team" TO old_code`;

let database: TestDatabase;
const open: Session[] = [];
beforeAll(async () => {
  database = await createDatabase("guard");
  const session = await openSession(database.url);
  open.push(session);
  await session.query(`DO $$BEGIN CREATE ROLE old_code; EXCEPTION WHEN duplicate_object THEN NULL; END$$`);
});
afterAll(async () => {
  await Promise.all(open.map((session) => session.end()));
  await database?.drop();
});

/** A schema of its own, as the table is before expand, and a session of code that does not know the column. */
async function fresh(schema: string): Promise<{ readonly owner: Session; readonly code: Session }> {
  const owner = await openSession(database.url, { search_path: schema });
  const code = await openSession(database.url, { search_path: schema, max_stack_depth: "200kB" });
  open.push(owner, code);
  await owner.query(
    `DROP SCHEMA IF EXISTS "${schema}" CASCADE; CREATE SCHEMA "${schema}"; GRANT USAGE ON SCHEMA "${schema}" TO old_code; ${made}`,
  );
  await code.query("SET ROLE old_code");
  return { owner, code };
}

/** What the files after expand build: the index, and the foreign key. */
function built({ constraints }: UnitColumn): string {
  const { indexes = [], foreignKeys = [] } = constraints ?? {};
  const list = (columns: readonly string[]) => columns.map((name) => `"${name}"`).join(", ");
  return [
    "SELECT",
    ...indexes.map(
      ({ name, columns, isUnique }) => `CREATE ${isUnique ? "UNIQUE " : ""}INDEX "${name}" ON "Row" (${list(columns)})`,
    ),
    ...foreignKeys.map(
      ({ name }) => `ALTER TABLE "Row" ADD CONSTRAINT "${name}" FOREIGN KEY ("value") REFERENCES "Team" ("id")`,
    ),
  ].join("; ");
}

const state = async (session: Session) =>
  (await session.query(`SELECT "id", "email", "ratio" FROM "Row" ORDER BY "id"`)).rows;

/** docs/annotations.md lists this case: the trigger keeps a value that no longer matches its source, as if code had chosen it. */
async function isKnownGap(owner: Session, { fill, constraints }: UnitColumn, { code }: Failure) {
  if (code !== "23505" || constraints?.indexes?.some(({ columns }) => columns.length > 1) !== true) return false;
  const { rowCount } = await owner.query(
    `SELECT FROM "Row" WHERE "value" IS NOT NULL AND "value" IS DISTINCT FROM (${fill!.sql})`,
  );
  return rowCount !== 0;
}

describe("code that does not know the column notices nothing", () => {
  it.each(fills)("%s", async (_, column) => {
    const before = await fresh("before_expand");
    const after = await fresh("after_expand");
    await after.owner.query(fileOf({ kind: "expand", table, columns: [column] }));
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 8 }), fc.nat(7), async (statements, at) => {
        for (const { owner } of [before, after]) await owner.query(`TRUNCATE "Row"`);
        await after.owner.query(
          `DROP INDEX IF EXISTS "Row_value_idx"; ALTER TABLE "Row" DROP CONSTRAINT IF EXISTS "Row_value_fkey"`,
        );
        for (const [n, sql] of statements.entries()) {
          // What the trigger gave before must not stop the build either.
          if (n === at) await after.owner.query(built(column));
          const [expected, found] = [await outcome(before.code.query(sql)), await outcome(after.code.query(sql))];
          if (expected === "done" && found !== "done" && (await isKnownGap(after.owner, column, found))) return;
          expect(found === "done" ? found : found.code).toEqual(expected === "done" ? expected : expected.code);
          expect(await state(after.owner)).toEqual(await state(before.owner));
        }
        if (at >= statements.length) await after.owner.query(built(column));
      }),
      { numRuns: 12 },
    );
    // It is no way out to give no value at all; only what nobody may call has none.
    await after.code.query(`TRUNCATE "Row"; ${into} VALUES (1, '12', 1), (2, 'A', 1), (3, 'B', 1)`);
    const { rows: given } = await after.owner.query(`SELECT FROM "Row" WHERE "value" IS NOT NULL`);
    expect(given.length > 0).toBe(!column.fill!.sql.includes("own_forbidden"));
  });
});

describe("a value that has to be unique", () => {
  const unique = of("lower(email)", "text", { constraints: index(true, "value") });
  const givenTo = async (session: Session, id: number) => {
    const { rows } = await session.query(`SELECT "value" FROM "Row" WHERE "id" = $1`, [id]);
    return (rows[0] as { value: string | null }).value;
  };
  const insert = (id: number, email: string) => `${into} VALUES (${id}, '${email}', 1)`;

  it("is left out until its index is valid, and from then on given to the first row that has it", async () => {
    const { owner, code } = await fresh("unique_value");
    await owner.query(fileOf({ kind: "expand", table, columns: [unique] }));
    await code.query(insert(1, "A"));
    await owner.query(built(unique));
    await owner.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"Row_value_idx"'::regclass`);
    await code.query(insert(2, "B"));
    await owner.query(`UPDATE pg_index SET indisvalid = true WHERE indexrelid = '"Row_value_idx"'::regclass`);
    // The session has planned its look-up while there was no index.
    await code.query(`${into} VALUES (3, 'A', 1), (4, 'a', 1), (5, 'C', 1)`);
    expect(await Promise.all([1, 2, 3, 4, 5].map((id) => givenTo(owner, id)))).toEqual([null, null, "a", null, "c"]);
    // A row's own value is no other row's, and one that is taken away comes back.
    await owner.query(`UPDATE "Row" SET "value" = NULL WHERE "id" IN (3, 5)`);
    expect([await givenTo(owner, 3), await givenTo(owner, 5)]).toEqual(["a", "c"]);
  });

  it.each([
    ["may not read the table", `REVOKE SELECT ON "Row" FROM old_code`],
    [
      "sees some of its rows",
      `ALTER TABLE "Row" ENABLE ROW LEVEL SECURITY; CREATE POLICY part ON "Row" USING ("id" > 1) WITH CHECK (true)`,
    ],
  ])("is left out where the role that writes %s: it could be another row's", async (_, prepare) => {
    const { owner, code } = await fresh("unique_value");
    await owner.query(fileOf({ kind: "expand", table, columns: [unique] }));
    await owner.query(built(unique));
    await owner.query(`${insert(1, "A")}; ${prepare}`);
    for (const [id, email] of [
      [2, "a"],
      [3, "B"],
    ] as const)
      await code.query(insert(id, email));
    expect([await givenTo(owner, 1), await givenTo(owner, 2), await givenTo(owner, 3)]).toEqual(["a", null, null]);
  });

  it("is looked up across partitions, and not in tables that inherit", async () => {
    const { owner, code } = await fresh("unique_value");
    await owner.query(`DROP TABLE "Row"; CREATE TABLE "Row" ("id" int, "email" text, "ratio" int) PARTITION BY LIST ("ratio");
      CREATE TABLE "Row_1" PARTITION OF "Row" FOR VALUES IN (1); CREATE TABLE "Row_2" PARTITION OF "Row" FOR VALUES IN (2); GRANT ALL ON "Row" TO old_code`);
    const both = of("lower(email)", "text", { constraints: index(true, "ratio", "value") });
    await owner.query(fileOf({ kind: "expand", table, columns: [both] }));
    await owner.query(built(both));
    await code.query(`${into} VALUES (1, 'A', 1), (2, 'a', 2), (3, 'a', 1)`);
    expect(await Promise.all([1, 2, 3].map((id) => givenTo(owner, id)))).toEqual(["a", "a", null]);

    await owner.query(`DROP TABLE "Row"; CREATE TABLE "Row" ("id" int PRIMARY KEY, "email" text, "ratio" int);
      CREATE TABLE "Child" () INHERITS ("Row"); GRANT ALL ON "Row", "Child" TO old_code`);
    await owner.query(fileOf({ kind: "expand", table, columns: [unique], hasChildren: true }));
    await owner.query(built(unique));
    await code.query(`${insert(1, "A")}; ${insert(2, "A").replace(`"Row"`, `"Child"`)}; ${insert(3, "A")}`);
    expect(await Promise.all([1, 2, 3].map((id) => givenTo(owner, id)))).toEqual(["a", "a", null]);
  });
});

it("lets through what is not the value's fault: the statement ends as it would without a trigger", async () => {
  const { owner, code } = await fresh("not_its_fault");
  await owner.query(
    `CREATE FUNCTION own_code(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE 'no' USING ERRCODE = $1; END$$`,
  );
  await owner.query(fileOf({ kind: "expand", table, columns: [of("own_code(email)", "text")] }));
  const codes = ["40001", "40P01", "53100", "53200", "55P03", "57014", "58030", "XX001"];
  const found: (string | undefined)[] = [];
  for (const each of codes) {
    const ended = await outcome(code.query(`${into} VALUES (1, '${each}', 1)`));
    found.push(ended === "done" ? ended : ended.code);
  }
  expect(found).toEqual(codes);
});

it("a change that builds what cannot be looked up leaves every value to the backfill", async () => {
  const { owner, code } = await fresh("other_constraint");
  const column = of("ratio", "integer", { constraints: { indexes: [], foreignKeys: [], hasOther: true } });
  await owner.query(fileOf({ kind: "expand", table, columns: [column] }));
  await owner.query(`ALTER TABLE "Row" ADD CHECK ("value" > 1)`);
  await code.query(`${into} VALUES (1, 'a', 1), (2, 'a', 2)`);
  expect((await owner.query(`SELECT "value" FROM "Row"`)).rows).toEqual([{ value: null }, { value: null }]);
});
