import { expect, test } from "vitest";
import type { ClientDefault } from "../../../core/src/model/index.js";
import { phasesOf } from "../../../core/src/plan/phases.js";
import { planText, readPlan } from "../../../core/src/plan/plan-file.js";
import { answerTo, handleSql, type PlanFixture, planOf, userShape } from "../../support/plan-fixture.js";

test("a required unique column: all phases, in order", async () => {
  const plan = await planOf();
  expect(phasesOf(plan)).toEqual(["expand", "backfill", "switch", "contract"]);
  expect(plan.units.map((unit) => unit.id)).toEqual([
    "expand-1-expand",
    "expand-2-create-index",
    "expand-3-assert-index",
    "contract-1-prove",
    "contract-2-enforce",
  ]);
  expect(plan.gates.switch.map((step) => step.gate)).toEqual([
    "phase-applied",
    "no-missing-values",
    "translation-agrees",
  ]);
  expect(plan.gates.contract.map((step) => step.gate)).toEqual([
    "phase-applied",
    "no-missing-values",
    "writers-aware",
    "reads-steady",
  ]);
  expect(plan.backfills).toMatchObject([{ key: [{ column: "id", type: "integer" }], columns: [{ name: "handle" }] }]);
  expect(plan.columns[0]?.write).toEqual({ kind: "sql", sql: "lower(email)" });
});

test("deterministic: the same input gives the same bytes, another name another file", async () => {
  expect(planText(await planOf())).toBe(planText(await planOf()));
  expect((await planOf()).fingerprint).toBe((await planOf({ id: "20261120093001_x" })).fingerprint);
});

test("nothing of the user's migration is lost: safe statements keep bytes and order, and columns their places", async () => {
  const sql = `-- CreateEnum\nCREATE TYPE "Role" AS ENUM ('A', 'B');\n\n-- AlterTable\nALTER TABLE "User" ADD COLUMN     "bio" TEXT,\nADD COLUMN     "handle" TEXT NOT NULL,\nADD COLUMN     "role" "Role" NOT NULL DEFAULT 'A';\n\n-- CreateTable\nCREATE TABLE "Team" (\n    "id" SERIAL NOT NULL\n);\n\n-- CreateIndex\nCREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");\n\n-- DropForeignKey\nALTER TABLE "Old" DROP CONSTRAINT "old";\n`;
  const plan = await planOf({ sql });
  expect(
    plan.units
      .filter((unit) => unit.phase === "expand")
      .map(({ spec }) => (spec.kind === "original" ? spec.sql : spec.kind)),
  ).toEqual([
    `-- CreateEnum\nCREATE TYPE "Role" AS ENUM ('A', 'B');\n\n-- AlterTable\nALTER TABLE "User" ADD COLUMN     "bio" TEXT;\n`,
    "expand",
    `ALTER TABLE "User" ADD COLUMN     "role" "Role" NOT NULL DEFAULT 'A';\n\n-- CreateTable\nCREATE TABLE "Team" (\n    "id" SERIAL NOT NULL\n);\n`,
    "create-index",
    "assert-index",
    `-- DropForeignKey\nALTER TABLE "Old" DROP CONSTRAINT "old";\n`,
  ]);
  expect(plan.notices.map((notice) => notice.sql)).toEqual([`ALTER TABLE "Old" DROP CONSTRAINT "old"`]);
});

test("an index that is wanted concurrently shares no file with other statements", async () => {
  const sql = `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;\nCREATE INDEX CONCURRENTLY "i" ON "User"  ("email", "name" DESC);\nCREATE TYPE "Role" AS ENUM ('A');\n`;
  const plan = await planOf({ sql });
  const specs = plan.units.filter((unit) => unit.phase === "expand").map(({ spec }) => spec);
  expect(specs.map(({ kind }) => kind)).toEqual(["expand", "original", "create-index", "assert-index"]);
  expect(plan.units[2]?.ddl).toBe(`CREATE INDEX CONCURRENTLY "i" ON "User" ("email", "name" DESC)`);
});

