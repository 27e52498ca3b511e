import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { Plan } from "../../../core/src/model/index.js";
import {
  advanceBackfill,
  beginBackfill,
  endBackfill,
  readBackfill,
  readBackfills,
} from "../../../core/src/target/ledger/backfills.js";
import { confirm, evidenceName, readEvidence } from "../../../core/src/target/ledger/evidence.js";
import { ensureLedger, ledgerVersion } from "../../../core/src/target/ledger/schema.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { errorOf, open, scalar } from "../backfill/fixture.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("ledger");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
beforeEach(() => db.query("DROP SCHEMA IF EXISTS lockstep CASCADE"));

const id = { plan: "p1", table: { schema: "public", name: "User", oid: 4242 } };
const work = { key: [{ column: "id", type: "bigint" }], columns: ["handle"] };
const begin = { work, runner: "r1", rowsEstimated: 5_000_000_000 };

describe("creating the ledger", () => {
  it("is done once, by however many sessions at once, and puts nothing into public", async () => {
    const sessions = await Promise.all(Array.from({ length: 8 }, () => open(database.url)));
    await Promise.all(sessions.map((session) => ensureLedger(session)));
    await Promise.all(sessions.map((session) => session.close()));
    await ensureLedger(db);
    expect(await scalar(db, "SELECT array_agg(version) FROM lockstep.meta")).toEqual([ledgerVersion]);
    const names =
      "SELECT array_agg(relname::text ORDER BY relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = $1::regnamespace";
    expect(await scalar(db, names, ["lockstep"])).toEqual([
      "announcements",
      "backfills",
      "baselines",
      "courses",
      "deployments",
      "evidence",
      "failures",
      "leases",
      "meta",
      "workers",
    ]);
    expect(await scalar(db, names, ["public"])).toBeNull();
  });

  it("reading creates nothing", async () => {
    expect(await readBackfills(db, "p1")).toEqual([]);
    expect(
      await readEvidence(db, { plan: "p1", gate: "writers-aware", table: id.table, column: "handle" }),
    ).toBeUndefined();
    expect(await scalar(db, "SELECT to_regnamespace('lockstep')")).toBeNull();
  });

  it("names what is missing when the role may not create or use it", async () => {
    await db.query("DROP ROLE IF EXISTS ledger_nobody; CREATE ROLE ledger_nobody LOGIN");
    const url = new URL(database.url);
    url.username = "ledger_nobody";
    const nobody = await open(url.toString());
    const creating = await errorOf(ensureLedger(nobody));
    expect(creating).toMatchObject({ code: "LS7001", exitCode: 3 });
    expect(creating.message).toContain("permission denied for database");
    await ensureLedger(db);
    const using = await errorOf(ensureLedger(nobody));
    expect(using.code).toBe("LS7001");
    expect(using.message).toContain("permission denied for schema lockstep");
    // The way out that the hint names: an empty schema made for the role.
    await db.query("DROP SCHEMA lockstep CASCADE; CREATE SCHEMA lockstep AUTHORIZATION ledger_nobody");
    await ensureLedger(nobody);
    expect(await beginBackfill(nobody, id, begin)).toMatchObject({ status: "running" });
    await nobody.close();
    await db.query("DROP OWNED BY ledger_nobody CASCADE; DROP ROLE ledger_nobody");
  });

  it("is brought up to date by its owner, and the roles that SECURITY.md divides go on with their rights", async () => {
    const [ours = ""] =
      /(?<=```sql\n)[^`]*/.exec(readFileSync(new URL("../../../SECURITY.md", import.meta.url), "utf8")) ?? [];
    const roles = ["deployer", "filler", "reader"];
    for (const role of roles) await db.query(`DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role} LOGIN`);
    await db.query(ours);
    const [deployer, filler, reader] = await Promise.all(
      roles.map((role) => open(Object.assign(new URL(database.url), { username: role }).toString())),
    );
    await ensureLedger(deployer!);
    expect(await beginBackfill(filler!, id, begin)).toMatchObject({ status: "running" });
    expect(await readBackfill(reader!, id)).toMatchObject({ status: "running" });
    // As an earlier version left it, but for what a step adds.
    await db.query(
      `UPDATE lockstep.meta SET version = ${ledgerVersion - 1}; DROP TABLE lockstep.courses, lockstep.deployments`,
    );
    const { code, hint } = await errorOf(ensureLedger(filler!));
    expect(code).toBe("LS7001");
    expect(hint).toContain(`(version ${ledgerVersion - 1}, today ${ledgerVersion}): run one command`);
    await ensureLedger(deployer!);
    await ensureLedger(filler!);
    expect(await filler!.query("INSERT INTO lockstep.deployments SELECT * FROM lockstep.deployments")).toMatchObject({
      rowCount: 0,
    });
    for (const session of [deployer, filler, reader]) await session!.close();
    for (const role of roles) await db.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
  });

  it("refuses the ledger of a newer version", async () => {
    await ensureLedger(db);
    await db.query("UPDATE lockstep.meta SET version = 99");
    expect((await errorOf(ensureLedger(db))).code).toBe("LS7003");
    expect((await errorOf(readBackfills(db, "p1"))).code).toBe("LS7003");
  });
});

