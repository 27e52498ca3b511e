import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DriftSearch } from "../../core/src/cli/find-drift.js";
import { connect } from "../../core/src/databases/connect.js";
import { compareInventories } from "../../core/src/operate/drift/compare.js";
import type { Difference } from "../../core/src/operate/drift/difference.js";
import type { Project } from "../../core/src/plugin/plugin.js";
import { inventory } from "../../core/src/postgresql/inventory/index.js";
import { colorsFor } from "../../core/src/review/colors.js";
import { driftText } from "../../core/src/review/drift.js";
import { prismaPlugin } from "../../plugin-prisma/src/plugin.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { deployMigrations, markApplied } from "../support/deploy-migrations.js";
import { serverMajor } from "../support/newer-servers.js";

const schema = `
  CREATE TYPE state AS ENUM ('draft', 'sent');
  CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
  CREATE TABLE "Team" (id serial PRIMARY KEY, name text NOT NULL);
  CREATE TABLE "User" (id serial PRIMARY KEY, email text NOT NULL, name text DEFAULT 'x', state state NOT NULL DEFAULT 'draft',
    "teamId" int REFERENCES "Team", CONSTRAINT short CHECK (length(name) < 100));
  CREATE UNIQUE INDEX "User_email_key" ON "User"(email);
  CREATE INDEX "User_name_idx" ON "User"(name);
  CREATE VIEW active AS SELECT id, email FROM "User" WHERE state = 'sent';
  CREATE MATERIALIZED VIEW counts AS SELECT "teamId", count(*) FROM "User" GROUP BY 1;
  CREATE UNIQUE INDEX counts_team ON counts("teamId");
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
  CREATE TRIGGER touched BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION touch();
  ALTER TABLE "Team" ENABLE ROW LEVEL SECURITY;
  CREATE POLICY mine ON "Team" USING (id > 0);
  CREATE TABLE "Event" (id int, day date, kind text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
  CREATE TABLE "Event_1" PARTITION OF "Event" FOR VALUES FROM ('2026-01-01') TO ('2026-06-01');
  CREATE INDEX "Event_kind_idx" ON "Event"(kind);
  CREATE SCHEMA crm;
  CREATE TABLE crm.lead (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
  CREATE SEQUENCE numbers;
  INSERT INTO "User" (email, name) VALUES ('secret@example.com', 'a'), ('b', 'a')`;

