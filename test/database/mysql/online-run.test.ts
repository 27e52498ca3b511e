import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Connection } from "mysql2/promise";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { SpecOf } from "../../../core/src/dialect/units.js";
import { ptOsc } from "../../../core/src/mysql/online/pt-osc.js";
import { type CopyEvent, type CopyRequest, runCopy } from "../../../core/src/mysql/online/run-copy.js";
import type { CopyTool } from "../../../core/src/mysql/online/tool.js";
import { createMariadbDatabase, type MariadbDatabase, sequence } from "../../support/mariadb.js";

const table = { name: "order" };
const rows = 60_000;
const specOf = (clause: string): SpecOf<"online-copy"> => ({ kind: "online-copy", table, changes: [{ clause }] });
const wider = specOf("MODIFY `net` bigint NOT NULL COMMENT 'it''s, \"wide\" $(x)'");

let database: MariadbDatabase;
let session: Connection;
let events: CopyEvent[];
beforeEach(async () => {
  database = await createMariadbDatabase("online");
  session = await database.open({ multipleStatements: true });
  events = [];
  await session.query(`CREATE TABLE \`order\` (\`id\` int NOT NULL AUTO_INCREMENT, \`net\` int NOT NULL, \`state\` enum('a','b') NOT NULL DEFAULT 'a',
    \`counter\` int NOT NULL DEFAULT 0, PRIMARY KEY (\`id\`)) ENGINE=InnoDB`);
  await session.query(
    `INSERT INTO \`order\` (\`net\`, \`state\`) SELECT seq, IF(seq % 2, 'a', 'b') FROM ${sequence(rows)}`,
  );
  await session.query("ANALYZE TABLE `order`");
});
afterEach(() => database.drop());

async function run(spec: SpecOf<"online-copy">, changes: Partial<CopyRequest> = {}) {
  const connection = await connect(changes.url ?? database.url, { applicationName: "test" });
  try {
    return await runCopy({
      url: database.url,
      connection,
      spec,
      tool: ptOsc,
      maxLagSeconds: 1,
      chunkMs: 20,
      allowForeignKeys: false,
      withoutReplicas: false,
      cleanUp: false,
      isDryRun: false,
      cwd: tmpdir(),
      env: process.env,
      signal: new AbortController().signal,
      now: () => new Date(),
      onEvent: (event) => events.push(event),
      ...changes,
    });
  } finally {
    await connection.close();
  }
}

const value = async (sql: string) => Object.values(((await session.query(sql))[0] as object[])[0] ?? {})[0];
/** Without the width of numbers, which MySQL no longer prints. */
const show = async (name = "order") =>
  String(
    ((await session.query(`SHOW CREATE TABLE \`${name}\``))[0] as Record<string, string>[])[0]?.["Create Table"],
  ).replace(/\b((?:big)?int)\(\d+\)/g, "$1");
const beside = async () => [
  ...((await session.query("SHOW TABLES"))[0] as object[]).flatMap((row) => Object.values(row) as string[]),
  ...(
    (
      await session.query("SELECT TRIGGER_NAME AS n FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()")
    )[0] as { n: string }[]
  ).map(({ n }) => n),
];
const files = () => readdirSync(tmpdir()).filter((name) => name.startsWith("lockstep-online-"));

const many = 300_000;
/** As many rows as take seconds to copy. */
const grow = () =>
  session.query(
    `INSERT INTO \`order\` (\`net\`) SELECT seq + ${rows} FROM ${sequence(many - rows)}; ANALYZE TABLE \`order\``,
  );

/** It tells how far it is however fast this machine copies. */
const telling: CopyTool = {
  ...ptOsc,
  arguments: (...all) => ptOsc.arguments(...all).map((each) => (each === "time,1" ? "percentage,1" : each)),
};

