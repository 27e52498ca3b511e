import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../core/src/databases/connect.js";
import type { FindingLevel } from "../../core/src/dialect/check.js";
import type { Plan } from "../../core/src/model/index.js";
import { checks as sharedChecks } from "../../core/src/operate/doctor/checks/index.js";
import { plannedTables } from "../../core/src/operate/doctor/planned-tables.js";
import { checks as serverChecks } from "../../core/src/postgresql/checks/index.js";
import { openTransactions } from "../../core/src/postgresql/checks/open-transactions.js";
import { askTarget } from "../support/ask-check.js";
import { serverMajor } from "../support/newer-servers.js";
import { answerTo } from "../support/plan-fixture.js";
import { type Pooler, startPooler } from "../support/pooler.js";
import { type PostgresServer, start } from "../support/postgres.js";
import { type Replica, startReplica } from "../support/replica.js";
import { openSession, type Session } from "../support/sessions.js";

const checks = [...sharedChecks, ...serverChecks];

let server: PostgresServer;
let plan: Plan;

beforeAll(async () => {
  server = await start({ settings: { max_prepared_transactions: 5, max_replication_slots: 5, wal_level: "logical" } });
  const answer = await answerTo();
  if (answer.kind !== "plan") throw new Error("no plan");
  plan = answer.plan;
});
afterAll(() => server.stop());

/** A target in some state, and what one check says of it. */
interface Situation {
  readonly check: string;
  readonly name: string;
  readonly sql?: string;
  /** More than SQL; what it returns is ended after the check. */
  prepare?(url: string): Promise<{ readonly url?: string; end(): Promise<unknown> }>;
  /** The role that asks. Default: the superuser. */
  readonly role?: string;
  readonly says: FindingLevel;
  readonly words: RegExp;
  readonly next?: RegExp;
}

const table = `CREATE TABLE "User" (id serial PRIMARY KEY, email text NOT NULL, name text, "firstName" text);`;
const app = `CREATE ROLE app LOGIN; GRANT CONNECT ON DATABASE postgres TO app;`;

const holding = (statement: string) => async (url: string) => {
  const session: Session = await openSession(url);
  await session.query("BEGIN");
  await session.query(statement);
  // The check looks for transactions older than a minute; the clock of the server cannot be turned.
  return { end: () => session.end() };
};

