import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { announce } from "../../../core/src/announce.js";
import { helpOf } from "../../../core/src/cli/pass-gate.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { GateFacts } from "../../../core/src/gates/gate.js";
import writersAware from "../../../core/src/gates/writers-aware.js";
import type { Fill, PlannedColumn } from "../../../core/src/model/index.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { announceBuild, readAnnouncements } from "../../../core/src/target/ledger/announcements.js";
import { beginBackfill, endBackfill } from "../../../core/src/target/ledger/backfills.js";
import { confirm } from "../../../core/src/target/ledger/evidence.js";
import { createDatabase } from "../../support/database.js";
import { createMariadbDatabase, hasMariadb } from "../../support/mariadb.js";
import { start } from "../../support/postgres.js";

const plan = "20261120093000_add_handle";
const table = { name: "User" };
const step = { gate: "writers-aware", table, column: "handle" };

describe.each([
  ["PostgreSQL", () => createDatabase("services")] as const,
  ["PostgreSQL with track_commit_timestamp", () => withCommitTimes()] as const,
  ...(hasMariadb ? [["MariaDB", () => createMariadbDatabase("services")] as const] : []),
])("%s", (system, create) => {
  const hasTimes = system.includes("track");
  const isMariadb = system === "MariaDB";
  let database: { readonly url: string; drop(): Promise<void> };
  let db: Connection;
  let user: string;
  beforeAll(async () => {
    database = await create();
    db = await connect(database.url, { applicationName: "test" });
    user = db.dialect.sql.quote.table(table);
  }, 60_000);
  const forget = async () => {
    if ((await db.dialect.live.ledger.version(db)) === undefined) return;
    const own = isMariadb ? " WHERE table_schema = DATABASE()" : "";
    for (const name of ["backfills", "evidence", "announcements"]) await db.query(`DELETE FROM lockstep.${name}${own}`);
  };
  afterAll(async () => {
    await forget();
    await db?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    await db.query(`DROP TABLE IF EXISTS ${user}`);
    await db.query(`CREATE TABLE ${user} (id INT PRIMARY KEY, handle VARCHAR(191))`);
    await db.query(`INSERT INTO ${user} VALUES (1, 'a'), (2, 'b')`);
    await forget();
  });

  const ask = (more: Partial<GateFacts> = {}) => writersAware.ask(step, { ...facts(), ...more });
  const facts = (): GateFacts => ({
    plan,
    target: "production",
    connection: db,
    services: ["web", "worker"],
    columns: [{ table, name: "handle", isRelaxed: true } as unknown as PlannedColumn],
    units: { applied: ["1"], failed: [], pending: [] },
    deploy: "npx prisma migrate deploy",
    recover: (name) => name,
  });
  const say = (service: string, build = "b1", instance = "") =>
    announceBuild(db, {
      service,
      build,
      instance,
      plans: build === "old" ? {} : { [plan]: { phase: "expand", left: 0 } },
    });
  const backfill = async () => {
    const id = { plan, table: (await readTable(db, table))! };
    const work = { key: [{ column: "id", type: "integer" }], columns: ["handle"] };
    await beginBackfill(db, id, { work, runner: "r1", rowsEstimated: 2 });
    await endBackfill(db, id, "r1", { status: "done" });
  };
  const confirmNow = async (more: Partial<GateFacts> = {}) =>
    confirm(
      db,
      { plan, gate: step.gate, table: (await readTable(db, table))!, column: "handle" },
      "ada",
      undefined,
      await writersAware.covers(step, { ...facts(), ...more }),
    );

  test("opens when every service has announced, and closes with an instance of an older build", async () => {
    expect(await ask()).toMatchObject({
      isOpen: false,
      statement:
        'web has announced nothing on production; worker has announced nothing on production ("User"."handle")',
      mayOverrule: true,
    });
    await say("web");
    await say("worker");
    expect(await ask()).toMatchObject({
      isOpen: true,
      statement: expect.stringMatching(
        /^web \(build b1\), worker \(build b1\) announced expand of .* was not found out$/,
      ),
    });
    await say("web", "old", "i1");
    expect(await ask()).toMatchObject({
      isOpen: false,
      statement: expect.stringMatching(/^web still runs 1 instance of build old on production, without expand/),
      services: [{ lack: "alive" }, { awareSince: expect.any(String) }],
    });
  });

  test("an instance of an older build that fell silent is asked about, until a deployment says that it has ended", async () => {
    const ago = (minutes: number) => `at - INTERVAL ${isMariadb ? `${minutes} MINUTE` : `'${minutes} minutes'`}`;
    const own = isMariadb ? " AND table_schema = DATABASE()" : "";
    const fallsSilent = async (instance: string) => {
      await say("web", "old", instance);
      const where = `WHERE instance = '${instance}'${own}`;
      await db.query(`UPDATE lockstep.announcements SET at = ${ago(3)} ${where}`);
    };
    await say("web");
    await say("worker");
    await db.query(`UPDATE lockstep.announcements SET at = ${ago(10)}, since = ${ago(10)} WHERE instance = ''${own}`);
    await fallsSilent("i1");
    const asked = await ask();
    expect(asked).toMatchObject({
      isOpen: false,
      needsConfirmation: true,
      services: [{ silent: [{ build: "old" }] }, {}],
    });
    expect(asked.statement).toMatch(
      /^writers-aware is not confirmed for production: 1 instance of build old of web, silent since .* UTC without reporting an end, has ended \("User"."handle"\)$/,
    );
    expect(asked.unconfirmed).toMatch(/has ended$/);
    await confirmNow();
    expect(await ask()).toMatchObject({
      isOpen: true,
      statement: expect.stringMatching(
        /announced expand of .*; ada confirmed on .* that 1 instance of build old of web/,
      ),
    });
    await fallsSilent("i2");
    expect((await ask()).statement).toContain("2 instances of build old of web, silent since");
    await say("web");
    expect((await ask()).isOpen).toBe(true);
  });

  test("what is overruled is overruled by name: a service that falls back later is asked about anew", async () => {
    await say("web");
    await confirmNow();
    expect(await ask()).toMatchObject({
      isOpen: true,
      statement: expect.stringMatching(/; ada confirmed on .* although worker has announced nothing on production/),
    });
    await say("web", "old");
    expect(await ask()).toMatchObject({
      isOpen: false,
      statement: expect.stringMatching(/^web runs build old on production, which does not have expand of \S+ \("User"/),
    });
  });

  test("rows that came without a value after the backfill close it again", async () => {
    await say("web");
    await say("worker");
    await backfill();
    expect((await ask()).statement).toContain('no row of "User"."handle" came without a value since');
    await db.query(`INSERT INTO ${user} (id) VALUES (3), (4)`);
    const closed = await ask();
    expect(closed).toMatchObject({ isOpen: false, mayOverrule: true });
    expect(closed.statement).toMatch(
      /^2 rows of "User"."handle" on production came without a value after all services had announced the column \(.* UTC\), for example id=3/,
    );
    expect(/the first on .* UTC, the last on .* UTC/.test(closed.statement)).toBe(hasTimes);
    // The backfill alone would only hide them.
    const missing = {
      ...closed,
      gate: "no-missing-values",
      target: "production",
      help: `Run: npx lockstep backfill run ${plan}`,
    };
    const { comesFirst: _, mayOverrule: __, ...provable } = missing;
    expect(helpOf([provable, { ...closed, target: "production" }], "next", { env: {}, isInteractive: true })).toMatch(
      /^Find the code that writes these rows[\s\S]*--confirm writers-aware {3}# overrides the gate, which the ledger records$/,
    );
    await db.query(`UPDATE ${user} SET handle = 'c'`);
    expect((await ask()).isOpen).toBe(true);
  });

  test("after a word that came later than the backfill: as far as rows know when they were written", async () => {
    await backfill();
    await db.query(`INSERT INTO ${user} (id) VALUES (3)`);
    await confirmNow({ services: [] });
    expect((await ask({ services: [] })).isOpen).toBe(true);
    await db.query(`INSERT INTO ${user} (id) VALUES (4)`);
    const answer = await ask({ services: [] });
    expect(answer.isOpen).toBe(isMariadb);
    if (!isMariadb)
      expect(answer.statement).toMatch(
        /^1 row of "User"."handle" on production came without a value after ada confirmed it \(.*\), for example id=4/,
      );
  });

  test("where a trigger fills every row nothing can be seen, and it says so", async () => {
    await say("web");
    await say("worker");
    await backfill();
    const columns = [{ table, name: "handle", isRelaxed: true, fill: {} as Fill } as unknown as PlannedColumn];
    expect((await ask({ columns })).statement).toContain("cannot be seen, its trigger fills every row");
  });

  test("the account of an application needs no more rights than docs/services.md says", async () => {
    await say("web");
    const url = new URL(database.url);
    const name = `beat_${Date.now()}`;
    const grants = isMariadb
      ? [
          `CREATE USER ${name}@'%' IDENTIFIED BY 'pw'`,
          `GRANT SELECT, INSERT, UPDATE ON lockstep.announcements TO ${name}@'%'`,
          `GRANT SELECT ON ${db.dialect.sql.quote.identifier(url.pathname.slice(1))}.* TO ${name}@'%'`,
        ]
      : [
          `CREATE ROLE ${name} LOGIN`,
          `GRANT USAGE ON SCHEMA lockstep TO ${name}`,
          `GRANT SELECT, INSERT, UPDATE ON lockstep.announcements TO ${name}`,
        ];
    for (const grant of grants) await db.query(grant);
    url.username = name;
    url.password = "pw";
    const application = await connect(url.toString(), { applicationName: "web" });
    const beat = db.dialect.live.ledger.announceSql({ service: "web", build: "b1", instance: "i1", plans: {} });
    for (let times = 0; times < 2; times++) await application.query(beat);
    await application.close();
    await db.query(isMariadb ? `DROP USER ${name}@'%'` : `DROP OWNED BY ${name}; DROP ROLE ${name}`);
    expect(await readAnnouncements(db)).toHaveLength(2);
  });

  test("a heartbeat is one statement; it throws nothing, and instances of a week ago are forgotten", async () => {
    await say("web");
    const statement = db.dialect.live.ledger.announceSql({
      service: "web",
      build: "b\\1'",
      instance: "{instance}",
      plans: {},
    });
    const errors: unknown[] = [];
    const said: Promise<unknown>[] = [];
    const stop = announce({
      build: { service: "web", build: "b\\1'", statement },
      run(sql) {
        said.push(db.query(sql));
        throw new Error("the pool is gone");
      },
      onError(error) {
        errors.push(error);
        throw error;
      },
    });
    stop();
    await Promise.all(said);
    expect(errors).toEqual([expect.objectContaining({ message: "the pool is gone" })]);
    expect(await readAnnouncements(db)).toMatchObject([
      { service: "web", build: "b1", instance: "" },
      { service: "web", build: "b\\1'", instance: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
    await db.query(
      `UPDATE lockstep.announcements SET at = at - INTERVAL ${isMariadb ? "8 DAY" : "'8 days'"}${isMariadb ? " WHERE table_schema = DATABASE()" : ""}`,
    );
    expect(await readAnnouncements(db)).toMatchObject([{ build: "b1" }]);
    await say("worker");
    const { rows } = await db.query(
      `SELECT build FROM lockstep.announcements${isMariadb ? " WHERE table_schema = DATABASE()" : ""} ORDER BY service`,
    );
    expect(rows).toEqual([{ build: "b1" }, { build: "b1" }]);
  });
});

async function withCommitTimes() {
  const server = await start({ settings: { track_commit_timestamp: "on" } });
  return { url: server.url(), drop: () => server.stop() };
}
