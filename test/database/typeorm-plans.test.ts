import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../core/src/databases/connect.js";
import type { Connection } from "../../core/src/dialect/connection.js";
import type { IndexFacts } from "../../core/src/dialect/development.js";
import type { Plan, Unit } from "../../core/src/model/index.js";
import { inFiles } from "../../core/src/model/plan.js";
import { tableShape } from "../../core/src/plan/table-shape.js";
import { readIndex } from "../../core/src/postgresql/development/index-facts.js";
import { quoteIdentifier, quoteTable } from "../../core/src/postgresql/quote.js";
import { downOfFile } from "../../core/src/postgresql/units/index.js";
import { renderFile } from "../../core/src/postgresql/units/render-file.js";
import { readTable } from "../../core/src/target/facts/table.js";
import { type Catalogue, readCatalogue } from "../support/catalogue.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { planOf } from "../support/plan-fixture.js";

// What TypeORM 1.1.1 and 0.3.31 generate alike, on tables with rows: the units of the plan, and the backfill between them, end in the
// catalogue of the ORM's own statements; the undo units end where it began. In no order of columns.

const before = `CREATE SCHEMA "auth";
  CREATE TABLE "orgs" ("id" SERIAL NOT NULL, "title" character varying NOT NULL, CONSTRAINT "PK_orgs" PRIMARY KEY ("id"));
  CREATE TABLE "users" ("id" SERIAL NOT NULL, "name" character varying(100) NOT NULL, "nick" character varying(50),
    CONSTRAINT "PK_users" PRIMARY KEY ("id"), CONSTRAINT "UQ_149e2d8100817ece18b8719f314" UNIQUE ("name", "nick"),
    CONSTRAINT "UQ_51b8b26ac168fbe7d6f5653e6cf" UNIQUE ("name") DEFERRABLE INITIALLY DEFERRED);
  CREATE TABLE "auth"."things" ("id" SERIAL NOT NULL, "name" character varying, CONSTRAINT "PK_things" PRIMARY KEY ("id"))`;
const rows = `INSERT INTO "orgs" ("title") VALUES ('one'), ('two');
  INSERT INTO "users" ("name", "nick") SELECT 'Name ' || n, 'n' || n FROM generate_series(1, 20) n;
  INSERT INTO "auth"."things" ("name") SELECT 'thing ' || n FROM generate_series(1, 20) n`;