const situations: readonly Situation[] = [
  { check: "server-version", name: "a tested one", says: "ok", words: new RegExp(`PostgreSQL ${serverMajor}\\.`) },
  { check: "rights", name: "superuser", says: "ok", words: /superuser: more than Lockstep needs/ },
  {
    check: "rights",
    name: "a role that owns nothing",
    sql: `${table} ${app} GRANT CREATE ON SCHEMA public TO app`,
    role: "app",
    says: "problem",
    words: /app does not own "User": postgres does/,
    next: /GRANT "postgres" TO "app"/,
  },
  {
    check: "rights",
    name: "an owner without CREATE on its schema",
    // Before 15, everybody may.
    sql: `${table} ${app} ALTER TABLE "User" OWNER TO app; REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    role: "app",
    says: "problem",
    words: /cannot create objects in schema public/,
    next: /GRANT CREATE ON SCHEMA "public" TO "app"/,
  },
  {
    check: "rights",
    name: "a plain owner",
    sql: `${table} ${app} GRANT CREATE ON SCHEMA public TO app; ALTER TABLE "User" OWNER TO app`,
    role: "app",
    says: "ok",
    words: /it owns "User"/,
  },
  {
    check: "application-roles",
    name: "roles with privileges on the table",
    sql: table,
    says: "ok",
    words: /every role/,
  },
  {
    check: "application-roles",
    name: "a role with privileges on single columns",
    sql: `${table} ${app} GRANT SELECT, INSERT (id, email) ON "User" TO app`,
    says: "warning",
    words: /^app has INSERT on single columns of "User", so it has none on a column that is added$/,
    next: /^GRANT INSERT \("handle"\) ON "User" TO app {3}-- after expand/,
  },
  { check: "ledger", name: "not there yet, may be created", says: "ok", words: /does not exist yet/ },
  {
    check: "ledger",
    name: "may not be created",
    sql: app,
    role: "app",
    says: "problem",
    words: /cannot create the schema lockstep/,
    next: /CREATE SCHEMA lockstep AUTHORIZATION "app"/,
  },
  {
    check: "ledger",
    name: "somebody else's",
    sql: `${app} CREATE SCHEMA lockstep; CREATE TABLE lockstep.meta (version int)`,
    role: "app",
    says: "problem",
    words: /cannot use the ledger/,
    next: /GRANT USAGE/,
  },
  {
    check: "ledger",
    name: "of a newer version",
    sql: "CREATE SCHEMA lockstep; CREATE TABLE lockstep.meta (version int); INSERT INTO lockstep.meta VALUES (99)",
    says: "warning",
    words: /has version 99/,
  },
  {
    check: "reads",
    name: "a server that does not count statements",
    says: "warning",
    words: /cannot measure read latency here/,
    next: /npx lockstep doctor {3}# again/,
  },
  { check: "monitoring", name: "superuser", says: "ok", words: /sees the statements/ },
  {
    check: "monitoring",
    name: "a plain role",
    sql: app,
    role: "app",
    says: "warning",
    words: /cannot see/,
    next: /GRANT pg_read_all_stats TO "app"/,
  },
  {
    check: "row-security",
    name: "a policy that hides rows",
    sql: `${table} ${app} ALTER TABLE "User" ENABLE ROW LEVEL SECURITY; GRANT SELECT ON "User" TO app`,
    role: "app",
    says: "problem",
    words: /hides rows of "User" from the role app/,
    next: /BYPASSRLS +-- or connect as the owner/,
  },
  {
    check: "row-security",
    name: "a policy that does not hold for the role",
    sql: `${table} ALTER TABLE "User" ENABLE ROW LEVEL SECURITY`,
    says: "ok",
    words: /no policy hides/,
  },
  { check: "pooler", name: "a direct connection", says: "ok", words: /direct connection/ },
  {
    check: "pooler",
    name: "a pooler in transaction mode",
    async prepare(url) {
      const pooler: Pooler = await startPooler(url);
      return { url: pooler.url, end: () => pooler.stop() };
    },
    says: "problem",
    words: /pooler in transaction mode: several sessions served one connection/,
    next: /direct URL of the server into PRODUCTION_DATABASE_URL/,
  },
  {
    check: "pooler",
    name: "a URL that says so",
    prepare: async (url) => ({ url: `${url}?pgbouncer=true`, end: async () => undefined }),
    says: "problem",
    words: /pgbouncer=true/,
  },
  { check: "server-settings", name: "none in the way", says: "ok", words: /no timeout/ },
  ...(
    [
      ["statement_timeout = '30s'", "warning", /statement_timeout is 30 s/, /SET statement_timeout = 0/],
      ["lock_timeout = '2s'", "warning", /lock_timeout is 2 s/, /SET lock_timeout = 0/],
      ["idle_in_transaction_session_timeout = '1s'", "warning", /idle_in_transaction_session_timeout is 1 s/, /60s/],
      ["default_transaction_read_only = on", "problem", /read-only/, /read_only = off/],
    ] as const
  ).map(
    ([setting, says, words, next]): Situation => ({
      check: "server-settings",
      name: setting,
      sql: `${app} ALTER ROLE app SET ${setting}`,
      role: "app",
      says,
      words,
      next,
    }),
  ),
  {
    check: "server-settings",
    name: "deadlock_timeout = 5s",
    sql: `${app} ALTER ROLE postgres SET deadlock_timeout = '5s'`,
    says: "warning",
    words: /deadlock_timeout is 5 s/,
  },
  { check: "replicas", name: "none", says: "ok", words: /no replicas/ },
  {
    check: "replicas",
    name: "one that keeps up",
    async prepare(url) {
      const replica: Replica = await startReplica(url, "eu");
      await pause(200);
      return { end: () => replica.stop() };
    },
    says: "ok",
    words: /replica eu is .* behind/,
  },
  {
    check: "replicas",
    name: "one that is late",
    async prepare(url) {
      const replica: Replica = await startReplica(url, "eu");
      await pause(200);
      const session = await openSession(url);
      await session.query("CREATE TABLE wal AS SELECT repeat('x', 1000) FROM generate_series(1, 45000)");
      await session.end();
      return { end: () => replica.stop() };
    },
    says: "warning",
    words: /replica eu is \d+ MB behind/,
    next: /backfill\.pauseMs/,
  },
  {
    check: "replication-slots",
    name: "one without a reader",
    sql: "SELECT pg_create_physical_replication_slot('old''one'::name, true)".replace("''", "_"),
    says: "warning",
    words: /the replication slot old_one has no consumer/,
    next: /pg_drop_replication_slot\('old_one'\)/,
  },
  {
    check: "publications",
    name: "of a planned table",
    sql: `${table} CREATE PUBLICATION feed FOR TABLE "User"`,
    says: "warning",
    words: /"User" is published by feed/,
    next: /add "handle" to the table on every subscriber/,
  },
  ...(serverMajor < 15
    ? []
    : [
        {
          check: "publications",
          name: "with a list of columns",
          sql: `${table} CREATE PUBLICATION feed FOR TABLE "User" (id, email)`,
          says: "ok",
          words: /no publication includes/,
        } as const,
      ]),
  {
    check: "publications",
    name: "of another table",
    sql: `${table} CREATE TABLE other (id int); CREATE PUBLICATION feed FOR TABLE other`,
    says: "ok",
    words: /no publication/,
  },
  {
    check: "open-transactions",
    name: "a young one",
    sql: table,
    prepare: holding(`SELECT * FROM "User"`),
    says: "ok",
    words: /this role sees no transaction older/,
  },
  {
    check: "open-transactions",
    name: "a prepared one on a planned table",
    sql: table,
    async prepare(url) {
      const session = await openSession(url);
      await session.query(`BEGIN; INSERT INTO "User" (email) VALUES ('a'); PREPARE TRANSACTION 'transfer-7'`);
      return { end: () => session.query("ROLLBACK PREPARED 'transfer-7'").then(() => session.end()) };
    },
    says: "warning",
    words: /prepared transaction 'transfer-7' of postgres has waited for \d s and holds "User"/,
    next: /ROLLBACK PREPARED 'transfer-7'/,
  },
  {
    check: "upkeep",
    name: "DDL on a planned table",
    sql: table,
    prepare: holding(`CREATE INDEX slow ON "User"(name)`),
    says: "warning",
    words: /holds "User": CREATE INDEX slow/,
    next: /deploy when it is finished/,
  },
  {
    check: "upkeep",
    name: "readers and writers",
    sql: table,
    prepare: holding(`UPDATE "User" SET name = ''`),
    says: "ok",
    words: /no DDL/,
  },
  {
    check: "pending-fills",
    name: "rows that would get the same unique value",
    sql: `${table} INSERT INTO "User" (email) VALUES ('Ada'), ('ada'), ('bob')`,
    says: "problem",
    words: /yields the same value for 2 rows: id=1 and id=2/,
    next: /Correct these rows on production/,
  },
  {
    check: "pending-fills",
    name: "rows that all get their value",
    sql: `${table} INSERT INTO "User" (email) VALUES ('ada'), ('bob')`,
    says: "ok",
    words: /no pending fill fails/,
  },
  {
    check: "drift",
    name: "before expand",
    sql: table,
    says: "ok",
    words: /no plan is in progress; nothing else was compared: npx lockstep drift --target production/,
  },
  {
    check: "scaffolding",
    name: "of the open plan",
    sql: `${table} CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER "zz_lockstep_fill_User_handle" BEFORE INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION f()`,
    says: "ok",
    words: /is left over/,
  },
  {
    check: "scaffolding",
    name: "a trigger of no plan",
    sql: `${table} CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER "zz_lockstep_fill_User_nick" BEFORE INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION f()`,
    says: "problem",
    words: /trigger "zz_lockstep_fill_User_nick" on "User" belongs to no open plan/,
    next: /DROP TRIGGER "zz_lockstep_fill_User_nick" ON "User"/,
  },
  {
    check: "scaffolding",
    name: "a check of no plan",
    sql: `${table} ALTER TABLE "User" ADD CONSTRAINT "lockstep_nn_User_name" CHECK (name IS NOT NULL) NOT VALID`,
    says: "problem",
    words: /belongs to no open plan/,
    next: /ALTER TABLE "User" DROP CONSTRAINT "lockstep_nn_User_name"/,
  },
  {
    check: "scaffolding",
    name: "an index whose build was interrupted",
    sql: `${table} INSERT INTO "User" (email) VALUES ('a'), ('a')`,
    async prepare(url) {
      const session = await openSession(url);
      await session.query(`CREATE UNIQUE INDEX CONCURRENTLY "User_email_idx" ON "User"(email)`).catch(() => undefined);
      return { end: () => session.end() };
    },
    says: "warning",
    words: /"User_email_idx" on "User" is not valid/,
    next: /DROP INDEX CONCURRENTLY "public"."User_email_idx"/,
  },
  {
    check: "scaffolding",
    name: "an index of the plan whose build was interrupted",
    sql: `${table} INSERT INTO "User" (email) VALUES ('a'), ('a')`,
    async prepare(url) {
      const session = await openSession(url);
      await session.query(`CREATE UNIQUE INDEX CONCURRENTLY "User_handle_key" ON "User"(email)`).catch(() => undefined);
      return { end: () => session.end() };
    },
    says: "problem",
    words: /"User_handle_key" on "User" is not valid/,
    next: /then deploy again/,
  },
  { check: "unlisted", name: "none", says: "ok", words: /the ORM finds every migration/ },
  {
    check: "dependents",
    name: "a view, a function and a trigger",
    sql: `${table} CREATE VIEW people AS SELECT * FROM "User";
      CREATE FUNCTION headcount() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM "User"';
      CREATE TRIGGER touch BEFORE UPDATE ON "User" FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
    says: "warning",
    words: /"User" is referenced by function headcount\(\), trigger touch on "User", view people/,
  },
  {
    check: "dependents",
    name: "nothing",
    sql: `${table} CREATE VIEW other AS SELECT 1`,
    says: "ok",
    words: /nothing else/,
  },
];

