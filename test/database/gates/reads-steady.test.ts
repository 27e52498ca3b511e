import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { estimateBackfill } from "../../../core/src/backfill/estimate.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import type { GateFacts } from "../../../core/src/gates/gate.js";
import { gates } from "../../../core/src/gates/index.js";
import { keepBaselines } from "../../../core/src/gates/reads/keep-baseline.js";
import gate from "../../../core/src/gates/reads-steady.js";
import type { BackfillSpec, DeployedPhase, Plan, PlannedColumn } from "../../../core/src/model/index.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { confirm } from "../../../core/src/target/ledger/evidence.js";
import { type PostgresServer, start } from "../../support/postgres.js";
import { fillTable, makeTable, numbered, plan } from "../backfill/fixture.js";

// The statistics of a server that keeps them, before and after switch.

let server: PostgresServer;
let db: Connection;
const open = (user?: string) => connect(server.url("postgres", user), { applicationName: "test" });
const step = { gate: "reads-steady", table: { name: "User" }, column: "handle" } as const;
const facts = (more: Partial<GateFacts> = {}): GateFacts => ({
  columns: [],
  plan,
  target: "production",
  connection: db,
  units: { applied: [], failed: [], pending: [] },
  deploy: "npx prisma migrate deploy",
  recover: (name) => name,
  watchMinutes: 0,
  ...more,
});
const ask = (more?: Partial<GateFacts>) => gate.ask(step, facts(more));
const keep = (phase: DeployedPhase = "switch", isRelease = true) =>
  keepBaselines(db, { gates: { switch: [], contract: [step] } } as unknown as Plan, {
    phase,
    evidence: plan,
    isRelease,
  });
const run = async (sql: string, times = 200) => {
  for (let at = 0; at < times; at++) await db.query(sql, [`user${at}@example.org`]);
};
const overrule = async () => {
  const table = (await readTable(db, step.table))!;
  await confirm(
    db,
    { plan, gate: step.gate, table, column: step.column },
    "ada@example.org",
    "seen",
    await gate.covers(step, facts()),
  );
};
/** Asks what else reads the rows: the other gates, and what a backfill would take. Each of them several times. */
async function askOthers(spec: BackfillSpec): Promise<void> {
  const own = await connect(server.url(), { applicationName: "lockstep" });
  try {
    const [column] = spec.columns;
    for (const kind of ["backfill", "mirror"] as const)
      for (const asked of ["no-missing-values", "mirror-agrees", "translation-agrees"] as const)
        for (let at = 0; at < 5; at++) {
          const columns = [{ ...column, table: spec.table, fill: { ...column?.fill, kind }, uniqueKeys: [["handle"]] }];
          await gates[asked]?.ask(
            { gate: asked, table: spec.table, column: "handle" },
            facts({ connection: own, columns: columns as unknown as PlannedColumn[] }),
          );
          if (asked === "no-missing-values") await own.query(`UPDATE "User" SET handle = NULL WHERE id = $1`, [at]);
        }
  } finally {
    await own.close();
  }
  for (let at = 0; at < 3; at++)
    await estimateBackfill({ url: server.url(), plan, spec, clock: systemClock, random: Math.random });
}
const old = `SELECT "u"."id", "u"."email" FROM "public"."User" "u" WHERE ("u"."email" = $1 AND 1=1) LIMIT 5`;
const read = old.replace(`"u"."email" FROM`, `"u"."email", "u"."handle" FROM`);

beforeAll(async () => {
  server = await start({ settings: { shared_preload_libraries: "pg_stat_statements" } });
  db = await open();
}, 60_000);
afterAll(async () => {
  await db?.close();
  await server?.stop();
});
beforeEach(async () => {
  await db.query(
    `DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE; CREATE SCHEMA IF NOT EXISTS own; CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA own`,
  );
  await db.query(
    `CREATE TABLE "User" (id int PRIMARY KEY, email text NOT NULL, handle text);
     INSERT INTO "User" SELECT n, 'user' || n || '@example.org', 'user' || n FROM generate_series(1, 60000) n;
     CREATE INDEX "User_email_idx" ON "User" (email); ANALYZE "User"; SELECT own.pg_stat_statements_reset()`,
  );
});

