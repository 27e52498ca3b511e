/** A change as TypeORM generates it. Written by `createSchemaBuilder().log()` of the version named, on PostgreSQL 17. */
export interface Generated {
  /** What changed in the entities. */
  readonly change: string;
  readonly by: string;
  /** The tables before. */
  readonly before: string;
  /** Rows; ids 1 to 3. */
  readonly rows: string;
  readonly up: readonly string[];
  /** In the order in which they run. */
  readonly down: readonly string[];
}

const users = (columns: string, more = "") =>
  `CREATE TABLE "users" ("id" SERIAL NOT NULL, ${columns}, "nick" character varying(50), "age" integer, CONSTRAINT "PK_users" PRIMARY KEY ("id")${more});`;
const names = `INSERT INTO "users" ("name", "nick", "age") VALUES ('ann', 'a', 1), ('bob', 'b', 2), ('eve', NULL, 3)`;
const recreate = (name: string, type: string, table = `"users"`) => [
  `ALTER TABLE ${table} DROP COLUMN "${name}"`,
  `ALTER TABLE ${table} ADD "${name}" ${type}`,
];
const status = (values: string, more = "") =>
  `CREATE TYPE "public"."users_status_enum" AS ENUM(${values}); ${users(`"name" text NOT NULL, "status" "public"."users_status_enum" NOT NULL DEFAULT 'a'`, more)}`;
const rebuild = (column: string, values: string, suffix = "", fallback = `'a'`) => {
  const type = `"public"."users_${column}_enum"`;
  const alter = `ALTER TABLE "users" ALTER COLUMN "${column}"`;
  return [
    `ALTER TYPE ${type} RENAME TO "users_${column}_enum_old"`,
    `CREATE TYPE ${type} AS ENUM(${values})`,
    ...(fallback === "" ? [] : [`${alter} DROP DEFAULT`]),
    `${alter} TYPE ${type}${suffix} USING "${column}"::"text"::${type}${suffix}`,
    ...(fallback === "" ? [] : [`${alter} SET DEFAULT ${fallback}`]),
    `DROP TYPE "public"."users_${column}_enum_old"`,
  ];
};
const rebuildBack = (column: string, values: string, suffix = "", fallback = `'a'`) => {
  const type = `"public"."users_${column}_enum_old"`;
  const alter = `ALTER TABLE "users" ALTER COLUMN "${column}"`;
  return [
    `CREATE TYPE ${type} AS ENUM(${values})`,
    ...(fallback === "" ? [] : [`${alter} DROP DEFAULT`]),
    `${alter} TYPE ${type}${suffix} USING "${column}"::"text"::${type}${suffix}`,
    ...(fallback === "" ? [] : [`${alter} SET DEFAULT ${fallback}`]),
    `DROP TYPE "public"."users_${column}_enum"`,
    `ALTER TYPE ${type} RENAME TO "users_${column}_enum"`,
  ];
};

const retyped = (
  change: string,
  column: string,
  from: string,
  to: string,
  rows: string,
  defaults: { before?: string; after?: string } = {},
): Generated => {
  const [before, after] = [defaults.before ?? "", defaults.after ?? ""];
  return {
    change,
    by: "1.1.1",
    before: users(`"${column}" ${from}${before}`),
    rows,
    up: recreate(column, `${to}${after}`),
    down: recreate(column, `${from}${before}`),
  };
};
const notNull = { before: " NOT NULL", after: " NOT NULL" };
const values = (column: string, ...list: string[]) =>
  `INSERT INTO "users" ("${column}") VALUES ${list.map((value) => `(${value})`).join(", ")}`;