/** Every situation has a database of its own; roles and slots are the server's, so they go afterwards. */
test.each(situations.map((situation) => [`${situation.check}: ${situation.name}`, situation] as const))(
  "%s",
  async (_, { check: id, sql, prepare, role, says, words, next }) => {
    const check = checks.find((candidate) => candidate.id === id);
    if (check === undefined) throw new Error(`no check ${id}`);
    const admin = new pg.Client({ connectionString: server.url() });
    await admin.connect();
    await admin.query("CREATE DATABASE target");
    const url = server.url("target");
    let prepared: Awaited<ReturnType<NonNullable<Situation["prepare"]>>> | undefined;
    try {
      const session = await openSession(url);
      if (sql !== undefined) await session.query(sql);
      await session.end();
      prepared = await prepare?.(url);
      const findings = await askTarget(check, prepared?.url ?? server.url("target", role), { plans: [plan] });
      const told = findings.filter((finding) => finding.level === says);
      expect(told.map((finding) => finding.what).join("\n"), JSON.stringify(findings)).toMatch(words);
      if (next !== undefined) expect(told.map((finding) => finding.next).join("\n")).toMatch(next);
      if (says === "ok") expect(findings.every((finding) => finding.level === "ok")).toBe(true);
    } finally {
      await prepared?.end();
      await admin.query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active");
      await admin.query("DROP DATABASE target WITH (FORCE)");
      await admin.query("ALTER ROLE postgres RESET ALL; DROP ROLE IF EXISTS app").catch(async () => {
        await admin.query("DROP OWNED BY app; DROP ROLE app");
      });
      await admin.end();
    }
  },
);

