import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Build } from "./build.js";
import { Load } from "./load.js";
import { type OrmApp, succeeded } from "./orm-app.js";
import { orms } from "./orms.js";
import { countUsers, readUsers } from "./rows.js";

// Builds of every phase serve while migrations run, while rows are filled, and side by side with the build before and after: no
// request fails, and no row is lost or changed. Every test builds on the one before.

const rows = 20_000;
/** Rows that nobody but the backfill writes. */
const untouched = "id BETWEEN 100 AND 20000";

describe.each(orms)("$name", ({ create }) => {
  let app: OrmApp;
  let load: Load;
  let old: Build;
  let expand: Build;
  let read: Build;
  let contract: Build;

  beforeAll(async () => {
    app = await create().open({ development: 5, production: rows });
    load = new Load(await readUsers(app.production), [1, 2, 3, 4, 5, 6, 7, 8], {
      column: "handle",
      valueIn: ({ email }) => email.toLowerCase(),
    });
    old = await app.build("old");
  });
  afterAll(() => app?.close());

  const during = (builds: readonly Build[], work: () => Promise<unknown> = async () => undefined) =>
    load.during(builds, work);
  const deploy = () => succeeded(app.apply(app.production));

  /** Nobody noticed, and the rows are what their last writers made of them. */
  async function expectUnnoticed(requests: number) {
    expect(load.failures).toEqual([]);
    expect(load.requests).toBeGreaterThan(requests);
    load.requests = 0;
    expect(await readUsers(app.production)).toEqual([...load.rows.values()].sort((a, b) => a.id - b.id));
  }

  test("expand", async () => {
    app.declare({ columns: [{ name: "handle", isRequired: true, isUnique: true, fill: "lower(email)" }] });
    await succeeded(app.generate("AddHandle"));
    await app.commit("Expand");
    await during([old], deploy);
    expand = await app.build("expand");
    await during([old, expand]);
    await expectUnnoticed(60);
    expect(await countUsers(app.production, `handle IS NULL AND ${untouched}`)).toBe(rows - 99);
    expect(await countUsers(app.production, "handle <> lower(email)")).toBe(0);
  });

  test("a backfill that is killed goes on where it was, and ends right", async () => {
    // The last row is held, so that the first run cannot come to its end.
    const holder = new pg.Client({ connectionString: app.production });
    await holder.connect();
    await holder.query(`BEGIN; SELECT FROM users WHERE id = ${rows} FOR UPDATE`);
    const first = app.spawnLockstep("backfill", "run");
    const ended = once(first, "exit");
    await during([old, expand], async () => {
      while ((await countUsers(app.production, `handle IS NOT NULL AND ${untouched}`)) === 0) await sleep(10);
      first.kill("SIGKILL");
      await ended;
    });
    await holder.end();
    expect(first.signalCode).toBe("SIGKILL");
    const filled = await countUsers(app.production, `handle IS NOT NULL AND ${untouched}`);
    expect(filled).toBeLessThan(rows - 99);

    const second = await load.during([old, expand], () => succeeded(app.lockstep("backfill", "run")));
    expect(second.output).toContain("none is left");
    await expectUnnoticed(60);
    expect(await countUsers(app.production, "handle IS DISTINCT FROM lower(email)")).toBe(0);
  });

  test("switch", async () => {
    await old.stop();
    await succeeded(app.lockstep("next"));
    await app.commit("Switch");
    read = await app.build("switch");
    await during([expand, read]);
    await expectUnnoticed(50);
    expect(await read.request({ do: "read", id: 7 })).toMatchObject({ handle: "user.7@example.com" });
  });

  test("contract", async () => {
    await expand.stop();
    await succeeded(app.lockstep("next", "--confirm", "writers-aware", "--confirm", "reads-steady"));
    await app.commit("Contract");
    await during([read], deploy);
    contract = await app.build("contract");
    await during([read, contract]);
    await expectUnnoticed(60);
  });

  test("undo of contract: the migration first, then the code", async () => {
    await succeeded(app.lockstep("undo"));
    await app.commit("Undo of contract");
    await during([contract, read], deploy);
    await contract.stop();
    await expectUnnoticed(50);
  });

  test("undo of switch and expand: the code first, then the migration", async () => {
    await succeeded(app.lockstep("undo"));
    expand = await app.build("expand-again");
    await during([read, expand]);
    await read.stop();
    await app.commit("Undo of switch");
    await succeeded(app.lockstep("undo", "--yes"));
    old = await app.build("old-again");
    await during([expand, old]);
    await expand.stop();
    await during([old], deploy);
    await expectUnnoticed(60);
  });
});