/** Columns that TypeORM drops and adds again, and that can be altered in place. */
export const retypedColumns: readonly Generated[] = [
  retyped("longer", "name", "character varying(100)", "character varying(200)", names, notNull),
  retyped("without a length", "name", "character varying(100)", "character varying", names, notNull),
  retyped("varchar to text", "name", "character varying(100)", "text", names, notNull),
  retyped("varchar to text, with a default", "name", "character varying(100)", "text", names, {
    before: " NOT NULL DEFAULT 'x'",
    after: " NOT NULL DEFAULT 'x'",
  }),
  retyped("text to varchar", "name", "text", "character varying", names, notNull),
  retyped("longer and optional", "name", "character varying(100)", "character varying(200)", names, {
    before: " NOT NULL",
    after: "",
  }),
  retyped("longer and required", "name", "character varying(100)", "character varying(200)", names, {
    before: "",
    after: " NOT NULL",
  }),
  retyped("longer, with another default", "name", "character varying(100)", "character varying(200)", names, {
    before: " NOT NULL DEFAULT 'a'",
    after: " NOT NULL DEFAULT 'b'",
  }),
  retyped("longer, and the default goes", "name", "character varying(100)", "character varying(200)", names, {
    before: " DEFAULT 'a'",
    after: "",
  }),
  retyped(
    "the collation stays",
    "name",
    `character varying(10) COLLATE "C"`,
    `character varying(20) COLLATE "C"`,
    names,
  ),
  retyped("varbit", "z", "bit varying(5)", "bit varying(9)", values("z", "B'101'", "B'1'", "NULL")),
  retyped("cidr to inet", "z", "cidr", "inet", values("z", "'10.0.0.0/8'", "'10.1.0.0/16'", "NULL")),
  retyped("xml to text", "z", "xml", "text", values("z", "'<a/>'", "'b'", "NULL")),
  retyped(
    "a list",
    "z",
    "character varying(5) array",
    "character varying array",
    values("z", "'{a,b}'", "'{}'", "NULL"),
  ),
  {
    change: "longer, everything on it stays",
    by: "1.1.1",
    before: `${users(
      `"name" character varying(100) NOT NULL DEFAULT 'anon'`,
      `, CONSTRAINT "UQ_51b8" UNIQUE ("name"), CONSTRAINT "UQ_149e" UNIQUE ("name", "nick"), CONSTRAINT "CHK_n" CHECK ("name" <> '')`,
    )} CREATE INDEX "IDX_51b8" ON "users" ("name"); CREATE INDEX "IDX_566e" ON "users" ("name", "age"); COMMENT ON COLUMN "users"."name" IS 'c'`,
    rows: names,
    up: [
      `DROP INDEX "public"."IDX_566e"`,
      `ALTER TABLE "users" DROP CONSTRAINT "UQ_149e"`,
      `DROP INDEX "public"."IDX_51b8"`,
      `ALTER TABLE "users" DROP CONSTRAINT "CHK_n"`,
      `ALTER TABLE "users" DROP CONSTRAINT "UQ_51b8"`,
      ...recreate("name", "character varying(200) NOT NULL DEFAULT 'anon'"),
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_51b8" UNIQUE ("name")`,
      `COMMENT ON COLUMN "users"."name" IS 'c'`,
      `CREATE INDEX "IDX_51b8" ON "users"  ("name") `,
      `CREATE INDEX "IDX_566e" ON "users"  ("name", "age") `,
      `ALTER TABLE "users" ADD CONSTRAINT "CHK_n" CHECK ("name" <> '')`,
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_149e" UNIQUE ("name", "nick")`,
    ],
    down: [
      `ALTER TABLE "users" DROP CONSTRAINT "UQ_149e"`,
      `ALTER TABLE "users" DROP CONSTRAINT "CHK_n"`,
      `DROP INDEX "public"."IDX_566e"`,
      `DROP INDEX "public"."IDX_51b8"`,
      `COMMENT ON COLUMN "users"."name" IS 'c'`,
      `ALTER TABLE "users" DROP CONSTRAINT "UQ_51b8"`,
      ...recreate("name", "character varying(100) NOT NULL DEFAULT 'anon'"),
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_51b8" UNIQUE ("name")`,
      `ALTER TABLE "users" ADD CONSTRAINT "CHK_n" CHECK (((name)::text <> ''::text))`,
      `CREATE INDEX "IDX_51b8" ON "users" USING btree ("name") `,
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_149e" UNIQUE ("name", "nick")`,
      `CREATE INDEX "IDX_566e" ON "users" USING btree ("age", "name") `,
    ],
  },
  {
    change: "longer, with another comment",
    by: "1.1.1",
    before: `${users(`"name" character varying(100)`)} COMMENT ON COLUMN "users"."name" IS 'it''s one'`,
    rows: names,
    up: [...recreate("name", "character varying(200)"), `COMMENT ON COLUMN "users"."name" IS 'two'`],
    down: [`COMMENT ON COLUMN "users"."name" IS 'two'`, ...recreate("name", "character varying(100)")],
  },
  {
    change: "longer, and the comment goes",
    by: "1.1.1",
    before: `${users(`"name" character varying(100)`)} COMMENT ON COLUMN "users"."name" IS 'one'`,
    rows: names,
    up: recreate("name", "character varying(200)"),
    down: recreate("name", "character varying(100)"),
  },
  {
    change: "two longer columns of one index",
    by: "1.1.1",
    before: `${users(`"name" character varying(100) NOT NULL`)} CREATE INDEX "IDX_149e" ON "users" ("name", "nick")`,
    rows: names,
    up: [
      `DROP INDEX "public"."IDX_149e"`,
      ...recreate("name", "character varying(200) NOT NULL"),
      ...recreate("nick", "character varying(60)"),
      `CREATE INDEX "IDX_149e" ON "users"  ("name", "nick") `,
    ],
    down: [
      `DROP INDEX "public"."IDX_149e"`,
      ...recreate("nick", "character varying(50)"),
      ...recreate("name", "character varying(100) NOT NULL"),
      `CREATE INDEX "IDX_149e" ON "users" USING btree ("name", "nick") `,
    ],
  },
  {
    change: "renamed and longer",
    by: "1.1.1",
    before: users(`"name" character varying(100) NOT NULL`),
    rows: names,
    up: [
      `ALTER TABLE "users" RENAME COLUMN "name" TO "title"`,
      ...recreate("title", "character varying(200) NOT NULL"),
    ],
    down: [
      ...recreate("title", "character varying(100) NOT NULL"),
      `ALTER TABLE "users" RENAME COLUMN "title" TO "name"`,
    ],
  },
  {
    change: "a longer natural key, and what leads to it",
    by: "1.1.1",
    before: `CREATE TABLE "countries" ("code" character varying(10) NOT NULL, "name" character varying(10) NOT NULL, CONSTRAINT "PK_b47c" PRIMARY KEY ("code"), CONSTRAINT "UQ_fa13" UNIQUE ("name"));
      CREATE TABLE "users" ("id" SERIAL NOT NULL, "countryCode" character varying(10), CONSTRAINT "PK_users" PRIMARY KEY ("id"), CONSTRAINT "FK_96c2" FOREIGN KEY ("countryCode") REFERENCES "countries"("code"))`,
    rows: `INSERT INTO "countries" VALUES ('fr', 'France'); INSERT INTO "users" ("countryCode") VALUES ('fr'), (NULL)`,
    up: [
      `ALTER TABLE "users" DROP CONSTRAINT "FK_96c2"`,
      `ALTER TABLE "countries" DROP CONSTRAINT "PK_b47c"`,
      ...recreate("code", "character varying(20) NOT NULL", `"countries"`),
      `ALTER TABLE "countries" ADD CONSTRAINT "PK_b47c" PRIMARY KEY ("code")`,
      `ALTER TABLE "countries" DROP CONSTRAINT "UQ_fa13"`,
      ...recreate("name", "character varying(20) NOT NULL", `"countries"`),
      `ALTER TABLE "countries" ADD CONSTRAINT "UQ_fa13" UNIQUE ("name")`,
      ...recreate("countryCode", "character varying(20)"),
      `ALTER TABLE "users" ADD CONSTRAINT "FK_96c2" FOREIGN KEY ("countryCode") REFERENCES "countries"("code") ON DELETE NO ACTION ON UPDATE NO ACTION`,
    ],
    down: [
      `ALTER TABLE "users" DROP CONSTRAINT "FK_96c2"`,
      ...recreate("countryCode", "character varying(10)"),
      `ALTER TABLE "countries" DROP CONSTRAINT "UQ_fa13"`,
      ...recreate("name", "character varying(10) NOT NULL", `"countries"`),
      `ALTER TABLE "countries" ADD CONSTRAINT "UQ_fa13" UNIQUE ("name")`,
      `ALTER TABLE "countries" DROP CONSTRAINT "PK_b47c"`,
      ...recreate("code", "character varying(10) NOT NULL", `"countries"`),
      `ALTER TABLE "countries" ADD CONSTRAINT "PK_b47c" PRIMARY KEY ("code")`,
      `ALTER TABLE "users" ADD CONSTRAINT "FK_96c2" FOREIGN KEY ("countryCode") REFERENCES "countries"("code") ON DELETE NO ACTION ON UPDATE NO ACTION`,
    ],
  },
  {
    change: "a longer column of a composite key",
    by: "1.1.1",
    before: `CREATE TABLE "users" ("a" character varying(10) NOT NULL, "b" character varying(5) NOT NULL, CONSTRAINT "PK_e2ba" PRIMARY KEY ("a", "b"))`,
    rows: `INSERT INTO "users" VALUES ('x', 'y')`,
    up: [
      `ALTER TABLE "users" DROP CONSTRAINT "PK_e2ba"`,
      `ALTER TABLE "users" ADD CONSTRAINT "PK_0c3c" PRIMARY KEY ("b")`,
      ...recreate("a", "character varying(20) NOT NULL"),
      `ALTER TABLE "users" DROP CONSTRAINT "PK_0c3c"`,
      `ALTER TABLE "users" ADD CONSTRAINT "PK_e2ba" PRIMARY KEY ("b", "a")`,
    ],
    down: [
      `ALTER TABLE "users" DROP CONSTRAINT "PK_e2ba"`,
      `ALTER TABLE "users" ADD CONSTRAINT "PK_0c3c" PRIMARY KEY ("b")`,
      ...recreate("a", "character varying(10) NOT NULL"),
      `ALTER TABLE "users" DROP CONSTRAINT "PK_0c3c"`,
      `ALTER TABLE "users" ADD CONSTRAINT "PK_e2ba" PRIMARY KEY ("a", "b")`,
    ],
  },
];

