import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DeployEvent, deployTarget } from "../../../core/src/operate/deploy/deploy-target.js";
import { findProject } from "../../../plugin-typeorm/src/detect/find-project.js";
import { typeormPlugin } from "../../../plugin-typeorm/src/plugin.js";
import { createMariadbDatabase, isOnMysql, type MariadbDatabase } from "../../support/mariadb.js";
import { createTypeormProject, type TypeormFixture } from "../../support/typeorm-project.js";

let database: MariadbDatabase;
let project: TypeormFixture;
beforeAll(async () => {
  database = await createMariadbDatabase("typeorm_deploy");
  project = createTypeormProject({ version: "1.1.1", module: "commonjs", language: "js" });
  project.write(
    project.dataSourceFile,
    `const { DataSource } = require("typeorm");\nmodule.exports = new DataSource({ type: "mariadb", url: "${database.url}", migrations: ["src/migrations/*.js"] });\n`,
  );
});
afterAll(async () => {
  project.dispose();
  await database.drop();
});

const stayedLocked = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '`a` stayed locked', MYSQL_ERRNO = 1205";
const body = `SET @tries = 1; IF (SELECT count(*) FROM b) > 0 THEN ${stayedLocked}; END IF; END`;
/** MySQL knows no blocks but procedures. */
const unit = isOnMysql ? "CALL own()" : `BEGIN NOT ATOMIC ${body}`;

describe("migration:run that locks have stopped", () => {
  it.each([
    { name: "a single statement, which waits a second", up: ["CREATE INDEX i ON a (id)"], waits: true, attempts: 2 },
    { name: "an optional column", up: ["ALTER TABLE a ADD x int NULL"], waits: true, attempts: 2 },
    // What a unit of a plan says when its time is up.
    { name: "by its own word", up: [unit], waits: false, failed: "55P03" },
    { name: "several statements, which wait as long as the server lets them", up: ["CREATE TABLE c (id int)", unit] },
  ])("$name", async ({ up, waits, attempts, failed }) => {
    const session = await database.open();
    await session.query("DROP TABLE IF EXISTS a, b, c, migrations");
    await session.query("CREATE TABLE a (id int)");
    await session.query("CREATE TABLE b (id int)");
    await session.query("DROP PROCEDURE IF EXISTS own");
    await session.query(`CREATE PROCEDURE own() BEGIN ${body}`);
    if (failed !== undefined) await session.query("INSERT INTO b VALUES (1)");
    const calls = up.map((sql) => `await q.query(${JSON.stringify(sql)});`).join(" ");
    project.write(
      "src/migrations/1700000000001-Own.js",
      `module.exports = class Own1700000000001 { async up(q) { ${calls} } async down() {} };`,
    );
    const found = await findProject(project.root);
    if (failed !== undefined) {
      const run = await typeormPlugin.deploy(found, database.url, () => undefined);
      expect(run.failed).toMatchObject({ migration: "1700000000001-Own", sqlState: failed });
      return;
    }
    const reader = await database.open();
    await reader.query("BEGIN");
    await reader.query("SELECT * FROM a");
    const events: DeployEvent[] = [];
    const result = await deployTarget({
      target: { name: "production", url: database.url },
      project: found,
      plugin: typeormPlugin,
      plans: [],
      attempts: 2,
      clock: { now: () => 0, sleep: async () => void (await reader.query("COMMIT")) },
      random: () => 0,
      signal: new AbortController().signal,
      onEvent: (event) => events.push(event),
    });
    expect(result).toEqual({ applied: ["1700000000001-Own"], attempts: attempts ?? 1 });
    expect(events.filter(({ kind }) => kind === "unlimited")).toHaveLength(waits ? 0 : 1);
    reader.destroy();
  });
});
