import { describe, expect, test } from "vitest";
import { sqlReader } from "../../../core/src/databases/sql-reader.js";
import { phasesOf } from "../../../core/src/plan/phases.js";
import rule from "../../../core/src/rules/needs-values.js";
import { planOf } from "../../support/plan-fixture.js";
import { ruleTester } from "../../support/rule-tester.js";

const required = `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;
-- handle: @lockstep.backfill(lower(email))`;
const proved = [/VALIDATE CONSTRAINT "lockstep_nn/, /SET NOT NULL/];

ruleTester(rule, {
  safe: [
    {
      name: "a check that NULL passes",
      sql: `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL; ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("handle" <> '');`,
      notice: /./,
    },
    {
      name: "a column without a fill: the statement does what it does by itself",
      sql: `ALTER TABLE "User" ADD COLUMN "handle" TEXT; ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("handle" IS NOT NULL);`,
      notice: /./,
    },
    {
      name: "a check that is not enforced",
      sql: `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL; ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("handle" IS NOT NULL) NOT ENFORCED;`,
      notice: /./,
    },
  ],
  unsafe: [
    {
      name: "a check",
      sql: `${required}\nALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("handle" IS NOT NULL AND "handle" <> '');`,
      consequence: /The backfill gives rows their "handle"/,
      ddl: {
        expand: [/ADD COLUMN "handle"/],
        contract: [...proved, /ADD CONSTRAINT "c" CHECK .* NOT VALID;$/, /VALIDATE CONSTRAINT "c";$/],
      },
    },
    {
      name: "an exclusion, and a comment on it",
      sql: `${required}\nALTER TABLE "User" ADD CONSTRAINT "e" EXCLUDE (coalesce("handle", '') WITH =); COMMENT ON CONSTRAINT "e" ON "User" IS 'x';`,
      consequence: /The backfill gives rows their "handle"/,
      ddl: { expand: [/ADD COLUMN "handle"/], contract: [...proved, /EXCLUDE/, /^COMMENT/] },
    },
  ],
});

test("a column that stays optional: contract waits for the pass that fills it, and for all writers", async () => {
  const plan = await planOf({
    sql: `ALTER TABLE "User" ADD COLUMN "handle" TEXT; ALTER TABLE "User" ADD CONSTRAINT "c" CHECK (num_nonnulls("handle", name) = 1);`,
    columns: { handle: { fill: { kind: "backfill", sql: "CASE WHEN name IS NULL THEN email END" } } },
  });
  expect(phasesOf(plan)).toEqual(["expand", "backfill", "switch", "contract"]);
  expect(plan.gates.contract.map(({ gate }) => gate)).toEqual(["phase-applied", "backfill-done", "writers-aware"]);
  expect(plan.units.filter(({ phase }) => phase === "contract").map(({ ddl }) => ddl)).toEqual([
    expect.stringMatching(/NOT VALID;$/),
    expect.stringMatching(/VALIDATE CONSTRAINT "c";$/),
  ]);
});

test("a unique index that it replaces goes after it was built", async () => {
  const plan = await planOf({
    sql: `DROP INDEX "User_email_key"; ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL; CREATE UNIQUE INDEX "User_both" ON "User" ("email", "handle") NULLS NOT DISTINCT;`,
    columns: { handle: { fill: { kind: "backfill", sql: "lower(email)" } } },
    indexes: [
      {
        name: "User_email_key",
        table: { schema: "public", name: "User" },
        isUnique: true,
        isPrimary: false,
        columns: ["email"],
        method: "btree",
      },
    ],
  });
  expect(plan.units.map(({ phase, spec }) => [phase, spec.kind, "index" in spec ? spec.index.name : ""])).toEqual([
    ["expand", "expand", ""],
    ["contract", "prove", ""],
    ["contract", "enforce", ""],
    ["contract", "create-index", "User_both"],
    ["contract", "assert-index", "User_both"],
    ["contract", "assert-index", "User_both"],
    ["contract", "drop-index", "User_email_key"],
  ]);
});

describe("on MySQL and MariaDB", () => {
  test.each(["mysql", "mariadb"] as const)(
    "%s: a check that refuses NULL is added last, and dropped first",
    async (dialect) => {
      const columns = { handle: { fill: { kind: "backfill", sql: "lower(email)" } } } as const;
      const plan = await planOf({
        sql: "ALTER TABLE `User` ADD `handle` varchar(191) NOT NULL; ALTER TABLE `User` ADD CONSTRAINT `c` CHECK (`handle` IS NOT NULL AND `handle` <> '');",
        columns,
        dialect,
      });
      const kinds = (units: typeof plan.units) => units.map(({ spec }) => spec.kind);
      expect(kinds(plan.units.filter(({ phase }) => phase === "expand"))).toEqual(["expand"]);
      expect(kinds(plan.units.filter(({ phase }) => phase === "contract")).at(-1)).toBe("online-copy");
      expect(kinds(plan.undo.contract)[0]).toBe("online-copy");
    },
  );
});

describe("which columns a statement counts without a value", () => {
  test.each<[sql: string, columns: readonly string[]]>([
    ["CHECK (a IS NOT NULL)", ["a"]],
    ["CHECK (a IS NOT NULL OR b > 0)", ["a"]],
    ["CHECK (a IS NOT NULL OR a = 'x')", []],
    ["CHECK (a = 'x' AND b > 0)", []],
    ["CHECK (NOT (a IS NULL))", ["a"]],
    ["CHECK ((a IS NULL) <> (b IS NULL))", ["a", "b"]],
    ["CHECK (num_nonnulls(a, b) = 1)", ["a", "b"]],
    ["CHECK (coalesce(a, b) <> '')", ["a", "b"]],
    ["CHECK (coalesce(a, '') <> '')", ["a"]],
    ["CHECK (a IS DISTINCT FROM 'x')", ["a"]],
    ["CHECK ((a > 0) IS TRUE)", ["a"]],
    ["CHECK (CASE WHEN a > 0 THEN b > 0 END)", ["a", "b"]],
    ["CHECK (my_check(a))", ["a"]],
    ["CHECK (a = ANY (ARRAY['x', 'y']) AND length(trim(a)) BETWEEN 1 AND 9)", []],
    ["CHECK (a::text ~ '^x' AND lower(a) = a)", []],
    ["UNIQUE (a)", []],
    ["UNIQUE NULLS NOT DISTINCT (a, b)", ["a", "b"]],
    ["EXCLUDE USING gist (a WITH =, b WITH &&)", []],
    ["EXCLUDE USING gist (coalesce(a, 0) WITH =, b WITH &&)", ["a"]],
    ["EXCLUDE (b WITH =) WHERE (a IS NULL)", ["a"]],
    ["EXCLUDE (b WITH =) WHERE (a > 0)", []],
  ])("%s", async (constraint, columns) => {
    const { readMigration } = await sqlReader("postgresql");
    const [operation] = readMigration(`ALTER TABLE t ADD CONSTRAINT c ${constraint}`, "migration.sql").operations;
    expect((operation !== undefined && "refusesNull" in operation && operation.refusesNull) || []).toEqual(columns);
  });

  test.each<[sql: string, columns: readonly string[]]>([
    ["(a, coalesce(b, ''))", ["b"]],
    ["(lower(a))", []],
    ["(b) WHERE a IS NULL", ["a"]],
    ["(b) WHERE a IS NOT NULL", []],
    ["(b) INCLUDE (a)", []],
    ["(a) NULLS NOT DISTINCT", ["a"]],
    ["(a) NULLS NOT DISTINCT WHERE a > ''", []],
  ])("UNIQUE INDEX %s", async (definition, columns) => {
    const { readMigration } = await sqlReader("postgresql");
    const [operation] = readMigration(`CREATE UNIQUE INDEX i ON t ${definition}`, "migration.sql").operations;
    expect(operation?.kind === "createIndex" ? (operation.refusesNull ?? []) : undefined).toEqual(columns);
  });
});
