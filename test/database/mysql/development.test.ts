import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.js";

let database: MariadbDatabase;
let db: Connection;
beforeAll(async () => {
  database = await createMariadbDatabase("development");
  db = await connect(database.url, { applicationName: "test" });
  await db.query(`CREATE TABLE \`Team\` (\`a\` INT, \`b\` INT, PRIMARY KEY (\`a\`, \`b\`));
    CREATE TABLE \`User\` (\`id\` INT PRIMARY KEY, \`email\` VARCHAR(191) COMMENT 'the login', \`x\` INT, \`y\` INT,
      UNIQUE KEY \`by_email\` (\`email\`), KEY \`parts\` (\`email\`(10), \`x\`), KEY \`shared\` (\`x\`),
      CONSTRAINT \`named\` CHECK (\`email\` <> '' AND \`x\` > 0),
      CONSTRAINT \`fk\` FOREIGN KEY (\`x\`, \`y\`) REFERENCES \`Team\` (\`a\`, \`b\`));
    CREATE TABLE \`Other\` (\`x\` INT, KEY \`shared\` (\`x\`))`);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

it("describes indexes, and none of which nobody has said the table", async () => {
  const { development } = db.dialect.live;
  expect(await development.index(db, { name: "by_email" })).toEqual({
    name: "by_email",
    table: { schema: database.name, name: "User" },
    isUnique: true,
    isPrimary: false,
    columns: ["email"],
    method: "btree",
  });
  expect(await development.index(db, { name: "parts" })).toMatchObject({
    isUnique: false,
    definition: "(`email`(10), `x`)",
  });
  expect(await development.index(db, { name: "shared" })).toBeUndefined();
  expect(await development.index(db, { name: "nope" })).toBeUndefined();
});

it("knows the foreign keys of both ends", async () => {
  const { development } = db.dialect.live;
  const key = {
    name: "fk",
    table: { name: "User" },
    columns: ["x", "y"],
    references: { name: "Team" },
    referencedColumns: ["a", "b"],
  };
  expect(await development.foreignKeys(db, { name: "User" })).toEqual([key]);
  expect(await development.foreignKeys(db, { name: "Team" })).toEqual([key]);
  const [qualified] = await development.foreignKeys(db, { schema: database.name, name: "Team" });
  expect(qualified?.table).toEqual({ schema: database.name, name: "User" });
  expect(await development.foreignKeys(db, { name: "Other" })).toEqual([]);
});

it("tells names that are taken", async () => {
  const { development } = db.dialect.live;
  const taken = (name: string, hasIndex: boolean) => development.isTaken(db, { name: "Other" }, name, hasIndex);
  expect([await taken("fk", false), await taken("named", false), await taken("by_email", true)]).toEqual([
    true,
    true,
    false,
  ]);
  expect([await taken("shared", true), await taken("shared", false)]).toEqual([true, false]);
});

it("tells what depends on a column", async () => {
  const { development } = db.dialect.live;
  expect(await development.dependents(db, { name: "User" }, "email")).toEqual({
    comment: "the login",
    rebuilt: [],
    checked: ["named"],
  });
  expect(await development.dependents(db, { name: "User" }, "y")).toEqual({
    comment: undefined,
    rebuilt: [],
    checked: [],
  });
});

it("describes a table as it is, for verdicts that rest on that", async () => {
  const { development } = db.dialect.live;
  const user = await development.formerTable(db, { name: "User" });
  expect(user?.column("EMAIL")).toMatchObject({ name: "email", type: "varchar(191)", comment: "the login" });
  expect(user?.indexes.map(({ columns }) => columns)).toEqual([["id"], ["email"], ["email", "x"], ["x"], ["x", "y"]]);
  expect(user?.optionsSql).toContain("InnoDB");
  expect(user?.hasVirtualColumn).toBe(false);
  expect(await development.formerTable(db, { name: "Nobody" })).toBeUndefined();
});
