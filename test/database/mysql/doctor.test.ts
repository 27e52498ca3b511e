import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Check, FindingLevel } from "../../../core/src/dialect/check.js";
import type { Plan } from "../../../core/src/model/index.js";
import { checks } from "../../../core/src/mysql/checks/index.js";
import { openTransactions } from "../../../core/src/mysql/checks/open-transactions.js";
import { versionFinding } from "../../../core/src/mysql/checks/server-version.js";
import { connect } from "../../../core/src/mysql/connect.js";
import dependents from "../../../core/src/operate/doctor/checks/dependents.js";
import scaffolding from "../../../core/src/operate/doctor/checks/scaffolding.js";
import server from "../../../core/src/operate/doctor/checks/server.js";
import { plannedTables } from "../../../core/src/operate/doctor/planned-tables.js";
import dataSourceType from "../../../plugin-typeorm/src/doctor/data-source-type.js";
import { askTarget } from "../../support/ask-check.js";
import {
  createAccount,
  createMariadbDatabase,
  isOnMysql,
  type MariadbDatabase,
  type MariadbServer,
  startMariadb,
} from "../../support/mariadb.js";
import { follow, startReplica } from "../../support/mysql-replicas.js";
import { answerTo } from "../../support/plan-fixture.js";
import { until } from "../../support/sessions.js";

let plan: Plan;
beforeAll(async () => {
  const answer = await answerTo();
  if (answer.kind !== "plan") throw new Error("no plan");
  plan = answer.plan;
});

/** A target in some state, and what one check says of it. */
interface Situation {
  readonly check: string;
  readonly name: string;
  /** Run by root, one by one. */
  readonly sql?: readonly string[];
  /** Rights of the account that asks, on the database unless they say where; absent: root asks. */
  readonly grants?: readonly string[];
  readonly says: FindingLevel;
  readonly words: RegExp;
  /** What is to be typed; then it is run, and the check is silent. */
  readonly next?: RegExp;
  /** What the server refuses before, and takes afterwards. */
  readonly refuses?: string;
  /** It cannot be run as it stands. */
  readonly isAdvice?: true;
}

const all = "SELECT, INSERT, UPDATE, ALTER, CREATE, TRIGGER";
/** MySQL runs a unit as a procedure. */
const routines = isOnMysql ? ["CREATE ROUTINE, ALTER ROUTINE"] : [];
const addColumn = "ALTER TABLE `User` ADD COLUMN `handle` int, ALGORITHM=INSTANT";
const ledger = "CREATE, SELECT, INSERT, UPDATE, DELETE, ALTER ON `lockstep`.*";
const user = "CREATE TABLE `User` (`id` int PRIMARY KEY, `email` text)";

/** What only one of the two has, seen on a server that is not well. */
const only: readonly Situation[] = isOnMysql
  ? [
      {
        check: "rights",
        name: "without routines",
        grants: [all],
        says: "problem",
        words: /^the account 'app'@'%' lacks CREATE ROUTINE, ALTER ROUTINE on the database \w+$/m,
        next: /^GRANT CREATE ROUTINE, ALTER ROUTINE ON `\w+`\.\* TO 'app'@'%'$/,
      },
      {
        check: "monitoring",
        name: "without performance_schema",
        grants: [all, "PROCESS ON *.*"],
        says: "warning",
        words: /this account cannot see which sessions hold table locks/,
        next: /^GRANT SELECT ON performance_schema\.\* TO 'app'@'%'/,
        isAdvice: true,
      },
    ]
  : [
      {
        check: "server-settings",
        name: "a limit for all statements",
        says: "warning",
        words: /^max_statement_time is 30 s$/m,
        next: /SET GLOBAL max_statement_time = 0/,
        isAdvice: true,
      },
      {
        check: "monitoring",
        name: "no plugin",
        says: "warning",
        words: /this account cannot see which sessions hold table locks/,
        next: /^INSTALL SONAME 'metadata_lock_info'$/,
      },
    ];

