import { expect, test } from "vitest";
import { consequence } from "../../../core/src/review/check/messages.js";
import { type Checked, check, found } from "./support.js";

const users = `CREATE TABLE "User" ("id" INT NOT NULL, "name" VARCHAR(20), "teamId" INT, CONSTRAINT "User_pkey" PRIMARY KEY ("id"));`;
const teams = `CREATE TABLE "Team" ("id" INT PRIMARY KEY);`;

/** What the last migration is told of, after those before it. */
const cases: readonly (readonly [name: string, options: Checked, expected: readonly string[]])[] = [
  [
    "a type that keeps the stored bytes",
    { migrations: [users, `ALTER TABLE "User" ALTER COLUMN "name" TYPE TEXT;`] },
    [],
  ],
  ...(
    [
      ["an expression index", `CREATE INDEX "lowered" ON "User" (lower("name"));`, "1:20"],
      ["a partial index", `CREATE INDEX "named" ON "User" ("id") WHERE "name" IS NOT NULL;`, "1:20"],
      ["a check", `ALTER TABLE "User" ADD CONSTRAINT "long" CHECK (length("name") > 2);`, "1:20"],
      ["a check of the table", `ALTER TABLE "User" ADD "x" TEXT, ADD CHECK ("x" <> "name");`, "1:20"],
      ["a plain index", `CREATE INDEX "by_name" ON "User" ("name" DESC) INCLUDE ("id");`, undefined],
      ["a check of another column", `ALTER TABLE "User" ADD CONSTRAINT "positive" CHECK ("id" > 2);`, undefined],
      ["an index that was dropped", `CREATE INDEX "l" ON "User" (lower("name")); DROP INDEX "l";`, undefined],
    ] as const
  ).map(
    ([over, sql, at]) =>
      [
        `a type that keeps the stored bytes, under ${over}`,
        { migrations: [`${users} ${sql}`, `ALTER TABLE "User" ALTER COLUMN "name" TYPE TEXT;`] },
        at === undefined ? [] : [`change-column-type ${at}`],
      ] as const,
  ),
  [
    "a type that keeps the stored bytes, under a check of its column",
    {
      migrations: [
        `CREATE TABLE "User" ("name" VARCHAR(20) CHECK ("name" <> ''));`,
        `ALTER TABLE "User" ALTER COLUMN "name" TYPE TEXT;`,
      ],
    },
    ["change-column-type 1:20"],
  ],
  [
    "a type that does not",
    { migrations: [users, `ALTER TABLE "User" ALTER COLUMN "id" TYPE BIGINT;`] },
    ["change-column-type 1:20"],
  ],
  [
    "a column whose type nobody knows",
    { migrations: [`ALTER TABLE "User" ALTER COLUMN "name" TYPE TEXT;`] },
    ["change-column-type 1:20"],
  ],
  [
    "a type that was changed before",
    {
      migrations: [
        users,
        `ALTER TABLE "User" ALTER COLUMN "id" TYPE TEXT;`,
        `ALTER TABLE "User" ALTER COLUMN "id" TYPE VARCHAR;`,
      ],
    },
    [],
  ],
  [
    "NOT NULL that a check proved, in the migrations before",
    {
      migrations: [
        `${users} ALTER TABLE "User" ADD CONSTRAINT "named" CHECK ("name" IS NOT NULL) NOT VALID;`,
        `ALTER TABLE "User" VALIDATE CONSTRAINT "named";`,
        `ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;`,
      ],
    },
    [],
  ],
  [
    "NOT NULL on a check that is not proven",
    {
      migrations: [
        `${users} ALTER TABLE "User" ADD CONSTRAINT "named" CHECK ("name" IS NOT NULL) NOT VALID;`,
        `ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;`,
      ],
    },
    ["set-not-null 1:20"],
  ],
  [
    "NOT NULL on a check that was dropped",
    {
      migrations: [
        `${users} ALTER TABLE "User" ADD CONSTRAINT "named" CHECK ("name" IS NOT NULL);`,
        `ALTER TABLE "User" DROP CONSTRAINT "named";`,
        `ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;`,
      ],
    },
    ["set-not-null 1:20"],
  ],
  ["NOT NULL of a key", { migrations: [users, `ALTER TABLE "User" ALTER COLUMN "id" SET NOT NULL;`] }, []],
  [
    "what is there already, IF NOT EXISTS",
    {
      migrations: [
        `${users} CREATE INDEX "by_name" ON "User" ("name");`,
        `CREATE INDEX IF NOT EXISTS "by_name" ON "User" ("name"); ALTER TABLE "User" ADD COLUMN IF NOT EXISTS "name" TEXT NOT NULL;`,
      ],
    },
    [],
  ],
  [
    "the lock of a column that is there already, IF NOT EXISTS, kept while an index is built",
    {
      migrations: [
        users,
        `BEGIN; ALTER TABLE "User" ADD COLUMN IF NOT EXISTS "name" TEXT; CREATE INDEX "by_name" ON "User" ("name"); COMMIT;`,
      ],
    },
    ["add-index 1:65", "kept-lock 1:65"],
  ],
  [
    "an index that is not there, IF NOT EXISTS",
    { migrations: [users, `CREATE INDEX IF NOT EXISTS "by_name" ON "User" ("name");`] },
    ["add-index 1:1"],
  ],
  [
    "a table that the migration itself makes, IF NOT EXISTS",
    { migrations: [users, `CREATE TABLE IF NOT EXISTS "Log" ("id" INT); CREATE INDEX "by_id" ON "Log" ("id");`] },
    [],
  ],
  [
    "a table that may have been there",
    {
      migrations: [
        `ALTER TABLE "Log" ADD COLUMN "a" INT;`,
        `CREATE TABLE IF NOT EXISTS "Log" ("id" INT); CREATE INDEX "by_id" ON "Log" ("id");`,
      ],
    },
    ["add-index 1:46"],
  ],
  [
    "a table of another migration that is new as well",
    { migrations: [teams, users, `CREATE INDEX "by_name" ON "User" ("name");`], checked: 2 },
    [],
  ],
  ["a table that is dropped IF EXISTS and is not there", { migrations: [users, `DROP TABLE IF EXISTS "Log";`] }, []],
  [
    "a renamed column keeps its type",
    {
      migrations: [
        `${users} ALTER TABLE "User" RENAME COLUMN "name" TO "full";`,
        `ALTER TABLE "User" ALTER COLUMN "full" TYPE TEXT;`,
      ],
    },
    [],
  ],
  [
    "a column of a domain that an earlier migration made",
    {
      migrations: [
        `${users} CREATE DOMAIN "age" AS INT CHECK (VALUE > 0); CREATE TYPE "Role" AS ENUM ('A');`,
        `ALTER TABLE "User" ADD COLUMN "age" "age", ADD COLUMN "role" "Role";`,
      ],
    },
    ["add-column-domain 1:20"],
  ],
  [
    "a schema that is written now and then",
    { migrations: [users, `ALTER TABLE "public"."User" ALTER COLUMN "name" TYPE TEXT;`] },
    [],
  ],
  [
    "one table by two names in one migration",
    { migrations: [users, `CREATE TABLE "Log" ("id" INT); CREATE INDEX "by_id" ON "public"."Log" ("id");`] },
    [],
  ],
  [
    "an index of a partitioned table, partition by partition",
    {
      migrations: [
        `CREATE TABLE "Ev" ("id" INT) PARTITION BY RANGE ("id"); CREATE TABLE "Ev1" PARTITION OF "Ev" FOR VALUES FROM (1) TO (2);`,
        `CREATE INDEX "i" ON ONLY "Ev" ("id"); CREATE INDEX CONCURRENTLY "i1" ON "Ev1" ("id");`,
      ],
    },
    [],
  ],
  [
    "a partition of a table that has no default partition",
    {
      migrations: [
        `CREATE TABLE "Ev" ("id" INT) PARTITION BY RANGE ("id");`,
        `CREATE TABLE "Ev1" PARTITION OF "Ev" FOR VALUES FROM (1) TO (2); CREATE TABLE "EvD" PARTITION OF "Ev" DEFAULT;`,
      ],
    },
    [],
  ],
  [
    "a partition of a table that has one",
    {
      migrations: [
        `CREATE TABLE "Ev" ("id" INT) PARTITION BY RANGE ("id"); CREATE TABLE "EvD" PARTITION OF "Ev" DEFAULT;`,
        `CREATE TABLE "Ev1" PARTITION OF "Ev" FOR VALUES FROM (1) TO (2);`,
      ],
    },
    ["create-partition 1:1"],
  ],
  ["a view that is dropped IF EXISTS and is not there", { migrations: [users, `DROP VIEW IF EXISTS "names";`] }, []],
  [
    "what nobody understood may have changed the type",
    { migrations: [users, `SELECT convert('User');`, `ALTER TABLE "User" ALTER COLUMN "name" TYPE TEXT;`] },
    ["change-column-type 1:20"],
  ],
  [
    "a partition of a table that another was attached to as default",
    {
      migrations: [
        `CREATE TABLE "Ev" ("id" INT) PARTITION BY RANGE ("id"); CREATE TABLE "EvD" ("id" INT); ALTER TABLE "Ev" ATTACH PARTITION "EvD" DEFAULT;`,
        `CREATE TABLE "Ev1" PARTITION OF "Ev" FOR VALUES FROM (1) TO (2);`,
      ],
    },
    ["create-partition 1:1"],
  ],
  [
    "an index, IF NOT EXISTS, that went with its table",
    {
      migrations: [
        `${users} CREATE INDEX "by_name" ON "User" ("name");`,
        `DROP TABLE "User";`,
        users,
        `CREATE INDEX IF NOT EXISTS "by_name" ON "User" ("name");`,
      ],
    },
    ["add-index 1:1"],
  ],
  [
    "a unique index on a column that the migration adds empty cannot fail, and still stops writes",
    {
      migrations: [users, `ALTER TABLE "User" ADD COLUMN "handle" TEXT; CREATE UNIQUE INDEX "h" ON "User" ("handle");`],
    },
    ["add-index 1:46"],
  ],
  // IF EXISTS, and it is not there.
  ...[
    [`DROP INDEX IF EXISTS "i";`],
    [`DROP TYPE IF EXISTS "Role";`],
    [`DROP DOMAIN IF EXISTS "Role" CASCADE;`],
    [`ALTER TABLE "User" DROP CONSTRAINT IF EXISTS "c";`],
    [`ALTER TABLE "User" DROP COLUMN IF EXISTS "nick";`],
    ...[`"P1" PARTITION OF "P" FOR VALUES IN (1)`, `"P1" ("more" INT) INHERITS ("P")`].flatMap((declared) => {
      const made = `CREATE TABLE "P" ("id" INT, "a" INT) PARTITION BY LIST ("id"); CREATE TABLE ${declared};`;
      return [
        [`ALTER TABLE "P1" DROP COLUMN IF EXISTS "nick";`, made],
        [`ALTER TABLE "P1" DROP COLUMN IF EXISTS "a";`, made, "drop-column 1:18"],
      ];
    }),
    [
      `ALTER TABLE "P1" DROP COLUMN IF EXISTS "nick";`,
      `CREATE TABLE "P" (LIKE "User"); CREATE TABLE "P1" () INHERITS ("P");`,
      "drop-column 1:18",
    ],
    [`DROP INDEX IF EXISTS "i";`, `CREATE INDEX "i" ON "User" ("name");`, "drop-index 1:1"],
    [`DROP INDEX IF EXISTS "User_name_idx";`, `CREATE INDEX ON "User" ("name");`, "drop-index 1:1"],
    [`DROP INDEX IF EXISTS "i";`, `SELECT something();`, "drop-index 1:1"],
    [`DROP INDEX IF EXISTS "i";`, `DO $$ BEGIN CREATE INDEX "i" ON "User" ("name"); END $$;`, "drop-index 1:1"],
    [`DROP TYPE IF EXISTS "Role" CASCADE;`, `CREATE TYPE "Role" AS ENUM ('a');`, "drop-object 1:1"],
    [
      `DROP TYPE IF EXISTS "Old" CASCADE;`,
      `CREATE TYPE "Role" AS ENUM (); ALTER TYPE "Role" RENAME TO "Old";`,
      "drop-object 1:1",
    ],
    ...[
      `ALTER TABLE "User" ADD CONSTRAINT "c" CHECK ("id" > 0);`,
      `ALTER TABLE "User" ADD COLUMN "n" INT CONSTRAINT "c" CHECK ("n" > 0);`,
    ].map((made) => [`ALTER TABLE "User" DROP CONSTRAINT IF EXISTS "c";`, made, "drop-constraint 1:20"]),
    [
      `ALTER TABLE "User" DROP CONSTRAINT IF EXISTS "User_check";`,
      `ALTER TABLE "User" ADD CHECK ("id" > length("name"));`,
      "drop-constraint 1:20",
    ],
    [
      `ALTER TABLE "Copy" DROP CONSTRAINT IF EXISTS "c";`,
      `CREATE TABLE "Copy" (LIKE "User" INCLUDING ALL);`,
      "drop-constraint 1:20",
    ],
  ].map(
    ([sql = "", made = "", rule]) =>
      [`${made} ${sql}`, { migrations: [users + made, sql] }, rule === undefined ? [] : [rule]] as const,
  ),
  // The default of a required column.
  ...(
    [
      [`"n" INT NOT NULL DEFAULT 5`, true, true],
      [`"n" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP`, true, true],
      [`"n" TEXT[] NOT NULL DEFAULT ARRAY['a(']::TEXT[]`, true, true],
      [`"n" SERIAL NOT NULL`, true, false],
      [`"n" UUID NOT NULL DEFAULT gen_random_uuid()`, true, false],
      [`"n" INT DEFAULT 5`, false, false],
      [`"n" INT NOT NULL`, false, false],
    ] as const
  ).flatMap(([column, isNeeded, isSent]) =>
    [false, true].map(
      (sendsDefaults) =>
        [
          `DROP DEFAULT of ${column}${sendsDefaults ? ", whose client writes constants" : ""}`,
          {
            migrations: [
              `CREATE TABLE "T" ("a" INT, ${column}, CONSTRAINT "T_pkey" PRIMARY KEY ("a"));`,
              `ALTER TABLE "T" ALTER COLUMN "n" DROP DEFAULT;`,
            ],
            sendsDefaults,
          },
          isNeeded && !(sendsDefaults && isSent) ? ["drop-default 1:17"] : [],
        ] as const,
    ),
  ),
  [
    "DROP DEFAULT of a column that nobody knows",
    { migrations: [`ALTER TABLE "T" ALTER COLUMN "n" DROP DEFAULT;`] },
    ["drop-default 1:17"],
  ],
  [
    "what may not run is not certain to fail",
    {
      migrations: [
        `${users} CREATE VIEW "Names" AS SELECT "name" FROM "User";`,
        `DO $$ BEGIN ALTER TABLE "User" DROP COLUMN "name"; EXCEPTION WHEN others THEN NULL; END $$;`,
      ],
    },
    ["drop-column 1:32"],
  ],
  ...triggerCases(),
];