describe("what cannot be measured", () => {
  it.each([
    [
      "without the extension",
      async () => db.query("DROP EXTENSION pg_stat_statements"),
      /lacks an extension: CREATE EXTENSION pg_stat_statements$/,
    ],
    ["without a baseline", async () => run(read), /nothing was kept of reads when switch was released$/],
    [
      "without reads of the column",
      async () => {
        await run(old);
        await keep();
        await run(old);
      },
      /of 100 reads of the column that are needed 0 reads came since switch was released \(20.* UTC\)$/,
    ],
  ] as const)("%s a person is asked, and told why", async (_, make, why) => {
    await make();
    const answer = await ask();
    expect(answer).toMatchObject({ isOpen: false, needsConfirmation: true });
    expect(answer.statement).toMatch(/^reads-steady is not confirmed for production: reads .*\. It was not measured: /);
    expect(answer.statement).toMatch(why);
    await overrule();
    expect(await ask()).toMatchObject({ isOpen: true, statement: expect.stringMatching(/^ada@example.org confirmed/) });
  });

  it("names the right that the role lacks", async () => {
    await run(old, 5);
    await db.query(
      `DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA own TO reader; GRANT SELECT ON "User" TO reader`,
    );
    const reader = await open("reader");
    try {
      const statement = async () => (await ask({ connection: reader })).statement;
      expect(await statement()).toMatch(
        /cannot see the statements of other roles: GRANT pg_read_all_stats TO "?reader"?$/,
      );
      await db.query("GRANT pg_read_all_stats TO reader; REVOKE USAGE ON SCHEMA own FROM reader");
      expect(await statement()).toMatch(/GRANT USAGE ON SCHEMA "?own"? TO "?reader"?$/);
    } finally {
      await reader.close();
      await db.query("DROP OWNED BY reader; DROP ROLE reader");
    }
  });

  it("waits until reads of the column have been seen for long enough", async () => {
    await run(old);
    await keep();
    await run(read);
    const answer = await ask({ watchMinutes: 15 });
    expect(answer).toMatchObject({ isOpen: false, needsConfirmation: true });
    expect(answer.statement).toMatch(/reads of the column are seen since 0 minutes, and 15 are needed$/);
  });
});

describe("reads that were measured", () => {
  it("opens when they are as they were", async () => {
    await run(old);
    await keep();
    await run(read);
    const answer = await ask();
    expect(answer.statement).toMatch(
      /^Reads are steady on production: 200 reads of "User"."handle" since switch was released \(.*\); 1 statement compared with before; 1 query plan compared/,
    );
    expect(answer).toMatchObject({ isOpen: true, reads: { statements: { columnCalls: 200, slower: [] } } });
  });

  it("names a read that got slower and whose plan reads the whole table, until somebody says so", async () => {
    await run(old);
    await keep();
    await db.query(`DROP INDEX "User_email_idx"`);
    await run(read);
    const answer = await ask();
    expect(answer).toMatchObject({
      isOpen: false,
      mayOverrule: true,
      help: expect.stringContaining(`npx lockstep undo ${plan}`),
    });
    expect(answer.statement).toMatch(
      /‘SELECT u\.id, u\.email, u\.handle FROM public\."User" u WHERE .*’ takes [\d.]+ ms, before [\d.]+ ms \(20\d calls\)/,
    );
    expect(answer.statement).toMatch(
      /uses the plan Limit > Result > Seq Scan User, before Limit > Result > (Index|Bitmap)/,
    );
    expect(answer.statement).not.toContain("example.org");
    await overrule();
    expect(await ask()).toMatchObject({
      isOpen: true,
      statement: expect.stringMatching(/^ada@example.org confirmed .*: seen, although ‘SELECT/),
    });
    // Another one is asked about anew.
    await run(`SELECT "handle" FROM "User" WHERE reverse(email) = $1`, 120);
    expect(await ask()).toMatchObject({
      isOpen: false,
      needsConfirmation: true,
      statement: expect.stringMatching(
        /^reads-steady is not confirmed .* came since ada@example.org .*cannot be compared: ‘SELECT handle FROM .*’ is new/,
      ),
    });
  });

  it("goes on after a reset, and says so", async () => {
    await run(old);
    await keep();
    await db.query("SELECT own.pg_stat_statements_reset()");
    await run(read);
    expect(await ask()).toMatchObject({
      isOpen: true,
      statement: expect.stringContaining("the statistics were reset since"),
    });
  });

  it("keeps what it found when the statistics are reset, until that is measured anew", async () => {
    const reset = () => db.query("SELECT own.pg_stat_statements_reset()");
    await run(old);
    await keep();
    await db.query(`DROP INDEX "User_email_idx"`);
    await run(read, 120);
    expect((await ask()).isOpen).toBe(false);
    // As `next` does.
    await keep("contract", false);
    await reset();
    const closed = async (calls: number) => {
      const answer = await ask();
      expect(answer).toMatchObject({ isOpen: false, mayOverrule: true });
      expect(answer.statement).toMatch(
        new RegExp(
          `‘SELECT.*’ took [\\d.]+ ms, before [\\d.]+ ms \\(12\\d calls\\), as found before its statistics were reset; ${calls} calls? since`,
        ),
      );
      expect(answer.statement).toMatch(/used the plan .*Seq Scan User.*, before/);
    };
    await closed(0);
    await run(read, 20);
    await keep("contract", false);
    await reset();
    await run(read, 3);
    await closed(3);
    await db.query(`CREATE INDEX "User_email_idx" ON "User" (email); ANALYZE "User"`);
    await reset();
    await run(read, 120);
    await keep("contract", false);
    expect(await ask()).toMatchObject({
      isOpen: true,
      statement: expect.stringContaining("the statistics were reset since"),
    });
    await reset();
    expect((await ask()).statement).toMatch(/0 reads came since .*; the statistics were reset since/);
  });

  it("leaves out what Lockstep itself reads, and what writes", async () => {
    await db.query(`DROP TABLE "User"`);
    const spec = await makeTable(db, { rows: numbered(500), isUnique: true });
    const { batches } = await fillTable(server.url(), spec);
    expect(batches).toBeGreaterThan(10);
    await askOthers(spec);
    await run(`UPDATE "User" SET note = $1 WHERE id = 1`, 3);
    await run(`WITH w AS (UPDATE "User" SET note = $1 WHERE id = 1 RETURNING id) SELECT * FROM w, "User"`, 3);
    await ask();
    const found = await db.dialect.live.statements.read(db, (await readTable(db, step.table))!, []);
    expect("statements" in found && found.statements.filter(({ calls }) => calls > 2)).toEqual([]);
  });

  it.each([
    ["the application first", ["test", "lockstep next"]],
    ["Lockstep first", ["lockstep next", "test"]],
  ])("tells a statement of its own from the application's, whoever runs it: %s", async (_, sessions) => {
    for (const applicationName of sessions) {
      const session = await connect(server.url(), { applicationName });
      // Of the same words, with another comment and another alias.
      const sql = `SELECT /* ${applicationName} */ u.handle FROM "User" u WHERE id = $1`;
      for (let at = 0; at < (applicationName === "test" ? 4 : 30); at++) await session.query(sql, [at]);
      await session.close();
    }
    const found = await db.dialect.live.statements.read(db, (await readTable(db, step.table))!, []);
    expect("statements" in found && found.statements.map(({ calls }) => calls)).toEqual([4]);
  });

  it("keeps its baseline once reads of the column have begun", async () => {
    await run(old);
    await keep();
    const kept = () =>
      db.query<{ at: string }>("SELECT statistics->>'at' AS at FROM lockstep.baselines").then(({ rows }) => rows);
    const first = await kept();
    await run(read);
    await keep();
    await keep("switch", false);
    expect(await kept()).toEqual(first);
    await db.query("DELETE FROM lockstep.baselines");
    await keep("switch", false);
    expect(await kept()).toEqual([]);
  });
});

