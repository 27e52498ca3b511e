import { afterAll, beforeEach, expect, test } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { readFill } from "../../../core/src/postgresql/fill/read.js";
import { tryPendingFills } from "../../../core/src/target/facts/pending-fills.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { planOf } from "../../support/plan-fixture.js";
import { open } from "../backfill/fixture.js";

// The fills of a plan on the rows of a target that its expand has not reached.

let database: TestDatabase | undefined;
let db: Connection;
beforeEach(async () => {
  await db?.close();
  await database?.drop();
  database = await createDatabase("pending_fills");
  db = await open(database.url);
  await db.query(
    `CREATE TABLE "User" (id int PRIMARY KEY, email text, name text, "firstName" text);
     INSERT INTO "User" (id, email) VALUES (1, 'Ada'), (2, 'ada')`,
  );
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

test("values are compared also where no function can be made to try them one by one", async () => {
  const plan = await planOf({ columns: { handle: { fill: { kind: "backfill", sql: "lower(email)" } } } });
  const { pathname } = new URL(database!.url);
  await db.query(
    `CREATE ROLE pending_looker; GRANT SELECT ON "User" TO pending_looker; REVOKE TEMPORARY ON DATABASE "${pathname.slice(1)}" FROM PUBLIC; SET ROLE pending_looker`,
  );
  const found = await tryPendingFills(db, plan);
  await db.query(`RESET ROLE; DROP OWNED BY pending_looker; DROP ROLE pending_looker`);
  expect(found.map(({ code }) => code)).toContain("LS2007");
});

test("a look-up without an index on the target is about no row, and names the index with its schema", async () => {
  await db.query(`CREATE SCHEMA billing; CREATE TABLE billing."Plan" (code text, title text)`);
  const plan = await planOf({ columns: { handle: { fill: { kind: "backfill", sql: "lower(email)" } } } });
  // On the development database the code is a key.
  const fill = await readFill(`(SELECT p.title FROM billing."Plan" p WHERE p.code = email)`, {
    kind: "backfill",
    source: "prisma/schema.prisma:14",
    table: { name: "User" },
    columns: ["id", "email", "name", "firstName"],
    generatedColumns: [],
    newColumn: "handle",
    key: ["id"],
    lookedUp: async () => ({ columns: ["code", "title"], uniqueKeys: [["code"]] }),
  });
  const columns = plan.columns.map((column) => ({ ...column, fill }));
  const [found] = await tryPendingFills(db, { ...plan, columns });
  expect(found).toMatchObject({ code: "LS2070", isOfExpression: true });
  expect(found?.statement).toContain(`CREATE INDEX CONCURRENTLY ON "billing"."Plan" (code)`);
});