/** What triggers run, when the column that it takes from the row goes or gets another name. */
function triggerCases(): typeof cases {
  const made = (body: string, more = "") =>
    `${users} ${more} CREATE FUNCTION "log"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$;
     CREATE TRIGGER "audit" BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION "log"();`;
  const taking = made(`NEW."name" := lower(NEW.name);`);
  const drop = `ALTER TABLE "User" DROP COLUMN "name";`;
  const rename = `ALTER TABLE "User" RENAME COLUMN "name" TO "title";`;
  const inner = `CREATE FUNCTION "inner"(u "User") RETURNS text LANGUAGE sql AS 'SELECT u."name"';`;
  const without = `CREATE OR REPLACE FUNCTION "log"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;`;
  const inMysql =
    "CREATE TABLE `User` (`id` INT, `name` TEXT); CREATE TRIGGER `audit` BEFORE INSERT ON `User` FOR EACH ROW SET NEW.`id` = length(new.Name);";
  const own = (name: string, migrations: readonly string[], expected: string, more: object = {}) =>
    [name, { migrations, ...more }, [expected]] as (typeof cases)[number];
  return [
    [
      "a dropped column that a trigger's function takes",
      { migrations: [taking, drop] },
      ["drop-column 1:20", "break-writes 1:20"],
    ],
    ["a renamed one", { migrations: [taking, rename] }, ["rename-column 1:1", "break-writes 1:1"]],
    own("one in a comment", [made(`/* NEW."name" */`), drop], "drop-column 1:20"),
    own("another one", [made(`NEW."id" := 1;`), drop], "drop-column 1:20"),
    own("the function re-created before", [taking, `${without} ${drop}`], "drop-column 1:120"),
    own("the function re-created behind", [taking, `${drop} ${without}`], "drop-column 1:20"),
    own("the trigger dropped", [taking, `DROP TRIGGER "audit" ON "User";`, drop], "drop-column 1:20"),
    [
      "a function that the trigger's calls",
      { migrations: [made(`PERFORM "inner"(NEW);`, inner), drop] },
      ["drop-column 1:20", "break-writes 1:20"],
    ],
    own("a function without a trigger", [`${users} ${inner}`, drop], "drop-column 1:20"),
    [
      "MySQL: a trigger",
      { migrations: [inMysql, "ALTER TABLE `User` DROP COLUMN `name`;"], dialect: "mysql" },
      ["drop-column 1:20", "break-writes 1:20"],
    ],
    [
      "MySQL: a column with another name",
      { migrations: [inMysql, "ALTER TABLE `User` CHANGE `name` `title` TEXT;"], dialect: "mysql" },
      ["rename-column 1:20", "break-writes 1:20"],
    ],
  ];
}