/** How a server is set up, and what is to be seen on it. */
const servers: readonly {
  readonly name: string;
  readonly options: Parameters<typeof startMariadb>[0];
  readonly situations: readonly Situation[];
}[] = [
  {
    name: "a server that is well",
    // MySQL writes a binary log unless it is told not to.
    options: { showsLocks: true, settings: isOnMysql ? { log_bin_trust_function_creators: 1 } : {} },
    situations: [
      {
        check: "server-version",
        name: "a tested one",
        says: "ok",
        words: isOnMysql ? /^MySQL 9\.7\./ : /^MariaDB (?:10\.11|11\.8)\./,
      },
      { check: "tables", name: "no table yet", sql: ["DROP TABLE `User`"], says: "ok", words: /no table is planned/ },
      {
        check: "tables",
        name: "another engine",
        sql: ["ALTER TABLE `User` ENGINE=MyISAM"],
        says: "problem",
        words: /^"User" uses the engine MyISAM$/,
        next: /^ALTER TABLE `User` ENGINE=InnoDB/,
        refuses: addColumn,
      },
      {
        check: "tables",
        name: "compressed rows",
        sql: ["ALTER TABLE `User` ROW_FORMAT=COMPRESSED"],
        says: "problem",
        words: /^"User" has ROW_FORMAT=COMPRESSED$/,
        next: /^ALTER TABLE `User` ROW_FORMAT=DYNAMIC, ALGORITHM=INPLACE, LOCK=NONE/,
        refuses: addColumn,
      },
      {
        check: "tables",
        name: "compressed rows, where expand has run",
        sql: ["ALTER TABLE `User` ADD COLUMN `handle` text, ROW_FORMAT=COMPRESSED"],
        says: "ok",
        words: /use InnoDB/,
      },
      {
        check: "tables",
        name: "a full-text index",
        sql: ["ALTER TABLE `User` ADD FULLTEXT INDEX `search` (`email`)"],
        says: "problem",
        words: /^"User" has a full-text index: search$/,
        next: /^ALTER TABLE `User` DROP INDEX `search`, FORCE/,
        refuses: addColumn,
      },
      {
        check: "rights",
        name: "all but two",
        grants: ["SELECT, INSERT, UPDATE, CREATE", ...routines],
        says: "problem",
        words: /^the account 'app'@'%' lacks ALTER, TRIGGER on "User"$/,
        next: /^GRANT ALTER, TRIGGER ON `\w+`\.\* TO 'app'@'%'$/,
      },
      {
        check: "rights",
        name: "on another table, and on some columns",
        grants: [`${all} ON \`lockstep_other\`.*`, "SELECT (`id`), UPDATE (`id`, `email`) ON `User`", ...routines],
        says: "problem",
        words: /lacks SELECT, INSERT, UPDATE, ALTER, CREATE, TRIGGER on "User"$/,
        next: /^GRANT SELECT/,
      },
      {
        check: "rights",
        name: "on the table alone",
        grants: [`${all} ON \`User\``, ...routines],
        says: "ok",
        words: /create triggers/,
      },
      {
        check: "rights",
        name: "by a pattern",
        grants: [`${[all, ...routines].join(", ")} ON \`doctor\\_%\`.*`],
        says: "ok",
        words: /create triggers/,
      },
      { check: "rights", name: "everything", grants: ["ALL ON *.*"], says: "ok", words: /create triggers/ },
      {
        check: "ledger",
        name: "may not be made",
        grants: [all],
        says: "problem",
        words: /^the account 'app'@'%' lacks CREATE, .* on the database lockstep$/,
        next: /^GRANT CREATE, .* ON `lockstep`\.\* TO 'app'@'%'$/,
      },
      { check: "ledger", name: "may be made", grants: [all, ledger], says: "ok", words: /the account can create it/ },
      {
        check: "ledger",
        name: "of a newer version",
        sql: [
          "CREATE DATABASE lockstep",
          "CREATE TABLE lockstep.meta (version int)",
          "INSERT INTO lockstep.meta VALUES (99)",
        ],
        says: "warning",
        words: /has version 99/,
      },
      {
        check: "monitoring",
        name: "without PROCESS",
        grants: [all],
        says: "warning",
        words: /'app'@'%' cannot see the sessions of other accounts/,
        next: /^GRANT PROCESS ON \*\.\* TO 'app'@'%'$/,
      },
      {
        check: "dependents",
        name: "a trigger, a view, a procedure, and others",
        sql: [
          "CREATE TABLE `Log` (`id` int)",
          "CREATE TRIGGER `audit` AFTER UPDATE ON `User` FOR EACH ROW INSERT INTO `Log` VALUES (NEW.`id`)",
          "CREATE TRIGGER `other` AFTER UPDATE ON `Log` FOR EACH ROW SET @a = 1",
          "CREATE VIEW `people` AS SELECT * FROM `User`",
          "CREATE PROCEDURE `clean`() DELETE FROM `User`",
        ],
        says: "warning",
        words: /^"User" is referenced by procedure `clean`, trigger `audit` on `User`, view `people`$/,
      },
      {
        check: "scaffolding",
        name: "a trigger of a plan that is gone",
        sql: [
          "CREATE TABLE `Order` (`id` int)",
          "CREATE TRIGGER `zz_lockstep_fill_Order_state_ins` BEFORE INSERT ON `Order` FOR EACH ROW SET NEW.`id` = 1",
          "CREATE TRIGGER `zz_lockstep_fill_User_handle_ins` BEFORE INSERT ON `User` FOR EACH ROW SET NEW.`id` = 1",
        ],
        says: "problem",
        words: /^the trigger `zz_lockstep_fill_Order_state_ins` on "Order" belongs to no open plan$/,
        next: /^DROP TRIGGER `zz_lockstep_fill_Order_state_ins`$/,
      },
      {
        check: "scaffolding",
        name: "the procedure of a unit, and another one",
        sql: ["CREATE PROCEDURE `lockstep_0123abcd`() SELECT 1", "CREATE PROCEDURE `lockstep_own`() SELECT 1"],
        says: "warning",
        words: /^the procedure `lockstep_0123abcd` belongs to a unit that was killed or is running$/,
        next: /^DROP PROCEDURE `lockstep_0123abcd`$/,
      },
    ],
  },
  {
    name: "a server that is not",
    options: {
      settings: {
        sql_mode: "",
        log_bin: "log",
        binlog_format: "STATEMENT",
        read_only: 1,
        ...(isOnMysql ? {} : { max_statement_time: 30 }),
      },
    },
    situations: [
      {
        check: "server-settings",
        name: "not strict",
        says: "warning",
        words: /^sql_mode of new sessions is not strict: ''$/m,
        next: /^SET GLOBAL sql_mode = CONCAT\(@@GLOBAL\.sql_mode, ',STRICT_TRANS_TABLES'\) +-- and/,
        isAdvice: true,
      },
      {
        check: "server-settings",
        name: "a log of statements",
        says: "warning",
        words: /binlog_format is STATEMENT$/m,
        next: /SET GLOBAL binlog_format = 'ROW'/,
        isAdvice: true,
      },
      { check: "replicas", name: "read-only", says: "problem", words: /^this server is read-only, like a replica$/ },
      {
        check: "rights",
        name: "no SUPER where a binary log is written",
        grants: [all],
        says: "problem",
        words: /cannot create triggers while the server writes a binary log/,
        next: /^SET GLOBAL log_bin_trust_function_creators = 1/,
        isAdvice: true,
      },
      ...only,
    ],
  },
];

