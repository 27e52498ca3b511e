import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Column, type OrmApp, type Snapshot, succeeded } from "./orm-app.js";
import { olderOrms, orms } from "./orms.js";
import { countUsers } from "./rows.js";
import { catalogue, newMigrations, withoutHistory } from "./states.js";

// A required unique column through every phase and back to nothing, with the stock commands. Every test builds on the one before.

const handle: Column = { name: "handle", isRequired: true, isUnique: true, fill: "lower(email)" };
const confirmed = ["--confirm", "writers-aware", "--confirm", "reads-steady"];

describe.each([...orms, ...olderOrms])("$name", ({ create }) => {
  let app: OrmApp;
  let before: { files: Snapshot; catalogue: unknown };
  /** What the ORM makes of the change by itself, where there are no rows. */
  let own: { model: string; catalogue: unknown };

  beforeAll(async () => {
    app = await create().open();
    before = { files: app.snapshot(), catalogue: await catalogue(app, app.production) };
    app.declare({ columns: [{ name: handle.name, isRequired: true, isUnique: true }] });
    const model = app.read(app.modelFile);
    await succeeded(app.sync(app.empty));
    own = { model, catalogue: await catalogue(app, app.empty) };
    app.restore(before.files);
  });
  afterAll(() => app?.close());

  /** The stock deployment, where there is something to deploy; then model and database agree, as the ORM sees it. */
  async function deploy({ hasMigrations = true } = {}) {
    if (hasMigrations) await succeeded(app.apply(app.production));
    expect(await app.drift(app.production)).toBeUndefined();
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
    for (const text of ["add-column-not-null", "1 expand", "4 contract", "Written for expand", "Next   "])
      expect(generated.stdout).toContain(text);
    const [plan = "", ...others] = app.plans();
    expect(others).toEqual([]);
    expect(plan).toMatch(/add_?handle$/i);

    const migrations = newMigrations(app, before.files).map((file) => app.read(file));
    expect(migrations.join()).toMatch(/ADD (COLUMN )?"handle"/);
    expect(migrations.join()).toContain("INDEX CONCURRENTLY");
    expect(migrations.join()).not.toContain("SET NOT NULL");
    const held = Object.keys(app.snapshot()).filter((file) => file.startsWith(`lockstep/${plan}/held/`));
    expect(held.length).toBeGreaterThan(0);
    expect(held.map((file) => app.read(file)).join()).toContain("SET NOT NULL");
    await succeeded(app.apply(app.development));
    await deploy();
  });

  test("generated again: no changes", async () => {
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

  test("the backfill fills every row, and a second one has nothing to do", async () => {
    const { code, output } = await changesNothing("backfill", "run");
    expect(code, output).toBe(0);
    expect(await countUsers(app.production, "handle = lower(email)")).toBe(50);
    const again = await changesNothing("backfill", "run");
    expect(again.code).toBe(0);
    expect(again.output).toContain("every row has its value");
  });

  test("switch: the code reads it", async () => {
    await succeeded(app.lockstep("next"));
    expect(app.read("src/users.ts")).toContain("handle");
    await deploy({ hasMigrations: false });
  });

  test("contract: model and catalogue are what the ORM itself would have made", async () => {
    await succeeded(app.lockstep("next", ...confirmed));
    await deploy();
    expect(app.read(app.modelFile)).toBe(own.model);
    expect(await catalogue(app, app.production)).toEqual(own.catalogue);
    const done = await changesNothing("next");
    expect(done.code).toBe(0);
    expect(done.output).toContain("every phase is released");
  });

  test("undo of contract and of switch", async () => {
    await succeeded(app.lockstep("undo"));
    await deploy();
    expect(await countUsers(app.production, "handle = lower(email)")).toBe(50);
    expect(app.read("src/users.ts")).toContain("handle: user.handle");
    await succeeded(app.lockstep("undo"));
    await deploy({ hasMigrations: false });
    expect(app.read("src/users.ts")).not.toContain("handle: user.handle");
  });

  test("undo of expand asks first, and leaves nothing but the history", async () => {
    const asked = await changesNothing("undo");
    expect(asked.code).toBe(2);
    expect(asked.stderr).toMatch(/^LS8005 /);
    await succeeded(app.lockstep("undo", "--yes"));
    await deploy();
    expect(withoutHistory(app, app.snapshot())).toEqual(withoutHistory(app, before.files));
    expect(await catalogue(app, app.production)).toEqual(before.catalogue);
    const [plan = ""] = app.plans();
    const again = await changesNothing("undo", "--yes", plan);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/^LS3008 /);
  });
});
