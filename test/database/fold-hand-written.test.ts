import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sqlReader } from "../../core/src/databases/sql-reader.js";
import { foldHandWritten } from "../../core/src/plan/fold-hand-written.js";
import { loadParser } from "../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../core/src/postgresql/read/read-migration.js";
import { createDatabase, type TestDatabase } from "../support/database.js";

// The value that a fold gives to every row is the one that the UPDATEs by hand give it, whatever their order and their conditions.

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createDatabase("fold");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`CREATE TABLE t (id int PRIMARY KEY, name text, points int);
    INSERT INTO t VALUES (1, 'A', 1), (2, 'b', 20), (3, NULL, 3), (4, 'd', NULL), (5, '', 50)`);
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

const values = fc.constantFrom(
  "lower(name)",
  "'d'",
  "NULL",
  "points::text",
  "coalesce(name, 'none') || ','",
  "'where'",
);
const conditions = fc.constantFrom(
  "",
  "WHERE a IS NULL",
  `WHERE "a" is null`,
  "WHERE a = 'd'",
  "WHERE points > 5",
  "WHERE name IS NULL OR id = 2",
);
const declarations = fc.constantFrom("text", "text DEFAULT 'd'", "text NOT NULL DEFAULT 'd'");

it("every row gets what the UPDATEs by hand would have given it", async () => {
  const parser = await loadParser();
  const reader = await sqlReader("postgresql");
  let folds = 0;
  await fc.assert(
    fc.asyncProperty(
      declarations,
      fc.array(fc.tuple(values, conditions), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (declaration, updates, dropsDefault) => {
        const sql = [
          `ALTER TABLE t ADD COLUMN a ${declaration}`,
          ...updates.map(([value, condition]) => `UPDATE t SET a = ${value} ${condition}`),
          ...(dropsDefault ? ["ALTER TABLE t ALTER COLUMN a DROP DEFAULT"] : []),
        ].join(";\n");
        const folded = foldHandWritten(readMigration(sql, "by-hand.sql", parser), "by-hand.sql", reader);
        const fill = folded.fill({ name: "t" }, "a");
        expect(fill).toBeDefined();
        // One that reads the column itself is refused with the other fills.
        if (/\ba\b/.test(fill?.sql.replace(/'[^']*'/g, "") ?? "")) return;
        await client.query("BEGIN");
        try {
          const wanted = await byHand(sql);
          if (wanted === undefined) return;
          const { rows } = await client.query(`SELECT id, (${fill?.sql}) AS a FROM t ORDER BY id`);
          expect(rows).toEqual(wanted);
          folds += 1;
        } finally {
          await client.query("ROLLBACK");
        }
      },
    ),
    { numRuns: 150 },
  );
  expect(folds).toBeGreaterThan(30);
});

/** @returns undefined where the file by itself fails */
async function byHand(sql: string): Promise<unknown[] | undefined> {
  await client.query("SAVEPOINT before");
  const rows = await client.query(sql).then(
    async () => (await client.query("SELECT id, a FROM t ORDER BY id")).rows,
    () => undefined,
  );
  await client.query("ROLLBACK TO before");
  return rows;
}
