import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { Glance, RowsRequest } from "../../../core/src/dialect/rehearsing.js";
import { rehearsing } from "../../../core/src/mysql/rehearsal/index.js";
import { readStatement } from "../../../core/src/mysql/rehearsal/parameters.js";
import { statementApplication } from "../../../core/src/rehearsal/run/application.js";
import { runNaive, runPlan, type WayRequest } from "../../../core/src/rehearsal/run/run-way.js";
import { openStage, type Stage } from "../../../core/src/rehearsal/server/open-stage.js";
import { findServer, isOnMysql, serverId } from "../../support/mariadb.js";
import { planOf } from "../../support/plan-fixture.js";
import { until } from "../../support/sessions.js";

// Rows, traffic and locks of a rehearsal, on a server of its own.

const schema = [
  "CREATE TABLE `Team` (id int AUTO_INCREMENT PRIMARY KEY, region enum('eu','us') NOT NULL, UNIQUE (id, region))",
  "CREATE TABLE `User` (id int AUTO_INCREMENT PRIMARY KEY, email varchar(191) NOT NULL UNIQUE, name varchar(80), born date, `teamId` int, settings json, " +
    "score decimal(6,2) NOT NULL DEFAULT 1 CHECK (score > 0), state varchar(10) NOT NULL CHECK (state IN ('on','off')), bin binary(16), " +
    "initial char(1) AS (LEFT(name, 1)) VIRTUAL, `createdAt` datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), FOREIGN KEY (`teamId`) REFERENCES `Team` (id))",
  "CREATE TABLE `Member` (`userId` int, `teamId` int, PRIMARY KEY (`userId`, `teamId`), FOREIGN KEY (`userId`) REFERENCES `User` (id), FOREIGN KEY (`teamId`) REFERENCES `Team` (id))",
  "CREATE TRIGGER `User_lower` BEFORE INSERT ON `User` FOR EACH ROW SET NEW.email = LOWER(NEW.email)",
  "CREATE VIEW `UserName` AS SELECT id, name FROM `User`",
];

let stage: Stage;
let url: string;
const ask = async <T>(at: string, run: (connection: Connection) => Promise<T>): Promise<T> => {
  const connection = await connect(at, { applicationName: "lockstep rehearse" });
  return run(connection).finally(() => connection.close());
};

const request: RowsRequest = {
  wanted: [{ name: "User" }, { name: "Member" }],
  stats: undefined,
  scale: 1,
  defaultRows: 3000,
  values: { "User.name": "CONCAT('name ', n)" },
  sessions: 2,
  onProgress: () => undefined,
};

beforeAll(async () => {
  stage = await openStage({
    root: process.cwd(),
    dialect: serverId,
    version: findServer()!.version,
    settings: { performance_schema: "ON" },
  });
  url = await stage.create();
  await ask(url, async (connection) => {
    for (const sql of schema) await connection.query(sql);
    await rehearsing.makeRows(connection, () => connect(url, { applicationName: "lockstep rehearse" }), request);
  });
});
afterAll(() => stage?.close());

it("makes rows that types, keys, checks and references take", async () => {
  const { rows } = await ask(url, (connection) =>
    connection.query(
      "SELECT (SELECT COUNT(*) FROM `User`) AS users, (SELECT COUNT(*) FROM `Member`) AS members, (SELECT COUNT(DISTINCT name) FROM `User`) AS names, " +
        "(SELECT COUNT(*) FROM `User` u LEFT JOIN `Team` t ON t.id = u.teamId WHERE t.id IS NULL AND u.teamId IS NOT NULL) AS lost, " +
        "(SELECT GROUP_CONCAT(DISTINCT state ORDER BY state) FROM `User`) AS states, (SELECT MIN(score) > 0 FROM `User`) AS scored",
    ),
  );
  expect(rows).toEqual([
    { users: "3000", members: "3000", names: "3000", lost: "0", states: "off,on", scored: isOnMysql ? "1" : 1 },
  ]);
});

it("copies a database with its rows, references, triggers and views", async () => {
  const copy = await stage.create(url);
  const about = (at: string) =>
    ask(at, async (connection) => ({
      ...(await connection.query(
        "SELECT (SELECT COUNT(*) FROM `UserName`) AS names, (SELECT SUM(CRC32(CONCAT_WS(',', id, email, HEX(bin), initial))) FROM `User`) AS sum",
      )),
      constraints: (
        await connection.query(
          "SELECT CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() ORDER BY 1, TABLE_NAME",
        )
      ).rows,
      triggers: (
        await connection.query("SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()")
      ).rows,
    }));
  expect(await about(copy)).toEqual(await about(url));
  await stage.drop(copy);
});