describe("measures of the user's own", () => {
  let http: Server;
  let url: string;
  const asked: URL[] = [];
  const answers = { status: 200, now: "1", before: "1" };
  beforeAll(async () => {
    http = createServer((request, response) => {
      const at = new URL(request.url ?? "/", "http://localhost");
      asked.push(at);
      const value = at.searchParams.has("time") ? answers.before : answers.now;
      const result = [{ metric: {}, value: [1, value] }];
      response.writeHead(at.pathname.startsWith("/api") ? 200 : answers.status);
      response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  afterAll(() => void http.close());

  it("keep the gate closed while they are worse, and open it when they are well", async () => {
    await run(old);
    await keep();
    await run(read);
    const measures = {
      http: { urlFrom: "CHECK_URL", url: `${url}/{target}` },
      prometheus: { urlFrom: "PROMETHEUS_URL", url: `${url}/`, query: 'errors{env="x"} + {target}' },
    };
    const said = async () => {
      const { isOpen, statement } = await ask({ measures });
      return { isOpen, statement };
    };
    expect(await said()).toMatchObject({
      isOpen: true,
      statement: expect.stringContaining(
        "the check of CHECK_URL answers with 200; the query of PROMETHEUS_URL gives 1, at most 1.2 (before switch: 1)",
      ),
    });
    expect(asked.map(({ pathname }) => pathname)).toContain("/production");
    expect(asked.map(({ searchParams }) => searchParams.get("query"))).toContain('errors{env="x"} + production');
    Object.assign(answers, { status: 503, now: "1.3" });
    expect(await said()).toMatchObject({
      isOpen: false,
      statement: expect.stringMatching(
        /the check of CHECK_URL answers with 503; the query of PROMETHEUS_URL gives 1.3, more than 1.2/,
      ),
    });
    Object.assign(answers, { status: 200, now: "NaN" });
    expect(await said()).toMatchObject({
      isOpen: false,
      statement: expect.stringContaining("cannot be compared: the query of PROMETHEUS_URL gives no number"),
    });
  });
});