/** Writers that count what they did, until they are stopped. They try again after a deadlock, which a copy with triggers may bring. */
async function writers(count: number) {
  let isOver = false;
  let [added, removed, counted, slowest, deadlocks] = [0, 0, 0, 0, 0];
  const failures: string[] = [];
  const own = await Promise.all(Array.from({ length: count }, () => database.open()));
  const work = own.map(async (writer, at) => {
    const change = async (sql: string, value: number) => {
      const started = performance.now();
      try {
        const [result] = await writer.query(sql, [value]);
        return (result as { affectedRows: number }).affectedRows;
      } catch (error) {
        if ((error as { errno?: number }).errno === 1213) deadlocks += 1;
        else failures.push((error as Error).message);
        return 0;
      } finally {
        slowest = Math.max(slowest, performance.now() - started);
      }
    };
    for (let turn = 0; !isOver; turn++) {
      const id = 1 + ((turn * 7919 + at * 104_729) % rows);
      const updated = await change("UPDATE `order` SET `counter` = `counter` + 1 WHERE `id` = ?", id);
      const made = await change("INSERT INTO `order` (`net`) VALUES (?)", turn);
      const last = rows - turn * count - at;
      const gone = turn % 5 === 0 ? await change("DELETE FROM `order` WHERE `id` = ? AND `counter` = 0", last) : 0;
      [counted, added, removed] = [counted + updated, added + made, removed + gone];
    }
  });
  return async () => {
    isOver = true;
    await Promise.all(work);
    return { added, removed, counted, slowest: Math.round(slowest), deadlocks, failures };
  };
}

