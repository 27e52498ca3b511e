import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IndexFacts, KnownForeignKey } from "../../../core/src/dialect/development.js";
import { inFiles, type Plan, type UnitSpec } from "../../../core/src/model/plan.js";
import { planOf } from "../../support/plan-fixture.js";

// What one statement takes away and a later one makes again: in one transaction, or the new one first. As Prisma 7.10 and TypeORM 1.1
// order their statements: what goes first, then tables and columns, then indexes and keys.

const planned = `ALTER TABLE "User" ADD COLUMN "handle" TEXT NOT NULL;`;
const dropKey = `ALTER TABLE "Order" DROP CONSTRAINT "Order_userId_fkey";`;
const addKey = `ALTER TABLE "Order" ADD CONSTRAINT "Order_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;`;
const unique = (name: string, columns: readonly string[]): IndexFacts => ({
  name,
  table: { schema: "public", name: "User" },
  isUnique: true,
  isPrimary: false,
  columns,
  method: "btree",
});
const indexes: readonly IndexFacts[] = [
  unique("User_name_key", ["name"]),
  { ...unique("UQ_email", ["email"]), constraint: { deferrable: "no" } },
  { ...unique("User_name_idx", ["name"]), isUnique: false },
  { ...unique("User_pkey", ["id"]), isPrimary: true },
];
const foreignKeys: readonly KnownForeignKey[] = [
  {
    name: "Order_userId_fkey",
    table: { name: "Order" },
    columns: ["userId"],
    references: { name: "User" },
    referencedColumns: ["id"],
  },
];

/** Each file of expand: what its units run, in short. */
function filesOf(plan: Plan): string[] {
  return inFiles(plan.units.filter(({ phase }) => phase === "expand")).map((file) =>
    file.map(({ spec }) => shortOf(spec)).join(" + "),
  );
}

function shortOf(spec: UnitSpec): string {
  if (spec.kind !== "original")
    return "index" in spec
      ? `${spec.kind} ${spec.index.name}`
      : "foreignKey" in spec
        ? `${spec.kind} ${spec.foreignKey.name}`
        : spec.kind;
  const statements = spec.sql
    .replaceAll(/^--.*\n/gm, "")
    .split(";")
    .map((sql) => sql.replaceAll(/\s+/g, " ").trim())
    .filter((sql) => sql !== "");
  return `${spec.frame === undefined ? "" : "framed: "}${statements.map((sql) => words(sql)).join("; ")}`;
}

/** `DROP CONSTRAINT "a"`, `ADD CONSTRAINT "a" … NOT VALID`. */
function words(sql: string): string {
  const short = sql.replace(/^ALTER TABLE ("\w+"\.)?"\w+" (ALTER COLUMN )?/, "");
  return short.length <= 46 ? short : `${short.slice(0, 30).trim()} … ${short.slice(-10).trim()}`;
}

const enumSwap = [
  `BEGIN;`,
  `CREATE TYPE "Role_new" AS ENUM ('a', 'b');`,
  `ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;`,
  `ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");`,
  `ALTER TYPE "Role" RENAME TO "Role_old";`,
  `ALTER TYPE "Role_new" RENAME TO "Role";`,
  `DROP TYPE "public"."Role_old";`,
  `ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'a';`,
  `COMMIT;`,
];