test.each(cases)("%s", async (_, options, expected) => {
  expect(await found(options)).toEqual(expected);
});

const keyed = `${teams} ${users} ALTER TABLE "User" ADD CONSTRAINT "fk" FOREIGN KEY ("teamId") REFERENCES "Team" ("id");`;
const dropKey = `ALTER TABLE "User" DROP CONSTRAINT "fk";`;
const addKey = `ALTER TABLE "User" ADD CONSTRAINT "fk" FOREIGN KEY ("teamId") REFERENCES "Team" ("id")`;

/** The same, with the kinds of concerns. */
const judgedCases: readonly (readonly [name: string, options: Checked, expected: readonly string[]])[] = [
  [
    "a foreign key that is added again, with another ON DELETE",
    { migrations: [keyed, `${dropKey} ${addKey} ON DELETE CASCADE;`] },
    ["add-foreign-key scans"],
  ],
  [
    "a foreign key that is added again under new names of its table and column",
    {
      migrations: [
        keyed,
        `${dropKey} ALTER TABLE "User" RENAME TO "users"; ALTER TABLE "users" RENAME "teamId" TO "team_id"; ALTER TABLE "users" ADD CONSTRAINT "users_fk" FOREIGN KEY ("team_id") REFERENCES "Team" ("id");`,
      ],
    },
    ["rename-table breaks-code-before", "rename-column breaks-code-before", "add-foreign-key scans"],
  ],
  [
    "a foreign key that is added again after rows were changed",
    { migrations: [keyed, `${dropKey} UPDATE "User" SET "teamId" = 1; ${addKey};`] },
    ["change-rows changes-rows", "add-foreign-key scans fails-on-rows narrows-writes"],
  ],
  [
    "a foreign key that leads to another table from now on",
    {
      migrations: [
        `${keyed} CREATE TABLE "Club" ("id" INT PRIMARY KEY);`,
        `${dropKey} ${addKey.replace("Team", "Club")};`,
      ],
    },
    ["drop-constraint guards-less", "add-foreign-key scans fails-on-rows narrows-writes"],
  ],
  [
    "a foreign key that goes with its column",
    { migrations: [keyed, `${dropKey} ALTER TABLE "User" DROP COLUMN "teamId";`] },
    ["drop-column loses-data breaks-code-before"],
  ],
  [
    "a foreign key over a column that the migration adds, and that rows of it or a function may fill",
    {
      migrations: [
        `${users} ${teams}`,
        `ALTER TABLE "User" ADD COLUMN "c" INT; INSERT INTO "User" ("id", "c") VALUES (1, 9); ${addKey.replace("teamId", "c")}; ALTER TABLE "User" ADD COLUMN "d" INT; SELECT fill(); ${addKey.replace("teamId", "d").replace("fk", "fk2")};`,
      ],
    },
    [
      "add-foreign-key scans fails-on-rows narrows-writes",
      "not-understood not-understood",
      "add-foreign-key scans fails-on-rows narrows-writes",
    ],
  ],
  [
    "a foreign key that was dropped once, and then was there without a proof",
    {
      migrations: [keyed, dropKey, `${addKey} NOT VALID;`, `${dropKey} ${addKey};`],
    },
    ["add-foreign-key scans fails-on-rows narrows-writes"],
  ],
  ["a foreign key that goes", { migrations: [keyed, dropKey] }, ["drop-constraint guards-less"]],
  [
    "a foreign key over a column that the migration adds empty",
    {
      migrations: [
        `${users} ${teams}`,
        `ALTER TABLE "User" ADD COLUMN "clubId" INT; ${addKey.replace("teamId", "clubId")};`,
      ],
    },
    ["add-foreign-key scans"],
  ],
  ["rows that are named by a key", { migrations: [users, `UPDATE "User" SET "name" = 'x' WHERE "id" IN (1, 2);`] }, []],
  [
    "a key that others may follow",
    { migrations: [keyed, `UPDATE "Team" SET "id" = 2 WHERE "id" = 1;`] },
    ["change-rows changes-rows"],
  ],
  [
    "rows that a unique index names, of which it does not know all",
    {
      migrations: [
        `${users} CREATE UNIQUE INDEX "u" ON "User" ("name") WHERE "teamId" < 0;`,
        `UPDATE "User" SET "id" = 2 WHERE "name" = 'x' AND "teamId" = 1;`,
      ],
    },
    ["change-rows changes-rows"],
  ],
  [
    "rows that are named by something else",
    {
      migrations: [
        users,
        `UPDATE "User" SET "name" = 'x' WHERE "name" = 'y'; DELETE FROM "User" WHERE "id" = 1 OR "id" > 2;`,
      ],
    },
    ["change-rows changes-rows", "change-rows loses-data changes-rows"],
  ],
  ["a row that is deleted by its key", { migrations: [users, `DELETE FROM "User" u WHERE u."id" = 1;`] }, []],
  [
    "a row that others may refer to",
    { migrations: [keyed, `DELETE FROM "Team" WHERE "id" = 1;`] },
    ["change-rows loses-data changes-rows"],
  ],
  [
    "rows that stand in the statement",
    { migrations: [users, `INSERT INTO "User" ("id") VALUES (1) ON CONFLICT DO NOTHING;`] },
    [],
  ],
];