const orgs = `CREATE TABLE "orgs" ("id" SERIAL NOT NULL, CONSTRAINT "PK_orgs" PRIMARY KEY ("id"));`;
const foreignKey = `ALTER TABLE "users" ADD CONSTRAINT "FK_1890" FOREIGN KEY ("orgId") REFERENCES "orgs"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`;

/** What TypeORM drops and adds again although nothing of it changes; enums that it makes anew; a generated column that it copies. */
export const otherChanges: readonly Generated[] = [
  {
    change: "a relation becomes optional",
    by: "1.1.1",
    before: `${orgs} ${users(`"orgId" integer NOT NULL`)} ${foreignKey}`,
    rows: `INSERT INTO "orgs" VALUES (1); INSERT INTO "users" ("orgId") VALUES (1)`,
    up: [
      `ALTER TABLE "users" DROP CONSTRAINT "FK_1890"`,
      `ALTER TABLE "users" ALTER COLUMN "orgId" DROP NOT NULL`,
      foreignKey,
    ],
    down: [
      `ALTER TABLE "users" DROP CONSTRAINT "FK_1890"`,
      `ALTER TABLE "users" ALTER COLUMN "orgId" SET NOT NULL`,
      foreignKey,
    ],
  },
  {
    change: "a column of a partial index and of a deferred constraint becomes required",
    by: "1.1.1",
    before: `${users(
      `"name" character varying(100)`,
      `, CONSTRAINT "UQ_149e" UNIQUE ("name", "nick") DEFERRABLE INITIALLY DEFERRED`,
    )} CREATE INDEX "IDX_713c" ON "users" ("name", "age") WHERE age > 1`,
    rows: names,
    up: [
      `DROP INDEX "public"."IDX_713c"`,
      `ALTER TABLE "users" DROP CONSTRAINT "UQ_149e"`,
      `ALTER TABLE "users" ALTER COLUMN "name" SET NOT NULL`,
      `CREATE INDEX "IDX_713c" ON "users"  ("name", "age") WHERE age > 1`,
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_149e" UNIQUE ("name", "nick") DEFERRABLE INITIALLY DEFERRED`,
    ],
    down: [
      `ALTER TABLE "users" DROP CONSTRAINT "UQ_149e"`,
      `DROP INDEX "public"."IDX_713c"`,
      `ALTER TABLE "users" ALTER COLUMN "name" DROP NOT NULL`,
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_149e" UNIQUE ("name", "nick")`,
      `CREATE INDEX "IDX_713c" ON "users" USING btree ("age", "name") WHERE (age > 1)`,
    ],
  },
  {
    change: "values of an enum, in front, in the middle and at the end",
    by: "0.3.31",
    before: status("'a', 'b'"),
    rows: `INSERT INTO "users" ("name", "status") VALUES ('ann', 'a'), ('bob', 'b')`,
    up: rebuild("status", "'0', 'a', 'm', 'it''s', 'b', 'z'"),
    down: rebuildBack("status", "'a', 'b'"),
  },
  {
    change: "a value of an enum without a default, in a list",
    by: "0.3.31",
    before: `CREATE TYPE "public"."users_kinds_enum" AS ENUM('a', 'b'); ${users(`"name" text, "kinds" "public"."users_kinds_enum" array`)}`,
    rows: `INSERT INTO "users" ("name", "kinds") VALUES ('ann', '{a,b}'), ('bob', NULL)`,
    up: rebuild("kinds", "'a', 'b', 'c'", "[]", ""),
    down: rebuildBack("kinds", "'a', 'b'", "[]", ""),
  },
  {
    change: "an enum with a value more, and another default",
    by: "0.3.31",
    before: status("'a', 'b'"),
    rows: `INSERT INTO "users" ("name") VALUES ('ann')`,
    up: rebuild("status", "'a', 'b', 'c'").map((sql) => sql.replace("SET DEFAULT 'a'", "SET DEFAULT 'b'")),
    down: rebuildBack("status", "'a', 'b'"),
  },
  {
    change: "an enum of an index with a value more",
    by: "0.3.31",
    before: `${status("'a', 'b'")} CREATE INDEX "IDX_50b6" ON "users" ("status", "age")`,
    rows: `INSERT INTO "users" ("name") VALUES ('ann')`,
    up: [
      `DROP INDEX "public"."IDX_50b6"`,
      ...rebuild("status", "'a', 'b', 'c'"),
      `CREATE INDEX "IDX_50b6" ON "users" ("status", "age") `,
    ],
    down: [
      `DROP INDEX "public"."IDX_50b6"`,
      ...rebuildBack("status", "'a', 'b'"),
      `CREATE INDEX "IDX_50b6" ON "users" ("age", "status") `,
    ],
  },
  {
    change: "an enum of another name",
    by: "1.1.1",
    before: status("'a', 'b'"),
    rows: `INSERT INTO "users" ("name", "status") VALUES ('ann', 'b')`,
    up: rebuild("status", "'a', 'b'").map((sql, at) =>
      at === 0 || sql.startsWith("DROP TYPE") ? sql : sql.replaceAll(`"users_status_enum"`, `"status_kind"`),
    ),
    down: rebuildBack("status", "'a', 'b'").map((sql) =>
      sql === `DROP TYPE "public"."users_status_enum"` ? `DROP TYPE "public"."status_kind"` : sql,
    ),
  },
  {
    change: "a generated column becomes a plain one",
    by: "1.1.1",
    before: `${users(`"name" character varying(100), "lower" character varying(100) GENERATED ALWAYS AS (lower(name)) STORED`)}
      CREATE TABLE "typeorm_metadata" ("name" text)`,
    rows: `INSERT INTO "users" ("name") VALUES ('Ann'), (NULL)`,
    up: [
      `ALTER TABLE "users" RENAME COLUMN "lower" TO "TEMP_OLD_lower"`,
      `ALTER TABLE "users" ADD "lower" character varying(100)`,
      `UPDATE "users" SET "lower" = "TEMP_OLD_lower"`,
      `ALTER TABLE "users" DROP COLUMN "TEMP_OLD_lower"`,
      `DELETE FROM "typeorm_metadata" WHERE "name" = 'lower'`,
    ],
    down: [
      `ALTER TABLE "users" DROP COLUMN "lower"`,
      `ALTER TABLE "users" ADD "lower" character varying(100) GENERATED ALWAYS AS (lower(name)) STORED`,
      `INSERT INTO "typeorm_metadata" ("name") VALUES ('lower')`,
    ],
  },
];