test("a trigger that somebody took away is told, with the command that compares everything", async () => {
  const session = await openSession(server.url());
  const check = checks.find(({ id }) => id === "drift")!;
  const expand = plan.units.filter(({ phase }) => phase === "expand");
  const written = expand.map(({ id }, at) => ({
    id,
    file: `prisma/migrations/2026112009300${at}_a/migration.sql`,
    sha256: "",
  }));
  const released = { ...plan, state: { ...plan.state, released: "expand" as const, written } };
  const migrations = written.map(({ file }) => file.split("/")[2]!);
  await session.query(`${table} ALTER TABLE "User" ADD COLUMN handle text`);
  try {
    const lacking = await askTarget(check, server.url(), { plans: [released], migrations, applied: migrations });
    expect(lacking).toMatchObject([{ level: "warning", what: '"User"."handle" has no fill trigger' }]);
    expect(lacking[0]!.next).toContain("npx lockstep drift --target production");
    // Nothing is missed before it was made.
    const early = await askTarget(check, server.url(), { plans: [released], migrations, applied: [] });
    expect(early).toMatchObject([{ level: "ok" }]);
  } finally {
    await session.query(`DROP TABLE "User"`);
    await session.end();
  }
});

describe("what a plan needs is never to be dropped", () => {
  type Written = { readonly unit: Plan["units"][number]; readonly state: Plan["state"]["released"] };
  /** Every way that a plan can go, by the units that are written on it. */
  const ways = (): readonly Written[][] => {
    const of = (phase: string, state: Written["state"]) =>
      plan.units.filter((unit) => unit.phase === phase).map((unit): Written => ({ unit, state }));
    const back = (phase: "expand" | "contract", state: Written["state"]) =>
      plan.undo[phase].map((unit): Written => ({ unit, state }));
    const expand = of("expand", "expand");
    const contract = of("contract", "contract");
    return [
      [...expand, ...back("expand", "undone")],
      [...expand, ...contract, ...back("contract", "switch"), ...of("contract", "contract")],
      [...expand, ...contract, ...back("contract", "switch"), ...back("expand", "undone")],
    ];
  };
  const styles: Record<string, (name: string) => string> = {
    Prisma: (name) => `prisma/migrations/${name}/migration.sql`,
    TypeORM: (name) => `src/migrations/${name}.ts`,
  };

  test("in any state, deployed or not, with the migration in the repository or not", async () => {
    const session = await openSession(server.url());
    await session.query(`${table} CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER "zz_lockstep_fill_User_handle" BEFORE INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION f();
      ALTER TABLE "User" ADD CONSTRAINT "lockstep_nn_User_handle" CHECK (name IS NOT NULL) NOT VALID`);
    await session.end();
    const check = checks.find(({ id }) => id === "scaffolding");
    if (check === undefined) throw new Error("no check");
    const said = { needed: 0, left: 0 };
    try {
      for (const fileOf of Object.values(styles))
        for (const way of ways())
          for (let released = 1; released <= way.length; released++) {
            const states = [way[released - 1]?.state ?? "expand"];
            // Nothing is written for switch.
            if (states[0] === "expand" && way[released]?.state !== "expand") states.push("switch");
            for (const state of states)
              for (let deployed = 0; deployed <= released; deployed++)
                for (const isListed of [true, false]) {
                  const names = way.slice(0, released).map((_, at) => `176364812345${at}-step`);
                  const written = names.map((name, at) => ({
                    id: way[at]?.unit.id ?? "",
                    file: fileOf(name),
                    sha256: "",
                  }));
                  const own = { ...plan, state: { ...plan.state, released: state, written } };
                  const findings = await askTarget(check, server.url(), {
                    plans: [own],
                    migrations: isListed ? names : [],
                    applied: names.slice(0, deployed),
                  });
                  const advised = findings.filter(
                    ({ next = "" }) => next.startsWith("DROP") || next.startsWith("ALTER"),
                  );
                  const isFinished = (state === "contract" || state === "undone") && deployed === released;
                  expect(advised.length, `${state}, ${deployed} of ${released} deployed`).toBe(isFinished ? 2 : 0);
                  said[isFinished ? "left" : "needed"] += 1;
                }
          }
      expect(said.left).toBeGreaterThan(5);
      expect(said.needed).toBeGreaterThan(50);
      // Plans that nobody could read, and those of another branch.
      const unread = { damagedPlans: [{ id: "1-other", error: new Error() }] };
      for (const more of [unread, { applied: ["1-other"] }])
        expect((await askTarget(check, server.url(), more)).map(({ next }) => next)).toEqual([
          expect.stringMatching(/1-other.*a plan there may need it\.\nALTER .* {3}-- if no plan needs it$/),
          expect.stringMatching(/1-other.*a plan there may need it\.\nDROP TRIGGER .* {3}-- if no plan needs it$/),
        ]);
    } finally {
      const end = await openSession(server.url());
      await end.query(`DROP TABLE "User"; DROP FUNCTION f`);
      await end.end();
    }
  });
});

