import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OrmApp, succeeded } from "./orm-app.js";
import { onOthers, orms } from "./orms.js";
import { countUsers, differs } from "./rows.js";
import { catalogue, newMigrations } from "./states.js";

// Two plans under way at once; one is abandoned, the other comes to its end. Every test builds on the one before.

describe.each([...orms, ...onOthers])("$name", ({ create }) => {
  let app: OrmApp;
  /** What the ORM makes of the second change alone. */
  let own: { model: string; catalogue: unknown };
  let first: string;
  let second: string;

  beforeAll(async () => {
    app = await create().open();
    const before = app.snapshot();
    app.declare({ columns: [{ name: "nick", isRequired: true }] });
    await succeeded(app.sync(app.empty));
    own = { model: app.read(app.modelFile), catalogue: await catalogue(app, app.empty) };
    app.restore(before);
  });
  afterAll(() => app?.close());

  test("a second change is planned while the first is in expand", async () => {
    app.declare({ columns: [{ name: "handle", isRequired: true, isUnique: true, fill: "lower(email)" }] });
    await succeeded(app.generate("AddHandle"));
    await succeeded(app.apply(app.development));
    await app.commit("Add handle");
    const files = app.snapshot();
    app.declare({ columns: [{ name: "nick", isRequired: true, fill: "upper(name)" }] });
    const { output } = await succeeded(app.generate("AddNick"));
    [first = "", second = ""] = app.plans();
    expect([first, second].join()).toMatch(/handle,.*nick$/i);
    expect(output).toContain(`. npx lockstep backfill run ${second}`);
    expect(
      newMigrations(app, files)
        .map((file) => app.read(file))
        .join(),
    ).not.toMatch(/["`]handle["`\\]/);
    for (const [file, text] of Object.entries(files).filter(([name]) => name.startsWith("lockstep/")))
      if (!file.endsWith("plan.json")) expect(app.read(file)).toBe(text);
    await app.commit("Add nick");
    await succeeded(app.apply(app.production));
    expect(await app.drift(app.production)).toBeUndefined();
  });

  test("commands ask which plan is meant", async () => {
    const files = app.snapshot();
    for (const command of [["next"], ["abandon", "--yes"]]) {
      const { code, stderr } = await app.lockstep(...command);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/^LS3006 /);
      for (const plan of [first, second])
        expect(stderr).toContain(`npx lockstep ${[command[0], plan, ...command.slice(1)].join(" ")}\n`);
    }
    expect(app.snapshot()).toEqual(files);
    const { stdout } = await app.lockstep("status");
    expect(stdout.split("\nNext")[1]).toBe(
      `   npx lockstep backfill run ${second}\n       npx lockstep backfill run ${first}   # plan ${first}\n`,
    );
  });

  test("the first is abandoned; what belongs to the second stays", async () => {
    expect((await succeeded(app.lockstep("backfill", "run", first))).stdout).toContain(`npx lockstep next ${first}`);
    expect((await app.lockstep("plan", second)).stdout).toContain(`Next   npx lockstep status ${second}`);
    await succeeded(app.lockstep("abandon", first, "--yes"));
    await app.commit("Abandon handle");
    await succeeded(app.apply(app.production));
    expect(await app.drift(app.production)).toBeUndefined();
    expect(app.read(app.modelFile) + app.read("src/users.ts")).not.toContain("handle");
    expect(app.read("src/users.ts")).toContain("nick:");
    const status = JSON.parse((await app.lockstep("status", "--json")).stdout);
    expect(status.plans).toMatchObject([
      { plan: first, released: "undone", isDone: true },
      { plan: second, released: "expand", isDone: false },
    ]);
  });

  test("the second comes to its end as if it had been alone", async () => {
    for (const command of [["backfill", "run"], ["next"], ["next", "--confirm", "writers-aware", "reads-steady"]])
      await succeeded(app.lockstep(...command)).then(() => app.commit(command.join(" ")));
    await succeeded(app.apply(app.production));
    expect(await app.drift(app.production)).toBeUndefined();
    expect(await countUsers(app.production, differs(app.production, "nick", "upper(name)"))).toBe(0);
    expect(app.read(app.modelFile)).toBe(own.model);
    expect(await catalogue(app, app.production)).toEqual(own.catalogue);
  });
});
