/** The table is made once, then copied as a file, so that every run begins with the same bytes. */
import pg from "pg";
import { executionMode, runMigration } from "../../../plugin-prisma/src/engine/run-migration.js";
import { planOf } from "../../support/plan-fixture.js";
import { start } from "../../support/postgres.js";
import { type BenchSystem, columns } from "./system.js";

const template = "bench_template";
const prismaVersion = "7.10.0";

export const postgresql: BenchSystem = {
  id: "postgresql",
  label: "PostgreSQL",
  leastRatio: 50,
  fillSql: `UPDATE "User" SET "handle" = lower("email")`,
  // One transaction, so that a failure leaves nothing half done.
  byHand: `BEGIN;
     ALTER TABLE "User" ADD COLUMN "handle" TEXT;
     UPDATE "User" SET "handle" = lower("email");
     ALTER TABLE "User" ALTER COLUMN "handle" SET NOT NULL;
     CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");
     COMMIT;`,
  plan: () => planOf({ shape: { columns, generatedColumns: [], key: [{ column: "id", type: "integer" }] } }),

  async start(rows) {
    // As people run it, except that it does not wait for the disk.
    const server = await start({
      settings: { max_connections: 100, shared_buffers: "512MB", max_wal_size: "8GB", jit: false },
    });
    await this.query(server.url(), `CREATE DATABASE "${template}"`);
    for (const sql of [
      `CREATE TABLE "User" (
         "id" SERIAL NOT NULL,
         "email" TEXT NOT NULL,
         "name" TEXT NOT NULL,
         "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
         "updatedAt" TIMESTAMP(3) NOT NULL,
         CONSTRAINT "User_pkey" PRIMARY KEY ("id")
       )`,
      `INSERT INTO "User" ("email", "name", "updatedAt")
       SELECT 'First.Last.' || n || '@Example.com', 'First Last ' || n, now() FROM generate_series(1, ${rows}) AS n`,
      `CREATE UNIQUE INDEX "User_email_key" ON "User"("email")`,
      // As autovacuum leaves a table that has been there for a while.
      `VACUUM (FREEZE, ANALYZE) "User"`,
    ])
      await this.query(server.url(template), sql);
    return {
      copy: async (name) => {
        await this.query(server.url(), `CREATE DATABASE "${name}" TEMPLATE "${template}"`);
        const url = server.url(name);
        await this.query(url, `SELECT count(*), min("email") FROM "User" WHERE "name" <> ''`);
        await this.query(url, "CHECKPOINT");
        return url;
      },
      drop: async (name) => void (await this.query(server.url(), `DROP DATABASE "${name}" WITH (FORCE)`)),
      // Vacuum comes when it comes, whoever wrote.
      settle: async () => undefined,
      stop: () => server.stop(),
    };
  },

  async migrate(url, files, begin) {
    const client = new pg.Client({ connectionString: url, application_name: "migration" });
    await client.connect();
    try {
      for (const [index, file] of files.entries()) {
        if (index > 0) begin?.(index);
        await runMigration(client, file, executionMode(prismaVersion, "main"));
      }
    } finally {
      await client.end();
    }
  },

  async query(url, sql) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  },

  async read(url) {
    const client = new pg.Client({ connectionString: url, application_name: "long reader" });
    await client.connect();
    await client.query(`BEGIN; SELECT FROM "User" LIMIT 1`);
    return async () => {
      await client.query("COMMIT");
      await client.end();
    };
  },

  async isChanged(url) {
    const [found] = await this.query(
      url,
      `SELECT (SELECT attnotnull FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attname = 'handle') AS required,
              (SELECT indisunique AND indisvalid FROM pg_index WHERE indexrelid = '"User_handle_key"'::regclass) AS unique,
              (SELECT count(*)::int FROM "User" WHERE "handle" IS DISTINCT FROM lower("email")) AS missing`,
    );
    return found?.required === true && found.unique === true && found.missing === 0;
  },
};