/** What somebody did by hand, and the one difference that it makes. */
const cases: [
  name: string,
  sql: string | readonly string[],
  found: Partial<Difference> | readonly Partial<Difference>[],
  line?: string,
][] = [
  [
    "a column",
    `ALTER TABLE "User" ADD nick text NOT NULL DEFAULT ''`,
    { kind: "column", table: "User", name: "nick" },
    `+ column "nick" only on the target: text NOT NULL DEFAULT ''::text`,
  ],
  [
    "a generated column",
    `ALTER TABLE "User" ADD lower text GENERATED ALWAYS AS (lower(email)) STORED`,
    { kind: "column", table: "User", name: "lower" },
    `+ column "lower" only on the target: text GENERATED ALWAYS AS (lower(email)) STORED`,
  ],
  [
    "a column that is gone",
    `ALTER TABLE "User" DROP name CASCADE`,
    [
      { kind: "column", table: "User", name: "name", there: expect.anything() },
      { kind: "constraint", table: "User", name: "short" },
      { kind: "index", table: "User", name: "User_name_idx" },
    ],
  ],
  ["a column with its sequence", `ALTER TABLE "User" ADD number serial`, { kind: "column", name: "number" }],
  [
    "a type",
    `ALTER TABLE "Team" ALTER name TYPE varchar(80)`,
    { kind: "column", table: "Team", here: { type: "character varying(80)" }, there: { type: "text" } },
    `~ column "name": type: target character varying(80), migrations text`,
  ],
  [
    "nullability",
    `ALTER TABLE "User" ALTER email DROP NOT NULL`,
    { kind: "column", table: "User", name: "email", here: { notNull: false }, there: { notNull: true } },
    `~ column "email": nullability: target NULL, migrations NOT NULL`,
  ],
  [
    "a default",
    `ALTER TABLE "User" ALTER name SET DEFAULT 'y'`,
    { kind: "column", name: "name", here: { default: "'y'::text" }, there: { default: "'x'::text" } },
    `~ column "name": default: target 'y'::text, migrations 'x'::text`,
  ],
  ["an index that is gone", `DROP INDEX "User_name_idx"`, { kind: "index", table: "User", name: "User_name_idx" }],
  [
    "an index that is invalid",
    [
      `DROP INDEX "User_name_idx"`,
      `CREATE UNIQUE INDEX CONCURRENTLY "User_name_key" ON "User"(name)`,
      `CREATE INDEX "User_name_idx" ON "User"(name)`,
    ],
    { kind: "index", table: "User", name: "User_name_key", here: expect.objectContaining({ isValid: false }) },
    `ON public."User" USING btree (name), INVALID`,
  ],
  [
    "an index under another name",
    `ALTER INDEX "User_name_idx" RENAME TO "by name"`,
    { kind: "index", table: "User", here: { name: "by name" }, there: { name: "User_name_idx" } },
    `~ index "by name": name: target by name, migrations User_name_idx`,
  ],
  [
    "a check that is not validated",
    [
      `ALTER TABLE "User" DROP CONSTRAINT short`,
      `ALTER TABLE "User" ADD CONSTRAINT short CHECK (length(name) < 100) NOT VALID`,
    ],
    { kind: "constraint", table: "User", name: "short", here: { isValid: false }, there: { isValid: true } },
    `~ constraint "short": validity: target not valid, migrations valid`,
  ],
  [
    "a foreign key that is gone",
    `ALTER TABLE "User" DROP CONSTRAINT "User_teamId_fkey"`,
    { kind: "constraint", table: "User", name: "User_teamId_fkey" },
  ],
  [
    "a unique constraint, with its index",
    `ALTER TABLE "Team" ADD CONSTRAINT named UNIQUE (name)`,
    { kind: "constraint", table: "Team", name: "named" },
  ],
  [
    "a value of an enum",
    `ALTER TYPE state ADD VALUE 'paid' BEFORE 'sent'`,
    { kind: "type", name: "state", here: { labels: ["draft", "paid", "sent"] }, there: { labels: ["draft", "sent"] } },
    `~ type "state": labels: target draft, paid, sent, migrations draft, sent`,
  ],
  ["a check of a domain", `ALTER DOMAIN positive ADD CHECK (VALUE < 9)`, { kind: "type", name: "positive" }],
  [
    "a trigger",
    `CREATE TRIGGER audit AFTER INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION touch()`,
    { kind: "trigger", table: "User", name: "audit" },
  ],
  [
    "a trigger that is off",
    `ALTER TABLE "User" DISABLE TRIGGER touched`,
    { kind: "trigger", table: "User", name: "touched", here: { enabled: "D" }, there: { enabled: "O" } },
    `~ trigger "touched": enabled: target off, migrations on`,
  ],
  [
    "a view",
    `CREATE OR REPLACE VIEW active AS SELECT id, email FROM "User"`,
    { kind: "view", name: "active" },
    `~ view "active": definition differs`,
  ],
  [
    "an index of a materialised view",
    `DROP INDEX counts_team`,
    { kind: "index", table: "counts", name: "counts_team" },
  ],
  [
    "the body of a function",
    `CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$`,
    { kind: "function", name: "touch()" },
    `~ function "touch()": definition differs`,
  ],
  ["an extension, with its functions", `CREATE EXTENSION pgcrypto`, { kind: "extension", name: "pgcrypto" }],
  [
    "row security",
    `ALTER TABLE "Team" DISABLE ROW LEVEL SECURITY`,
    { kind: "table", name: "Team", here: { rls: false }, there: { rls: true } },
    `~ table "Team": row security: target off, migrations on`,
  ],
  [
    "what the catalogue says with a letter",
    [`ALTER TABLE "User" SET UNLOGGED`, `ALTER TABLE "User" REPLICA IDENTITY FULL`],
    { kind: "table", name: "User" },
    `~ table "User": persistence: target unlogged, migrations logged; replica identity: target whole row, migrations primary key`,
  ],
  [
    "a policy",
    `ALTER POLICY mine ON "Team" USING (true)`,
    { kind: "policy", table: "Team", name: "mine", here: { using: "true" } },
  ],
  [
    "a table, with all that it has",
    `CREATE TABLE "Note" (id serial PRIMARY KEY, t text UNIQUE)`,
    { kind: "table", name: "Note" },
  ],
  [
    "a schema, with all that it has",
    [`CREATE SCHEMA audit`, `CREATE TABLE audit.log (id serial PRIMARY KEY)`, `CREATE TYPE audit.kind AS ENUM ('a')`],
    { kind: "schema", name: "audit" },
  ],
  [
    "a column of a partitioned table",
    `ALTER TABLE "Event" ADD note text`,
    { kind: "column", table: "Event", name: "note" },
  ],
  ["its type", `ALTER TABLE "Event" ALTER kind TYPE varchar(9)`, [{ kind: "column", table: "Event", name: "kind" }]],
  ["an index of a partitioned table", `DROP INDEX "Event_kind_idx"`, { kind: "index", table: "Event" }],
  [
    "a trigger of a partitioned table",
    `CREATE TRIGGER t AFTER INSERT ON "Event" FOR EACH ROW EXECUTE FUNCTION touch()`,
    { kind: "trigger", table: "Event", name: "t" },
  ],
  ["a check of a partitioned table", `ALTER TABLE "Event" ADD CHECK (id > 0)`, { kind: "constraint", table: "Event" }],
  ["a sequence", `ALTER SEQUENCE numbers INCREMENT 5`, { kind: "sequence", name: "numbers", here: { increment: "5" } }],
  [
    "identity",
    `ALTER TABLE crm.lead ALTER id SET GENERATED BY DEFAULT`,
    { kind: "column", schema: "crm", table: "lead", name: "id" },
    `~ column "id": identity: target BY DEFAULT, migrations ALWAYS`,
  ],
  [
    "a partition, which jobs make",
    `CREATE TABLE "Event_2" PARTITION OF "Event" FOR VALUES FROM ('2026-06-01') TO ('2027-01-01')`,
    [],
  ],
  ["the order of columns", [`ALTER TABLE "Team" ADD x int`, `ALTER TABLE "Team" DROP x`], []],
  [
    "grants, comments and storage",
    [`GRANT SELECT ON "User" TO PUBLIC`, `COMMENT ON TABLE "User" IS 'x'`, `ALTER TABLE "User" SET (fillfactor = 80)`],
    [],
  ],
  ["rows", `INSERT INTO "User" (email) VALUES ('c')`, []],
  ["the ledger", [`CREATE SCHEMA lockstep`, `CREATE TABLE lockstep.meta (id int)`], []],
];