test.each(judgedCases)("%s", async (_, options, expected) => {
  const { findings } = await check(options);
  const said = findings.map(({ rule, verdict }) =>
    [rule, ...(verdict?.concerns ?? []).map(({ kind }) => kind)].join(" "),
  );
  expect(said).toEqual(expected);
});

test("a file that is there and cannot be read is told", async () => {
  const { findings } = await check({ migrations: [users, undefined] });
  expect(findings.map(({ rule, about }) => [rule, about])).toEqual([
    [
      "unread-code",
      { kind: "unread", what: "a file that cannot be opened, or is larger than 8 MB", isWholeFile: true },
    ],
  ]);
});

test("the other table of a foreign key that goes with a column is named", async () => {
  const { findings } = await check({
    migrations: [
      `${teams} ${users} ALTER TABLE "User" ADD CONSTRAINT "fk" FOREIGN KEY ("teamId") REFERENCES "Team" ("id");`,
      `ALTER TABLE "User" DROP COLUMN "teamId";`,
    ],
  });
  expect(findings.map(({ verdict }) => verdict?.locks.map(({ table }) => table.name))).toEqual([["User", "Team"]]);
});

/** What people read of a statement behind the others of its migration. */
test.each([
  [`ALTER TABLE "Team" RENAME TO "Old"; ALTER TABLE "User" RENAME TO "Team";`, "running code that still uses it fails"],
  [`ALTER TABLE "User" DROP COLUMN "id";`, `fails: the view "Names" uses it`],
  [`DROP TABLE "Team";`, `fails: the foreign key "fk" of "User" uses it`],
  [`ALTER TABLE "User" ALTER COLUMN "name" TYPE INT;`, `fails: the view "Names" uses it`],
  [`REINDEX INDEX "by_team";`, `reads and writes of "User" wait until its index is built`],
  [
    `CREATE PUBLICATION "p" FOR TABLE "Team", "Log";`,
    `running code can no longer update or delete rows of "Log": the table has no primary key or other replica identity`,
  ],
])("%s", async (sql, expected) => {
  const { findings } = await check({
    migrations: [
      `${teams} ${users} CREATE TABLE "Log" ("id" INT); CREATE INDEX "by_team" ON "User" ("teamId");
        ALTER TABLE "User" ADD CONSTRAINT "fk" FOREIGN KEY ("teamId") REFERENCES "Team" ("id"); CREATE VIEW "Names" AS SELECT * FROM "User";`,
      sql,
    ],
  });
  expect(findings.map(consequence).join("\n")).toContain(expected);
});
