// Migrations as people write them by hand: add a column, give the rows that exist a value out of other tables, make it required.

/** A database as the application has it before, with rows. */
export const before = `
CREATE SCHEMA crm;
CREATE TABLE "Team" (id serial PRIMARY KEY, name text NOT NULL UNIQUE, plan text NOT NULL, "planCode" text, "parentId" int, "createdAt" timestamptz NOT NULL DEFAULT '2024-01-01');
CREATE TABLE "Plan" (code text PRIMARY KEY, price int NOT NULL, seats int);
CREATE TABLE "User" (id serial PRIMARY KEY, email text NOT NULL UNIQUE, name text, "teamId" int NOT NULL REFERENCES "Team", "managerId" int,
  country text, kind text NOT NULL DEFAULT 'member', points int, found text);
CREATE TABLE "Post" (id serial PRIMARY KEY, "userId" int NOT NULL REFERENCES "User", title text NOT NULL, score int, "createdAt" timestamptz NOT NULL);
CREATE INDEX ON "Post" ("userId", "createdAt");
CREATE TABLE "Profile" ("userId" int PRIMARY KEY REFERENCES "User", bio text NOT NULL, found text);
CREATE TABLE "Membership" (id serial PRIMARY KEY, "userId" int NOT NULL, "teamId" int NOT NULL, role text NOT NULL, UNIQUE ("userId", "teamId"));
CREATE TABLE "Country" (code text PRIMARY KEY, currency text NOT NULL);
CREATE TABLE "Role" (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE "Audit" (id serial PRIMARY KEY, "userId" int NOT NULL, what text NOT NULL);
CREATE TABLE crm.account (id serial PRIMARY KEY, email text NOT NULL UNIQUE, tier text NOT NULL);
INSERT INTO "Plan" VALUES ('free', 0, 1), ('pro', 20, 10), ('max', 90, NULL);
INSERT INTO "Team" (name, plan, "planCode", "parentId", "createdAt") SELECT 'Team ' || n, (ARRAY['free', 'pro'])[1 + n % 2], (ARRAY['free', 'pro', NULL])[1 + n % 3],
  CASE WHEN n > 3 THEN n - 3 END, timestamptz '2024-01-01' + n * interval '1 day' FROM generate_series(1, 7) n;
INSERT INTO "User" (email, name, "teamId", "managerId", country, kind, points) SELECT 'User' || n || '@x.io', 'User ' || n, 1 + n % 7, CASE WHEN n > 5 THEN n - 5 END,
  (ARRAY['de', 'fr', 'xx'])[1 + n % 3], (ARRAY['admin', 'member'])[1 + n % 2], n FROM generate_series(1, 30) n;
INSERT INTO "Post" ("userId", title, score, "createdAt") SELECT 1 + n % 20, 'Post ' || n, CASE WHEN n % 4 > 0 THEN n END, timestamptz '2024-02-01' + n * interval '1 hour' FROM generate_series(1, 60) n;
INSERT INTO "Profile" SELECT n, 'Bio ' || n FROM generate_series(1, 30, 2) n;
INSERT INTO "Membership" ("userId", "teamId", role) SELECT id, "teamId", CASE WHEN id % 5 = 0 THEN 'owner' ELSE 'editor' END FROM "User";
INSERT INTO "Country" VALUES ('de', 'EUR'), ('fr', 'EUR');
INSERT INTO "Role" (name) VALUES ('guest'), ('member'), ('admin');
INSERT INTO "Audit" ("userId", what) SELECT n, 'login' FROM generate_series(1, 9) n;
INSERT INTO crm.account (email, tier) SELECT lower(email), 'gold' FROM "User" WHERE id % 2 = 0;
`;

/** Code that runs while the plan is open, and does not know the column. */
export const oldCode = (n: number) =>
  `INSERT INTO "User" (email, name, "teamId", "managerId", country, kind) VALUES ('Late${n}@x.io', 'Late ${n}', 3, 2, 'de', 'member')`;