describe("backfills", () => {
  it("begin at the start, advance, end, and go on where they were", async () => {
    const first = await beginBackfill(db, id, begin);
    expect(first).toMatchObject({
      ...id,
      work,
      status: "running",
      cursor: { phase: "pass", after: null },
      rowsDone: 0,
      rowsEstimated: 5_000_000_000,
    });
    const after = ["1", "9223372036854775807"];
    expect(await advanceBackfill(db, id, "r1", { cursor: { phase: "pass", after }, rows: 100, filled: 90 })).toBe(true);
    await endBackfill(db, id, "r1", { status: "failed", error: "LS5006 why" });
    expect(await readBackfill(db, id)).toMatchObject({
      status: "failed",
      error: "LS5006 why",
      rowsDone: 100,
      rowsFilled: 90,
      batches: 1,
      finishedAt: null,
    });
    const second = await beginBackfill(db, id, { ...begin, runner: "r2" });
    expect(second).toMatchObject({
      status: "running",
      cursor: { phase: "pass", after },
      rowsDone: 100,
      error: null,
      runner: "r2",
    });
    await endBackfill(db, id, "r2", { status: "done" });
    expect((await readBackfill(db, id))!.finishedAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it("do not take an advance of a runner that was replaced", async () => {
    await beginBackfill(db, id, begin);
    await beginBackfill(db, id, { ...begin, runner: "r2" });
    expect(await advanceBackfill(db, id, "r1", { cursor: { phase: "sweep" }, rows: 1, filled: 1 })).toBe(false);
  });

  it("keep the record for themselves until the cursor to go on from is set", async () => {
    await beginBackfill(db, id, begin);
    const move = `const client = new (require("pg").Client)(process.argv[1]);
      client.connect().then(() => client.query("SET lock_timeout = '200ms'"))
        .then(() => client.query("UPDATE lockstep.backfills SET rows_done = 70"))
        .then(() => "moved", (error) => error.code)
        .then((said) => (console.log(said), client.end()))`;
    let said = "";
    const goOnFrom = () => {
      // In a process of its own: nothing goes on here until it has its answer.
      said = execFileSync(process.execPath, ["-e", move, database.url], { encoding: "utf8", cwd: import.meta.dirname });
      return { phase: "pass" as const, after: ["7"] };
    };
    await beginBackfill(db, id, { ...begin, goOnFrom });
    expect(said.trim()).toBe("55P03");
    expect(await readBackfill(db, id)).toMatchObject({ cursor: { after: ["7"] }, rowsDone: 0 });
  });

  it("start anew for other columns, another key, another table", async () => {
    await beginBackfill(db, id, begin);
    await advanceBackfill(db, id, "r1", { cursor: { phase: "sweep" }, rows: 5, filled: 5 });
    const start = { cursor: { phase: "pass", after: null }, rowsDone: 0 };
    expect(await beginBackfill(db, { ...id, table: { ...id.table, oid: 4243 } }, begin)).toMatchObject(start);
    expect(await beginBackfill(db, id, { ...begin, work: { ...work, columns: ["handle", "slug"] } })).toMatchObject(
      start,
    );
    expect(await readBackfills(db, "p1")).toHaveLength(2);
  });

  it("say which row another hand has spoilt", async () => {
    await beginBackfill(db, id, begin);
    await db.query(`UPDATE lockstep.backfills SET cursor = '{"phase": "nowhere"}'`);
    const error = await errorOf(readBackfills(db, "p1"));
    expect(error.code).toBe("LS7004");
    expect(error.message).toMatch(/lockstep\.backfills on .*phase/s);
  });
});

describe("a ledger of version 1, which knew keys of one column", () => {
  const after = "9007199254740993";
  // As that version made it.
  const makeOld = (cursor: object) =>
    db.query(`CREATE SCHEMA lockstep; CREATE TABLE lockstep.meta (version int NOT NULL); INSERT INTO lockstep.meta VALUES (1);
      CREATE TABLE lockstep.backfills (plan text NOT NULL, table_schema text NOT NULL, table_name text NOT NULL, table_oid oid NOT NULL,
        status text NOT NULL, spec jsonb NOT NULL, cursor jsonb NOT NULL, rows_done bigint NOT NULL DEFAULT 0, rows_filled bigint NOT NULL DEFAULT 0,
        rows_estimated bigint NOT NULL, batches bigint NOT NULL DEFAULT 0, started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp(), finished_at timestamptz, runner text NOT NULL, error text,
        PRIMARY KEY (plan, table_schema, table_oid)) WITH (fillfactor = 50);
      CREATE TABLE lockstep.evidence (plan text NOT NULL, gate text NOT NULL, table_schema text NOT NULL, table_name text NOT NULL,
        table_oid oid NOT NULL, column_name text NOT NULL, who text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), note text,
        PRIMARY KEY (plan, gate, table_schema, table_oid, column_name));
      INSERT INTO lockstep.backfills (plan, table_schema, table_name, table_oid, status, spec, cursor, rows_done, rows_estimated, runner)
        VALUES ('p1', 'public', 'User', 4242, 'stopped', '{"key": "id", "keyType": "bigint", "columns": ["handle"]}', '${JSON.stringify(cursor)}', 70, 100, 'r0')`);

  it.each([
    { cursor: { phase: "pass", after }, read: { phase: "pass", after: [after] } },
    { cursor: { phase: "pass", after: null }, read: { phase: "pass", after: null } },
    { cursor: { phase: "sweep" }, read: { phase: "sweep" } },
  ])("is read as it is, and brought up to date by the next run, which goes on: $cursor", async ({ cursor, read }) => {
    await makeOld(cursor);
    expect(await readBackfill(db, id)).toMatchObject({ work, cursor: read });
    expect(await scalar(db, "SELECT version FROM lockstep.meta")).toBe(1);
    expect(await beginBackfill(db, id, begin)).toMatchObject({ work, cursor: read, rowsDone: 70 });
    expect(await scalar(db, "SELECT cursor FROM lockstep.backfills")).toEqual(read);
    expect(await scalar(db, "SELECT version FROM lockstep.meta")).toBe(ledgerVersion);
  });
});

describe("evidence", () => {
  const key = { plan: "p1", gate: "writers-aware", table: id.table, column: "handle" } as const;

  it("says who and when, and the last word counts", async () => {
    await confirm(db, key, "ada@example.org", "build 511 everywhere");
    const last = await confirm(db, key, "github actions run 512");
    expect(last).toEqual({ who: "github actions run 512", at: expect.stringMatching(/Z$/), places: [] });
    expect(await readEvidence(db, key)).toEqual({ ...last, mark: expect.any(String) });
  });

  it("is for one gate, column and table, and dies with the table", async () => {
    await confirm(db, key, "ada@example.org");
    expect(await readEvidence(db, { ...key, gate: "reads-steady" })).toBeUndefined();
    expect(await readEvidence(db, { ...key, column: "slug" })).toBeUndefined();
    expect(await readEvidence(db, { ...key, plan: "p2" })).toBeUndefined();
    expect(await readEvidence(db, { ...key, table: { ...id.table, oid: 4243 } })).toBeUndefined();
  });

  it("of before an undo is not read again once the undo is known", async () => {
    const undone = (undos?: number) => ({
      ...key,
      plan: evidenceName({ id: "p1", state: { undos } as Plan["state"] }),
    });
    await confirm(db, undone(), "ada@example.org");
    await confirm(db, undone(2), "ada@example.org");
    await confirm(db, { ...undone(3), plan: "p10 after undo 3" }, "ada@example.org");
    for (const older of [undone(), undone(1)])
      await expect(readEvidence(db, older)).rejects.toMatchObject({ code: "LS7032" });
    expect(await readEvidence(db, undone(2))).toMatchObject({ who: "ada@example.org" });
    expect(await readEvidence(db, undone(3))).toBeUndefined();
  });
});
