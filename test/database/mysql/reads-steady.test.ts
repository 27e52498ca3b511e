import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { GateFacts } from "../../../core/src/gates/gate.js";
import { gates } from "../../../core/src/gates/index.js";
import { keepBaselines } from "../../../core/src/gates/reads/keep-baseline.js";
import gate from "../../../core/src/gates/reads-steady.js";
import type { GateStep, Plan, PlannedColumn } from "../../../core/src/model/index.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { ensureLedger, ledgerVersion } from "../../../core/src/target/ledger/schema.js";
import {
  createAccount,
  createMariadbDatabase,
  isOnMysql,
  type MariadbDatabase,
  type MariadbServer,
  startMariadb,
} from "../../support/mariadb.js";
import { fillTable, makeTable, plan } from "./fixture.js";

// The digests of a server that keeps them, before and after switch.

let server: MariadbServer;
let database: MariadbDatabase;
let db: Connection;
let app: Awaited<ReturnType<MariadbDatabase["open"]>>;
const step = { gate: "reads-steady", table: { name: "User" }, column: "handle" } as const;
const factsOf = (connection: Connection, more: Partial<GateFacts> = {}): GateFacts => ({
  columns: [],
  plan,
  target: "production",
  connection,
  units: { applied: [], failed: [], pending: [] },
  deploy: "npx prisma migrate deploy",
  recover: (name) => name,
  ...more,
});
const ask = (connection = db, watchMinutes = 0) => gate.ask(step, factsOf(connection, { watchMinutes }));
const keep = () =>
  keepBaselines(db, { gates: { switch: [], contract: [step] } } as unknown as Plan, {
    phase: "switch",
    evidence: plan,
    isRelease: true,
  });
const run = async (sql: string, times = 200) => {
  // By the text protocol: what a driver prepares is not counted.
  for (let at = 0; at < times; at++) await app.query(sql, [`user${at}@example.org`]);
};
const old = "SELECT `User`.`id`, `User`.`email` FROM `User` WHERE `User`.`email` = ? LIMIT 5";
const read = old.replace("`email` FROM", "`email`, `User`.`handle` FROM");

beforeAll(async () => {
  server = await startMariadb({ settings: { performance_schema: "ON" } });
  database = await createMariadbDatabase("steady", server);
  db = await connect(database.url, { applicationName: "test" });
  app = await database.open();
}, 60_000);
afterAll(async () => {
  await db?.close();
  await database?.drop();
  await server?.stop();
});
beforeEach(async () => {
  await db.query("DROP DATABASE IF EXISTS lockstep");
  const rows = Array.from({ length: 20_000 }, (_, at) => [String(at), `user${at}@example.org`] as const);
  const spec = await makeTable(db, { rows });
  await db.query("CREATE INDEX `byEmail` ON `User` (`email`)");
  await db.query("TRUNCATE performance_schema.events_statements_summary_by_digest");
  return spec;
});

it("opens when reads are as they were, and says that plans were not compared", async () => {
  await run(old);
  await keep();
  for (let at = 0; at < 200; at++) await app.execute(read, [`user${at}@example.org`]);
  if (!isOnMysql) {
    expect((await ask()).statement).toMatch(
      / 0 reads came since .*; MariaDB does not count statements that a driver prepares/,
    );
    await run(read);
  }
  expect((await ask(db, 15)).statement).toMatch(/reads of the column are seen since \d minutes?, and 15 are needed$/);
  const answer = await ask();
  expect(answer.statement).toMatch(
    /^Reads are steady on production: 200 reads of "User"."handle" since .*; 1 statement compared with before; query plans not compared: (?:MariaDB|MySQL) does not plan/,
  );
  expect(answer.isOpen).toBe(true);
});

it("keeps its baseline in a ledger that an older version has made", async () => {
  await ensureLedger(db);
  await db.query("DROP TABLE lockstep.baselines");
  await db.query("UPDATE lockstep.meta SET version = 5");
  expect((await ask()).statement).toContain("nothing was kept of reads when switch was released");
  await run(old);
  await keep();
  expect((await db.query("SELECT version FROM lockstep.meta")).rows).toEqual([{ version: ledgerVersion }]);
  expect((await ask()).statement).toContain(" 0 reads came since switch was released");
});