export interface HandWritten {
  readonly name: string;
  readonly sql: string;
  /** What gives new rows their value until contract. */
  readonly by: "trigger" | "backfill" | "once" | "default";
  /** Columns that the plan fills. Default: `v`. */
  readonly columns?: readonly string[];
}

/** `v`, of a type, given by an UPDATE, and required in the end. */
const required = (type: string, update: string) =>
  `ALTER TABLE "User" ADD COLUMN v ${type};\n${update};\nALTER TABLE "User" ALTER COLUMN v SET NOT NULL;`;

export const handWritten: readonly HandWritten[] = [
  // One row of a parent, by its key.
  {
    name: "UPDATE … FROM",
    by: "trigger",
    sql: required("text", `UPDATE "User" u SET v = t.plan FROM "Team" t WHERE t.id = u."teamId"`),
  },
  {
    name: "the other way round, without an alias",
    by: "trigger",
    sql: required("text", `UPDATE "User" SET v = "Team".plan FROM "Team" WHERE "User"."teamId" = "Team".id`),
  },
  {
    name: "AS, line breaks, comments",
    by: "trigger",
    sql: required(
      "text",
      `UPDATE "User" AS u -- all of them\n   SET v = t.plan /* of today */\n  FROM "Team" AS t\n WHERE t.id = u."teamId"`,
    ),
  },
  {
    name: "unqualified names",
    by: "trigger",
    sql: required("text", `UPDATE "User" SET v = plan FROM "Team" t WHERE t.id = "teamId"`),
  },
  {
    name: "a name that both tables have",
    by: "trigger",
    sql: required("text", `UPDATE "User" u SET v = u.name || ' of ' || t.name FROM "Team" t WHERE u."teamId" = t.id`),
  },
  {
    name: "only rows without a value",
    by: "trigger",
    sql: required("text", `UPDATE "User" u SET v = t.plan FROM "Team" t WHERE t.id = u."teamId" AND u.v IS NULL`),
  },
  {
    name: "a scalar subquery",
    by: "trigger",
    sql: required("text", `UPDATE "User" SET v = (SELECT t.plan FROM "Team" t WHERE t.id = "User"."teamId")`),
  },
  {
    name: "a scalar subquery under an alias",
    by: "trigger",
    sql: required("text", `UPDATE "User" u SET v = (SELECT plan FROM "Team" WHERE id = u."teamId")`),
  },
  {
    name: "a column called like a variable of PL/pgSQL",
    by: "once",
    sql: `ALTER TABLE "User" ADD COLUMN v text; UPDATE "User" SET v = (SELECT p.found FROM "Profile" p WHERE p."userId" = "User".id AND p.found IS NULL)`,
  },
  {
    name: "two tables, one behind the other",
    by: "trigger",
    sql: required(
      "int",
      `UPDATE "User" u SET v = coalesce(p.price, 0) FROM "Team" t LEFT JOIN "Plan" p ON p.code = t."planCode" WHERE t.id = u."teamId"`,
    ),
  },
  {
    name: "two tables with a comma",
    by: "trigger",
    sql: required(
      "int",
      `UPDATE "User" u SET v = p.price FROM "Team" t, "Plan" p WHERE t.id = u."teamId" AND p.code = t.plan`,
    ),
  },
  {
    name: "JOIN … USING",
    by: "trigger",
    sql: required(
      "text",
      `UPDATE "User" u SET v = t.name || p.code FROM "Team" t JOIN (VALUES ('free', 'free'), ('pro', 'pro')) p(plan, code) USING (plan) WHERE t.id = u."teamId"`,
    ),
  },
  {
    name: "a nested subquery",
    by: "trigger",
    sql: required(
      "int",
      `UPDATE "User" SET v = (SELECT price FROM "Plan" WHERE code = (SELECT plan FROM "Team" WHERE id = "teamId"))`,
    ),
  },
  {
    name: "the parent of the parent, of the same table",
    by: "trigger",
    sql: required(
      "text",
      `UPDATE "User" u SET v = coalesce((SELECT p.name FROM "Team" t JOIN "Team" p ON p.id = t."parentId" WHERE t.id = u."teamId"), 'root')`,
    ),
  },
  {
    name: "another row of its own table",
    by: "trigger",
    sql: required(
      "text",
      `UPDATE "User" SET v = coalesce((SELECT m.name FROM "User" m WHERE m.id = "User"."managerId"), 'nobody')`,
    ),
  },
  {
    name: "a natural key",
    by: "trigger",
    sql: required(
      "text",
      `UPDATE "User" SET v = coalesce((SELECT currency FROM "Country" c WHERE c.code = "User".country), 'USD')`,
    ),
  },
  {
    name: "an expression as the key",
    by: "trigger",
    sql: required(
      "text",
      `UPDATE "User" u SET v = coalesce((SELECT a.tier FROM crm.account a WHERE a.email = lower(u.email)), 'none')`,
    ),
  },
  {
    name: "a constant row",
    by: "trigger",
    sql: required("int", `UPDATE "User" SET v = (SELECT id FROM "Role" WHERE name = 'member')`),
  },
  {
    name: "a row by its own value",
    by: "trigger",
    sql: required("int", `UPDATE "User" u SET v = r.id FROM "Role" r WHERE r.name = u.kind`),
  },
  {
    name: "a map of values",
    by: "trigger",
    sql: required(
      "int",
      `UPDATE "User" u SET v = m.rank FROM (VALUES ('admin', 1), ('member', 2)) AS m(kind, rank) WHERE m.kind = u.kind`,
    ),
  },
  {
    name: "a table of the same migration",
    by: "trigger",
    sql: `CREATE TABLE "Level" (kind text PRIMARY KEY, rank int NOT NULL);\nINSERT INTO "Level" VALUES ('admin', 1), ('member', 2);\n${required("int", `UPDATE "User" u SET v = l.rank FROM "Level" l WHERE l.kind = u.kind`)}`,
  },
  {
    name: "CASE over EXISTS of a parent",
    by: "trigger",
    sql: required(
      "text",
      `UPDATE "User" u SET v = CASE WHEN EXISTS (SELECT 1 FROM "Team" t WHERE t.id = u."teamId" AND t.plan = 'pro') THEN 'paid' ELSE 'free' END`,
    ),
  },
  {
    name: "a foreign key of a composite unique",
    by: "backfill",
    sql: required(
      "text",
      `UPDATE "User" u SET v = coalesce((SELECT m.role FROM "Membership" m WHERE m."userId" = u.id AND m."teamId" = u."teamId"), 'none')`,
    ),
  },
  {
    name: "two UPDATEs, the second for what is left",
    by: "trigger",
    sql: required(
      "text",
      `UPDATE "User" u SET v = t.name FROM "Team" t WHERE t.id = u."managerId";\nUPDATE "User" SET v = 'none' WHERE v IS NULL`,
    ),
  },
  {
    name: "two UPDATEs, the second over some rows",
    by: "trigger",
    sql: required(
      "text",
      `UPDATE "User" SET v = 'free';\nUPDATE "User" u SET v = 'paid' FROM "Team" t WHERE t.id = u."teamId" AND t.plan <> 'free'`,
    ),
  },
  {
    name: "a default for the time between",
    by: "trigger",
    sql: `ALTER TABLE "User" ADD COLUMN v text NOT NULL DEFAULT '';\nUPDATE "User" u SET v = t.plan FROM "Team" t WHERE t.id = u."teamId";\nALTER TABLE "User" ALTER COLUMN v DROP DEFAULT;`,
  },
  {
    name: "a default that stays",
    by: "default",
    sql: `ALTER TABLE "User" ADD COLUMN v text NOT NULL DEFAULT 'free';\nUPDATE "User" u SET v = t.plan FROM "Team" t WHERE t.id = u."teamId";`,
  },
  {
    name: "two columns in one UPDATE",
    by: "trigger",
    columns: ["v", "w"],
    sql: `ALTER TABLE "User" ADD COLUMN v text, ADD COLUMN w int;\nUPDATE "User" u SET v = t.plan, w = p.price FROM "Team" t JOIN "Plan" p ON p.code = t.plan WHERE t.id = u."teamId";\nALTER TABLE "User" ALTER v SET NOT NULL, ALTER w SET NOT NULL;`,
  },
  {
    name: "WITH",
    by: "trigger",
    sql: required(
      "text",
      `WITH paid AS (SELECT id, plan FROM "Team")\nUPDATE "User" u SET v = paid.plan FROM paid WHERE paid.id = u."teamId"`,
    ),
  },
  {
    name: "with an index and a foreign key",
    by: "trigger",
    sql: `ALTER TABLE "User" ADD COLUMN v int;\nUPDATE "User" u SET v = r.id FROM "Role" r WHERE r.name = u.kind;\nALTER TABLE "User" ALTER COLUMN v SET NOT NULL;\nCREATE INDEX "User_v_idx" ON "User" (v);\nALTER TABLE "User" ADD CONSTRAINT "User_v_fkey" FOREIGN KEY (v) REFERENCES "Role"(id) ON DELETE CASCADE;`,
  },

  // Children, which come after the row.
  {
    name: "a count of children",
    by: "backfill",
    sql: required("int", `UPDATE "User" SET v = (SELECT count(*) FROM "Post" p WHERE p."userId" = "User".id)`),
  },
  {
    name: "a sum, or 0",
    by: "backfill",
    sql: required("int", `UPDATE "User" u SET v = coalesce((SELECT sum(score) FROM "Post" WHERE "userId" = u.id), 0)`),
  },
  {
    name: "the last child, by ORDER BY and LIMIT",
    by: "once",
    sql: `ALTER TABLE "User" ADD COLUMN v timestamptz; UPDATE "User" u SET v = (SELECT p."createdAt" FROM "Post" p WHERE p."userId" = u.id ORDER BY p."createdAt" DESC LIMIT 1);`,
  },
  {
    name: "whether there is a child",
    by: "backfill",
    sql: required("boolean", `UPDATE "User" u SET v = EXISTS (SELECT 1 FROM "Post" p WHERE p."userId" = u.id)`),
  },
  {
    name: "a child with the row's own key",
    by: "backfill",
    sql: required(
      "text",
      `UPDATE "User" u SET v = coalesce((SELECT p.bio FROM "Profile" p WHERE p."userId" = u.id), '')`,
    ),
  },
  {
    name: "a child, where there is one",
    by: "once",
    sql: `ALTER TABLE "User" ADD COLUMN v text;\nUPDATE "User" u SET v = p.bio FROM "Profile" p WHERE p."userId" = u.id;`,
  },
  {
    name: "an aggregate in FROM",
    by: "once",
    sql: `ALTER TABLE "User" ADD COLUMN v bigint;\nUPDATE "User" u SET v = s.n FROM (SELECT "userId", count(*) AS n FROM "Post" GROUP BY "userId") s WHERE s."userId" = u.id;`,
  },
  {
    name: "an aggregate in WITH",
    by: "backfill",
    sql: `ALTER TABLE "User" ADD COLUMN v bigint NOT NULL DEFAULT 0;\nWITH counts AS (SELECT "userId", max(score) AS best FROM "Post" GROUP BY 1)\nUPDATE "User" SET v = coalesce(counts.best, 0) FROM counts WHERE counts."userId" = "User".id;\nALTER TABLE "User" ALTER v DROP DEFAULT;`,
  },
  {
    name: "the newest child, by DISTINCT ON",
    by: "once",
    sql: `ALTER TABLE "User" ADD COLUMN v text;\nUPDATE "User" u SET v = s.title FROM (SELECT DISTINCT ON ("userId") "userId", title FROM "Post" ORDER BY "userId", "createdAt" DESC) s WHERE s."userId" = u.id;`,
  },
  {
    name: "a list of children",
    by: "backfill",
    sql: required(
      "text[]",
      `UPDATE "User" u SET v = ARRAY(SELECT p.title FROM "Post" p WHERE p."userId" = u.id ORDER BY p.id)`,
    ),
  },
  {
    name: "children joined with their parents",
    by: "backfill",
    sql: required(
      "text",
      `UPDATE "User" u SET v = coalesce((SELECT string_agg(t.name || ':' || m.role, ',' ORDER BY t.name) FROM "Membership" m JOIN "Team" t ON t.id = m."teamId" WHERE m."userId" = u.id), '')`,
    ),
  },

  // A transaction around it, and what is said of the column later.
  {
    name: "BEGIN … COMMIT",
    by: "trigger",
    sql: `BEGIN;\n${required("text", `UPDATE "User" u SET v = t.plan FROM "Team" t WHERE t.id = u."teamId"`)}\nCOMMIT;`,
  },
  {
    name: "START TRANSACTION … END",
    by: "trigger",
    sql: `-- by hand\nSTART TRANSACTION;\n\n${required("text", `UPDATE "User" SET v = lower(email)`)}\nINSERT INTO "Role" (name) VALUES ('a;b');\nEND;\n-- done`,
  },
  {
    name: "a name that it gets later",
    by: "trigger",
    sql: `ALTER TABLE "User" ADD COLUMN tmp text;\nUPDATE "User" SET tmp = lower(email);\nALTER TABLE "User" RENAME COLUMN tmp TO v;\nALTER TABLE "User" ALTER COLUMN v SET NOT NULL;`,
  },
  {
    name: "a unique column that is renamed",
    by: "trigger",
    sql: `ALTER TABLE "User" ADD COLUMN tmp text UNIQUE;\nUPDATE "User" SET tmp = lower(email);\nALTER TABLE "User" RENAME tmp TO v;\nALTER TABLE "User" ALTER COLUMN v SET NOT NULL;`,
  },
  {
    name: "a type that it gets later",
    by: "trigger",
    sql: `ALTER TABLE "User" ADD COLUMN v text;\nALTER TABLE "User" ALTER COLUMN v TYPE varchar(40);\nUPDATE "User" SET v = lower(email);\nALTER TABLE "User" ALTER COLUMN v SET NOT NULL;`,
  },
  {
    name: "a default that it gets later",
    by: "default",
    sql: `ALTER TABLE "User" ADD COLUMN v text;\nUPDATE "User" u SET v = t.plan FROM "Team" t WHERE t.id = u."teamId";\nALTER TABLE "User" ALTER COLUMN v SET DEFAULT 'free', ALTER COLUMN v SET NOT NULL;`,
  },
  {
    name: "NOT NULL by ADD, and again by ALTER",
    by: "trigger",
    sql: `ALTER TABLE "User" ADD COLUMN v text NOT NULL DEFAULT 'x';\nALTER TABLE "User" ALTER COLUMN v DROP NOT NULL;\nUPDATE "User" SET v = lower(email);\nALTER TABLE "User" ALTER COLUMN v SET NOT NULL, ALTER COLUMN v DROP DEFAULT;`,
  },
];