const refused: readonly (PlanFixture & { name: string; code: string; message: RegExp; hint?: RegExp })[] = [
  {
    name: "no value for existing rows",
    columns: { handle: { fill: undefined } as never },
    code: "LS2001",
    message: /User\.handle is required/,
    hint: /prisma\/schema\.prisma:14[\s\S]*@lockstep\.backfill/,
  },
  {
    name: "constant for a unique column",
    columns: { handle: { fill: { kind: "backfill", sql: "'x'" } } },
    code: "LS2002",
    message: /same value/,
  },
  {
    name: "constant default of a unique column",
    sql: `ALTER TABLE "User" ADD COLUMN "h" TEXT NOT NULL DEFAULT 'x'; CREATE UNIQUE INDEX "k" ON "User"("h");`,
    code: "LS2002",
    message: /same default/,
  },
  {
    name: "unknown column",
    columns: { handle: { fill: { kind: "backfill", sql: "lower(mail)" } } },
    code: "LS2003",
    message: /no column "mail"/,
  },
  {
    name: "does not parse",
    columns: { handle: { fill: { kind: "backfill", sql: "lower(" } } },
    code: "LS1002",
    message: /lower\(/,
  },
  {
    name: "subquery",
    columns: { handle: { fill: { kind: "backfill", sql: `(SELECT max(email) FROM "User")` } } },
    code: "LS2004",
    message: /subquery/,
  },
  {
    name: "a mirror in an optional column",
    sql: `ALTER TABLE "User" ADD COLUMN "nick" TEXT;`,
    columns: { nick: { fill: { kind: "mirror", sql: "name" } } },
    code: "LS2030",
    message: /NULL may be a row that has not followed yet/,
    hint: /@lockstep\.backfill\(name\)/,
  },
  {
    name: "a mirror beside a default",
    sql: `ALTER TABLE "User" ADD COLUMN "nick" TEXT NOT NULL DEFAULT 'x';`,
    columns: { nick: { fill: { kind: "mirror", sql: "name" } } },
    code: "LS2030",
    message: /has the default 'x'/,
  },
  {
    name: "an annotation on a serial column",
    sql: `ALTER TABLE "User" ADD COLUMN "no" SERIAL NOT NULL;`,
    columns: { no: { fill: { kind: "backfill", sql: "id" } } },
    code: "LS2031",
    message: /a sequence numbers/,
  },
  {
    name: "no key",
    shape: { columns: ["email"], generatedColumns: [], key: [] },
    code: "LS2009",
    message: /no primary key, and no unique index/,
  },
  {
    name: "unique without what the table is partitioned by",
    shape: { ...userShape, descendants: "partitions", partitionColumns: ["region", null] },
    code: "LS2020",
    message: /The unique index over "handle" does not include .* partitioned by: "region", an expression\./,
  },
  {
    name: "rows below that cannot be filled",
    shape: { ...userShape, descendants: "children", obstacles: ["A has no index.", "B is a foreign table."] },
    code: "LS2021",
    message: /Rows below "User" cannot be filled: A has no index\. B is a foreign table\./,
  },
];

test.each([
  { descendants: "partitions", expand: undefined, index: true },
  { descendants: "children", expand: true, index: undefined },
] as const)("a table with $descendants has units that reach them, in both directions", async (shape) => {
  const plan = await planOf({
    shape: { ...userShape, descendants: shape.descendants, partitionColumns: ["handle"] },
  });
  const specs = [...plan.units, ...plan.undo.expand, ...plan.undo.contract].map(({ spec }) => spec);
  for (const spec of specs) {
    if ("index" in spec) expect(spec.isPartitioned, spec.kind).toBe(shape.index);
    if ("columns" in spec) expect(spec.hasChildren, spec.kind).toBe(shape.expand);
  }
  expect(new Set(specs.map(({ kind }) => kind)).size).toBe(7);
  expect(plan.columns[0]?.descendants).toBe(shape.descendants);
  expect(readPlan(planText(plan), "plan.json")).toEqual(plan);
});

test.each(refused)("refused with $code: $name", async ({ code, message, hint, ...fixture }) => {
  const error = await answerTo(fixture).then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  if (hint !== undefined) expect(error.hint).toMatch(hint);
});

test("@lockstep.skip waves a change through, and its reason is shown, also beside a plan", async () => {
  const skip = { skip: "table is empty everywhere" };
  const remarks = [{ kind: "skipped", why: "table is empty everywhere" }];
  expect(await answerTo({ columns: { handle: skip } })).toMatchObject({
    kind: "pass",
    notices: [{ remarks }, { remarks }],
  });
  const sql = `ALTER TABLE "User" ADD COLUMN "nick" TEXT NOT NULL,\nADD COLUMN "handle" TEXT NOT NULL;`;
  expect(await planOf({ sql, columns: { nick: skip } })).toMatchObject({
    columns: [{ name: "handle" }],
    notices: [{ remarks }],
  });
});

test("LS2012: a fill whose source goes away in the same change", async () => {
  const sql = `ALTER TABLE "User" RENAME COLUMN "name" TO "title";\nALTER TABLE "User" ADD COLUMN "fullName" TEXT NOT NULL;`;
  await expect(
    answerTo({ sql, columns: { fullName: { fill: { kind: "backfill", sql: "name" } } } }),
  ).rejects.toMatchObject({
    code: "LS2012",
    message: expect.stringContaining(`removes "name"`),
  });
});

test("LS2013: a fill that reads what another open plan still fills", async () => {
  const sql = `ALTER TABLE "User" ADD COLUMN "alias" TEXT NOT NULL;`;
  const shape = { ...userShape, columns: [...userShape.columns, "handle"] };
  const columns = { alias: { fill: { kind: "backfill", sql: "coalesce(handle, name)" } as const } };
  await expect(answerTo({ sql, shape, columns, openPlans: [await planOf()] })).rejects.toMatchObject({
    code: "LS2013",
  });
  expect(await answerTo({ sql, shape, columns })).toMatchObject({ kind: "plan" });
});

test("an existing column becomes required: without a trigger, a switch, and a drop in its undo", async () => {
  const sql = `ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;`;
  const planned = async (kind: "backfill" | "mirror") =>
    planOf({ sql, columns: { name: { fill: { kind, sql: "lower(email)" } } } });
  const plan = await planned("backfill");
  expect(phasesOf(plan)).toEqual(["expand", "backfill", "contract"]);
  expect(plan.columns).toMatchObject([{ becomesRequired: true, isRelaxed: true, fill: { withoutTrigger: true } }]);
  expect(plan.undo.expand).toEqual([]);
  expect(plan.undo.contract.map(({ spec }) => spec.kind)).toEqual(["undo-contract"]);
  await expect(planned("mirror")).rejects.toMatchObject({ code: "LS2030" });
});

const idle: readonly [name: string, sql: string, message: RegExp][] = [
  ["the table is made by the same change", `CREATE TABLE "Team" ("nick" TEXT);`, /makes "Team", so it has no rows/],
  [
    "a generated column",
    `ALTER TABLE "User" ADD COLUMN "nick" TEXT GENERATED ALWAYS AS (lower("email")) STORED;`,
    /computes the column itself/,
  ],
  [
    "the column had another name before",
    `ALTER TABLE "User" RENAME COLUMN "name" TO "nick";`,
    /the change gives "name" that name/,
  ],
  [
    "the column is proved to have a value in each row",
    `ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("nick" IS NOT NULL) NOT VALID; ALTER TABLE "User" VALIDATE CONSTRAINT "c"; ALTER TABLE "User" ALTER COLUMN "nick" SET NOT NULL;`,
    /no row of the column lacks a value/,
  ],
];
test.each(idle)("LS2014: an annotation that nothing would use: %s", async (_name, sql, message) => {
  const columns = { nick: { fill: { kind: "backfill", sql: "lower(email)" } as const } };
  await expect(
    answerTo({ sql: `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;\n${sql}`, columns }),
  ).rejects.toMatchObject({ code: "LS2014", message: expect.stringMatching(message) });
});

/** What becomes of a declaration with and without an annotation. */
const forms: readonly [name: string, declaration: string, fill: string | undefined, plan: object | undefined][] = [
  ["optional", `TEXT`, undefined, undefined],
  ["optional, annotated", `TEXT`, "lower(email)", { isRelaxed: false, write: { kind: "none" } }],
  ["constant default", `TEXT NOT NULL DEFAULT 'x'`, undefined, undefined],
  ["constant default, annotated", `TEXT NOT NULL DEFAULT 'x'`, "lower(email)", { isRelaxed: true, defaultSql: "'x'" }],
  ["volatile default", `TEXT NOT NULL DEFAULT f()`, undefined, { isRelaxed: true, fill: { sql: "f()" } }],
  ["volatile default, annotated", `TEXT NOT NULL DEFAULT f()`, "email", { isRelaxed: true, fill: { sql: "email" } }],
  ["optional, volatile default", `TEXT DEFAULT f()`, undefined, { isRelaxed: false, fill: { sql: "f()" } }],
  [
    "serial",
    `SERIAL NOT NULL`,
    undefined,
    { isRelaxed: true, type: "integer", sequence: { name: "User_nick_seq" }, fill: { isBuiltinOnly: false } },
  ],
  ["optional serial", `SERIAL`, undefined, { isRelaxed: false, notNull: false }],
];
test.each(forms)("%s", async (_name, declaration, sql, expected) => {
  const hasDefault = / DEFAULT /.test(declaration);
  const columns = sql === undefined ? {} : { nick: { hasDefault, fill: { kind: "backfill", sql } as const } };
  const answer = await answerTo({ sql: `ALTER TABLE "User" ADD COLUMN "nick" ${declaration};`, columns });
  if (expected === undefined) return expect(answer.kind).toBe("pass");
  const { plan } = answer as Extract<typeof answer, { kind: "plan" }>;
  expect(plan.columns).toMatchObject([expected]);
  const { isRelaxed } = plan.columns[0]!;
  expect(phasesOf(plan)).toEqual(["expand", "backfill", "switch", ...(isRelaxed ? ["contract"] : [])]);
  expect(plan.gates.switch.map(({ gate }) => gate)).toEqual([
    "phase-applied",
    isRelaxed ? "no-missing-values" : "backfill-done",
  ]);
  expect(plan.backfills.map(({ once }) => once)).toEqual([isRelaxed ? undefined : true]);
  expect(readPlan(planText(plan), "plan.json")).toEqual(JSON.parse(JSON.stringify(plan)));
});

test("columns that stay optional have a pass of their own", async () => {
  const sql = `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL,\nADD COLUMN "nick" TEXT,\nADD COLUMN "motto" TEXT;`;
  const fill = { fill: { kind: "backfill", sql: "name" } } as const;
  const plan = await planOf({ sql, columns: { nick: fill, motto: fill } });
  expect(plan.backfills.map(({ once, columns }) => [once, columns.map(({ name }) => name)])).toEqual([
    [undefined, ["handle"]],
    [true, ["nick", "motto"]],
  ]);
  expect(phasesOf(plan)).toEqual(["expand", "backfill", "switch", "contract"]);
});

const clientDefaults: readonly [ClientDefault["kind"], text: string, type: string, hint: RegExp][] = [
  ["uuid", "@default(uuid())", "TEXT", /@lockstep\.backfill\(gen_random_uuid\(\)::text\)/],
  ["uuid", "@default(uuid(7))", "UUID", /@lockstep\.backfill\(gen_random_uuid\(\)\).*version 4 where .*version 7/],
  ["cuid", "@default(cuid())", "TEXT", /25 characters.*lockstep\.config\.ts/],
  ["cuid", "@default(cuid(2))", "TEXT", /24 characters.*lockstep\.config\.ts/],
  ["nanoid", "@default(nanoid(12))", "TEXT", /12 characters.*lockstep\.config\.ts/],
  ["ulid", "@default(ulid())", "TEXT", /26 characters.*lockstep\.config\.ts/],
  ["updatedAt", "@updatedAt", "TIMESTAMP(3)", /@lockstep\.backfill\("createdAt"\)/],
];
test.each(clientDefaults)("LS2001 suggests a source for %s, %s", async (kind, text, type, hint) => {
  const sql = `ALTER TABLE "User" ADD COLUMN "x" ${type} NOT NULL;`;
  const shape = { ...userShape, columns: [...userShape.columns, "createdAt"] };
  const columns = { x: { clientDefault: { kind, text }, fill: undefined } as never };
  const error = await answerTo({ sql, shape, columns }).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: "LS2001", hint: expect.stringMatching(hint) });
});