interface Change {
  readonly name: string;
  readonly up: readonly string[];
  /** `@lockstep.backfill(…)` of its columns. */
  readonly fills?: Readonly<Record<string, string>>;
  /** Unique constraints that it drops. */
  readonly drops?: string;
  /** The units of each file of expand. */
  readonly files?: readonly (readonly string[])[];
}
const users = (clause: string) => `ALTER TABLE "users" ${clause}`;
const changes: readonly Change[] = [
  {
    name: "a required column",
    up: [users(`ADD "email" character varying NOT NULL`)],
    fills: { email: "lower(name)" },
  },
  {
    name: "required and unique",
    up: [
      users(`ADD "email" character varying NOT NULL`),
      users(`ADD CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email")`),
    ],
    fills: { email: "lower(name)" },
  },
  {
    name: "optional and unique",
    up: [
      users(`ADD "email" character varying`),
      users(`ADD CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email")`),
    ],
  },
  {
    name: "a composite constraint, deferred",
    up: [
      users(`ADD "email" character varying`),
      users(`ADD CONSTRAINT "UQ_email_name" UNIQUE ("email", "name") DEFERRABLE INITIALLY DEFERRED`),
    ],
  },
  {
    name: "a composite constraint in place of one, and a deferred one of a column",
    up: [
      users(`DROP CONSTRAINT "UQ_149e2d8100817ece18b8719f314"`),
      users(`ADD "email" character varying NOT NULL`),
      users(`DROP CONSTRAINT "UQ_51b8b26ac168fbe7d6f5653e6cf"`),
      users(`ADD CONSTRAINT "UQ_df40fe7b20f5d570bdd4e092e62" UNIQUE ("email", "name", "nick")`),
    ],
    fills: { email: "lower(name)" },
  },
  {
    name: "a required relation",
    up: [
      users(`ADD "orgId" integer NOT NULL`),
      users(
        `ADD CONSTRAINT "FK_1890588e47e133fd85670f187d6" FOREIGN KEY ("orgId") REFERENCES "orgs"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`,
      ),
    ],
    fills: { orgId: "1" },
  },
  {
    name: "a relation that cascades, deferred",
    up: [
      users(`ADD "orgId" integer`),
      users(
        `ADD CONSTRAINT "FK_1890588e47e133fd85670f187d6" FOREIGN KEY ("orgId") REFERENCES "orgs"("id") ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED`,
      ),
    ],
  },
  {
    name: "one to one",
    up: [
      users(`ADD "orgId" integer`),
      users(`ADD CONSTRAINT "UQ_1890588e47e133fd85670f187d6" UNIQUE ("orgId")`),
      users(
        `ADD CONSTRAINT "FK_1890588e47e133fd85670f187d6" FOREIGN KEY ("orgId") REFERENCES "orgs"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`,
      ),
    ],
  },
  {
    name: "a required enum that the change makes",
    up: [`CREATE TYPE "public"."role_kind" AS ENUM('x', 'y''z')`, users(`ADD "role" "public"."role_kind" NOT NULL`)],
    fills: { role: "'y''z'" },
  },
  {
    name: "a list of an enum",
    up: [
      `CREATE TYPE "public"."users_roles_enum" AS ENUM('x', 'y')`,
      users(`ADD "roles" "public"."users_roles_enum" array NOT NULL`),
    ],
    fills: { roles: "'{x}'" },
  },
  {
    name: "two unique columns, optional ones around them, and an enum",
    up: [
      users(`ADD "bio" text`),
      users(`ADD "email" character varying NOT NULL`),
      users(`ADD CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email")`),
      `CREATE TYPE "public"."role_kind" AS ENUM('x', 'y''z')`,
      users(`ADD "role" "public"."role_kind" NOT NULL DEFAULT 'x'`),
      users(`ADD "phone" character varying(30)`),
      users(`ADD CONSTRAINT "UQ_phone" UNIQUE ("phone")`),
      users(`ADD "note" text DEFAULT $x$a $change$ b$x$`),
    ],
    fills: { email: "lower(name)" },
    files: [
      ["original", "expand", "original", "expand", "original"],
      ["create-index"],
      ["create-index"],
      ["assert-index", "attach-unique", "assert-index", "attach-unique"],
    ],
  },
  {
    name: "relations: to a new table, to one that is there, to itself, and back from the new table",
    up: [
      `CREATE TABLE "teams" ("id" SERIAL NOT NULL, "ownerId" integer, CONSTRAINT "PK_teams" PRIMARY KEY ("id"))`,
      users(`ADD "email" character varying NOT NULL`),
      users(`ADD "teamId" integer`),
      users(`ADD "orgId" integer`),
      users(`ADD "formerOrgId" integer`),
      users(`ADD "bossId" integer`),
      users(`ALTER COLUMN "nick" DROP NOT NULL`),
      `CREATE INDEX "IDX_teams_owner" ON "teams" ("ownerId")`,
      ...[
        ["users", "teamId", "teams"],
        ["users", "orgId", "orgs"],
        ["users", "formerOrgId", "orgs"],
        ["users", "bossId", "users"],
        ["teams", "ownerId", "users"],
      ].map(
        ([table, column, to]) =>
          `ALTER TABLE "${table}" ADD CONSTRAINT "FK_${column}" FOREIGN KEY ("${column}") REFERENCES "${to}"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`,
      ),
    ],
    fills: { email: "lower(name)" },
    files: [
      ["original", "expand", "original", "add-foreign-key", "add-foreign-key", "original"],
      ["add-foreign-key", "add-foreign-key"],
      ["validate-foreign-key", "validate-foreign-key", "validate-foreign-key", "validate-foreign-key"],
    ],
  },
  { name: "a default by a function", up: [users(`ADD "ext" uuid NOT NULL DEFAULT gen_random_uuid()`)] },
  { name: "a number of its own", up: [users(`ADD "num" SERIAL NOT NULL`)] },
  {
    name: "a collation",
    up: [users(`ADD "bio" character varying(20) COLLATE "C" NOT NULL`)],
    fills: { bio: "name" },
  },
  {
    name: "types of many names",
    up: [
      users(`ADD "i" interval(3) NOT NULL`),
      users(`ADD "t" TIME(0) NOT NULL`),
      users(`ADD "ts" TIMESTAMP(3) WITH TIME ZONE NOT NULL`),
      users(`ADD "ch" character(3) NOT NULL`),
      users(`ADD "b" bit varying(5) NOT NULL`),
      users(`ADD "n" numeric(10,2) array NOT NULL`),
      users(`ADD "v" character varying(20) array NOT NULL`),
    ],
    fills: {
      i: "interval '1 day'",
      t: "time '12:00'",
      ts: "now()",
      ch: "'abc'",
      b: "B'101'",
      n: "'{1.5}'::numeric[]",
      v: "ARRAY[name]",
    },
  },
  {
    name: "indexes",
    up: [
      users(`ADD "email" character varying`),
      users(`ADD "p" point`),
      `CREATE INDEX "IDX_p" ON "users"  ("email") WHERE "email" IS NOT NULL`,
      `CREATE UNIQUE INDEX "IDX_u" ON "users"  ("email", "name") `,
      `CREATE INDEX "IDX_s" ON "users" USING gist ("p") `,
    ],
  },
  {
    name: "a table in a schema",
    up: [
      `ALTER TABLE "auth"."things" ADD "code" character varying NOT NULL`,
      `ALTER TABLE "auth"."things" ADD CONSTRAINT "UQ_fbb2bb623d5a010c98bd64ad198" UNIQUE ("code")`,
      `CREATE TYPE "auth"."things_role_enum" AS ENUM('x')`,
      `ALTER TABLE "auth"."things" ADD "role" "auth"."things_role_enum" NOT NULL`,
      `CREATE UNIQUE INDEX "IDX_0de354385938ab0380e4ff60be" ON "auth"."things"  ("name", "code") `,
    ],
    fills: { code: "name", role: "'x'" },
  },
];

