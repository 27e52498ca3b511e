/** A database that is another than the project's migrations make: told apart from what the user has edited. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { LastCommit } from "../../../plugin-typeorm/src/intercept/last-commit.js";
import { Migrated } from "../../../plugin-typeorm/src/intercept/migrated.js";
import { run } from "../../support/run.js";
import { type App, bio, createApp, handle, userEntity } from "./app.js";

describe("what migrations say", () => {
  const [users, nick] = [{ name: "users" }, "nick"];
  const of = (...ups: ((queryRunner: Runner) => Promise<unknown>)[]) =>
    new Migrated({
      migrations: ups.map((up, at) => ({ name: `M${1763000000000 + at}`, up, down: up })) as never,
    });
  const makesUsers = async (queryRunner: Runner) =>
    queryRunner.query(`CREATE TABLE "users" ("id" SERIAL NOT NULL, "email" text)`);

  test("a column that none knows, of a table that one makes", () => {
    expect(of(makesUsers).isStranger(users, nick)).toBe(true);
    expect(of(makesUsers).isStranger(users, "email")).toBe(false);
    expect(of(makesUsers).isStranger({ name: "teams" }, nick)).toBe(false);
    expect(of(makesUsers).isStrangeName("by_hand")).toBe(true);
    expect(of().isStrangeName("by_hand")).toBe(false);
  });

  const sql = `ALTER TABLE "users" ADD "nick" text`;
  const unsure: [string, (queryRunner: Runner) => Promise<unknown>][] = [
    ["SQL from elsewhere", async (queryRunner) => queryRunner.query(sql)],
    ["SQL that is put together", async (queryRunner) => queryRunner.query(`${sql} NOT NULL`)],
    ["what another function does", async (queryRunner) => makesUsers(queryRunner)],
    ["another name of the parameter", async (q) => q.query(sql)],
  ];
  test.each(unsure)("nothing is certain with %s", (_name, up) => {
    expect(of(makesUsers, up).isStranger(users, nick)).toBe(false);
    expect(of(makesUsers, up).isStrangeName("by_hand")).toBe(false);
  });

  test("who has made a column, where nothing has taken it away since", () => {
    const adds = async (queryRunner: Runner) => queryRunner.query(`ALTER TABLE "users" ADD "nick" text`);
    const drops = async (queryRunner: Runner) => queryRunner.query(`ALTER TABLE "users" DROP COLUMN "nick"`);
    expect(of(makesUsers).makerOf(users, "email")).toBe("M1763000000000");
    expect(of(makesUsers, adds).makerOf(users, nick)).toBe("M1763000000001");
    expect(of(makesUsers, adds, drops).makerOf(users, nick)).toBeUndefined();
    expect(of(makesUsers).makerOf(users, nick)).toBeUndefined();
  });
});

interface Runner {
  query(sql: string): Promise<unknown>;
}

test("what has been edited since the last commit", async () => {
  const root = mkdtempSync(join(tmpdir(), "lockstep-commit-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: root });
  const content = (handleOptions: string, more: string) =>
    userEntity(`@Column(${handleOptions})\nhandle!: string;`, more);
  const commitOf = (text: string) => LastCommit.of(root, async () => [{ path: "user.ts", content: text }], []);
  expect(await commitOf(content("", bio))).toBeUndefined();

  writeFileSync(join(root, "user.ts"), content("", `@Column({ name: "old_name" })\noldName!: string;`));
  await git("init", "--quiet");
  await git("add", "-A");
  await git("commit", "--quiet", "-m", "The users");
  writeFileSync(join(root, "user.ts"), content("{ nullable: true }", bio));
  const commit = await commitOf(content("{ nullable: true }", bio));
  const table = { name: "users" };
  expect(["email", "old_name", "bio", "legacy"].map((name) => commit?.had(table, name))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(["email", "handle", "bio"].map((name) => commit?.isEdited(table, name))).toEqual([false, true, true]);
  expect(["email", "handle", "bio"].map((name) => commit?.unchanged(table, name))).toEqual([
    "User.email",
    undefined,
    undefined,
  ]);
});

describe("the stock command", () => {
  let app: App;
  afterEach(() => app.dispose());

  const nick = `@Column({ type: "varchar", nullable: true })\nnick!: string | null;`;
  const migration = `import type { MigrationInterface, QueryRunner } from "typeorm";

export class Users1763000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`CREATE TABLE "users" ("id" SERIAL NOT NULL, "email" character varying NOT NULL, "nick" character varying)\`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`DROP TABLE "users"\`);
  }
}
`;

  test("a type that nobody has edited is the database's; one that was edited is the change's", async () => {
    const score = `@Column({ type: "varchar", nullable: true })\nscore!: string | null;`;
    const numbers = (text: string) => text.replace('"varchar"', '"integer"').replace("string", "number");
    app = await createApp({
      entities: { "user.ts": userEntity(nick, score) },
      files: {
        "src/migrations/1763000000000-Users.ts": migration.replace(
          "character varying)",
          'character varying, "score" character varying)',
        ),
        ".gitignore": "node_modules\n",
      },
    });
    await app.query(`CREATE TABLE migrations (id SERIAL PRIMARY KEY, timestamp bigint NOT NULL, name varchar NOT NULL);
      INSERT INTO migrations (timestamp, name) VALUES (1763000000000, 'Users1763000000000');
      ALTER TABLE users ADD nick jsonb, ADD score character varying`);
    const git = (...args: string[]) =>
      run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: app.root });
    await git("init", "--quiet");
    await git("add", "-A");
    expect((await git("commit", "--quiet", "-m", "The users")).code).toBe(0);
    const refused = async (...columns: string[]) => {
      app.write("src/user.ts", userEntity(...columns));
      const before = app.snapshot();
      const { code, stderr } = await app.generate("More");
      expect(code, stderr).toBe(1);
      expect(app.snapshot()).toEqual(before);
      return stderr;
    };
    const drift =
      /^LS9057 "users"\."nick" is jsonb here, and character varying in User\.nick; the migrations make it character varying: the database differs\. It is declared as when the newest migration was committed, so this change did not cause the difference\. TypeORM would drop the column and add it again, and every row would lose its value\.( The edit of "users"\."score" would lose values as well \(LS2060\)\.)?$/m;
    for (const own of [
      [nick, score],
      [nick, score, bio],
    ])
      expect(drift.exec(await refused(...own))?.[1]).toBeUndefined();
    const both = await refused(nick, numbers(score));
    expect(drift.exec(both)?.[1]).toBeDefined();
    // A commit without a migration is an edit all the same.
    await git("commit", "--quiet", "-a", "-m", "Numbers");
    expect(drift.exec(await refused(nick, numbers(score)))?.[1]).toBeDefined();
    await app.query("ALTER TABLE users DROP nick, ADD nick character varying");
    expect(await refused(nick, numbers(score))).toMatch(
      /^LS2060 .*"users"\."score" would lose the values of every row: the ORM drops it \(character varying\)/,
    );
  });

  test.each([
    [
      "by SQL in text",
      'queryRunner.query(`ALTER TABLE "users" ALTER "nick" TYPE jsonb USING NULL`)',
      "the migrations make it jsonb: the entity differs",
      "Declare it in the entity as the database has it. Then",
    ],
    [
      "to a third type",
      'queryRunner.query(`ALTER TABLE "users" ALTER "nick" TYPE text`)',
      "the migrations make it text: both differ",
      "Declare it in the entity as the database has it, or bring",
    ],
    [
      "by code",
      'queryRunner.query(["ALTER TABLE"].join(" "))',
      "",
      "Declare it in the entity as the database has it, or bring",
    ],
  ])("a database that is as a migration has left it is not blamed: %s", async (_, statement, words, way) => {
    app = await createApp({
      entities: { "user.ts": userEntity(nick) },
      files: {
        "src/migrations/1763000000000-Users.ts": migration,
        "src/migrations/1763000000001-Nick.ts": `import type { MigrationInterface, QueryRunner } from "typeorm";

export class Nick1763000000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await ${statement};
  }

  async down(): Promise<void> {}
}
`,
        ".gitignore": "node_modules\n",
      },
    });
    await app.query(`CREATE TABLE migrations (id SERIAL PRIMARY KEY, timestamp bigint NOT NULL, name varchar NOT NULL);
      INSERT INTO migrations (timestamp, name) VALUES (1763000000000, 'Users1763000000000'), (1763000000001, 'Nick1763000000001');
      ALTER TABLE users ADD nick jsonb`);
    const git = (...args: string[]) =>
      run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: app.root });
    await git("init", "--quiet");
    await git("add", "-A");
    expect((await git("commit", "--quiet", "-m", "The users")).code).toBe(0);
    app.write("src/user.ts", userEntity(nick, bio));
    const { code, stderr } = await app.generate("More");
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(
      new RegExp(
        `^LS9057 "users"\\."nick" is jsonb here, and character varying in User\\.nick(; )?${words}\\. It is declared`,
        "m",
      ),
    );
    expect(stderr).toContain(`Next   ${way}`);
    expect(stderr).toMatch(
      /typeorm migration:create src\/migrations\/<Name>, add its SQL, then \S+ (?:@lockstep\/typeorm|lockstep) rewrite <file>\.$/m,
    );
  });

  const formerName = 'takes it for the former name of "nick" (ALTER TABLE "users" RENAME COLUMN "legacy" TO "nick")';
  test.each([
    // Of another type TypeORM would drop it and add it again.
    ["an integer", '"legacy" integer', formerName],
    ["a text", '"legacy" character varying', formerName],
    ["one of two", '"legacy" text, "search" tsvector', 'would drop it, with its values (ALTER TABLE "users" DROP'],
  ])("a column that only migrations know is not lost and does not become a new one: %s", async (_, legacy, what) => {
    app = await createApp({
      files: {
        "src/migrations/1763000000000-Users.ts": migration.replace('"nick" character varying', legacy),
        ".gitignore": "node_modules\n",
      },
    });
    await app.query(`CREATE TABLE migrations (id SERIAL PRIMARY KEY, timestamp bigint NOT NULL, name varchar NOT NULL);
        INSERT INTO migrations (timestamp, name) VALUES (1763000000000, 'Users1763000000000');
        ALTER TABLE users ${legacy.replace(/^|(?<=, )/g, "ADD ")}`);
    const git = (...args: string[]) =>
      run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: app.root });
    await git("init", "--quiet");
    await git("add", "-A");
    expect((await git("commit", "--quiet", "-m", "The users")).code).toBe(0);
    app.write("src/user.ts", userEntity(nick));
    const before = app.snapshot();
    const { code, stderr } = await app.generate("More");
    expect(code, stderr).toBe(1);
    expect(app.snapshot()).toEqual(before);
    expect(stderr).toContain(
      `LS9057 "users"."legacy" exists in the database, but no entity declares it, nor did one in the last commit: TypeORM ${what}`,
    );
    expect(stderr).toContain("To drop it: use a separate migration.");
    // Who takes a field away or renames it, and commits before the migration is made, has meant it.
    await git("commit", "--quiet", "-a", "-m", "Nick");
    const meant = await app.generate("More");
    expect(meant.output).not.toContain("LS9057");
  });

  test("names what no edit explains, and writes nothing where that would lose or repeat a column", async () => {
    app = await createApp({
      entities: { "user.ts": userEntity(nick) },
      files: { "src/migrations/1763000000000-Users.ts": migration, ".gitignore": "node_modules\n" },
    });
    // Another branch has run its migration here.
    await app.query(`CREATE TABLE migrations (id SERIAL PRIMARY KEY, timestamp bigint NOT NULL, name varchar NOT NULL);
      INSERT INTO migrations (timestamp, name) VALUES (1763000000000, 'Users1763000000000'), (1763000000001, 'Branch1763000000001');
      ALTER TABLE users ADD legacy text; UPDATE users SET legacy = 'x'`);
    const git = (...args: string[]) =>
      run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: app.root });
    await git("init", "--quiet");
    await git("add", "-A");
    expect((await git("commit", "--quiet", "-m", "The users")).code).toBe(0);
    const refused = async () => {
      const before = app.snapshot();
      const { code, stderr } = await app.generate("More");
      expect(code, stderr).toBe(1);
      expect(app.snapshot()).toEqual(before);
      return stderr;
    };

    // One column in the table and another in the entity: TypeORM would make the one of the other.
    const foreign = await refused();
    expect(foreign).toMatch(/^LS9057 "users"\."legacy" exists in the database, but no migration or entity/);
    expect(foreign).toContain('takes it for the former name of "nick" (ALTER TABLE "users" RENAME COLUMN "legacy" TO');
    expect(foreign).toContain("that the project does not have (Branch1763000000001)");

    await app.query("ALTER TABLE users DROP COLUMN legacy");
    app.write("src/user.ts", userEntity(nick, handle));
    const missing = await refused();
    expect(missing).toMatch(/^LS9057 "users" has no column "nick", but migration Users1763000000000 has run here/);

    // What loses nothing is said beside the statement.
    await app.query(`ALTER TABLE users ADD nick character varying NOT NULL DEFAULT 'x';
      CREATE INDEX by_hand ON users (email)`);
    app.write("src/user.ts", userEntity(`/** @lockstep.backfill(lower(email)) */\n${nick}`, bio));
    const { code, output } = await app.generate("More");
    expect(code, output).toBe(0);
    expect(output).toMatch(/DROP INDEX "public"\."by_hand" — no migration of this project creates it, so other/);
    expect(output).toMatch(
      /"nick" DROP NOT NULL — User\.nick is declared as in the last commit: this change did not cause/,
    );
    expect(output).toMatch(/"nick" DROP DEFAULT — User\.nick is declared as in the last commit/);
    expect(output).not.toContain("User.bio is");
    expect(output).toMatch(
      /src\/user\.ts:\d+: @lockstep\.backfill\(lower\(email\)\) is not used: "users"\."nick" is in the/,
    );
  });
});
