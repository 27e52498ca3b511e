import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type MigrationFile,
  readBlocks,
  writeBlocks,
  writtenSql,
} from "../../examples/plugin-dbmate/src/migration-file.js";
import { byHand, refusals } from "../contract/hand-written-cases.js";
import { type OrmApp, succeeded } from "../contract/orm-app.js";
import { countUsers } from "../contract/rows.js";
import { catalogue, withoutHistory } from "../contract/states.js";
import { query } from "../matrix/databases.js";
import { run } from "../support/run.js";
import { DbmateApp } from "./dbmate-app.js";

// The plugin that docs/write-a-plugin.md goes through: what the contract has for migrations by hand, on a tool without models, and all
// phases there and back with the stock dbmate.

/** A column that the file has a comment for, and one with an UPDATE; a statement beside them. */
const whole = [
  `ALTER TABLE users
  -- @lockstep.backfill('Label ' || id)
  ADD COLUMN label text NOT NULL`,
  ...byHand,
];
const confirmed = ["--confirm", "writers-aware", "reads-steady"];

let app: OrmApp;
/** Of the files and of production, from before; and where the file by itself leads. */
let before: { files: ReturnType<OrmApp["snapshot"]>; catalogue: unknown };
let own: unknown;

beforeAll(async () => {
  app = await DbmateApp.create().open();
  for (const url of [app.development, app.production, app.empty])
    await query(
      url,
      `CREATE SCHEMA side; CREATE TABLE side.tags ("name" text PRIMARY KEY);
       CREATE TABLE side.labels (email text PRIMARY KEY, label text NOT NULL)`,
    );
  before = { files: app.snapshot(), catalogue: await catalogue(app, app.production) };
  const ended = await app.database(app.empty);
  app.writeMigration("add_handle", whole);
  await succeeded(app.apply(ended));
  own = await catalogue(app, ended);
  await app.discard();
});
afterAll(() => app?.close());

/** The table itself declares its columns: there is no model that could lack one. */
const fitting = refusals.filter(({ code }) => code !== "LS4002");

test.each(fitting)("$code: $name; nothing is written", async ({ code, up: [first = "", ...up], fill }) => {
  const annotated = fill === undefined ? first : `-- @lockstep.backfill(${fill})\n${first}`;
  const file = app.writeMigration("add_handle", [annotated, ...up]);
  const files = app.snapshot();
  const result = await app.lockstep("rewrite", file);
  expect(result.output).toMatch(new RegExp(`^${code} `));
  expect(result.code).toBe(1);
  expect(app.snapshot()).toEqual(files);
  await app.discard();
});

test("LS3032: what is no migration of dbmate", async () => {
  for (const [file, text] of [
    ["db/migrations/20260102000000_plain.sql", "ALTER TABLE users ADD COLUMN handle text NOT NULL;\n"],
    ["db/other.sql", "-- migrate:up\n"],
  ] as const) {
    app.write(file, text);
    const { code, stderr } = await app.lockstep("rewrite", file);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^LS3032 .* is no migration of dbmate in db\/migrations\./),
    ]);
  }
  await app.discard();
});

test("what is safe is left alone", async () => {
  const file = app.writeMigration("add_bio", ["ALTER TABLE users ADD COLUMN bio text"]);
  const files = app.snapshot();
  const { stdout } = await succeeded(app.lockstep("rewrite", file));
  expect(stdout).toContain("is safe: nothing to rewrite");
  expect(app.snapshot()).toEqual(files);
  await app.discard();
});

test("check finds the folder by its files, says what a migration does, and what it would be", async () => {
  app.writeMigration("add_handle", ["ALTER TABLE users ADD COLUMN handle text NOT NULL"]);
  const { code, stdout } = await app.lockstep("check");
  expect(code).toBe(1);
  expect(stdout).toContain("add-column-not-null 2:");
  expect(stdout).toContain("1 error in 1 file, 2 migrations checked");
  await app.discard();
});

test("deploy: a migration that waits for a lock gives up before others queue, is told, and runs once the lock is gone", async () => {
  app.writeMigration("add_bio", ["ALTER TABLE users ADD COLUMN bio text"]);
  const production = await app.database(app.production);
  const deploy = () => app.lockstepWith({ PRODUCTION_DATABASE_URL: production }, "deploy", "--attempts", "1");
  const release = await app.system.hold(production, "users WHERE id = 1");
  const stopped = await deploy();
  await release();
  expect(stopped.code).toBe(3);
  expect(stopped.output).toContain("20260102000000_add_bio did not get its locks on production in 1 attempt");
  expect(stopped.output).toContain("Nothing of it remains.");
  expect((await succeeded(deploy())).output).toContain("20260102000000_add_bio");
  await app.discard();
});

