import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { createMariadbDatabase, isOnMysql, type MariadbDatabase } from "../../support/mariadb.js";

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
  const { columnGrants } = await db.dialect.ops.access();
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

// MySQL has no sequences.
it.each(isOnMysql ? [] : ["nextval(`n1`)", "(NEXT VALUE FOR n2)", "nextval(`here`.`n3`)", "(NEXTVAL(n4) + 1)"])(
  "tries a sequence for every account and role that may insert: %s",
  async (written) => {
    const defaultSql = written.replace("here", name);
    // Privileges outlive a sequence that is dropped.
    const [sequence] = /n\d/.exec(written)!;
    const group = `group_${name.slice(-10)}`;
    await db.query(
      `DELETE FROM \`User\`; CREATE OR REPLACE SEQUENCE ${sequence}; CREATE OR REPLACE ROLE ${group}; GRANT INSERT ON \`User\` TO ${group}`,
    );
    try {
      const { tryDefault } = await db.dialect.ops.access();
      const ask = () => tryDefault(db, { name: "User" }, { type: "bigint", defaultSql });
      const label = written.includes("here") ? `\`${name}\`.\`${sequence}\`` : `\`${sequence}\``;
      const refused = (role: string, lacking: string) => ({
        role,
        by: ["insert"],
        message: `${lacking} denied for sequence ${label}: GRANT ${lacking} ON ${label} TO ${role}`,
      });
      await db.query(`GRANT SELECT ON ${sequence} TO 'some_${name}'@'localhost'`);
      const before = await ask();
      expect(before).toMatchObject({
        kind: "fails",
        refusals: expect.arrayContaining([
          refused(`'all_${name}'@'localhost'`, "SELECT, INSERT"),
          refused(`'some_${name}'@'localhost'`, "INSERT"),
          refused(`'${group}'`, "SELECT, INSERT"),
        ]),
      });
      expect(JSON.stringify(before)).not.toContain(`whole_${name}`);
      // An INSERT does fail as it is said to, and no more once it is granted.
      await db.query(`ALTER TABLE \`User\` ADD COLUMN number bigint DEFAULT ${defaultSql}`);
      const url = new URL(database.url);
      url.username = `all_${name}`;
      const app = await connect(url.toString(), { applicationName: "test" });
      const insert = (id: number) => app.query(`INSERT INTO \`User\` (id, email) VALUES (${id}, 'x')`);
      await expect(insert(1)).rejects.toThrow(/SELECT, INSERT command denied/);
      for (const { message } of before.kind === "fails" ? before.refusals : [])
        await db.query(message.replace(/^.*?: /, ""));
      await insert(2);
      expect(await ask()).toMatchObject({
        kind: "works",
        roles: expect.arrayContaining([`'all_${name}'@'localhost'`, `'${group}'`, `'whole_${name}'@'localhost'`]),
      });
      expect(await tryDefault(app, { name: "User" }, { type: "bigint", defaultSql })).toMatchObject({
        kind: "untried",
        why: expect.stringContaining("GRANT SELECT ON mysql.* TO"),
      });
      await app.close();
      await db.query(`ALTER TABLE \`User\` DROP COLUMN number; DROP SEQUENCE ${sequence}`);
      expect(await ask()).toMatchObject({ kind: "untried", isMadeLater: true });
    } finally {
      await db.query(`DROP ROLE ${group}`);
    }
  },
);
