import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import gate from "../../../core/src/gates/column-unused.js";
import type { GateFacts } from "../../../core/src/gates/gate.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { announceBuild } from "../../../core/src/target/ledger/announcements.js";
import { confirm } from "../../../core/src/target/ledger/evidence.js";
import { type PostgresServer, start } from "../../support/postgres.js";

// A server that counts its statements: what runs against the column is seen, whoever confirmed that nothing does.

const plan = "20200101000000_add_handle";
const step = { gate: "column-unused", table: { name: "User" }, column: "handle" } as const;
let server: PostgresServer;
let db: Connection;
let application: Connection;
beforeAll(async () => {
  server = await start({ settings: { shared_preload_libraries: "pg_stat_statements" } });
  db = await connect(server.url("postgres"), { applicationName: "test" });
  application = await connect(server.url("postgres"), { applicationName: "app" });
  await db.query("CREATE EXTENSION pg_stat_statements");
}, 60_000);
afterAll(async () => {
  await application?.close();
  await db?.close();
  await server?.stop();
});
beforeEach(() =>
  db.query(
    `DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User"; CREATE TABLE "User" (id serial PRIMARY KEY, email text, handle text)`,
  ),
);

const facts = (more: Partial<GateFacts> = {}): GateFacts => ({
  columns: [],
  plan,
  target: "production",
  isUndone: true,
  connection: db,
  units: { applied: [], failed: [], pending: [] },
  deploy: "npx prisma migrate deploy",
  recover: (name) => name,
  ...more,
});
const ask = (more?: Partial<GateFacts>) => gate.ask(step, facts(more));
const confirmNow = async (more?: Partial<GateFacts>) => {
  const table = (await readTable(db, step.table))!;
  const places = await gate.covers(step, facts(more));
  await confirm(db, { plan, gate: step.gate, table, column: step.column }, "ada", undefined, places);
};
/** Runs a statement again and again while something is asked. */
async function during<T>(sql: string, act: () => Promise<T>): Promise<T> {
  let isOver = false;
  const load = (async () => {
    while (!isOver) await application.query(sql);
  })();
  return act().finally(() => {
    isOver = true;
    return load;
  });
}

/** Nothing but `deploy` takes the confirmation. */
const help =
  "npx lockstep deploy --target production --confirm column-unused   # once this is true, at a terminal; elsewhere add --by with the person's name";

it("asks a person, and opens with the word of one while nothing uses the column", async () => {
  expect(await ask()).toMatchObject({
    isOpen: false,
    needsConfirmation: true,
    statement: 'column-unused is not confirmed for production: no running build uses the column ("User"."handle")',
    help,
  });
  await confirmNow();
  const isOpen = await during(`INSERT INTO "User" (email) VALUES ('b')`, ask);
  expect(isOpen).toMatchObject({ isOpen: true, statement: expect.stringMatching(/^ada confirmed on /) });
});

it("is closed while statements name the column, until a person has seen them", async () => {
  const insert = `INSERT INTO "User" (email, handle) VALUES ('a', 'a')`;
  await during(insert, async () => {
    await confirmNow();
    expect(await ask()).toMatchObject({
      isOpen: false,
      mayOverrule: true,
      statement: expect.stringMatching(
        /^"User"\."handle" is in use on production: within 2 s ‘INSERT INTO "User" \(email, handle\).*’ ran \d+ times$/,
      ),
    });
    await confirmNow();
    expect(await ask()).toMatchObject({ isOpen: true });
  });
});

it("opens by itself when every service runs a build without the column", async () => {
  const say = (build: string, phase?: string, instance = "") =>
    announceBuild(db, {
      service: "web",
      build,
      instance,
      plans: phase === undefined ? {} : { [plan]: { phase, left: 0 } },
    });
  const services = ["web"];
  expect((await ask({ services })).statement).toBe('web has announced nothing on production ("User"."handle")');
  await say("b1", "expand");
  expect(await ask({ services })).toMatchObject({
    isOpen: false,
    statement: `web runs build b1 on production, which does not have the way back of ${plan} ("User"."handle")`,
    help: "npx lockstep announce web --target production   # at the end of the deployment of web",
  });
  for (const [build, phase] of [["b2", "undone"], ["b0"]] as const) {
    await say("b1", "expand");
    await say(build, phase);
    expect(await ask({ services })).toMatchObject({
      isOpen: true,
      statement: `web (build ${build}) runs without "User"."handle" on production`,
    });
  }
  await db.query(
    "UPDATE lockstep.announcements SET at = at - INTERVAL '10 minutes', since = since - INTERVAL '10 minutes'",
  );
  await say("b1", "expand", "i1");
  await db.query("UPDATE lockstep.announcements SET at = at - INTERVAL '3 minutes' WHERE instance = 'i1'");
  expect(await ask({ services })).toMatchObject({
    statement: expect.stringMatching(
      /^column-unused is not confirmed for production: 1 instance of build b1 of web, silent since/,
    ),
    needsConfirmation: true,
    help,
  });
  await say("b1", "expand");
  await confirmNow({ services });
  expect((await ask({ services })).statement).toMatch(/^ada confirmed .* although web runs build b1 on production/);
});

it("stays closed while an object needs the column, whoever confirms", async () => {
  const object = { name: "log", columns: [], remove: "DROP TRIGGER log" };
  for (const [effect, statement] of [
    ["breaks", `function log() uses "User"."handle", and writes of the table would fail`],
    ["refuses", "function log() needs it"],
  ] as const) {
    const goesWith = () => [{ ...object, what: "function log()", effect }];
    await confirmNow({ goesWith });
    const answer = await ask({ goesWith });
    expect(answer).toMatchObject({ isOpen: false, statement: `"User"."handle" cannot go on production: ${statement}` });
    expect([answer.mayOverrule, answer.needsConfirmation]).toEqual([undefined, undefined]);
  }
});

it("is open where the column is not there", async () => {
  await db.query(`ALTER TABLE "User" DROP COLUMN handle`);
  expect(await ask()).toMatchObject({ isOpen: true });
});
