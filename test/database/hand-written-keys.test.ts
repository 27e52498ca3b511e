import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DevelopmentDatabase } from "../../core/src/change/development-database.js";
import { connect } from "../../core/src/databases/connect.js";
import { sqlReader } from "../../core/src/databases/sql-reader.js";
import type { Plan } from "../../core/src/model/index.js";
import { inFiles } from "../../core/src/model/plan.js";
import { buildPlan } from "../../core/src/plan/build-plan.js";
import { foldHandWritten } from "../../core/src/plan/fold-hand-written.js";
import { quoteIdentifier, quoteTable } from "../../core/src/postgresql/quote.js";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../core/src/postgresql/read/read-migration.js";
import { renderFile } from "../../core/src/postgresql/units/render-file.js";
import { readCatalogue } from "../support/catalogue.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { sourcesIn } from "../support/plan-fixture.js";

// References, checks and keys as people write them by hand, in the declaration or without a name: the phases end where the file by
// itself ends, under the names that PostgreSQL gives.

const long = "a_rather_long_name_for_a_table_of_which_nobody_is_proud";
const schema = `
CREATE TABLE team (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE users (id int PRIMARY KEY, email text, "users_key1" int);
CREATE TABLE ${long} (id int PRIMARY KEY);
CREATE TABLE users_n (id int CONSTRAINT "users_teamId_fkey" CHECK (true), CONSTRAINT users_code_key UNIQUE (id));
INSERT INTO team VALUES (1, 'one'); INSERT INTO users VALUES (1, 'a', 1), (2, 'b', 2); INSERT INTO ${long} VALUES (1);
`;

const files: readonly string[] = [
  `ALTER TABLE users ADD COLUMN team_id int NOT NULL REFERENCES team`,
  `ALTER TABLE users ADD COLUMN team_id int NOT NULL REFERENCES team (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED`,
  `ALTER TABLE users ADD COLUMN team_id int NOT NULL CONSTRAINT "REFERENCES" REFERENCES team MATCH FULL ON UPDATE SET NULL`,
  `ALTER TABLE users ADD COLUMN team_id int NOT NULL REFERENCES team CHECK (team_id > 0) CONSTRAINT small CHECK (team_id < 99)`,
  `ALTER TABLE users ADD COLUMN team_id int DEFAULT 1 REFERENCES team (id)`,
  `ALTER TABLE users ADD COLUMN team_id int NOT NULL, ADD FOREIGN KEY (team_id) REFERENCES team (id)`,
  `ALTER TABLE users ADD COLUMN team_id int NOT NULL, ADD FOREIGN KEY (team_id) REFERENCES team, ADD FOREIGN KEY (team_id) REFERENCES team`,
  `ALTER TABLE users ADD COLUMN n int NOT NULL CHECK (n > 0)`,
  `ALTER TABLE users ADD CONSTRAINT c CHECK (n > 0), ADD COLUMN n int NOT NULL, ADD COLUMN o int, ADD CHECK (o > n)`,
  // The name is taken in the schema, by a constraint of another table, or by its index.
  `ALTER TABLE users ADD COLUMN "teamId" int NOT NULL REFERENCES team`,
  `ALTER TABLE users ADD COLUMN code int, ADD UNIQUE (code)`,
  `ALTER TABLE users ADD COLUMN code int, ADD UNIQUE (code, email)`,
  `ALTER TABLE ${long} ADD COLUMN another_long_name_of_a_column int NOT NULL REFERENCES team`,
  `ALTER TABLE public.users ADD COLUMN team_id int NOT NULL REFERENCES public.team`,
];

let development: TestDatabase;
beforeAll(async () => {
  development = await createDatabase("hand_keys");
  await run(development, schema);
});
afterAll(() => development?.drop());

async function run<T>(
  { url }: TestDatabase,
  sql: string,
  read: (client: pg.Client) => Promise<T> = async () => ({}) as T,
) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    if (sql !== "") await client.query(sql);
    return await read(client);
  } finally {
    await client.end();
  }
}

async function planOf(sql: string): Promise<Plan> {
  const database = new DevelopmentDatabase(() => connect(development.url, { applicationName: "test" }));
  try {
    const source = sourcesIn({});
    const required = (column: string) =>
      new RegExp(`${column}"? int NOT NULL`).test(sql) ? { fill: { kind: "backfill" as const, sql: "1" } } : {};
    const folded = foldHandWritten(
      readMigration(`${sql};`, "by-hand.sql", await loadParser()),
      "by-hand.sql",
      await sqlReader("postgresql"),
    );
    const answer = await buildPlan({
      id: "20261120093000_by_hand",
      orm: "prisma",
      dialect: "postgresql",
      versions: { lockstep: "0.1.0", orm: "7.10.0" },
      migration: folded.migration,
      sources: {
        ...database.sources(undefined, folded.migration),
        column: (table, column) => ({ ...source(table, column), ...required(column) }),
      },
      openPlans: [],
      words: { annotation: (text) => text, columnName: (name) => `@map("${name}")` },
      originalModels: () => [],
    });
    if (answer.kind !== "plan") throw new Error("no plan was made");
    return answer.plan;
  } finally {
    await database.close();
  }
}

it.each(files)("%s", async (sql) => {
  const [alone, phased] = [await createDatabase("hand_alone"), await createDatabase("hand_phased")];
  try {
    // By itself it fails on rows.
    await run(alone, schema);
    await run(alone, `TRUNCATE users, ${long}; ${sql}`);
    await run(phased, schema);
    const plan = await planOf(sql);
    const context = { plan: plan.id, fingerprint: plan.fingerprint, position: "", rules: [] };
    for (const units of inFiles(plan.units)) {
      const [unit] = units;
      if (unit.spec.kind === "prove")
        for (const { table, name } of plan.columns)
          await run(phased, `UPDATE ${quoteTable(table)} SET ${quoteIdentifier(name)} = 1`);
      await run(phased, renderFile(units, { ...context, phase: unit.phase }));
    }
    const read = (client: pg.Client) => readCatalogue(client, { schemas: ["public"] });
    expect(await run(phased, "", read)).toEqual(await run(alone, "", read));
  } finally {
    await Promise.all([alone.drop(), phased.drop()]);
  }
});
