/** What the stock command answers while a plan is under way. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { lockProject } from "../../../core/src/base/files/project-lock.js";
import { LockstepCommands } from "../../support/lockstep-commands.js";
import { type App, bio, createApp, handle, userEntity } from "./app.js";

const plan = "1763648123456-AddHandle";
/** The application in expand, and the copy of it that a test works on. */
let expanded: App;
let app: App;
/** The entity as expand has it. */
let relaxed: string;

beforeAll(async () => {
  expanded = await createApp({ entities: { "user.ts": userEntity(handle) } });
  const generated = await expanded.generate("AddHandle", "-t", "1763648123456");
  expect(generated.code, generated.output).toBe(0);
  const ran = await expanded.cli(["migration:run"]);
  expect(ran.code, ran.output).toBe(0);
  relaxed = expanded.read("src/user.ts");
});
afterAll(() => expanded.dispose());
beforeEach(async () => {
  app = await createApp({ like: expanded });
});
afterEach(() => app.dispose());

describe("a second change to the planned column is refused", () => {
  test.each([
    ["dropped", () => userEntity(), "drops it", `npx lockstep abandon ${plan}`],
    [
      "another type",
      () => relaxed.replace('"varchar", nullable', '"text", nullable'),
      "gives it another type",
      "finish the plan first",
    ],
    [
      "another length",
      () => relaxed.replace('"varchar", nullable', '"varchar", length: 64, nullable'),
      "gives it another type",
      "finish the plan first",
    ],
    [
      "a default",
      () => relaxed.replace('"varchar", nullable', '"varchar", default: "x", nullable'),
      "alters it",
      "finish the plan first",
    ],
  ])("%s", async (_name, entity, did, hint) => {
    app.write("src/user.ts", entity());
    const before = app.snapshot();
    const { code, stderr } = await app.generate("More");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^LS3004 /);
    expect(stderr).toContain(`has an open plan: ${plan}, phase expand. This change ${did}`);
    expect(stderr).toContain(hint);
    expect(app.snapshot()).toEqual(before);
  });
});

test("other changes to the table pass, and other plans are made", async () => {
  app.write("src/user.ts", relaxed.replace(/\}\n$/, `\n  ${bio}\n}\n`));
  const safe = await app.generate("AddBio");
  expect(safe.code, safe.output).toBe(0);
  expect(safe.output).not.toContain("Lockstep");
  expect((await app.cli(["migration:run"])).code).toBe(0);
  app.edit("src/user.ts", bio, `${bio}\n\n  ${handle.replace("handle", "nick")}`);
  const second = await app.generate("AddNick");
  expect(second.code, second.output).toBe(0);
  expect(app.read("src/user.ts")).toContain("nick!: string | null;");
  expect((await app.cli(["migration:run"])).code).toBe(0);
  expect((await app.generate("Nothing", "--check")).code).toBe(0);
});

describe("an entity that was put back by hand", () => {
  beforeEach(() => app.write("src/user.ts", userEntity(handle)));

  test("follows its plan again", async () => {
    const { code, output } = await app.generate("Nothing");
    expect(output).toContain(`Lockstep: as before, User.handle optional until contract (plan ${plan}, phase expand).`);
    expect(output).toContain(`npx lockstep next ${plan}`);
    expect(output).toContain("No changes in database schema were found");
    expect(code).toBe(1);
    expect(app.read("src/user.ts")).toBe(relaxed);
    expect(app.migrations()).toHaveLength(1);
  });

  test.each(["--check", "--dryrun"])("is told where nothing may be written: %s", async (option) => {
    const before = app.snapshot();
    const { code, stderr } = await app.generate("Nothing", option);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^LS9055 /);
    expect(stderr).toContain("User.handle optional until contract");
    expect(app.snapshot()).toEqual(before);
  });

  test("together with a safe change, which stays TypeORM's own", async () => {
    app.edit("src/user.ts", handle.replaceAll("\n", "\n  "), `${handle.replaceAll("\n", "\n  ")}\n\n  ${bio}`);
    const { code, output } = await app.generate("AddBio", "-t", "1763648129999");
    expect(code, output).toBe(0);
    expect(output).toContain("Lockstep: as before, User.handle optional until contract");
    expect(app.read("src/user.ts")).toContain(
      '{ type: "varchar", nullable: true, select: false })\n  handle!: string | null;',
    );
    expect(app.read("src/migrations/1763648129999-AddBio.ts").match(/queryRunner\.query/g)).toHaveLength(2);
  });

  test("together with a change that needs a plan, in the same file", async () => {
    app.edit(
      "src/user.ts",
      handle.replaceAll("\n", "\n  "),
      `${handle.replaceAll("\n", "\n  ")}\n\n  ${handle.replace("handle", "nick")}`,
    );
    const { code, output } = await app.generate("AddNick");
    expect(code, output).toBe(0);
    expect(app.read("src/user.ts").match(/nullable: true, select: false/g)).toHaveLength(2);
    expect((await app.cli(["migration:run"])).code).toBe(0);
    expect((await app.generate("Nothing", "--check")).code).toBe(0);
  });
});