describe("statements as the server keeps them", () => {
  const also = { table: "User", columns: ["handle"] };
  it.each([
    [
      "SELECT `shop` . `User` . `id` , `shop` . `User` . `name` FROM `shop` . `User` WHERE ( `shop` . `User` . `email` = ? AND ? = ? ) LIMIT ? OFFSET ?",
      "SELECT `User` . `id` , `User` . `name` FROM `User` WHERE( `User` . `email` = ? AND ? = ? ) LIMIT 20 OFFSET 0",
      ["compared email", "other", "other"],
    ],
    [
      "SELECT COUNT ( * ) FROM `User` AS `u` WHERE `u` . `id` IN (...)",
      "SELECT COUNT( * ) FROM `User` AS `u` WHERE `u` . `id` IN( ? , ? )",
      ["compared id", "compared id"],
    ],
    [
      "SELECT * FROM `User` WHERE `id` BETWEEN ? AND ? ORDER BY `id` LIMIT ?, ...",
      "SELECT * FROM `User` WHERE `id` BETWEEN ? AND ? ORDER BY `id` LIMIT 0 , 20",
      ["compared id", "compared id"],
    ],
    [
      "INSERT INTO `shop` . `User` ( `email` , `name` ) VALUES (...) /* , ... */",
      "INSERT INTO `User`( `email` , `name` , `handle` ) VALUES( ? , ? , ? )",
      ["added email", "added name", "added handle"],
    ],
    [
      "INSERT INTO `User` ( `email` , `at` ) VALUES ( ? , NOW ( ) )",
      "INSERT INTO `User`( `email` , `at` , `handle` ) VALUES( ? , NOW ( ) , ? )",
      ["added email", "added handle"],
    ],
    ["INSERT INTO `User` VALUES (...)", undefined, []],
    [
      "INSERT INTO `User` ( `email` , NAME ) VALUES (...)",
      "INSERT INTO `User`( `email` , `NAME` , `handle` ) VALUES( ? , ? , ? )",
      ["added email", "added NAME", "added handle"],
    ],
    [
      "SELECT `id` FROM `User` `u` WHERE `u` . NAME = ? AND STATUS = ?",
      "SELECT `id` FROM `User` `u` WHERE `u` . NAME = ? AND STATUS = ?",
      ["compared NAME", "compared STATUS"],
    ],
    [
      "UPDATE `User` SET `name` = ? , `score` = `score` + ? WHERE `id` = ?",
      "UPDATE `User` SET `name` = ? , `score` = `score` + ? WHERE `id` = ?",
      ["changed name", "other", "compared id"],
    ],
    ["DELETE FROM `User` WHERE `id` = ?", "DELETE FROM `User` WHERE `id` = ?", ["compared id"]],
  ])("%s", (digest, text, uses) => {
    const read = readStatement(digest, also);
    expect(read?.text).toBe(text);
    expect((read?.uses ?? []).map((use) => ("column" in use ? `${use.kind} ${use.column}` : use.kind))).toEqual(uses);
  });
});

const handle = `ALTER TABLE \`User\` ADD COLUMN \`handle\` VARCHAR(191) NOT NULL;

CREATE UNIQUE INDEX \`User_handle_key\` ON \`User\`(\`handle\`);
`;

it("runs the ORM's migration and the plan beside traffic, with the locks that the plan states", async () => {
  const plan = await planOf({
    dialect: serverId,
    sql: handle,
    columns: { handle: { fill: { kind: "backfill", sql: "lower(email)" } } },
    shape: {
      columns: ["id", "email", "name", "score"],
      generatedColumns: ["initial"],
      key: [{ column: "id", type: "int(11)" }],
    },
  });
  const sources = await ask(url, (connection) => rehearsing.probes(connection, [{ name: "User" }]));
  const { statements, leftOut } = await ask(url, (connection) => rehearsing.shapeTraffic(connection, sources, 0));
  expect({ leftOut, texts: statements.map(({ text }) => text.split(" ")[0]) }).toEqual({
    leftOut: [],
    texts: ["SELECT", "UPDATE", "INSERT"],
  });
  const way = (at: string): WayRequest => ({
    url: at,
    adminUrl: stage.admin(at),
    plan,
    rehearsing,
    explained: statements,
    application: statementApplication(at, {
      plan,
      rehearsing,
      traffic: statements,
      sources,
      ask: (run) => ask(at, run),
    }),
    rate: 50,
    calmMs: 300,
    functions: new Map(),
    backfillOptions: {},
    hasReplica: false,
    signal: new AbortController().signal,
    onStep: () => undefined,
    onRows: () => undefined,
  });
  const naiveUrl = await stage.create(url);
  const naive = await runNaive(
    way(naiveUrl),
    handle.split(";\n").filter((each) => each.trim()),
  );
  expect(naive.steps.map(({ error }) => error === undefined)).toEqual([true, false]);
  const planned = await stage.create(url);
  const { run, replanned, explained } = await runPlan(way(planned));
  expect(run.steps.filter(({ error, differences }) => error !== undefined || differences.length > 0)).toEqual([]);
  expect(run.steps.map(({ kind, phase }) => `${phase} ${kind}`)).toEqual(
    expect.arrayContaining(["expand unit", "expand undo", "backfill backfill", "contract unit", "contract undo"]),
  );
  expect(run.steps.find(({ kind }) => kind === "backfill")?.rows).toBeGreaterThanOrEqual(3000);
  expect(run.points.length).toBeGreaterThan(0);
  expect({ explained, worse: replanned.filter(({ isWorse }) => isWorse) }).toEqual({ explained: 3, worse: [] });
  const { rows } = await ask(planned, (connection) =>
    connection.query("SELECT COUNT(*) AS n FROM `User` WHERE handle IS NULL"),
  );
  expect(rows).toEqual([{ n: "0" }]);
});