export interface NeedsValues {
  readonly name: string;
  /** After `v` was added: `lower(email)`, required and filled. */
  readonly sql: string;
  /** What contract runs for it, in order. */
  readonly ddl: readonly RegExp[];
  /** The first major version of PostgreSQL that has it. Default: every one. */
  readonly since?: number;
}

/** What can only be built, or only be in force, once every row has its value. */
export const needsValues: readonly NeedsValues[] = [
  {
    name: "UNIQUE NULLS NOT DISTINCT",
    sql: `ALTER TABLE "User" ADD CONSTRAINT "User_v_key" UNIQUE NULLS NOT DISTINCT (v)`,
    ddl: [/^CREATE UNIQUE INDEX CONCURRENTLY .* NULLS NOT DISTINCT$/, /reads pg_index/, /UNIQUE USING INDEX/],
    since: 15,
  },
  {
    name: "a unique index, NULLS NOT DISTINCT, that a foreign key leads to",
    sql: `CREATE UNIQUE INDEX "User_v_key" ON "User" (v) NULLS NOT DISTINCT;\nALTER TABLE "Audit" ADD CONSTRAINT "Audit_what_fkey" FOREIGN KEY (what) REFERENCES "User" (v) NOT VALID`,
    ddl: [/^CREATE UNIQUE INDEX CONCURRENTLY .* NULLS NOT DISTINCT$/, /reads pg_index/, /"Audit_what_fkey"/],
    since: 15,
  },
  {
    name: "a unique index over coalesce",
    sql: `CREATE UNIQUE INDEX "User_v_key" ON "User" (coalesce(v, ''))`,
    ddl: [/^CREATE UNIQUE INDEX CONCURRENTLY .*coalesce\(v, ''\)\)$/, /reads pg_index/],
  },
  {
    name: "a unique index over the rows without a value",
    sql: `CREATE UNIQUE INDEX "User_v_key" ON "User" ("teamId") WHERE v IS NULL`,
    ddl: [/^CREATE UNIQUE INDEX CONCURRENTLY .* WHERE v IS NULL$/, /reads pg_index/],
  },
  {
    name: "a check that refuses NULL, with a comment",
    sql: `-- No empty ones.\nALTER TABLE "User" ADD CONSTRAINT "User_v_check" CHECK (v IS NOT NULL AND v <> '');\nCOMMENT ON CONSTRAINT "User_v_check" ON "User" IS 'No empty ones';`,
    ddl: [
      /ADD CONSTRAINT "User_v_check" CHECK \(.*\) NOT VALID;$/,
      /VALIDATE CONSTRAINT "User_v_check";$/,
      /^COMMENT ON/,
    ],
  },
  {
    name: "a check without a name, with other clauses",
    sql: `ALTER TABLE ONLY "User" ADD CHECK (coalesce(v, '') <> ''), ADD CONSTRAINT long CHECK (length(v) > 2)`,
    ddl: [
      /^ALTER TABLE ONLY "User" ADD CONSTRAINT "User_v_check" CHECK .* NOT VALID;$/,
      /VALIDATE CONSTRAINT "User_v_check";$/,
    ],
  },
  {
    name: "a check that is validated by itself",
    sql: `ALTER TABLE "User" ADD CONSTRAINT "User_v_check" CHECK (num_nulls(v, email) = 0) NOT VALID;\nALTER TABLE "User" VALIDATE CONSTRAINT "User_v_check"`,
    ddl: [/ NOT VALID;$/, /VALIDATE CONSTRAINT "User_v_check";$/],
  },
  {
    name: "an exclusion that takes NULL for a value",
    sql: `ALTER TABLE "User" ADD CONSTRAINT "User_v_excl" EXCLUDE (coalesce(v, '') WITH =)`,
    ddl: [/ADD CONSTRAINT "User_v_excl" EXCLUDE/],
  },
  {
    name: "the replica identity",
    sql: `CREATE UNIQUE INDEX "User_v_key" ON "User" (v);\nALTER TABLE "User" REPLICA IDENTITY USING INDEX "User_v_key"`,
    ddl: [/REPLICA IDENTITY USING INDEX "User_v_key";$/],
  },
];