describe("the files", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    [
      "a foreign key with other actions",
      [dropKey, planned, addKey],
      [
        "expand",
        `framed: DROP CONSTRAINT "Order_userId_fkey"; ADD CONSTRAINT "Order_userId_f … NOT VALID`,
        "validate-foreign-key Order_userId_fkey",
      ],
    ],
    [
      "the columns of a foreign key and its key get another type",
      [
        dropKey,
        `ALTER TABLE "User" ALTER COLUMN "id" SET DATA TYPE BIGINT;`,
        planned,
        `ALTER TABLE "Order" ALTER COLUMN "userId" SET DATA TYPE BIGINT;`,
        addKey,
      ],
      [
        "expand",
        `BEGIN; DROP CONSTRAINT "Order_userId_fkey"; "id" SET DATA TYPE BIGINT; "userId" SET DATA TYPE BIGINT; ADD CONSTRAINT "Order_userId_f … NOT VALID; COMMIT`,
        "validate-foreign-key Order_userId_fkey",
      ],
    ],
    [
      "a check",
      [
        `ALTER TABLE "Order" DROP CONSTRAINT "CHK_old";`,
        planned,
        `ALTER TABLE "Order" ADD CONSTRAINT "CHK_new" CHECK ("total" > 1);`,
      ],
      [
        "expand",
        `framed: DROP CONSTRAINT "CHK_old"; ADD CONSTRAINT "CHK_new" CHECK … NOT VALID`,
        `VALIDATE CONSTRAINT "CHK_new"`,
      ],
    ],
    [
      "a unique index over more columns",
      [`DROP INDEX "User_name_key";`, planned, `CREATE UNIQUE INDEX "User_name_email_key" ON "User"("name", "email");`],
      [
        "expand",
        "create-index User_name_email_key",
        "assert-index User_name_email_key",
        `framed: DROP INDEX "User_name_key"`,
      ],
    ],
    [
      "an index that becomes unique under its name",
      [`DROP INDEX "User_name_idx";`, planned, `CREATE UNIQUE INDEX "User_name_idx" ON "User"("name");`],
      [
        "expand",
        "create-index lockstep_new_User_name_idx",
        "assert-index lockstep_new_User_name_idx",
        `framed: DROP INDEX "User_name_idx"; ALTER INDEX "lockstep_new_User … _name_idx"`,
      ],
    ],
    [
      "a unique constraint that is deferrable",
      [
        `ALTER TABLE "User" DROP CONSTRAINT "UQ_email";`,
        planned,
        `ALTER TABLE "User" ADD CONSTRAINT "UQ_email" UNIQUE ("email") DEFERRABLE INITIALLY DEFERRED;`,
      ],
      [
        "expand",
        "create-index lockstep_new_UQ_email",
        "assert-index lockstep_new_UQ_email",
        `framed: DROP CONSTRAINT "UQ_email"; ADD CONSTRAINT "UQ_email" UNIQ … Y DEFERRED`,
      ],
    ],
    [
      "a unique constraint over other columns",
      [
        `ALTER TABLE "User" DROP CONSTRAINT "UQ_email";`,
        planned,
        `ALTER TABLE "User" ADD CONSTRAINT "UQ_email_name" UNIQUE ("email", "name");`,
      ],
      [
        "expand",
        "create-index UQ_email_name",
        "assert-index UQ_email_name + attach-unique UQ_email_name",
        `framed: DROP CONSTRAINT "UQ_email"`,
      ],
    ],
    [
      "an index that a unit of the plan replaces",
      [`DROP INDEX "User_name_idx";`, planned, `CREATE INDEX "User_name_handle_idx" ON "User"("name", "handle");`],
      [
        "expand",
        "create-index User_name_handle_idx",
        `assert-index User_name_handle_idx`,
        `framed: DROP INDEX "User_name_idx"`,
      ],
    ],
    [
      "a primary key",
      [
        `ALTER TABLE "User" DROP CONSTRAINT "User_pkey";`,
        planned,
        `ALTER TABLE "User" ADD CONSTRAINT "PK_User" PRIMARY KEY ("name");`,
      ],
      ["expand", `BEGIN; DROP CONSTRAINT "User_pkey"; ADD CONSTRAINT "PK_User" PRIMARY KEY ("name"); COMMIT`],
    ],
    [
      "a default",
      [
        `ALTER TABLE "User" ALTER COLUMN "name" DROP DEFAULT;`,
        planned,
        `ALTER TABLE "User" ALTER COLUMN "name" SET DEFAULT 'x';`,
      ],
      ["expand", `framed: "name" DROP DEFAULT; "name" SET DEFAULT 'x'`],
    ],
    [
      "an enum, as Prisma swaps it",
      [...enumSwap, planned],
      [enumSwap.map((sql) => words(sql.slice(0, -1))).join("; "), "expand"],
    ],
    [
      "an enum, as TypeORM swaps it",
      [
        planned,
        `ALTER TYPE "public"."users_role_enum" RENAME TO "users_role_enum_old";`,
        `CREATE TYPE "public"."users_role_enum" AS ENUM('a', 'b');`,
        `ALTER TABLE "User" ALTER COLUMN "role" DROP DEFAULT;`,
        `ALTER TABLE "User" ALTER COLUMN "role" TYPE "public"."users_role_enum" USING "role"::"text"::"public"."users_role_enum";`,
        `ALTER TABLE "User" ALTER COLUMN "role" SET DEFAULT 'a';`,
        `DROP TYPE "public"."users_role_enum_old";`,
      ],
      [
        "expand",
        `BEGIN; ALTER TYPE "public"."users_rol … _enum_old"; CREATE TYPE "public"."users_ro … ('a', 'b'); "role" DROP DEFAULT; "role" TYPE "public"."users_ro … role_enum"; "role" SET DEFAULT 'a'; DROP TYPE "public"."users_role_enum_old"; COMMIT`,
      ],
    ],
    [
      "an enum of the same table between",
      [dropKey.replace("Order", "User"), ...enumSwap, planned, addKey.replace("Order", "User")],
      [
        enumSwap.map((sql) => words(sql.slice(0, -1))).join("; "),
        "expand",
        `framed: DROP CONSTRAINT "Order_userId_fkey"; ADD CONSTRAINT "Order_userId_f … NOT VALID`,
        "validate-foreign-key Order_userId_fkey",
      ],
    ],
    [
      "a trigger and a view",
      [
        `DROP TRIGGER "t" ON "User";`,
        `DROP VIEW "v";`,
        planned,
        `CREATE VIEW "v" AS SELECT "id" FROM "User";`,
        `CREATE TRIGGER "t" BEFORE INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION f();`,
      ],
      [
        "expand",
        `BEGIN; DROP VIEW "v"; CREATE VIEW "v" AS SELECT "id" FROM "User"; COMMIT`,
        `BEGIN; DROP TRIGGER "t" ON "User"; CREATE TRIGGER "t" BEFORE INSE … NCTION f(); COMMIT`,
      ],
    ],
    [
      "several at once",
      [
        dropKey,
        `DROP INDEX "User_name_key";`,
        `CREATE TABLE "Team" ("id" int PRIMARY KEY);`,
        planned,
        `CREATE UNIQUE INDEX "User_name_email_key" ON "User"("name", "email");`,
        addKey,
      ],
      [
        `framed: CREATE TABLE "Team" ("id" int PRIMARY KEY) + expand`,
        "create-index User_name_email_key",
        "assert-index User_name_email_key",
        `framed: DROP INDEX "User_name_key"`,
        `framed: DROP CONSTRAINT "Order_userId_fkey"; ADD CONSTRAINT "Order_userId_f … NOT VALID`,
        "validate-foreign-key Order_userId_fkey",
      ],
    ],
  ])("%s", async (_, statements, expected) => {
    const plan = await planOf({ sql: `${statements.join("\n")}\n`, indexes, foreignKeys });
    expect(filesOf(plan)).toEqual(expected);
  });

  test.each([
    ["in one file under one name", "Order_userId_fkey", ["expand", "original"], [0, 1]],
    [
      "the new one first under another name, in place",
      "Order_user_fkey",
      ["expand", "add-foreign-key", "original"],
      [0],
    ],
  ] as const)("on MySQL the two stand %s", async (_, name, kinds, left) => {
    const own = [
      "ALTER TABLE `Order` DROP FOREIGN KEY `Order_userId_fkey`;\n",
      `ALTER TABLE \`Order\` ADD CONSTRAINT \`${name}\` FOREIGN KEY (\`userId\`) REFERENCES \`User\`(\`id\`) ON DELETE CASCADE;\n`,
    ] as const;
    const sql = `${own[0]}ALTER TABLE \`User\` ADD COLUMN \`handle\` VARCHAR(191) NOT NULL;\n${own[1]}`;
    const plan = await planOf({ sql, dialect: "mysql", foreignKeys });
    const specs = plan.units.filter(({ phase }) => phase === "expand").map(({ spec }) => spec);
    expect(specs.map(({ kind }) => kind)).toEqual(kinds);
    expect(specs.at(-1)).toMatchObject({ sql: left.map((at) => own[at]).join("") });
  });
});