it("reads what mysqldump writes on a server with GTIDs, as often as it is asked to", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-dump-"));
  const file = join(folder, "shop.sql");
  writeFileSync(
    file,
    `-- MySQL dump 10.13  Distrib 9.7.0, for Linux (x86_64)
/*!40101 SET NAMES utf8mb4 */;
SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;
SET @@SESSION.SQL_LOG_BIN= 0;

--
-- GTID state at the beginning of the backup
--

SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5,
4e11fa47-71ca-11e1-9e33-c80aa9429562:1-7';

DROP TABLE IF EXISTS \`Team\`;
CREATE TABLE \`Team\` (
  \`id\` int NOT NULL,
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB;
INSERT INTO \`Team\` VALUES (1),(2);
SET @@SESSION.SQL_LOG_BIN = @MYSQLDUMP_TEMP_LOG_BIN;
`,
  );
  try {
    for (const at of [await stage.create(), await stage.create()]) {
      const { rows } = await ask(at, async (connection) => {
        await rehearsing.restore(connection, file);
        return connection.query("SELECT COUNT(*) + 0e0 AS n FROM `Team`");
      });
      expect(rows).toEqual([{ n: 2 }]);
      await stage.drop(at);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("tells the plans of statements, however the server prints them unasked", async () => {
  const statements = [
    { text: "SELECT * FROM `User` WHERE id = ?", parameters: [["7"]], weight: 1, addsRows: false },
    { text: "SELECT * FROM `User` WHERE name = ?", parameters: [["name 7"]], weight: 1, addsRows: false },
  ];
  const [byKey, all] = await ask(url, (connection) => rehearsing.explain(connection, statements));
  expect(byKey).toMatchObject({ nodes: ['const using "PRIMARY" on "User"'], cost: 1 });
  expect(all).toMatchObject({ nodes: ['ALL on "User"'] });
  expect(all!.cost).toBeGreaterThan(1000);
});

it("sees a lock that lasts and who waits for it, and no instant", async () => {
  const [holder, observer, waiting] = await Promise.all([
    connect(url, { applicationName: "lockstep rehearse" }),
    connect(stage.admin(url), { applicationName: "lockstep rehearse observer" }),
    connect(url, { applicationName: "rehearsed application" }),
  ]);
  try {
    await rehearsing.prepareWatch(observer);
    await holder.query("LOCK TABLES `User` WRITE");
    const read = waiting.query("SELECT COUNT(*) FROM `User`");
    expect(await rehearsing.glance(observer, holder.pid)).toMatchObject({ locks: [] });
    let seen: Glance | undefined;
    await until("a lock that is no instant", async () => {
      seen = await rehearsing.glance(observer, holder.pid);
      return seen.locks.length > 0 && seen.waits.length > 0;
    });
    expect(seen).toMatchObject({
      // MySQL locks what foreign keys join along with it.
      locks: expect.arrayContaining([{ table: { name: "User" }, mode: "ACCESS EXCLUSIVE" }]),
      waits: [{ pid: waiting.pid, table: { name: "User" }, wanted: "SHARED READ", held: "ACCESS EXCLUSIVE" }],
    });
    await holder.query("UNLOCK TABLES");
    await read;
  } finally {
    for (const session of [holder, observer, waiting]) await session.close();
  }
});

it("says where nobody can see a lock", async () => {
  const blind = await openStage({
    root: process.cwd(),
    dialect: serverId,
    version: findServer()!.version,
    settings: { performance_schema: "OFF" },
  });
  try {
    await expect(ask(blind.admin(await blind.create()), rehearsing.prepareWatch)).rejects.toMatchObject({
      code: "LS6504",
    });
  } finally {
    await blind.close();
  }
});