it("names a read that got slower", async () => {
  await run(old);
  await keep();
  await db.query("DROP INDEX `byEmail` ON `User`");
  await run(read);
  const answer = await ask();
  expect(answer).toMatchObject({ isOpen: false, mayOverrule: true });
  expect(answer.statement).toMatch(
    /‘SELECT "?User"?\.id, .*handle FROM .*’ takes [\d.]+ ms, before [\d.]+ ms \(200 calls\)/,
  );
});

it("leaves out what a backfill and gates read, and counts equal statements of the application", async () => {
  const spec = await makeTable(db, { rows: Array.from({ length: 3000 }, (_, at) => [String(at), "a@b"] as const) });
  await db.query("TRUNCATE performance_schema.events_statements_summary_by_digest");
  const { batches } = await fillTable(database.url, spec, { batch: { startRows: 50, minRows: 50, maxRows: 50 } });
  expect(batches).toBeGreaterThan(10);
  const own = await connect(database.url, { applicationName: "lockstep" });
  const [column] = spec.columns;
  const columns = (["backfill", "mirror"] as const).map((kind) => ({
    ...column,
    table: spec.table,
    fill: { ...column?.fill, kind },
    uniqueKeys: [["handle"]],
  })) as unknown as PlannedColumn[];
  for (const planned of columns)
    for (const asked of ["no-missing-values", "mirror-agrees", "translation-agrees"])
      for (let at = 0; at < 5; at++) {
        await gates[asked]?.ask(
          { gate: asked, table: spec.table, column: "handle" } as GateStep,
          factsOf(own, { columns: [planned] }),
        );
        if (asked === "no-missing-values") await own.query("UPDATE `User` SET `handle` = NULL WHERE `id` = ?", [at]);
      }
  for (let at = 0; at < 30; at++) await own.query("SELECT /* ours */ `handle` FROM `User` WHERE `id` = 7");
  for (let at = 0; at < 4; at++) await app.query("SELECT `handle` FROM `User` WHERE `id` = 7");
  await own.close();
  const found = await db.dialect.live.statements.read(db, (await readTable(db, step.table))!, []);
  expect("statements" in found && found.statements.filter(({ calls }) => calls > 2)).toMatchObject([{ calls: 4 }]);
});

it("says what is missing: the right, what counts statements, and performance_schema itself", async () => {
  await createAccount(db, "reader@'%'");
  await db.query(`GRANT SELECT ON \`${database.name}\`.* TO reader@'%'`);
  const url = new URL(database.url);
  url.username = "reader";
  const reader = await connect(url.toString(), { applicationName: "test" });
  try {
    expect((await ask(reader)).statement).toMatch(
      /It was not measured: 'reader'@'%' may not read the statistics: GRANT SELECT ON performance_schema\.\* TO 'reader'@'%'$/,
    );
  } finally {
    await reader.close();
  }
  const set = (value: string) =>
    db.query(`UPDATE performance_schema.setup_consumers SET ENABLED = '${value}' WHERE NAME = 'statements_digest'`);
  await set("NO");
  expect((await ask()).statement).toContain("UPDATE performance_schema.setup_consumers SET ENABLED = 'YES'");
  await set("YES");
  const blind = await startMariadb({ settings: { performance_schema: "OFF" } });
  const plain = await createMariadbDatabase("steady", blind);
  const other = await connect(plain.url, { applicationName: "test" });
  try {
    await makeTable(other);
    expect((await ask(other)).statement).toMatch(
      /It was not measured: performance_schema is off: set performance_schema = ON/,
    );
  } finally {
    await other.close();
    await plain.drop();
    await blind.stop();
  }
});

it("counts what reads and what changes a table for a watch, and nothing of another one", async () => {
  await run(old, 5);
  await app.query("UPDATE `User` SET `email` = ? WHERE `id` = 7", ["seven@example.org"]);
  await app.query("SELECT ?", ["`User`"]);
  // MariaDB does not count it at all.
  if (isOnMysql) await app.execute(old, ["user1@example.org"]);
  const seen = await db.dialect.live.statements.touching(db, [(await readTable(db, step.table))!]);
  expect(seen).toMatchObject({ running: [] });
  const statements = "statements" in seen ? seen.statements : [];
  const own = statements.filter(({ words }) => ["SELECT", "UPDATE"].includes(words[0] ?? ""));
  expect(own.map(({ words, calls }) => [words[0], calls]).sort()).toEqual([
    ["SELECT", isOnMysql ? 6 : 5],
    ["UPDATE", 1],
  ]);
  expect(JSON.stringify(seen)).not.toContain("@example.org");
});