describe("a foreign key on MySQL and an index that is dropped behind it", () => {
  const drop = "ALTER TABLE `Order` DROP FOREIGN KEY `Order_userId_fkey`;\n";
  const add =
    "ALTER TABLE `Order` ADD CONSTRAINT `Order_userId_fkey` FOREIGN KEY (`userId`) REFERENCES `User`(`id`) ON DELETE CASCADE;\n";
  const column = "ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NOT NULL;\n";

  test.each([
    ["its own, which is unique: after it", "Order", ["userId"], true, [0, 1, 2]],
    ["its own, which is not: after it", "Order", ["userId", "total"], false, [0, 1, 2]],
    ["the one that it refers to: after it", "User", ["id"], true, [0, 1, 2]],
    ["another one of its table: before it, so that the gap is short", "Order", ["total", "userId"], true, [1, 0, 2]],
    ["another one of the other table", "User", ["name"], true, [1, 0, 2]],
  ] as const)("%s", async (_, table, columns, isUnique, order) => {
    const own = [drop, `DROP INDEX \`gone\` ON \`${table}\`;\n`, add];
    const sql = `${own[0]}${own[1]}${column}${own[2]}`;
    const gone: IndexFacts = {
      name: "gone",
      table: { schema: "app", name: table },
      isUnique,
      isPrimary: false,
      columns,
      method: "btree",
    };
    const plan = await planOf({ sql, dialect: "mysql", foreignKeys, indexes: [gone] });
    const text = plan.units.flatMap(({ spec }) => (spec.kind === "original" ? [spec.sql] : [])).join("");
    const found = [0, 1, 2].toSorted((one, other) => text.indexOf(own[one]!) - text.indexOf(own[other]!));
    expect(found, text).toEqual(order);
  });
});