/** What a NULL does no harm to stays in expand. */
export const bearsNull: readonly string[] = [
  `CREATE UNIQUE INDEX "User_v_key" ON "User" (v)`,
  `CREATE UNIQUE INDEX "User_v_key" ON "User" (lower(v), "teamId")`,
  `CREATE UNIQUE INDEX "User_v_key" ON "User" ("teamId", "managerId") WHERE v = 'x' AND kind IS NOT NULL`,
  `CREATE UNIQUE INDEX "User_email" ON "User" (email) INCLUDE (v)`,
  `CREATE INDEX "User_v_idx" ON "User" (coalesce(v, '')) WHERE v IS NULL`,
  `ALTER TABLE "User" ADD CONSTRAINT "User_v_check" CHECK (v <> '' AND length(btrim(v)) < 100 AND NOT (v LIKE 'x%' OR points < 0))`,
  `ALTER TABLE "User" ADD CONSTRAINT "User_v_check" CHECK (v IN ('a', 'b') OR v ~ '@' OR v IS NULL)`,
  `ALTER TABLE "User" ADD CONSTRAINT "User_v_excl" EXCLUDE (v WITH =)`,
  `CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM "User"`,
];

export interface Refused {
  readonly code: string;
  readonly name: string;
  readonly sql: string;
  /** In message or hint: what to do. */
  readonly says: RegExp;
  /** In the model; default: what an UPDATE says. */
  readonly fill?: { readonly kind: "backfill" | "mirror"; readonly sql: string };
}