async function run(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const sql of statements)
      await client.query(sql).catch((error) => {
        // Rows that are alike: so an invalid index comes about.
        if (!sql.includes("UNIQUE INDEX CONCURRENTLY")) throw error;
      });
  } finally {
    await client.end();
  }
}

async function readFrom(url: string) {
  const connection = await connect(url, { applicationName: "test" });
  return inventory.read(connection).finally(() => connection.close());
}

describe("what was done by hand is one difference, with its name", () => {
  let made: TestDatabase;
  beforeAll(async () => {
    made = await createDatabase("drift");
    await run(made.url, [schema]);
  });
  afterAll(() => made?.drop());

  it.each(cases)("%s", async (_name, sql, expected, line) => {
    const target = await createDatabase("drift", made.url);
    try {
      await run(target.url, [sql].flat());
      const [here, there] = [await readFrom(target.url), await readFrom(made.url)];
      const found = compareInventories(here, there);
      expect(found).toMatchObject([expected].flat());
      expect(found).toHaveLength([expected].flat().length);
      const told = textOf(found);
      if (line !== undefined) expect(told).toContain(line);
      expect(told).not.toContain("secret@example.com");
      expect(JSON.stringify([here, there])).not.toContain("secret@example.com");
    } finally {
      await target.drop();
    }
  });
});

function textOf(found: readonly Difference[]): string {
  const differences = found.map((each) => ({
    ...each,
    label: each.table === undefined ? each.name : `${each.table}.${each.name}`,
    plans: [],
  }));
  const report = { target: "production", server: "PostgreSQL 17", ignored: 0, notApplied: [], failed: [], unknown: [] };
  return driftText({ ...report, differences }, colorsFor(false));
}