test("unique constraints are carried with all their columns, to the column and to the backfill", async () => {
  const sql = `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL,
ADD COLUMN "team" TEXT NOT NULL;
CREATE UNIQUE INDEX "a" ON "User"("handle");
CREATE UNIQUE INDEX "b" ON "User"("team", "handle");
CREATE UNIQUE INDEX "c" ON "User"("name", "team");
CREATE UNIQUE INDEX "d" ON "User"("name", "email");
CREATE INDEX "e" ON "User"("handle", "name");`;
  const plan = await planOf({ sql, columns: { team: { fill: { kind: "backfill", sql: "'same'" } } } });
  expect(plan.columns.map(({ name, uniqueKeys }) => ({ name, uniqueKeys }))).toEqual([
    { name: "handle", uniqueKeys: [["handle"], ["team", "handle"]] },
    {
      name: "team",
      uniqueKeys: [
        ["team", "handle"],
        ["name", "team"],
      ],
    },
  ]);
  expect(plan.backfills.map(({ uniqueKeys }) => uniqueKeys)).toEqual([
    [["handle"], ["team", "handle"], ["name", "team"]],
  ]);
  expect(readPlan(planText(plan), "plan.json")).toEqual(JSON.parse(JSON.stringify(plan)));
});

test("plan.json is read back as it was written", async () => {
  const plan = await planOf();
  expect(readPlan(planText(plan), "plan.json")).toEqual(JSON.parse(JSON.stringify(plan)));
});