describe.each(servers)("$name", ({ options, situations }) => {
  let mariadb: MariadbServer;
  let database: MariadbDatabase;
  beforeAll(async () => {
    mariadb = await startMariadb(options);
  });
  afterAll(() => mariadb.stop());
  beforeEach(async () => {
    database = await createMariadbDatabase("doctor", mariadb);
  });
  afterEach(() => database.drop());

  it.each(situations.map((each) => ({ ...each, of: each.check })))(
    "$of: $name",
    async ({ check: id, sql = [], grants, says, words, next, refuses, isAdvice }) => {
      const root = await database.open();
      for (const statement of [user, ...sql]) await root.query(statement);
      const url = new URL(database.url);
      if (grants !== undefined) {
        await createAccount(root, "'app'@'%'");
        for (const grant of grants)
          await root.query(`GRANT ${/ ON /.test(grant) ? grant : `${grant} ON \`${database.name}\`.*`} TO 'app'@'%'`);
        url.username = "app";
      }
      const check = [...checks, dependents, scaffolding].find((each) => each.id === id)!;
      const ask = async () => {
        const findings = await askTarget(check, String(url), { plans: [plan] });
        return findings.filter(({ level }) => level === says);
      };
      try {
        const told = await ask();
        expect(told.map(({ what }) => what).join("\n")).toMatch(words);
        if (next === undefined) return;
        expect(told.map((finding) => finding.next).join("\n")).toMatch(new RegExp(next, "m"));
        if (isAdvice) return;
        if (refuses !== undefined) await expect(root.query(refuses)).rejects.toMatchObject({ sqlState: "0A000" });
        await root.query((told[0]?.next ?? "").split("\n")[0] ?? "");
        expect((await ask()).map(({ what }) => what).join("\n")).not.toMatch(words);
        if (refuses !== undefined) await root.query(refuses);
      } finally {
        await root.query("DROP DATABASE IF EXISTS lockstep");
      }
    },
  );
});

describe("sessions and servers", () => {
  let mariadb: MariadbServer;
  let database: MariadbDatabase;
  beforeAll(async () => {
    mariadb = await startMariadb({
      showsLocks: true,
      settings: { log_bin: "log", server_id: 1, binlog_format: "ROW" },
    });
    database = await createMariadbDatabase("doctor", mariadb);
    await (await database.open()).query(user);
  });
  afterAll(async () => {
    await database.drop();
    await mariadb.stop();
  });

  it("every check is silent on a server that is well; each is asked by way of the dialect", async () => {
    const said: [string, string[]][] = [];
    for (const each of [...checks, dependents, scaffolding] as readonly Check[])
      said.push([each.id, (await askTarget(each, database.url, { plans: [plan] })).map(({ level }) => level)]);
    expect(said.filter(([, levels]) => levels.some((level) => level !== "ok"))).toEqual([]);
    const together = await askTarget(server, database.url, { plans: [plan] });
    expect(together.map(({ level }) => level)).toEqual(checks.map(() => "ok"));
  });

  it("names who holds a planned table for long, and what ends it", async () => {
    const reader = await database.open();
    await reader.query("START TRANSACTION");
    await reader.query("SELECT `id` FROM `User`");
    const connection = await connect(database.url, { applicationName: "test" });
    try {
      const tables = await plannedTables(connection, [plan]);
      expect(await openTransactions({ connection, tables }, { longSeconds: 60 })).toMatchObject([{ level: "ok" }]);
      // The server writes its list of transactions anew when nobody has read it for 100 ms.
      await until("it is seen", async () => {
        await pause(120);
        const [found] = await openTransactions({ connection, tables }, { longSeconds: 0 });
        return (
          found?.level === "warning" &&
          /^session \d+ \(root@localhost:\d+\) has held "User" for \d+ s: in a transaction, Sleep$/.test(found.what) &&
          found.next === `KILL ${reader.threadId}   -- or wait until it ends`
        );
      });
      await (await database.open()).query(`KILL ${reader.threadId}`);
      await until("it is gone", async () => {
        await pause(120);
        const [finding] = await openTransactions({ connection, tables }, { longSeconds: 0 });
        return finding?.level === "ok";
      });
    } finally {
      await connection.close();
    }
  });

  it.each([
    ["mysql", isOnMysql ? [] : ["warning"]],
    ["mariadb", []],
  ])("a data source of the type %s", async (dialect, levels) => {
    const found = await askTarget(dataSourceType, database.url, { project: { dialect } });
    expect(found.map(({ level }) => level)).toEqual(levels);
  });

  it("a replica that is connected is named", async () => {
    const replica = await startMariadb({ settings: { server_id: 2 } });
    const other = await createMariadbDatabase("replica", replica);
    try {
      const session = await other.open();
      await session.query(follow(mariadb));
      await session.query(startReplica);
      const check = checks.find(({ id }) => id === "replicas")!;
      const ask = async () => (await askTarget(check, database.url))[0];
      await until("it is connected", async () => (await ask())?.level === "warning");
      expect((await ask())?.what).toMatch(/^the replica localhost:\d+ is connected/);
    } finally {
      await other.drop();
      await replica.stop();
    }
  });
});

it.each([
  ["mysql", 80_011, "problem", /^MySQL 8\.0\.11 is too old/],
  ["mysql", 80_403, "warning", /^MySQL 8\.4\.3 is not among the tested versions/],
  ["mariadb", 100_522, "problem", /^MariaDB 10\.5\.22 is too old/],
  ["mariadb", 110_402, "warning", /^MariaDB 11\.4\.2 is not among/],
  ["mariadb", 101_119, "ok", /^MariaDB 10\.11\.19$/],
] as const)("%s of version %i: %s", (id, version, level, words) => {
  const finding = versionFinding(id, id === "mysql" ? "MySQL" : "MariaDB", version);
  expect(finding).toMatchObject({ level, what: expect.stringMatching(words) });
});