test.each([
  ["is kept from reads until switch", ""],
  ["stays kept from reads where the user wants it", ", select: false"],
])("an optional column %s, and its entity is as it was when the plan goes", async (_name, own) => {
  const nick = (more: string, annotation = "/** @lockstep.backfill(lower(email)) */\n  ") =>
    relaxed.replace(
      /\}\n$/,
      `\n  ${annotation}@Column("varchar", { nullable: true${more} })\n  nick!: string | null;\n}\n`,
    );
  app.write("src/user.ts", nick(own));
  app.write(
    "lockstep.config.ts",
    `import { defineConfig } from "@lockstep/typeorm";\n\nexport default defineConfig({ targets: { production: { urlFrom: "DATABASE_URL" } } });\n`,
  );
  await must(app.generate("AddNick", "-t", "1763648129999"));
  await must(app.cli(["migration:run"]));
  const expand = nick(", select: false");
  const lockstep = new LockstepCommands(app.root);
  const run = async (...argv: string[]) => must(lockstep.run(argv, { DATABASE_URL: app.url }));
  const id = "1763648129999-AddNick";
  try {
    expect(app.read("src/user.ts")).toBe(expand);
    expect((await app.generate("Nothing", "--check")).code).toBe(0);
    await run("backfill", "run", id);
    await run("next", id);
    expect(app.read("src/user.ts")).toBe(nick(own, ""));
    await run("undo", id);
    expect(app.read("src/user.ts")).toBe(expand);
    await run("abandon", id, "--yes");
    expect(app.read("src/user.ts")).toBe(relaxed);
  } finally {
    lockstep.close();
  }
});

async function must(running: Promise<{ readonly code: number | null; readonly output: string }>): Promise<void> {
  const { code, output } = await running;
  expect(code, output).toBe(0);
}

test.each([true, false])("scaffolding is never dropped, with the plan's files: %s", async (hasFiles) => {
  await app.query(`ALTER TABLE users ADD CONSTRAINT "lockstep_nn_users_handle" CHECK (handle IS NOT NULL) NOT VALID;
    CREATE INDEX "lockstep_users_handle" ON users (handle)`);
  // A colleague on another branch, with the same database.
  if (!hasFiles) for (const file of Object.keys(app.snapshot())) if (file.startsWith("lockstep/")) app.remove(file);
  const check = await app.generate("Nothing", "--check");
  expect(check.code, check.output).toBe(0);
  expect((await app.cli(["schema:log"])).output).toContain("Your schema is up to date");
  app.write("src/user.ts", relaxed.replace(/\}\n$/, `\n  ${bio}\n}\n`));
  const safe = await app.generate("AddBio", "-t", "1763648129999");
  expect(safe.code, safe.output).toBe(0);
  expect(app.read("src/migrations/1763648129999-AddBio.ts")).not.toContain("lockstep_");
});

test("a write that was interrupted is finished first", async () => {
  const before = app.read("src/user.ts");
  const after = before.replace("handle!", "handle !");
  app.write("lockstep/.journal.json", JSON.stringify([{ file: "src/user.ts", before, after }]));
  const dry = await app.generate("Nothing", "--check");
  expect([dry.code, dry.stderr]).toEqual([1, expect.stringMatching(/^LS3012 .*src\/user\.ts/)]);
  expect(app.read("src/user.ts")).toBe(before);
  const first = await app.generate("Nothing");
  expect(first.code).toBe(1);
  expect(first.stderr).toMatch(/^LS9056 Finished files: src\/user\.ts/);
  expect(app.read("src/user.ts")).toBe(after);
  expect((await app.generate("Nothing", "--check")).code).toBe(0);
});

test("while another command writes, nothing is written, and it is named", async () => {
  const lock = await lockProject(app.root, "lockstep next");
  try {
    app.write("src/user.ts", userEntity(handle));
    const before = app.snapshot();
    const waited = await app.generate("Nothing");
    expect([waited.code, waited.stderr]).toEqual([1, expect.stringMatching(/^LS4007 lockstep next has been writing/)]);
    expect(app.snapshot()).toEqual(before);
  } finally {
    lock.release();
  }
  const again = await app.generate("Nothing");
  expect(again.output).toContain("Lockstep: as before");
});