describe("all phases", () => {
  test("expand takes the place of the file", async () => {
    const file = app.writeMigration("add_handle", whole);
    const { stdout } = await succeeded(app.lockstep("rewrite", file));
    expect(stdout).toContain('fill "users"."handle" with lower(email)');
    expect(stdout).toContain(
      "Next\n  1. Edit the place above.\n  2. Review and commit.\n  3. npx lockstep deploy   # or npx dbmate migrate, with the URL of each target\n  4. Deploy the code.\n",
    );
    expect(app.read(file)).toMatch(/^-- migrate:up transaction:false\n-- Lockstep plan 20260102000000_add_handle/);
    const { places } = JSON.parse(app.read("lockstep/20260102000000_add_handle/plan.json")).state;
    expect(places).toContainEqual(expect.objectContaining({ file: "src/users.ts", line: 4, kind: "required" }));
    const shown = await succeeded(app.lockstep("plan"));
    expect(shown.stdout).toMatch(/Values of users\.label: .*lockstep\/20260102000000_add_handle\/original\.sql:4/);
    await app.commit("Add handle");
  });

  test("the gate is closed until the rows are filled", async () => {
    await succeeded(app.lockstep("deploy", "--target", "production"));
    expect(await app.drift(app.production)).toBeUndefined();
    await succeeded(app.apply(app.development));
    const closed = await app.lockstep("next");
    expect([closed.code, closed.output]).toEqual([1, expect.stringContaining("gate to switch is closed")]);
    await succeeded(app.lockstep("backfill", "run"));
    expect(await countUsers(app.production, "handle = lower(email) AND label = 'Label ' || id")).toBe(50);
    await succeeded(app.lockstep("next"));
    await app.commit("Switch");
  });

  test("contract waits for the INSERT, and ends where the file by itself ends", async () => {
    const held = await app.lockstep("next", ...confirmed);
    expect(held.code).toBe(1);
    expect(held.output).toContain("src/users.ts");
    app.edit(
      "src/users.ts",
      "(email, name) VALUES ($1, $2)",
      "(email, name, handle, label) VALUES ($1, $2, lower($1), $3)",
    );
    await app.commit("Write both");
    await succeeded(app.lockstep("next", ...confirmed));
    await app.commit("Contract");
    for (const url of [app.production, app.development]) await succeeded(app.apply(url));
    expect(await catalogue(app, app.production)).toEqual(own);
    expect(await query(app.production, "SELECT name FROM side.tags ORDER BY 1")).toEqual([
      { name: "a;b" },
      { name: "it's" },
    ]);
    expect((await succeeded(app.lockstep("next"))).output).toContain("every phase is released");
    expect((await succeeded(app.lockstep("doctor"))).output).toContain("no problems, no warnings");
  });

  test("dbmate's own rollback does not pretend to take a frame back", async () => {
    const bin = `${app.root}/node_modules/dbmate/dist/cli.js`;
    const env = { DATABASE_URL: app.production };
    const result = await run(process.execPath, [bin, "--no-dump-schema", "rollback"], { cwd: app.root, env });
    expect(result.code).not.toBe(0);
    expect(result.output).toContain("npx lockstep undo takes this back");
    expect(await catalogue(app, app.production)).toEqual(own);
  });

  test("undo, phase by phase, to what there was", async () => {
    for (const options of [[], [], ["--yes"]]) {
      await succeeded(app.lockstep("undo", ...options));
      await app.commit("Back");
      await succeeded(app.apply(app.production));
    }
    expect(await catalogue(app, app.production)).toEqual(before.catalogue);
    app.edit(
      "src/users.ts",
      "(email, name, handle, label) VALUES ($1, $2, lower($1), $3)",
      "(email, name) VALUES ($1, $2)",
    );
    expect(withoutHistory(app, app.snapshot())).toEqual(withoutHistory(app, before.files));
  });
});

test("the command is a process of its own, and names the plugin where it is not installed", async () => {
  const bin = `${app.root}/node_modules/lockstep-dbmate/bin/lockstep.js`;
  const env = { DATABASE_URL: app.development, PRODUCTION_DATABASE_URL: app.production };
  const { code, output } = await run(process.execPath, [bin, "status"], { cwd: app.root, env });
  expect([code, output]).toEqual([0, expect.stringContaining("20260102000000_add_handle")]);
  const nowhere = await run(process.execPath, [bin, "status"], { cwd: "/" });
  expect([nowhere.code, nowhere.output]).toEqual([
    2,
    expect.stringMatching(/^LS8001 There is no db\/migrations at \//),
  ]);
});

const blocks: readonly (readonly [text: string, blocks: MigrationFile | undefined])[] = [
  ["-- migrate:up\nA;\n-- migrate:down\nB;\n", { up: "\nA;\n", down: "B;", isOutside: false }],
  ["-- note\n-- migrate:up transaction:false\nA;\n", { up: "\n\nA;\n", down: "", isOutside: true }],
  ["A;\n", undefined],
];

test.each(blocks)("the blocks of %j", (text, expected) => {
  expect(readBlocks(text)).toEqual(expected);
});

const downs = [[], ["DROP INDEX CONCURRENTLY i;"], ["A;", "B;"]];

test.each(downs.map((down) => ({ down })))("what is written with $down to take it back is read again", ({ down }) => {
  for (const sql of ["SELECT 1;\n", "-- a\nDO $$ -- migrate:down\n$$;\n"])
    expect(writtenSql(writeBlocks({ sql, down }))).toBe(sql);
});
