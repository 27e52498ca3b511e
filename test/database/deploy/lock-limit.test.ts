import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TransactionMode, Unit } from "../../../core/src/model/index.js";
import { lockLimit } from "../../../core/src/operate/deploy/lock-limit.js";
import type { OrmPlugin, Project } from "../../../core/src/plugin/plugin.js";
import type { TargetState } from "../../../core/src/plugin/target-state.js";
import { postgresql } from "../../../core/src/postgresql/dialect.js";
import { withLockTimeout } from "../../../plugin-prisma/src/cli/lock-timeout.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { handleIndex, unitOf, user } from "../../support/units.js";

const add = `ALTER TABLE "User" ADD COLUMN "a" TEXT`;
const make = `CREATE TABLE "New" ("id" int)`;

/** A migration of the user's own, and units of a plan beside it. */
function pendingOf(units: readonly Unit[], own: boolean): TargetState {
  const named = units.map((unit, at) => ({ unit, migration: `unit-${at}` }));
  const pending = [...named.map(({ migration }) => migration), ...(own ? ["own"] : [])];
  return { applied: [], failed: [], deploying: undefined, pending, units: named } as unknown as TargetState;
}

const index = unitOf({ kind: "create-index", table: user, index: handleIndex });
const framed = unitOf({ kind: "original", sql: add, frame: { tables: [user], mode: "ACCESS EXCLUSIVE" } });

// A limit where a migration that fails leaves nothing behind; for a whole run where all that is pending is of that kind.
describe("how long a deployment waits for locks", () => {
  it.each<[string, readonly string[], TransactionMode | undefined, readonly Unit[], boolean | undefined]>([
    ["a single statement", [add], "none", [], true],
    ["several, one by one", [`${make};\n${add}`], "none", [], false],
    ["several in one transaction", [`${make};\n${add}`], "each", [], true],
    ["several queries in one transaction", [make, add], "all", [], true],
    ["nobody knows", [make, add], undefined, [], false],
    ["an index that is built concurrently", [`CREATE INDEX CONCURRENTLY "i" ON "User"("a")`], "none", [], undefined],
    [
      "what is made new",
      [`${make};\nCREATE TABLE "Next" ("id" int);\nCREATE INDEX "i" ON "New" ("id")`],
      "none",
      [],
      undefined,
    ],
    ["a new table that references one", [`CREATE TABLE "Next" ("id" int REFERENCES "User")`], "none", [], true],
    ["such an index and more", [`CREATE INDEX CONCURRENTLY "i" ON "User"("a")`, add], "none", [], false],
    ["a transaction of its own", [`BEGIN;\n${add};\nCOMMIT`], "each", [], false],
    ["a block that commits", [`DO $$ BEGIN COMMIT; ${add}; END $$`], "each", [], false],
    ["beside a unit in a frame", [add], "none", [framed], true],
    ["beside a unit that builds an index", [add], "none", [index], false],
    ["units alone", [], "none", [framed, index], undefined],
  ])("%s", async (_, up, mode, units, isForAll) => {
    const plugin = { readStatements: async () => ({ up, down: [] }), transactions: () => mode };
    const about = { plugin: plugin as unknown as OrmPlugin, project: {} as Project, dialect: postgresql };
    const limit = await lockLimit(pendingOf(units, up.length > 0), about);
    const own = ["own"];
    // Of a unit that builds an index nobody speaks who asks about the migration beside it.
    const whole = isForAll || units.includes(index) ? own : [];
    expect(limit).toEqual(isForAll === undefined ? undefined : { timeoutMs: 500, isForAll, whole, own });
  });
});

describe("the URL that Prisma gets", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase("lock_limit");
  });
  afterAll(() => database.drop());

  async function settingsOf(url: string) {
    const { hostname, port, username, pathname, searchParams } = new URL(url);
    const options = searchParams.get("options") ?? "";
    const client = new pg.Client({
      host: hostname,
      port: Number(port),
      user: username,
      database: pathname.slice(1),
      options,
    });
    await client.connect();
    const { rows } = await client.query(
      "SELECT current_setting('lock_timeout') AS lock_timeout, current_setting('work_mem') AS work_mem",
    );
    await client.end();
    return rows[0];
  }

  it("limits the session, and keeps other options", async () => {
    expect(await settingsOf((await withLockTimeout(database.url, 500))!)).toMatchObject({ lock_timeout: "500ms" });
    const own = `${database.url}?schema=public&options=-c%20work_mem%3D1MB`;
    const limited = (await withLockTimeout(own, 500))!;
    expect(await settingsOf(limited)).toEqual({ lock_timeout: "500ms", work_mem: "1MB" });
    expect(limited).not.toContain("+");
  });

  it("stays as it is where the project has its own; is none where the connection refuses", async () => {
    const own = `${database.url}?options=-c%20lock_timeout%3D2s`;
    expect(await withLockTimeout(own, 500)).toBe(own);
    const gone = "postgresql://localhost:1/shop";
    expect(await withLockTimeout(gone, 500)).toBeUndefined();
  });
});