describe("what is told", () => {
  test("nothing of a key that guards as the one before it", async () => {
    const plan = await planOf({ sql: `${dropKey}\n${planned}\n${addKey}\n`, foreignKeys });
    expect(plan.notices).toEqual([]);
    expect(plan.units.flatMap(({ verdict }) => verdict.concerns)).toEqual([]);
  });

  test("what rows and running code may fail on, where it guards something else", async () => {
    const other = addKey.replace(`"User"("id")`, `"Team"("id")`);
    const plan = await planOf({ sql: `${dropKey}\n${planned}\n${other}\n`, foreignKeys });
    const [swap] = plan.units.filter(({ spec }) => spec.kind === "original");
    expect(swap?.verdict.concerns.map(({ kind }) => kind)).toEqual(["guards-less", "narrows-writes"]);
    expect(plan.notices.map(({ line, verdict }) => [line, verdict?.concerns.map(({ kind }) => kind)])).toEqual([
      [1, ["guards-less"]],
      [3, ["fails-on-rows", "narrows-writes"]],
    ]);
  });

  test.each([
    ["User_name_key", ["guards-less"]],
    ["User_name_age_key", []],
  ])("on MySQL, that nothing refuses two rows alike until %s is there", async (name, expected) => {
    const sql = [
      "DROP INDEX `User_name_key` ON `User`;",
      "ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NOT NULL;",
      `CREATE UNIQUE INDEX \`${name}\` ON \`User\`(\`name\`, \`age\`);`,
    ].join("\n");
    const plan = await planOf({ sql, dialect: "mysql", indexes });
    const [swap] = plan.units.filter(({ spec }) => spec.kind === "original");
    const kinds = swap?.verdict.concerns.map(({ kind }) => kind) ?? [];
    expect(kinds.filter((kind) => kind === "guards-less")).toEqual(expected);
    const notice = plan.notices.find(({ line }) => line === 1);
    expect(notice?.verdict?.concerns.map(({ kind }) => kind) ?? []).toEqual(expected);
  });

  test("LS2075 where the plan would run between the two", async () => {
    const renamed = [
      dropKey,
      `ALTER TABLE "Order" RENAME COLUMN "userId" TO "uid";`,
      `ALTER TABLE "Order" ADD COLUMN "handle" TEXT NOT NULL;`,
      addKey.replace(`("userId")`, `("uid")`),
    ];
    await expect(planOf({ sql: `${renamed.join("\n")}\n`, foreignKeys })).rejects.toMatchObject({ code: "LS2075" });
  });
});