describe("what no situation can show in time", () => {
  test("a long transaction is named with what it holds, and what ends it", async () => {
    const session = await openSession(server.url());
    await session.query(table);
    await session.query(`BEGIN; LOCK TABLE "User" IN SHARE MODE`);
    const connection = await connect(server.url(), { applicationName: "lockstep doctor" });
    try {
      const tables = await plannedTables(connection, [plan]);
      const findings = await openTransactions({ connection, tables }, { longSeconds: 0, preparedSeconds: 0 });
      expect(findings).toEqual([
        {
          level: "warning",
          what: `session ${session.pid} (postgres) has been idle in transaction for 0 s and holds "User"`,
          why: 'Changes to "User" cannot get their lock before it ends.',
          next: `SELECT pg_terminate_backend(${session.pid})   -- or wait until it ends`,
        },
      ]);
    } finally {
      await connection.close();
      await session.query(`ROLLBACK; DROP TABLE "User"`);
      await session.end();
    }
  });

  test("every check of a target has a situation, or a test of its own", () => {
    const shown = new Set(situations.map((situation) => situation.check));
    expect(checks.filter((check) => check.on === "target" && !shown.has(check.id)).map(({ id }) => id)).toEqual([]);
  });

  test("a check that cannot run says why, and the next one still runs", async () => {
    const broken = {
      id: "broken",
      title: "",
      on: "target" as const,
      run: async ({ connection }: { connection: { query(sql: string): Promise<unknown> } }) => {
        await connection.query("SELECT * FROM nothing_here");
        return [];
      },
    };
    const findings = await askTarget(broken, server.url());
    expect(findings).toEqual([{ level: "warning", what: expect.stringContaining("not checked") }]);
  });

  test("no check can write", async () => {
    const writing = {
      id: "writing",
      title: "",
      on: "target" as const,
      run: async ({ connection }: { connection: { query(sql: string): Promise<unknown> } }) => {
        await connection.query("CREATE TABLE written (id int)");
        return [];
      },
    };
    expect((await askTarget(writing, server.url()))[0]?.what).toContain("read-only transaction");
  });
});