describe("a target and the migrations of a repository", () => {
  const root = fileURLToPath(new URL("../../examples/prisma-shop", import.meta.url));
  const project: Project = {
    root,
    migrationsFolder: "prisma/migrations",
    ormVersion: "7.10.0",
    dialect: "postgresql",
    developmentUrl: undefined,
    generatedFolders: [],
  };
  const request = {
    project,
    plugin: prismaPlugin,
    plans: [],
    ignore: [],
    stageUrl: undefined,
    onStep: () => undefined,
  };
  let target: TestDatabase;
  beforeAll(async () => {
    target = await createDatabase("drift_shop");
    await deployMigrations(target.url, join(root, "prisma/migrations"));
  });
  afterAll(() => target?.drop());

  async function look(url: string, more: Partial<ConstructorParameters<typeof DriftSearch>[0]> = {}) {
    const search = new DriftSearch({ ...request, ...more });
    return search.look({ name: "production", url }).finally(() => search.close());
  }

  it("are alike where nobody has touched it, and nothing is written to it", async () => {
    const before = await readFrom(target.url);
    expect(await look(target.url)).toMatchObject({
      differences: [],
      replayed: { by: "statements", server: `PostgreSQL ${serverMajor}` },
    });
    expect(await readFrom(target.url)).toEqual(before);
  });

  it("what the config says to leave out is counted, and nothing else", async () => {
    const own = await createDatabase("drift_own", target.url);
    try {
      await run(own.url, [`CREATE EXTENSION citext`, `ALTER TABLE "User" ADD a int`, `ALTER TABLE "User" ADD b int`]);
      const found = await look(own.url, { ignore: ["extension citext", "column User.a"] });
      expect(found).toMatchObject({ ignored: 2, differences: [{ kind: "column", label: "User.b" }] });
    } finally {
      await own.drop();
    }
  });

  it("a server that is named is left as it was", async () => {
    const found = await look(target.url, { stageUrl: process.env.LOCKSTEP_TEST_PG });
    expect(found).toMatchObject({ differences: [] });
    const client = new pg.Client({ connectionString: target.url });
    await client.connect();
    const { rows } = await client.query("SELECT FROM pg_database WHERE datname LIKE $1", [
      // Other files look for drift on the same server, at the same time.
      `lockstep_stage_${process.pid}_%`,
    ]);
    await client.end();
    expect(rows).toEqual([]);
  });

  it("in a schema of its own: tenants beside it are nobody's affair", async () => {
    const own = await createDatabase("drift_tenant");
    const url = new URL(own.url);
    url.searchParams.set("schema", "acme");
    try {
      await run(own.url, [
        `CREATE SCHEMA acme`,
        `CREATE SCHEMA other`,
        `CREATE TABLE other.t (id int)`,
        `CREATE TABLE public.t (id int)`,
      ]);
      // As the ORM does, by the search path.
      const within = new URL(own.url);
      within.searchParams.set("options", "-c search_path=acme");
      await deployMigrations(within.href, join(root, "prisma/migrations"));
      expect(await look(url.href)).toMatchObject({ differences: [] });
      await run(own.url, [`ALTER TABLE acme."User" ADD nick text`]);
      expect(await look(url.href)).toMatchObject({ differences: [{ kind: "column", label: "User.nick" }] });
    } finally {
      await own.drop();
    }
  });

  it("as deployments ran them: roles of the target, sessions of their own, statements that bear no transaction", async () => {
    const own = mkdtempSync(join(tmpdir(), "lockstep-drift-"));
    const database = await createDatabase("drift_roles");
    const role = `drift_reader_${process.pid}`;
    const migrations = {
      // As a baseline of pg_dump's begins.
      "1_base": [
        `SELECT pg_catalog.set_config('search_path', '', false)`,
        `CREATE TABLE public.a (id int PRIMARY KEY)`,
      ],
      "2_more": [`CREATE TABLE b (id int)`, `CREATE INDEX CONCURRENTLY b_id ON b(id)`],
      "3_rights": [`GRANT SELECT ON b TO ${role}`, `CREATE POLICY own ON b TO ${role} USING (true)`],
    };
    try {
      symlinkSync(join(root, "../../node_modules"), join(own, "node_modules"));
      await run(database.url, [`CREATE ROLE ${role}`]);
      for (const [name, statements] of Object.entries(migrations)) {
        mkdirSync(join(own, "prisma/migrations", name), { recursive: true });
        writeFileSync(join(own, "prisma/migrations", name, "migration.sql"), `${statements.join(";\n")};\n`);
        await run(database.url, statements);
      }
      await markApplied(database.url, join(own, "prisma/migrations"), Object.keys(migrations));
      expect(await look(database.url, { project: { ...project, root: own } })).toMatchObject({
        differences: [],
        replayed: { migrations: 3 },
      });
      await run(database.url, [`DROP INDEX b_id`]);
      expect(await look(database.url, { project: { ...project, root: own } })).toMatchObject({
        differences: [{ kind: "index", label: "b.b_id", there: expect.anything() }],
      });
      await run(database.url, [`DROP OWNED BY ${role}`, `DROP ROLE ${role}`]);
      // Without the role nobody can run the third.
      await expect(look(database.url, { project: { ...project, root: own } })).rejects.toMatchObject({
        code: "LS6702",
        message: expect.stringContaining("3_rights"),
      });
    } finally {
      await database.drop();
      rmSync(own, { recursive: true });
    }
  });

  it("a schema that is not there is said so, and nothing else is told as made by hand", async () => {
    const url = new URL(target.url);
    url.searchParams.set("schema", "acmee");
    await expect(look(url.href)).rejects.toMatchObject({
      code: "LS6705",
      message: expect.stringContaining("has no schema"),
    });
  });

  it("a table that somebody holds is not waited for, and said so", async () => {
    const client = new pg.Client({ connectionString: target.url });
    await client.connect();
    try {
      await client.query(`BEGIN; LOCK TABLE "User" IN ACCESS EXCLUSIVE MODE`);
      await expect(look(target.url)).rejects.toMatchObject({
        code: "LS6706",
        message: "Reading production timed out: canceling statement due to lock timeout",
      });
    } finally {
      await client.end();
    }
  });

  it("who deploys is waited for", async () => {
    const client = new pg.Client({ connectionString: target.url });
    await client.connect();
    await client.query("SELECT pg_advisory_lock(72707369)");
    await expect(look(target.url)).rejects.toMatchObject({ code: "LS7023" });
    await client.end();
  });
});