// Whatever stands between them: the one that takes away runs in the file of the one that makes, or behind it. Nothing is lost.
test("no pair is torn", async () => {
  const pairs: readonly (readonly [gone: string, made: string, builds?: string])[] = [
    [dropKey, addKey],
    [`ALTER TABLE "Order" DROP CONSTRAINT "c";`, `ALTER TABLE "Order" ADD CONSTRAINT "c" CHECK ("total" > 1);`],
    [
      `DROP INDEX "User_name_key";`,
      `CREATE UNIQUE INDEX "User_name_email_key" ON "User"("name", "email");`,
      "User_name_email_key",
    ],
    [`DROP INDEX "User_name_idx";`, `CREATE INDEX "User_name_idx" ON "User"("name" DESC);`],
    [
      `ALTER TABLE "User" DROP CONSTRAINT "UQ_email";`,
      `ALTER TABLE "User" ADD CONSTRAINT "UQ_x" UNIQUE ("email", "name");`,
      "UQ_x",
    ],
    [`ALTER TABLE "User" ALTER COLUMN "name" DROP DEFAULT;`, `ALTER TABLE "User" ALTER COLUMN "name" SET DEFAULT 'x';`],
    [`DROP TRIGGER "t" ON "User";`, `CREATE TRIGGER "t" BEFORE INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION f();`],
  ];
  const others = [
    `ALTER TABLE "User" ADD COLUMN "note" TEXT;`,
    `ALTER TABLE "Order" ADD COLUMN "note" TEXT;`,
    `ALTER TABLE "Order" ALTER COLUMN "userId" SET DATA TYPE BIGINT;`,
    `CREATE TABLE "Team" ("id" int PRIMARY KEY);`,
    `CREATE INDEX ON "Order"("total");`,
    `UPDATE "User" SET "name" = 'x';`,
  ];
  const order = fc.tuple(
    fc.subarray([...pairs], { minLength: 1 }),
    fc.subarray(others),
    fc.array(fc.nat(999), { minLength: 25, maxLength: 25 }),
  );
  await fc.assert(
    fc.asyncProperty(order, async ([chosen, between, random]) => {
      const list = [planned, ...between];
      let at = 0;
      for (const [gone, made] of chosen) {
        const first = random[at++]! % (list.length + 1);
        list.splice(first, 0, gone);
        list.splice(first + 1 + (random[at++]! % (list.length - first)), 0, made);
      }
      const plan = await planOf({ sql: `${list.join("\n")}\n`, indexes, foreignKeys });
      const units = plan.units.filter(({ phase }) => phase === "expand");
      const files = inFiles(units);
      const fileWith = (is: (spec: UnitSpec) => boolean) =>
        files.findIndex((file) => file.some(({ spec }) => is(spec)));
      const has = (sql: string) => fileWith((spec) => spec.kind === "original" && spec.sql.includes(sql.slice(0, -1)));
      for (const sql of between) expect(has(sql), `${sql} of\n${list.join("\n")}`).not.toBe(-1);
      for (const [gone, made, builds] of chosen) {
        const built = fileWith((spec) => spec.kind === "assert-index" && spec.index.name === builds);
        const [from, to] = [has(gone), built === -1 ? has(made) : built];
        expect([from === -1, to === -1]).toEqual([false, false]);
        expect(from, `${gone} in\n${list.join("\n")}`).toBeGreaterThanOrEqual(to);
        const isOne = units.some(
          ({ spec }) => spec.kind === "original" && spec.sql.includes(gone) && spec.sql.includes(made.slice(0, -1)),
        );
        expect(isOne || from > to, `${gone} in\n${list.join("\n")}`).toBe(true);
      }
    }),
    { numRuns: 40 },
  );
});
