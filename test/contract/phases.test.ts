import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isNightly } from "../support/nightly.js";
import type { Build } from "./build.js";
import { Load } from "./load.js";
import { type Column, type OrmApp, type Snapshot, succeeded } from "./orm-app.js";
import { olderOrms, onOthers, orms } from "./orms.js";
import { countUsers, differs, readUsers, seed } from "./rows.js";
import { catalogue, newMigrations, withoutHistory } from "./states.js";

// A required unique column through every phase and back to nothing, with the stock commands. The builds of every phase serve while
// migrations run, while rows are filled, and side by side with the build before and after. Every test builds on the one before.

const handle: Column = { name: "handle", isRequired: true, isUnique: true, fill: "lower(email)" };
const confirmed = ["--confirm", "writers-aware", "--confirm", "reads-steady"];
const rows = 20_000;
/** Rows that nobody but the backfill writes. */
const untouched = `id BETWEEN 100 AND ${rows}`;

describe.each([
  ...[...orms, ...onOthers].map((orm) => ({ ...orm, isServing: true })),
  ...(isNightly ? olderOrms : []).map((orm) => ({ ...orm, isServing: false })),
])("$name", ({ create, isServing }) => {
  let app: OrmApp;
  let load: Load;
  let before: { files: Snapshot; catalogue: unknown };
  /** A database with rows that gets no release until the last. */
  let late: string;
  /** What the ORM makes of the change by itself, where there are no rows. */
  let own: { model: string; catalogue: unknown };
  /** The user's files in expand. */
  let expandFiles: Snapshot;
  // They serve again on the way back, where the code is the same.
  let old: Build[];
  let expand: Build[];
  let read: Build[];
  let contract: Build[];

  beforeAll(async () => {
    app = await create().open({ development: 5, production: rows });
    before = { files: app.snapshot(), catalogue: await catalogue(app, app.production) };
    late = await app.database(app.empty);
    await seed(late, 700);
    app.declare({ columns: [{ name: handle.name, isRequired: true, isUnique: true }] });
    const model = app.read(app.modelFile);
    await succeeded(app.sync(app.empty));
    own = { model, catalogue: await catalogue(app, app.empty) };
    app.restore(before.files);
    load = new Load(await readUsers(app.production), [1, 2, 3, 4, 5, 6, 7, 8], {
      column: handle.name,
      valueIn: ({ email }) => email.toLowerCase(),
    });
    old = await build("old");
  });
  afterAll(() => app?.close());

  const build = async (name: string) => (isServing ? [await app.build(name)] : []);
  const stop = (builds: readonly Build[]) => Promise.all(builds.map((each) => each.stop()));
  const during = (builds: readonly Build[], work: () => Promise<unknown> = async () => undefined) =>
    load.during(builds, work);
  const deploy = () => succeeded(app.apply(app.production));

  /** The ORM sees no difference, nobody noticed anything, and the rows are what their last writers made of them. */
  async function expectInLockstep() {
    expect(await app.drift(app.production)).toBeUndefined();
    expect(load.failures).toEqual([]);
    if (isServing) expect(load.requests).toBeGreaterThan(60);
    load.requests = 0;
    expect(await readUsers(app.production)).toEqual([...load.rows.values()].sort((a, b) => a.id - b.id));
    await app.commit("A phase");
  }

  /** A command whose answer is no, or that has nothing to do. */
  async function changesNothing(...args: readonly string[]) {
    const files = app.snapshot();
    const result = await app.lockstep(...args);
    expect(app.snapshot()).toEqual(files);
    return result;
  }

  test("the stock command writes expand, and the rest is held where the ORM does not look", async () => {
    app.declare({ columns: [handle] });
    const generated = await app.generate("AddHandle");
    expect(generated.code, generated.output).toBe(0);
    for (const text of ["add-column-not-null", "1 expand", "4 contract", "Written for expand", "\nNext"])
      expect(generated.stdout).toContain(text);
    const [plan = "", ...others] = app.plans();
    expect(others).toEqual([]);
    expect(plan).toMatch(/add_?handle$/i);

    const migrations = newMigrations(app, before.files).map((file) => app.read(file));
    expect(migrations.join()).toMatch(/ADD (COLUMN )?["`\\]+handle/);
    expect(migrations.join()).toMatch(app.system.buildsIndex);
    expect(migrations.join()).not.toMatch(app.system.requires);
    const held = Object.keys(app.snapshot()).filter((file) => file.startsWith(`lockstep/${plan}/held/`));
    expect(held.length).toBeGreaterThan(0);
    expect(held.map((file) => app.read(file)).join()).toMatch(app.system.requires);
    await app.commit("Add handle");
  });

  test("expand", async () => {
    await during(old, deploy);
    expand = await build("expand");
    await during([...old, ...expand]);
    await expectInLockstep();
    expect(await countUsers(app.production, `handle IS NULL AND ${untouched}`)).toBe(rows - 99);
    expect(
      await countUsers(app.production, `handle IS NOT NULL AND ${differs(app.production, "handle", "lower(email)")}`),
    ).toBe(0);
  });

  test("generated again: no changes", async () => {
    await succeeded(app.apply(app.development));
    const files = app.snapshot();
    const again = await app.generate("Again");
    expect(again.output).toMatch(app.noChanges);
    expect(app.snapshot()).toEqual(files);
  });

  test("next changes nothing before its gate is open", async () => {
    const next = await changesNothing("next");
    expect(next.code).toBe(1);
    expect(next.output).toContain("gate to switch is closed");
    expect(next.output).toContain("npx lockstep backfill run");
  });

  test("a backfill that is killed goes on where it was, ends right, and then has nothing to do", async () => {
    // The last row is held, so that the first run cannot come to its end.
    const release = await app.system.hold(app.production, `users WHERE id = ${rows}`);
    const first = app.spawnLockstep("backfill", "run");
    const ended = once(first, "exit");
    await during([...old, ...expand], async () => {
      while ((await countUsers(app.production, `handle IS NOT NULL AND ${untouched}`)) === 0) await sleep(10);
      first.kill("SIGKILL");
      await ended;
    });
    await release();
    expect(first.signalCode).toBe("SIGKILL");
    expect(await countUsers(app.production, `handle IS NOT NULL AND ${untouched}`)).toBeLessThan(rows - 99);

    await during([...old, ...expand], () => succeeded(changesNothing("backfill", "run")));
    // What the old build has written since.
    if (!app.system.fillsUniqueAtOnce) await during(expand, () => succeeded(changesNothing("backfill", "run")));
    expect(load.failures).toEqual([]);
    expect(await countUsers(app.production, differs(app.production, "handle", "lower(email)"))).toBe(0);
    const again = await changesNothing("backfill", "run");
    expect(again.code).toBe(0);
    expect(again.output).toContain("every row has its value");
  });

  test("switch: the code reads it", async () => {
    expandFiles = withoutHistory(app, app.snapshot());
    await succeeded(app.lockstep("next"));
    expect(app.read("src/users.ts")).toContain("handle: user.handle");
    read = await build("switch");
    await during([...expand, ...read]);
    await expectInLockstep();
    for (const each of read)
      expect(await each.request({ do: "read", id: 7 })).toMatchObject({ handle: "user.7@example.com" });
  });

  test("contract: model and catalogue are what the ORM itself would have made", async () => {
    await succeeded(app.lockstep("next", ...confirmed));
    await during(read, deploy);
    contract = await build("contract");
    await during([...read, ...contract]);
    await expectInLockstep();
    expect(app.read(app.modelFile)).toBe(own.model);
    expect(await catalogue(app, app.production)).toEqual(own.catalogue);
    const done = await changesNothing("next");
    expect(done.code).toBe(0);
    expect(done.output).toContain("every phase is released");
  });

  test("all migrations run at once on a database with rows: previews, skipped releases", async () => {
    await succeeded(app.apply(late));
    expect(await countUsers(late, differs(late, "handle", "lower(email)"))).toBe(0);
    expect(await catalogue(app, late)).toEqual(own.catalogue);
  });

  test("undo of contract: the migration first, then the code", async () => {
    await succeeded(app.lockstep("undo"));
    await during([...contract, ...read], deploy);
    await stop(contract);
    await expectInLockstep();
    expect(app.read("src/users.ts")).toContain("handle: user.handle");
    expect(await countUsers(app.production, differs(app.production, "handle", "lower(email)"))).toBe(0);
  });

  test("undo of switch", async () => {
    await succeeded(app.lockstep("undo"));
    expect(withoutHistory(app, app.snapshot())).toEqual(expandFiles);
    await during([...read, ...expand]);
    await stop(read);
    await expectInLockstep();
  });

  test("undo of expand asks first; the code goes first; nothing is left but the history", async () => {
    const asked = await changesNothing("undo");
    expect(asked.code).toBe(2);
    expect(asked.stderr).toMatch(/^LS8005 /);
    await succeeded(app.lockstep("undo", "--yes"));
    expect(withoutHistory(app, app.snapshot())).toEqual(withoutHistory(app, before.files));
    await during([...expand, ...old]);
    await stop(expand);
    await during(old, deploy);
    await expectInLockstep();
    expect(await catalogue(app, app.production)).toEqual(before.catalogue);
    const [plan = ""] = app.plans();
    const again = await changesNothing("undo", "--yes", plan);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/^LS3008 /);
  });
});