let database: TestDatabase;
let client: pg.Client;
let connection: Connection;

beforeEach(async () => {
  database = await createDatabase("typeorm_plans");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  connection = await connect(database.url, { applicationName: "test" });
});
afterEach(async () => {
  await connection.close();
  await client.end();
  await database.drop();
});

async function catalogue(): Promise<Catalogue> {
  const found = await readCatalogue(client, { schemas: ["public", "auth"] });
  const byName = (a: { name?: unknown }, b: { name?: unknown }) => (String(a.name) < String(b.name) ? -1 : 1);
  return { ...found, tables: found.tables.map((table) => ({ ...table, columns: table.columns.toSorted(byName) })) };
}

async function planFor({ up, fills = {} }: Change): Promise<Plan> {
  const table = {
    ...(up.some((sql) => sql.includes(`"auth"."things"`)) ? { schema: "auth", name: "things" } : { name: "users" }),
  };
  const shape = tableShape((await readTable(connection, table))!);
  const names = up.flatMap((sql) => /DROP CONSTRAINT "(.*)"/.exec(sql)?.[1] ?? []);
  const indexes = await Promise.all(names.map((name) => readIndex(connection, { name })));
  return planOf({
    sql: up.map((sql) => `${sql};\n`).join(""),
    shape,
    columns: Object.fromEntries(
      Object.entries(fills).map(([name, sql]) => [name, { fill: { kind: "backfill", sql } }]),
    ),
    indexes: indexes.filter((index): index is IndexFacts => index !== undefined),
  });
}

async function run(plan: Plan, units: readonly Unit[]): Promise<void> {
  for (const file of inFiles(units)) {
    const context = {
      plan: plan.id,
      fingerprint: plan.fingerprint,
      phase: file[0].phase,
      position: "file 1/1",
      rules: [],
    };
    await client.query(renderFile(file, context));
  }
}

