import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../../core/src/connect.js";
import type { Connection } from "../../../core/src/dialects/connection.js";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.js";

let database: MariadbDatabase;
let db: Connection;
let name: string;
const accounts = ["some", "all", "whole"] as const;
beforeAll(async () => {
  database = await createMariadbDatabase("access");
  db = await connect(database.url, { applicationName: "test" });
  name = new URL(database.url).pathname.slice(1);
  await db.query("CREATE TABLE `User` (id int PRIMARY KEY, email varchar(50))");
  for (const account of accounts) await db.query(`CREATE USER '${account}_${name}'@'localhost'`);
  await db.query(`GRANT SELECT, INSERT (id, email) ON \`User\` TO 'some_${name}'@'localhost'`);
  await db.query(`GRANT INSERT, UPDATE (email) ON \`User\` TO 'all_${name}'@'localhost'`);
  await db.query(`GRANT INSERT (id), SELECT (id) ON \`User\` TO 'whole_${name}'@'localhost'`);
  await db.query(`GRANT ALL ON \`${name}\`.* TO 'whole_${name}'@'localhost'`);
});
afterAll(async () => {
  for (const account of accounts) await db?.query(`DROP USER '${account}_${name}'@'localhost'`);
  await db?.close();
  await database?.drop();
});

it("names accounts whose privileges on single columns do not reach a new one, until they are granted", async () => {
  const { columnGrants } = await db.dialect.access();
  const grants = () => columnGrants(db, { name: "User" }, ["handle"]);
  const [all, some] = ["all", "some"].map((account) => `'${account}_${name}'@'localhost'`);
  expect(await grants()).toEqual([
    { role: all, privileges: ["UPDATE"], grant: `GRANT UPDATE (\`handle\`) ON \`User\` TO ${all}` },
    { role: some, privileges: ["INSERT"], grant: `GRANT INSERT (\`handle\`) ON \`User\` TO ${some}` },
  ]);
  await db.query("ALTER TABLE `User` ADD COLUMN handle varchar(50)");
  for (const { grant } of await grants()) await db.query(grant);
  expect(await grants()).toEqual([]);
});