export const refused: readonly Refused[] = [
  {
    code: "LS2070",
    name: "children without an index",
    says: /reads all of "Audit".*CREATE INDEX CONCURRENTLY ON "Audit" \("userId"\)/,
    sql: required("int", `UPDATE "User" u SET v = (SELECT count(*) FROM "Audit" a WHERE a."userId" = u.id)`),
  },
  {
    code: "LS2070",
    name: "a key behind a function",
    says: /"account"/,
    sql: required(
      "text",
      `UPDATE "User" u SET v = (SELECT min(a.tier) FROM crm.account a WHERE upper(a.email) = upper(u.email))`,
    ),
  },
  {
    code: "LS2071",
    name: "several rows",
    says: /"Post"/,
    sql: required("text", `UPDATE "User" u SET v = p.title FROM "Post" p WHERE p."userId" = u.id`),
  },
  {
    code: "LS2071",
    name: "half of a key",
    says: /"Membership"/,
    sql: required("text", `UPDATE "User" u SET v = (SELECT role FROM "Membership" m WHERE m."userId" = u.id)`),
  },
  {
    code: "LS2071",
    name: "a join that leaves rows of one side",
    says: /"Role"/,
    sql: required(
      "text",
      `UPDATE "User" u SET v = r.name FROM "Team" t LEFT JOIN "Role" r ON r.name <> t.plan WHERE t.id = u."teamId"`,
    ),
  },
  {
    code: "LS2071",
    name: "a map with a key twice",
    says: /"m"/,
    sql: required(
      "int",
      `UPDATE "User" u SET v = m.rank FROM (VALUES ('admin', 1), ('admin', 2)) AS m(kind, rank) WHERE m.kind = u.kind`,
    ),
  },
  {
    code: "LS2004",
    name: "a number for every row",
    says: /row_number\(\) OVER/,
    sql: required(
      "bigint",
      `UPDATE "User" u SET v = s.n FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM "User") s WHERE s.id = u.id`,
    ),
  },
  {
    code: "LS2004",
    name: "a mirror",
    says: /a mirror can follow only columns of its own row/,
    sql: `ALTER TABLE "User" ADD COLUMN v text NOT NULL`,
    fill: { kind: "mirror", sql: `(SELECT t.plan FROM "Team" t WHERE t.id = "teamId")` },
  },
  {
    code: "LS2003",
    name: "a column that the other table lacks",
    says: /no column "plam" in "t"/,
    sql: required("text", `UPDATE "User" u SET v = t.plam FROM "Team" t WHERE t.id = u."teamId"`),
  },
  {
    code: "LS2006",
    name: "rows that the look-up finds nothing for",
    says: /yields NULL for 10 rows/,
    sql: required("text", `UPDATE "User" u SET v = c.currency FROM "Country" c WHERE c.code = u.country`),
  },
  {
    code: "LS2012",
    name: "what the look-up reads is dropped",
    says: /DROP COLUMN plan/,
    sql: `${required("text", `UPDATE "User" u SET v = t.plan FROM "Team" t WHERE t.id = u."teamId"`)}\nALTER TABLE "Team" DROP COLUMN plan;`,
  },
  {
    code: "LS2012",
    name: "the table of the look-up is dropped",
    says: /DROP TABLE "Profile"/,
    sql: `${required("text", `UPDATE "User" u SET v = coalesce((SELECT bio FROM "Profile" p WHERE p."userId" = u.id), '')`)}\nDROP TABLE "Profile";`,
  },
  {
    code: "LS2016",
    name: "the table of the look-up is renamed",
    says: /RENAME TO "Group"/,
    sql: `${required("text", `UPDATE "User" u SET v = t.plan FROM "Team" t WHERE t.id = u."teamId"`)}\nALTER TABLE "Team" RENAME TO "Group";`,
  },
  {
    code: "LS2016",
    name: "the table of the look-up changes afterwards",
    says: /UPDATE "Team"/,
    sql: `${required("text", `UPDATE "User" u SET v = t.plan FROM "Team" t WHERE t.id = u."teamId"`)}\nUPDATE "Team" SET plan = 'none';`,
  },
  ...[
    `CREATE MATERIALIZED VIEW copied AS SELECT id, v FROM "User"`,
    `CREATE MATERIALIZED VIEW copied AS SELECT u.* FROM "User" u`,
    `CREATE TABLE copied AS SELECT v, count(*) FROM "User" GROUP BY v`,
  ].map(
    (sql): Refused => ({
      code: "LS2016",
      name: sql,
      says: /this copy of "User" contains NULL/,
      sql: `ALTER TABLE "User" ADD COLUMN v text NOT NULL;\n${sql}`,
      fill: { kind: "backfill", sql: "lower(email)" },
    }),
  ),
  {
    code: "LS2015",
    name: "several columns at once",
    says: /"v"/,
    sql: required("text", `UPDATE "User" u SET (v, name) = (SELECT plan, name FROM "Team" t WHERE t.id = u."teamId")`),
  },
  {
    code: "LS2015",
    name: "what it gives back",
    says: /"v"/,
    sql: required("text", `UPDATE "User" u SET v = t.plan FROM "Team" t WHERE t.id = u."teamId" RETURNING u.id`),
  },
  {
    code: "LS2072",
    name: "a planned column that is dropped",
    says: /Remove both statements/,
    sql: `ALTER TABLE "User" ADD COLUMN v text NOT NULL;\nALTER TABLE "User" DROP COLUMN v;`,
  },
  {
    code: "LS2062",
    name: "a column that takes the name of another",
    says: /If that is a rename/,
    sql: `ALTER TABLE "User" ADD COLUMN v text NOT NULL;\nALTER TABLE "User" DROP COLUMN found;\nALTER TABLE "User" RENAME COLUMN v TO found;`,
  },
  {
    code: "LS2072",
    name: "a type that needs a conversion",
    says: /Add the column with its final type/,
    sql: `ALTER TABLE "User" ADD COLUMN v text NOT NULL;\nALTER TABLE "User" ALTER COLUMN v TYPE int USING length(v);`,
  },
  {
    code: "LS2072",
    name: "a table that is renamed",
    says: /Rename "User" in a separate migration/,
    sql: `ALTER TABLE "User" ADD COLUMN v text NOT NULL;\nALTER TABLE "User" RENAME TO "Person";`,
  },
];