describe("pt-online-schema-change", () => {
  it("copies the table under writers, and loses nothing of theirs", async () => {
    await grow();
    const stop = await writers(4);
    expect(await run(wider, { tool: telling })).toBe("copied");
    const did = await stop();
    expect(did.failures).toEqual([]);
    expect(await show()).toContain("`net` bigint NOT NULL COMMENT 'it''s, \"wide\" $(x)'");
    expect(await value("SELECT count(*) FROM `order`")).toBe(many + did.added - did.removed);
    expect(Number(await value("SELECT sum(`counter`) FROM `order`"))).toBe(did.counted);
    expect(await beside()).toEqual(["order"]);
    expect(files()).toEqual([]);
    expect(events.some((event) => event.kind === "progress")).toBe(true);
    expect(await run(wider)).toBe("was-done");
  });

  it("stops when it is told to, and takes away what it made", async () => {
    await grow();
    const stop = await writers(2);
    const abort = new AbortController();
    const onEvent = (event: CopyEvent) => {
      if (event.kind === "progress") abort.abort();
    };
    await expect(run(wider, { tool: telling, signal: abort.signal, onEvent, chunkMs: 10 })).rejects.toMatchObject({
      code: "LS5022",
    });
    const did = await stop();
    expect(did.failures).toEqual([]);
    expect(await show()).toContain("`net` int NOT NULL");
    expect(await value("SELECT count(*) FROM `order`")).toBe(many + did.added - did.removed);
    expect([await beside(), files()]).toEqual([["order"], []]);
    // And again, to the end.
    expect(await run(wider)).toBe("copied");
  });

  it("shows a command without the password, and only looks where that is wanted", async () => {
    expect(await run(wider, { isDryRun: true })).toBe("tried");
    const command = events.find((event) => event.kind === "command");
    expect(command?.arguments.slice(0, 3)).toEqual(["--dry-run", "--alter", wider.changes[0]?.clause]);
    expect(await show()).toContain("`net` int NOT NULL");
    expect(await beside()).toEqual(["order"]);
  });

  it("takes a password with every character, from a file that is gone afterwards", async () => {
    const password = "p#\"a s\\s';$(x)=é";
    const user = `online_${Date.now()}`;
    await session.query(`CREATE USER '${user}'@'%' IDENTIFIED BY ${session.escape(password)}`);
    await session.query(`GRANT ALL ON \`${database.name}\`.* TO '${user}'@'%'`);
    const url = new URL(database.url);
    url.username = user;
    url.password = encodeURIComponent(password);
    try {
      await expect(run(wider, { url: url.href })).rejects.toMatchObject({
        code: "LS5020",
        message: expect.stringMatching(/cannot see whether there are replicas/),
      });
      expect(await run(wider, { url: url.href, withoutReplicas: true })).toBe("copied");
      expect(JSON.stringify(events)).not.toContain("p#");
      expect(files()).toEqual([]);
    } finally {
      await session.query(`DROP USER '${user}'@'%'`);
    }
  });

  it.each([
    ["a value that does not fit", specOf("MODIFY `state` enum('b') NOT NULL"), /1265/],
    ["rows that a check refuses", specOf("ADD CONSTRAINT `few` CHECK (`net` < 100)"), /4025/],
    [
      "rows that are the same in another collation",
      specOf("MODIFY `word` varchar(20) COLLATE utf8mb4_general_ci"),
      /has \d+ rows and its copy \d+/,
    ],
  ])("loses nothing to %s", async (_, spec, words) => {
    await session.query(
      "ALTER TABLE `order` ADD `word` varchar(20) COLLATE utf8mb4_bin; UPDATE `order` SET `word` = concat(IF(`id` = 7, 'X', 'x'), IF(`id` = 7, 8, `id`)); ALTER TABLE `order` ADD UNIQUE (`word`)",
    );
    const before = await show();
    await expect(run(spec)).rejects.toMatchObject({ code: "LS5021", message: expect.stringMatching(words) });
    expect(await show()).toBe(before);
    expect(await value("SELECT count(DISTINCT `word`) FROM `order`")).toBe(rows);
    expect(await beside()).toEqual(["order"]);
  });

  it("keeps triggers, and the names of foreign keys from and to the table", async () => {
    await session.query(`CREATE TABLE team (id int PRIMARY KEY); INSERT INTO team VALUES (1);
      ALTER TABLE \`order\` ADD team int, ADD CONSTRAINT FK_team FOREIGN KEY (team) REFERENCES team (id) ON DELETE CASCADE;
      CREATE TABLE line (id int PRIMARY KEY, \`order\` int, CONSTRAINT FK_order FOREIGN KEY (\`order\`) REFERENCES \`order\` (id));
      INSERT INTO line VALUES (1, 1);
      CREATE TRIGGER own BEFORE INSERT ON \`order\` FOR EACH ROW SET NEW.counter = 5`);
    const [order, line] = [await show(), await show("line")];
    await expect(run(wider)).rejects.toMatchObject({
      code: "LS5020",
      message: expect.stringMatching(/line reference it/),
    });
    expect(await run(wider, { allowForeignKeys: true })).toBe("copied");
    const without = (text: string) =>
      text
        .replace(/\n.*`net`.*|AUTO_INCREMENT=\d+/g, "")
        .split("\n")
        .sort();
    expect([without(await show()), await show("line")]).toEqual([without(order), line]);
    expect((await beside()).sort()).toEqual(["line", "order", "own", "team"]);
    await session.query("INSERT INTO `order` (`net`) VALUES (1)");
    expect(await value("SELECT `counter` FROM `order` ORDER BY `id` DESC LIMIT 1")).toBe(5);
    await expect(session.query("DELETE FROM `order` WHERE `id` = 1")).rejects.toThrow(/FK_order/);
  });

  it.each([
    ["a key", "ALTER TABLE `order` MODIFY `id` int, DROP PRIMARY KEY", /neither a primary key nor a unique key/],
    ["InnoDB", "ALTER TABLE `order` ENGINE=MyISAM", /engine is MyISAM/],
    ["nothing of another run", "CREATE TABLE `_order_new` (id int)", /left _order_new/],
  ])("refuses a table without %s", async (_, sql, words) => {
    await session.query(sql);
    const before = await beside();
    await expect(run(wider)).rejects.toMatchObject({ code: "LS5020", message: expect.stringMatching(words) });
    expect(await beside()).toEqual(before);
  });

  it("takes away what a run that was killed has left, and begins anew", async () => {
    await session.query("CREATE TABLE `_order_new` LIKE `order`");
    await session.query(
      `CREATE TRIGGER \`pt_osc_${database.name}_order_ins\` AFTER INSERT ON \`order\` FOR EACH ROW REPLACE INTO \`_order_new\` (\`id\`, \`net\`) VALUES (NEW.\`id\`, NEW.\`net\`)`,
    );
    await expect(run(wider)).rejects.toMatchObject({ code: "LS5020" });
    expect(await run(wider, { cleanUp: true })).toBe("copied");
    expect(await beside()).toEqual(["order"]);
  });
});

it("says where the tool is missing", async () => {
  await expect(run(wider, { env: { PATH: "/nowhere" } })).rejects.toMatchObject({
    code: "LS5020",
    message: expect.stringMatching(/pt-online-schema-change is not installed here/),
  });
});