const dropTriggers = `DO $$ DECLARE t record; BEGIN
  FOR t IN SELECT tgname, tgrelid::regclass AS of FROM pg_trigger WHERE starts_with(tgname, 'zz_lockstep_') LOOP
    EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.of);
  END LOOP; END $$`;

/** What an ORM writes to take the user's own statements back. */
function ownWayBack({ spec }: Unit): string[] {
  if (spec.kind !== "original") return [];
  return (spec.outcomes ?? []).toReversed().map((made) => {
    if (made.kind === "column")
      return `ALTER TABLE ${quoteTable(made.table)} DROP COLUMN ${quoteIdentifier(made.name)}`;
    if (made.kind === "constraint")
      return `ALTER TABLE ${quoteTable(made.table)} DROP CONSTRAINT ${quoteIdentifier(made.name)}`;
    const kind = made.kind === "type" ? "TYPE IF EXISTS" : made.name.name.startsWith("IDX") ? "INDEX" : "TABLE";
    return `DROP ${kind} ${quoteTable(made.name)}`;
  });
}

function withWayBack(unit: Unit): Unit {
  const { spec } = unit;
  return spec.kind === "original"
    ? { ...unit, spec: { ...spec, down: ownWayBack(unit).map((sql) => ({ sql })) } }
    : unit;
}

describe.each(changes)("$name", (change) => {
  it("ends in the catalogue of the ORM's own statements, and goes back", async () => {
    for (const statement of [before, ...change.up]) await client.query(statement);
    const expected = await catalogue();
    await client.query(`DROP SCHEMA public CASCADE; DROP SCHEMA auth CASCADE; CREATE SCHEMA public`);
    await client.query(`${before}; ${rows}`);
    const began = await catalogue();

    const plan = await planFor(change);
    const files = inFiles(plan.units.filter(({ phase }) => phase === "expand"));
    if (change.files !== undefined)
      expect(files.map((file) => file.map(({ spec }) => spec.kind))).toEqual(change.files);
    await run(
      plan,
      plan.units.filter(({ phase }) => phase === "expand"),
    );
    for (const { table, columns } of plan.backfills)
      for (const { name, fill } of columns)
        await client.query(
          `UPDATE ${quoteTable(table)} SET ${quoteIdentifier(name)} = ${fill?.rowSql} WHERE ${quoteIdentifier(name)} IS NULL`,
        );
    const expanded = await catalogue();
    // What can run twice does: after a run that nobody recorded, and where the history was squashed and the triggers are gone.
    const again = files.filter(
      ([{ spec }, ...more]) => more.length > 0 || !/^(original|create-index)$/.test(spec.kind),
    );
    for (const gone of ["", dropTriggers]) {
      await client.query(gone);
      for (const file of again) await run(plan, file);
      expect(await catalogue()).toEqual(expanded);
    }
    await run(
      plan,
      plan.units.filter(({ phase }) => phase === "contract"),
    );
    expect(await catalogue()).toEqual(expected);
    await run(plan, plan.undo.contract);
    expect(await catalogue()).toEqual(expanded);
    await run(plan, plan.undo.expand);
    for (const unit of plan.units.toReversed()) for (const sql of ownWayBack(unit)) await client.query(sql);
    expect(await catalogue()).toEqual(began);

    // The same file by file, as the ORM reverts: the user's own statements go with what shares their file.
    for (const file of files) await run(plan, file);
    for (const [first, ...more] of files.toReversed()) {
      const [own, ...others] = [first, ...more].map((unit) => withWayBack(unit));
      const statements = downOfFile([own!, ...others], plan.id);
      for (const sql of more.length > 0 ? statements : [...statements, ...ownWayBack(first)]) await client.query(sql);
      // Reverted and not recorded.
      if (more.length > 0) for (const sql of statements) await client.query(sql);
    }
    expect(await catalogue()).toEqual(began);
  });
});
