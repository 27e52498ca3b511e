import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { query } from "../matrix/databases.js";
import { byHand, refusals } from "./hand-written-cases.js";
import { type OrmApp, succeeded } from "./orm-app.js";
import { orms } from "./orms.js";
import { countUsers } from "./rows.js";
import { catalogue } from "./states.js";

// `lockstep rewrite`: "add, UPDATE, SET NOT NULL" as people write it by hand goes through the same phases as what an ORM generates,
// and ends where the file by itself would have ended.

/** The same in a transaction of its own, with a column whose values are in another table. */
const whole = [
  "BEGIN",
  // There already: it locks the table and does nothing else.
  `ALTER TABLE "users" ADD COLUMN IF NOT EXISTS "id" int`,
  ...byHand,
  `ALTER TABLE "users" ADD COLUMN "label" text`,
  `UPDATE "users" u SET "label" = l.label FROM side.labels l WHERE l.email = u.email`,
  `ALTER TABLE "users" ALTER COLUMN "label" SET NOT NULL`,
  "COMMIT",
];
const wholeModel = {
  columns: [
    { name: "handle", isRequired: true, isUnique: true },
    { name: "label", isRequired: true },
  ],
};

describe.each(orms)("$name", ({ create }) => {
  let app: OrmApp;
  let file: string;
  /** Where the file by itself leads. */
  let own: unknown;

  beforeAll(async () => {
    app = await create().open();
    for (const url of [app.development, app.production, app.empty])
      await query(
        url,
        `CREATE SCHEMA side; CREATE TABLE side.tags ("name" text PRIMARY KEY);
         CREATE TABLE side.labels (email text PRIMARY KEY, label text NOT NULL);
         INSERT INTO side.labels SELECT 'User.' || n || '@Example.com', 'Label ' || n FROM generate_series(1, 60) n`,
      );
    const ended = await app.database(app.empty);
    await query(ended, whole.join(";\n"));
    own = await catalogue(app, ended);
  });
  afterAll(() => app?.close());

  test.each(refusals)("$code: $name; nothing is written", async ({ code, up, fill }) => {
    if (code !== "LS4002")
      app.declare({ columns: [{ name: "handle", isRequired: true, isUnique: true, ...(fill && { fill }) }] });
    file = app.writeMigration("AddHandle", up);
    const files = app.snapshot();
    const result = await app.lockstep("rewrite", file);
    expect(result.output).toMatch(new RegExp(`^${code} `));
    expect(result.output).toContain("Next   ");
    expect(result.code).toBe(1);
    expect(app.snapshot()).toEqual(files);
    await app.discard();
  });

  test("what is safe is left alone", async () => {
    file = app.writeMigration("AddBio", ['ALTER TABLE "users" ADD COLUMN "bio" text']);
    const files = app.snapshot();
    const { stdout } = await succeeded(app.lockstep("rewrite", file));
    expect(stdout).toContain("is safe: nothing to rewrite");
    expect(app.snapshot()).toEqual(files);
    await app.discard();
  });

  test("a check that is proved in the migration after its own spares the look at the rows; one that says something else does not", async () => {
    const check = (name: string, sql: string) =>
      `ALTER TABLE "users" ADD CONSTRAINT "${name}" CHECK (${sql}) NOT VALID`;
    app.writeMigration("AddChecks", [
      'ALTER TABLE "users" ADD COLUMN "of_right" text, ADD COLUMN "of_wrong" text',
      check("right", '"of_right" IS NOT NULL'),
      check("wrong", "\"of_wrong\" <> ''"),
    ]);
    for (const name of ["right", "wrong"]) {
      file = app.writeMigration(`Prove${name}`, [
        `ALTER TABLE "users" VALIDATE CONSTRAINT "${name}"`,
        `ALTER TABLE "users" ALTER COLUMN "of_${name}" SET NOT NULL`,
        `ALTER TABLE "users" DROP CONSTRAINT "${name}"`,
      ]);
      const { code, output } = await app.lockstep("rewrite", file);
      // Without the proof, the statement depends on the column, which the development database does not have yet.
      expect([code, /^LS9025 /.test(output)]).toEqual(name === "wrong" ? [3, true] : [0, false]);
    }
    await app.discard();
  });

  test("what earlier migrations made is neither added nor checked again", async () => {
    app.writeMigration("AddNotes", [
      'CREATE TABLE "notes" ("id" int PRIMARY KEY, "text" text NOT NULL, "kind" text DEFAULT \'a\')',
    ]);
    const rewritten: string[] = [];
    for (const [name, sql] of [
      ["Again", 'ALTER TABLE "notes" ADD COLUMN IF NOT EXISTS "text" text NOT NULL'],
      ["Default", 'ALTER TABLE "notes" ALTER COLUMN "kind" DROP DEFAULT'],
      ["Kind", 'ALTER TABLE "notes" ALTER COLUMN "kind" SET NOT NULL'],
      ["Required", 'ALTER TABLE "notes" ALTER COLUMN "text" SET NOT NULL'],
    ] as const) {
      file = app.writeMigration(name, [sql]);
      const { code, stdout } = await app.lockstep("rewrite", file);
      if (!stdout.includes("is safe: nothing to rewrite")) rewritten.push(`${name} ${code}`);
    }
    expect(rewritten).toEqual(["Kind 3"]);
    await app.discard();
  });

  /** What a plan would keep, prove or gate where the database has it. */
  const taking = (table: string, column: string, optional = column) => [
    `ALTER TABLE "${table}" DROP COLUMN "${column}"`,
    `ALTER TABLE "${table}" DROP COLUMN IF EXISTS "${column}", ADD COLUMN "other" text`,
    `ALTER TABLE "${table}" ALTER COLUMN "${optional}" SET NOT NULL`,
    `DROP TABLE "${table}"`,
  ];

  test("LS9025: a development database that is behind shows nothing of what other databases lose", async () => {
    app.writeMigration("Behind", ['CREATE TABLE "notes" ("id" int PRIMARY KEY, "text" text)']);
    for (const sql of [...taking("notes", "text"), ...taking("users", "name", "unseen"), 'DROP INDEX "notes_pkey"']) {
      file = app.writeMigration("Take", [sql]);
      const files = app.snapshot();
      const { code, output } = await app.lockstep("rewrite", file);
      expect(output).toMatch(/^LS9025 The development database has not run \S*Behind, which comes before /);
      expect(code).toBe(3);
      expect(app.snapshot()).toEqual(files);
    }
    await app.discard();
  });

  test("LS9025: one that was changed by hand, or has no record of migrations", async () => {
    const said: string[] = [];
    const rewrite = async () => {
      for (const sql of taking("users", "name", "unseen")) {
        file = app.writeMigration("Take", [sql]);
        const { code, output } = await app.lockstep("rewrite", file, "--dry-run");
        said.push(`${code} ${/^LS9025 The development database has no (.*), but line/.exec(output)?.[1]}`);
        await app.discard();
      }
    };
    const record = `"${app.ledger}"`;
    await query(
      app.development,
      `ALTER TABLE ${record} RENAME TO own_record; ALTER TABLE "users" RENAME "name" TO "n"`,
    );
    await rewrite();
    await query(app.development, `ALTER TABLE "users" RENAME TO "u"`);
    await rewrite();
    await query(
      app.development,
      `ALTER TABLE "u" RENAME TO "users"; ALTER TABLE "users" RENAME "n" TO "name"; ALTER TABLE own_record RENAME TO ${record}`,
    );
    expect(said).toEqual([
      ...Array(2).fill('3 column "users"."name"'),
      '3 column "users"."unseen"',
      // The table is there: a plan keeps it until contract.
      "0 undefined",
      ...Array(4).fill('3 table "users"'),
    ]);
  });

  test("LS3030: what a database has, and what one could have", async () => {
    app.declare(wholeModel);
    file = app.writeMigration("AddHandle", whole);
    const files = app.snapshot();
    const used = await app.database(app.production);
    await succeeded(app.apply(used));
    const applied = await app.lockstepWith({ PRODUCTION_DATABASE_URL: used }, "rewrite", file);
    expect(applied.stderr).toMatch(/^LS3030 .* has run on production/);
    await app.commit("Add handle by hand");
    const unknown = await app.lockstepWith({ PRODUCTION_DATABASE_URL: undefined }, "rewrite", file);
    expect(unknown.stderr).toMatch(/^LS3030 .*production \(PRODUCTION_DATABASE_URL is not set\)/);
    expect(unknown.stderr).toContain(`npx lockstep rewrite ${file} --not-applied`);
    expect([applied.code, unknown.code]).toEqual([1, 1]);
    expect(app.snapshot()).toEqual(files);
  });

  test("expand takes its place", async () => {
    const text = app.read(file);
    const files = app.snapshot();
    const dry = await succeeded(app.lockstep("rewrite", file, "--dry-run"));
    expect(dry.stdout).toContain('fill "users"."handle" with lower(email)');
    expect(dry.stdout).toContain('fill "users"."label" with (SELECT l.label FROM side.labels l');
    expect(app.snapshot()).toEqual(files);

    const { stdout } = await succeeded(app.lockstep("rewrite", file, "--not-applied"));
    expect(stdout).toContain("BEGIN and COMMIT around the file are left out");
    const [plan = "", ...others] = app.plans();
    expect(others).toEqual([]);
    expect(app.read(file)).not.toContain('UPDATE "users" SET');
    expect(app.read(file)).toMatch(
      /Lock +ACCESS EXCLUSIVE on "users"[^$]+\$lockstep[^;]+[\s\S]+?ADD COLUMN IF NOT EXISTS "id"/,
    );
    const kept = Object.keys(app.snapshot()).filter((each) => /\/original\./.test(each));
    expect(kept.map((each) => app.read(each))).toContain(text);
    expect(app.read("src/users.ts")).toContain("handle: email.toLowerCase()");
    const shown = await succeeded(app.lockstep("plan", plan));
    expect(shown.stdout).toMatch(/Values of User.handle: lower\(email\) .*lockstep\/.*\/original\.\S+:\d+/);
    await app.commit("In phases");
  });

  test("abandoned before it has run anywhere: its text is not lost", async () => {
    const abandoned = await succeeded(app.lockstepWith({ PRODUCTION_DATABASE_URL: app.development }, "abandon"));
    expect(abandoned.stdout).toContain(`removed ${file}`);
    expect(abandoned.stdout).toMatch(
      /Next {3}Put the other statements of lockstep\/.*\/original\.\S+ into a new migration/,
    );
    expect(Object.keys(app.snapshot())).not.toContain(file);
    expect(app.read(app.modelFile)).not.toContain("handle");
    await app.discard();
  });

  test("LS3030, LS3031: it is a plan's now, and others come after it", async () => {
    const again = await app.lockstep("rewrite", file);
    expect(again.stderr).toMatch(/^LS3030 .* is a migration of plan /);
    const older = app.writeMigration("Older", ["SELECT 1"]);
    const refused = await app.lockstep("rewrite", older);
    expect(refused.stderr).toMatch(/^LS3031 /);
    await app.discard();
  });

  test("the phases end where the file by itself ends, and the user's other statements have run", async () => {
    await succeeded(app.apply(app.production));
    expect(await app.drift(app.production)).toBeUndefined();
    for (const command of [["backfill", "run"], ["next"]]) await succeeded(app.lockstep(...command));
    // What is in another table no place of the code has: a person writes it.
    const contract = ["next", "--confirm", "writers-aware", "reads-steady"];
    const held = await app.lockstep(...contract);
    expect(held.output).toContain("1 place in the code has to change first: src/users.ts");
    await app.commit("Read it");
    app.edit("src/users.ts", "handle: email.toLowerCase()", 'handle: email.toLowerCase(), label: "new"');
    await app.commit("Label new users");
    await succeeded(app.lockstep(...contract));
    await succeeded(app.apply(app.production));
    expect(await app.drift(app.production)).toBeUndefined();
    expect(await countUsers(app.production, "handle = lower(email) AND label = 'Label ' || id")).toBe(50);
    expect(await query(app.production, "SELECT name FROM side.tags ORDER BY 1")).toEqual([
      { name: "a;b" },
      { name: "it's" },
    ]);
    expect(await catalogue(app, app.production)).toEqual(own);
  });
});
