import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { evaluate } from "../../../../core/src/code/sql/constant.js";
import { codeSqlOf } from "../../../../core/src/databases/code-sql-of.js";
import { createDatabase, type TestDatabase } from "../../../support/database.js";
import { expressions, rows } from "./sql-expressions.js";

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  await codeSqlOf.postgresql.load();
  database = await createDatabase("sql-meaning");
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

test("what Lockstep evaluates is what PostgreSQL gives", async () => {
  await fc.assert(
    fc.asyncProperty(expressions, fc.array(rows, { minLength: 1, maxLength: 8 }), async (sql, given) => {
      const parsed = codeSqlOf.postgresql.expression(sql, []);
      if (parsed === undefined) return;
      const tuples = given.map((_, at) => `($${at * 3 + 1}::text, $${at * 3 + 2}::text, $${at * 3 + 3}::text)`);
      const { rows: answers } = await client.query(
        `SELECT ${sql} AS value FROM (VALUES ${tuples.join(", ")}) AS t (email, name, nick)`,
        given.flatMap(({ email, name, nick }) => [email, name, nick]),
      );
      expect(given.map((row) => evaluate(parsed, (column) => row[column]))).toEqual(answers.map((row) => row.value));
    }),
    { numRuns: 400 },
  );
});