const damaged: readonly [string, string, (text: string) => string][] = [
  ["LS3001", "a value changed by hand", (text) => text.replace('"handle"', '"handel"')],
  ["LS3001", "the hash changed by hand", (text) => text.replace(/"hash": "./, '"hash": "z')],
  ["LS3002", "a newer version", (text) => text.replace('"schemaVersion": 1', '"schemaVersion": 2')],
  ["LS3007", "cut off", (text) => text.slice(0, text.length / 2)],
  ["LS3007", "an unknown key", (text) => text.replace('"orm": "prisma"', '"orm": "prisma", "extra": 1')],
  ["LS3007", "another document", () => "[]"],
  ["LS3007", "in conflict", (text) => `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> main\n`],
];
test.each(damaged)("%s for a plan.json with %s", async (code, _name, damage) => {
  const text = damage(planText(await planOf()));
  expect(() => readPlan(text, "plan.json")).toThrow(expect.objectContaining({ code }));
});

test("reformatted by a tool, plan.json is still itself", async () => {
  const plan = await planOf({ sql: handleSql });
  expect(readPlan(JSON.stringify(JSON.parse(planText(plan))), "plan.json")).toEqual(JSON.parse(JSON.stringify(plan)));
});

test.each([
  [
    `CREATE INDEX "i" ON "User"("name"); ALTER TABLE "User" ADD CONSTRAINT "f" FOREIGN KEY ("name") REFERENCES "Team"("code");`,
    [`ALTER TABLE "User" DROP CONSTRAINT IF EXISTS "f";`, `DROP INDEX CONCURRENTLY IF EXISTS "i"`],
  ],
  // The constraint of a statement that the plan does not replace stays, and its index with it.
  [`CREATE UNIQUE INDEX "i" ON "User"("name"); ALTER TABLE "User" ADD CONSTRAINT "i" UNIQUE USING INDEX "i";`, []],
  [
    `ALTER TABLE "User" DROP COLUMN "email"; CREATE INDEX "i" ON "User"("name");`,
    [`DROP INDEX CONCURRENTLY IF EXISTS "i"`],
  ],
])("an undo drops what expand built over existing columns: %s", async (sql, undo) => {
  const plan = await planOf({ sql });
  expect(plan.columns).toEqual([]);
  expect(plan.undo.expand.map(({ ddl }) => ddl)).toEqual(undo);
});

test.each<[name: string, fill: string, source: object, isTold: boolean]>([
  ["a number", "id * 2", {}, true],
  ["one in a text, which code could compute from a number in its literal", "'INV-' || id", {}, true],
  ["another column", "lower(email)", {}, false],
  ["with a value for new rows", "id * 2", { write: "nextCode()" }, false],
  ["with a default", "id * 2", { hasDefault: true }, false],
])("new code cannot compute a value from a key that the server numbers: %s", async (_, sql, source, isTold) => {
  const told = [await remarksOf(sql, source, "postgresql"), await remarksOf(sql, source, "mariadb")];
  expect(told).toEqual(Array(2).fill(isTold ? [{ kind: "numbered-source", column: "code", source: "id" }] : []));
});

async function remarksOf(sql: string, source: object, dialect: "postgresql" | "mariadb") {
  const mark = dialect === "postgresql" ? '"' : "`";
  const answer = await answerTo({
    dialect,
    sql: `ALTER TABLE "User" ADD COLUMN "code" VARCHAR(20) NOT NULL;`.replaceAll('"', mark),
    shape: { ...userShape, numberedColumns: ["id"] },
    columns: { code: { fill: { kind: "backfill", sql }, ...source } },
  });
  if (answer.kind !== "plan") throw new Error("no plan");
  return answer.plan.notices.flatMap((notice) => notice.remarks ?? []);
}
