import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waiversIn } from "../../core/src/lint/waivers.js";
import waiverRule from "../../core/src/rules/waiver.js";
import { publishedModules } from "../support/published.js";
import { createRepository, type Repository } from "../support/repository.js";
import { run } from "../support/run.js";

const bins = {
  prisma: join(publishedModules(), "@lockstep/prisma/bin/lockstep.js"),
  typeorm: join(publishedModules(), "@lockstep/typeorm/bin/lockstep.js"),
};
const folder = "packages/db/prisma/migrations";
const first = `${folder}/20260101000000_init/migration.sql`;
const second = `${folder}/20260201000000_index/migration.sql`;
const third = `${folder}/20260301000000_later/migration.sql`;
const table = `-- CreateTable\nCREATE TABLE "Order" (\n    "id" TEXT NOT NULL,\n    "state" TEXT,\n\n    CONSTRAINT "Order_pkey" PRIMARY KEY ("id")\n);\n`;
const index = `-- CreateIndex\nCREATE INDEX "Order_state_idx" ON "Order"("state");\n`;

let repository: Repository;
beforeAll(() => {
  repository = createRepository();
  repository.commit({
    "package.json": `{ "name": "shop" }`,
    "packages/db/package.json": `{ "name": "db", "devDependencies": { "prisma": "^7.10.0" } }`,
    [`${folder}/migration_lock.toml`]: `provider = "postgresql"\n`,
    [first]: table,
  });
  repository.git("switch", "--quiet", "-c", "orders");
  repository.commit({ [second]: index });
});
afterAll(() => repository.dispose());

/** @param env where no CI says what a branch goes into */
async function check(args: readonly string[], orm: keyof typeof bins = "prisma", cwd = repository.folder) {
  const nobody = { GITHUB_BASE_REF: undefined, CI_MERGE_REQUEST_DIFF_BASE_SHA: undefined };
  const { code, stdout, stderr } = await run(process.execPath, [bins[orm], "check", ...args], { cwd, env: nobody });
  return { code, stdout, stderr };
}

test("what is new since the base, with its source, in a repository without config, packages and database", async () => {
  const { code, stdout, stderr } = await check(["--base", "main"]);
  expect(stdout).toMatchInlineSnapshot(`
    "packages/db/prisma/migrations/20260201000000_index/migration.sql
      ✖ add-index 2:1  writes of "Order" wait until its index is built
        2 │ CREATE INDEX "Order_state_idx" ON "Order"("state");
          │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        Safer  build it while writes continue
               CREATE INDEX CONCURRENTLY "Order_state_idx" ON "Order"("state");
               npx @lockstep/prisma rewrite packages/db/prisma/migrations/20260201000000_index/migration.sql turns it into a plan (after npx @lockstep/prisma init)

    ✖ 1 error in 1 file, 1 migration new since main checked
    Next   npx @lockstep/prisma check --fix   # writes it
    "
  `);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
});

test("one line when all is well", async () => {
  const { code, stdout } = await check([first]);
  expect(stdout).toMatchInlineSnapshot(`
    "✔ 1 migration, 1 statement: no findings.
    "
  `);
  expect(code).toBe(0);
});

test("nothing new, and how to see the rest", async () => {
  const { code, stdout } = await check(["--base", "orders"]);
  expect(stdout).toMatchInlineSnapshot(`
    "No migration new since orders. Check all: npx @lockstep/prisma check --all
    "
  `);
  expect(code).toBe(0);
});

describe("formats", () => {
  test.each(["github", "gitlab", "junit", "markdown", "sarif"])("%s", async (format) => {
    const { code, stdout } = await check(["--base", "main", "--format", format]);
    expect(stdout.replace(/"semanticVersion": ".*"/, `"semanticVersion": "…"`)).toMatchSnapshot();
    expect(code).toBe(1);
  });

  test("into a file, and told on the terminal", async () => {
    const { stdout } = await check(["--base", "main", "--format", "sarif", "--output", "out.sarif"]);
    const file = join(repository.folder, "out.sarif");
    expect(JSON.parse(readFileSync(file, "utf8")).runs[0].results).toHaveLength(1);
    expect(stdout).toContain("✖ 1 error in 1 file, 1 migration new since main checked");
    rmSync(file);
  });

  test("below the top of the repository, files are named from the top", async () => {
    const { stdout } = await check(
      ["--base", "main", "--format", "github"],
      "prisma",
      join(repository.folder, "packages/db"),
    );
    expect(stdout).toContain(`::error file=${second},line=2`);
  });

  test("fingerprints are the same wherever the command runs", async () => {
    const all = await Promise.all(
      ["", "packages/db"].map(async (below) => {
        const { stdout } = await check(
          ["--base", "main", "--format", "gitlab"],
          "prisma",
          join(repository.folder, below),
        );
        return JSON.parse(stdout).map((each: { fingerprint: string }) => each.fingerprint);
      }),
    );
    expect(all[0]).toHaveLength(1);
    expect(all[1]).toEqual(all[0]);
  });

  test("--json", async () => {
    const { stdout } = await run(process.execPath, [bins.prisma, "--json", "check", "--base", "main"], {
      cwd: repository.folder,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      command: "check",
      ok: false,
      base: { name: "main" },
      files: 1,
      findings: [{ rule: "add-index", file: second, line: 2, verdict: { locks: [{ mode: "SHARE" }], held: "scan" } }],
    });
  });
});

test("code of the branch that names what its migration drops", async () => {
  repository.write({
    [third]: `ALTER TABLE "Order" DROP COLUMN "state";`,
    "src/orders.ts": "export const open = (order: Order) =>\n  order.state === 'open';\n",
    "src/users.ts": "export const state = 'of something else';\n",
    "src/dist/orders.js": "order.state\n",
  });
  const { stdout } = await check(["--base", "main"]);
  repository.write({
    [third]: undefined,
    "src/orders.ts": undefined,
    "src/users.ts": undefined,
    "src/dist/orders.js": undefined,
  });
  expect(stdout).toContain("fails; files with its name and its table's name: src/orders.ts:2\n");
});

test("a migration that is merged and changed, or gone", async () => {
  repository.write({ [first]: `${table}-- and more\n` });
  const { stdout } = await check(["--base", "main"]);
  expect(stdout).toContain("edited-after-merge 1:1  it is in main and may have run");
  // A comment would change it once more: the setting works as it is printed.
  const [, setting = ""] =
    /To accept a finding, add to `check\.waivers` in `lockstep\.config\.ts`: `(.*)`\n/.exec(stdout) ?? [];
  repository.write({ "lockstep.config.ts": `export default { check: { waivers: [${setting}] } };\n` });
  const accepted = (await check(["--base", "main"])).stdout;
  expect(accepted).toContain("edited-after-merge waived: <reason>");
  // Lockstep is set up now.
  expect(accepted).toContain("turns it into a plan\n");
  repository.write({ "lockstep.config.ts": undefined });
  repository.write({ [first]: undefined });
  expect((await check(["--base", "main"])).stdout).toContain("the ORM reports a missing migration");
  repository.write({ [first]: table });
});

test("rules about no statement have a severity, too", async () => {
  repository.write({
    [first]: `${table}-- and more\n`,
    "lockstep.config.json": `{ "check": { "rules": { "edited-after-merge": "warning", "add-index": "off" } } }`,
  });
  const { code, stdout } = await check(["--base", "main"]);
  repository.write({ [first]: table, "lockstep.config.json": undefined });
  expect(stdout).toContain("! edited-after-merge 1:1");
  expect(code).toBe(0);
});

test("a migration that somebody has taken away is none", async () => {
  repository.write({ [second]: undefined });
  const { code, stdout } = await check(["--all"]);
  repository.write({ [second]: index });
  expect(stdout).toBe("✔ 1 migration, 1 statement: no findings.\n");
  expect(code).toBe(0);
});

test("where nothing says which database it is for, the answer says what it took it for", async () => {
  repository.write({ [`${folder}/migration_lock.toml`]: undefined });
  const { code, stdout } = await check(["--all"]);
  const texts = await Promise.all(
    ["github", "junit", "markdown", "sarif"].map(async (format) => (await check(["--all", "--format", format])).stdout),
  );
  repository.write({ [`${folder}/migration_lock.toml`]: `provider = "postgresql"\n` });
  const said = "packages/db/prisma/migrations: the project does not name its database; checked as PostgreSQL";
  for (const text of [stdout, ...texts]) expect(text).toContain(said);
  expect(code).toBe(1);
});

test("a plain file, and stdin, are SQL of their own", async () => {
  repository.write({ "some.sql": `ALTER TABLE "A" ALTER COLUMN "b" SET NOT NULL;` });
  const { code, stdout } = await check(["some.sql"]);
  expect(stdout).toContain("set-not-null 1:17");
  expect(code).toBe(1);
  repository.write({ "some.sql": undefined });
});

test("what a hook names beside migrations is no SQL", async () => {
  const { code, stdout } = await check(["package.json", `${folder}/migration_lock.toml`, first]);
  expect(stdout).toContain("✔ 1 migration, 1 statement: no findings.");
  expect(code).toBe(0);
});

describe("waivers", () => {
  test("npx lockstep explain waiver shows one for each kind of file", async () => {
    const { background } = waiverRule;
    const [sql = "", typescript = "", setting = ""] = [...background.matchAll(/^- .*?: `([^`]*)`$/gm)].map(
      ([, each]) => each,
    );
    const reasons = [sql, typescript].map((each) => waiversIn(`${each}\nstatement`, "file"));
    const of = { line: 1, of: 2, file: "file" };
    const about = { rules: ["add-index"], reason: "the table has 200 rows", at: of };
    expect(reasons).toEqual([[{ ...about, until: "2027-01-31" }], [{ ...about, until: undefined }]]);
    repository.write({
      "lockstep.config.ts": `export default { ${setting.replace("20260201_index", "*_later")} };\n`,
      [third]: index,
    });
    expect((await check([third])).stdout).toContain("(1 waived)");
    repository.write({ "lockstep.config.ts": undefined, [third]: undefined });
  });

  /** What a comment before the index makes of the answer. */
  const cases: readonly (readonly [comment: string, expected: RegExp, code: number])[] = [
    ["-- lockstep-ignore add-index: 200 rows", /✔ 1 migration, 1 statement: no findings. \(1 waived\)/, 0],
    ["-- lockstep-ignore add-index until 2999-01-01: 200 rows", /\(1 waived\)/, 0],
    ["-- lockstep-ignore drop-index, add-index: both are small", /\(1 waived\)/, 0],
    ["/* lockstep-ignore add-index: 200 rows */ SELECT 1;", /is unused/, 1],
    ["-- lockstep-ignore-file add-index: 200 rows", /\(1 waived\)/, 0],
    ["-- lockstep-ignore add-index until 2020-01-01: 200 rows", /the waiver of add-index has expired/, 1],
    ["-- lockstep-ignore add-index until soon: 200 rows", /has an invalid date, so it has no effect/, 1],
    ["-- lockstep-ignore add-index", /the waiver of add-index has no reason, so it has no effect/, 1],
    ["-- lockstep-ignore add-idnex: 200 rows", /names an unknown rule/, 1],
    ["-- lockstep-ignore add-index 200 rows", /the waiver of no rule names an unknown rule/, 1],
    ["-- lockstep-ignore: 200 rows", /the waiver of no rule names an unknown rule/, 1],
    ["-- lockstep-ignore drop-index: 200 rows", /the waiver of drop-index is unused/, 1],
  ];
  test.each(cases)("%s", async (comment, expected, code) => {
    repository.write({ [third]: `${comment}\n${index}` });
    const answer = await check([third]);
    repository.write({ [third]: undefined });
    expect(answer.stdout).toMatch(expected);
    expect(answer.code).toBe(code);
  });
});

test("what stands in the baseline is left out, and what is new is not", async () => {
  expect((await check(["--all", "--write-baseline", "lockstep/baseline.json"])).code).toBe(0);
  expect((await check(["--all", "--baseline", "lockstep/baseline.json"])).stdout).toContain("(1 in the baseline)");
  repository.write({ [third]: `DROP TABLE "Order";` });
  const { code, stdout } = await check(["--all", "--baseline", "lockstep/baseline.json"]);
  expect(stdout).toContain("drop-table");
  expect(stdout).not.toContain("add-index");
  expect(code).toBe(1);
  repository.write({ [third]: undefined, "lockstep/baseline.json": undefined });
});

test("--fix writes what is mechanical, and shows it first with --dry-run", async () => {
  const shown = await check(["--base", "main", "--fix", "--dry-run"]);
  expect(shown.stdout).toContain(`+CREATE INDEX CONCURRENTLY "Order_state_idx" ON "Order"("state");`);
  expect(readFileSync(join(repository.folder, second), "utf8")).toBe(index);
  const { code, stdout } = await check(["--base", "main", "--fix"]);
  expect(stdout).toBe("✔ 1 migration new since main, 1 statement: no findings. (1 fixed)\n");
  expect(code).toBe(0);
  expect(readFileSync(join(repository.folder, second), "utf8")).toBe(index.replace("INDEX", "INDEX CONCURRENTLY"));
  repository.write({ [second]: index });
});

test("of a whole history with much to say each rule is told once", async () => {
  const many = Array.from({ length: 41 }, (_, at) => `ALTER TABLE "Order" DROP COLUMN "c${at}";`).join("\n");
  repository.write({ [third]: many });
  const { stdout } = await check(["--all"]);
  repository.write({ [third]: undefined });
  expect(stdout).toBe(
    `  ✖ drop-column  41  last in ${third}:41\n  ✖ add-index    1   last in ${second}:2\n  List all: --format markdown\n\n✖ 42 errors in 2 files, 3 migrations checked\nNext   npx @lockstep/prisma explain drop-column\n`,
  );
});

test("advice is given where somebody asks for it, in every format, and fails nothing", async () => {
  repository.write({ [third]: `CREATE TABLE "A" (\n  "at" TIMESTAMP(3) NOT NULL\n);` });
  const named = async (...options: readonly string[]) => await check([third, ...options]);
  expect((await named()).stdout).not.toContain("timestamp-without-time-zone");
  const { code, stdout } = await named("--advice");
  expect(code).toBe(0);
  expect(stdout).toBe(
    `✔ 1 migration, 1 statement: no findings.\nℹ ${third}:2: timestamp-without-time-zone: "at" has no time zone: sessions in other time zones read another moment — use @db.Timestamptz(3)\n`,
  );
  for (const [format, words] of [
    ["github", `::notice file=${third},line=2`],
    ["gitlab", `"severity": "info"`],
    ["junit", `${third}:2: timestamp-without-time-zone`],
    ["markdown", "### Advice"],
    ["sarif", `"level": "note"`],
  ] as const)
    expect((await named("--advice", "--format", format)).stdout).toContain(words);
  repository.write({ "packages/db/lockstep.config.json": JSON.stringify({ check: { advice: true } }) });
  expect((await named("--json")).stdout).toContain(`"severity": "advice"`);
  repository.write({ [third]: undefined, "packages/db/lockstep.config.json": undefined });
});

test("severities, waivers and the server of the configuration, of the nearest package", async () => {
  const config = {
    check: {
      server: 14,
      rules: { "add-index": "warning" },
      waivers: [{ rule: "drop-table", files: "**/*_later/*", reason: "nobody has it" }],
    },
  };
  repository.write({
    "packages/db/lockstep.config.json": JSON.stringify(config),
    [third]: `DROP TABLE "Order";\nCREATE TABLE "A" ("b" INT, UNIQUE NULLS NOT DISTINCT ("b"));`,
  });
  const { code, stdout } = await check(["--all"]);
  const annotations = await check(["--all", "--format", "github"]);
  expect(annotations.stdout).toContain(
    `::notice file=${third},line=1,title=Lockstep::drop-table waived: nobody has it\n`,
  );
  repository.write({ [third]: undefined, "packages/db/lockstep.config.json": undefined });
  expect(stdout).toContain("! add-index 2:1");
  expect(stdout).toContain("✖ newer-than-server 2:1  NULLS NOT DISTINCT needs PostgreSQL 15 or later");
  expect(stdout).toContain("✖ 1 error and 1 warning in 2 files, 3 migrations checked (1 waived)");
  expect(code).toBe(1);
});

describe("bad input", () => {
  /** Arguments, the code of the error and how the process ends. */
  const cases: readonly (readonly [args: readonly string[], error: string, code: number])[] = [
    [["--base", "nowhere"], "LS8014", 2],
    [["--base=--help"], "LS8014", 2],
    [["--format", "xml"], "LS8016", 2],
    [["--server", "new"], "LS8016", 2],
    [["none.sql"], "LS8016", 2],
    [["--all", "--fix"], "LS8016", 2],
    [["--all", "--baseline", "none.json"], "LS8016", 2],
    [["--write-baseline", "package.json/baseline.json"], "LS8016", 2],
    [["--base", "main", "--output", "package.json/out.txt"], "LS8016", 2],
  ];
  test.each(cases)("%j", async (args, error, code) => {
    const answer = await check(args);
    expect(answer.stderr).toContain(error);
    expect(answer.code).toBe(code);
  });

  test("a waiver in the configuration that would have no effect", async () => {
    const waivers = [{ rule: "open-plan", reason: "it is ours" }];
    repository.write({ "lockstep.config.json": JSON.stringify({ check: { waivers } }) });
    const { code, stderr } = await check(["--all"]);
    repository.write({ "lockstep.config.json": undefined });
    expect(stderr).toContain('LS8002 check.waivers: findings of "open-plan" cannot be waived.');
    expect(code).toBe(2);
  });

  test("a repository without migrations of the ORM", async () => {
    const { code, stderr } = await check(
      ["--all"],
      "typeorm",
      join(repository.folder, "packages/db/prisma/migrations/20260101000000_init"),
    );
    expect(stderr).toMatch(/LS8015.*@lockstep\/typeorm.* no migrations/);
    expect(code).toBe(2);
  });
});

test("migration classes of TypeORM, in a repository where nothing is installed", async () => {
  const own = createRepository();
  own.commit({
    "package.json": `{ "dependencies": { "typeorm": "^1.1.0", "pg": "^8" } }`,
    "src/migrations/1700000000000-Init.ts": migrationClass(
      "Init1700000000000",
      'await queryRunner.query(`CREATE TABLE "order" ("id" SERIAL PRIMARY KEY, "state" varchar)`);',
    ),
    "mysql/migrations/1700000000000-Init.ts": migrationClass(
      "Init1700000000000",
      'await queryRunner.query("SELECT 1");',
    ),
  });
  own.git("switch", "--quiet", "-c", "orders");
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: code that is read
  own.commit({
    "src/migrations/1700000000001-More.ts": migrationClass(
      "More1700000000001",
      'const table = "order";',
      `await queryRunner.addColumn(table, new TableColumn({ name: "total", type: "int" }));`,
      'await queryRunner.query(`CREATE INDEX "by_state" ON "${table}" ("state")`);',
      "// lockstep-ignore unread-code: it only tells the version",
      "await queryRunner.query(`SELECT '${process.env.VERSION}'`);",
      "await queryRunner.query(`UPDATE ${process.env.TABLE} SET a = 1`);",
    ),
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: code that is read
  const { code, stdout } = await check(["--base", "main"], "typeorm", own.folder);
  const unfixed = await check(["--base", "main", "--fix", "--dry-run"], "typeorm", own.folder);
  expect(unfixed.stderr).toContain(
    "Nothing was fixed: --fix replaces only whole statements that have one safe form, in SQL files",
  );
  own.dispose();
  expect(stdout).toMatchInlineSnapshot(`
    "src/migrations/1700000000001-More.ts
      ✖ add-column-not-null 6:5  fails if the table has a row; running code that omits "total" can no longer insert rows
        6 │     await queryRunner.addColumn(table, new TableColumn({ name: "total", type: "int" }));
          │     ^^^^^^^^^^^^^^^^^^^^^^^^
        Safer  add it as nullable, write it in the code, fill the rows in batches, then make it required
      ✖ add-index 7:5  writes of "order" wait until its index is built; reads and writes of "order" (locked in line 6) wait as long, because the transaction holds the lock
        7 │     await queryRunner.query(\`CREATE INDEX "by_state" ON "\${table}" ("state")\`);
          │     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        Safer  build it while writes continue, in a separate migration with \`transaction = false\` and, in the data source, \`migrationsTransactionMode: "each"\`
               CREATE INDEX CONCURRENTLY "by_state" ON "order" ("state");
      ! unread-code 10:5  an interpolated string: Lockstep cannot check SQL that is built at run time or depends on the database
        10 │     await queryRunner.query(\`UPDATE \${process.env.TABLE} SET a = 1\`);
           │     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        Safer  write the statements as plain strings, or review them yourself and waive this with a reason

    ✖ 2 errors and 1 warning in 1 file, 1 migration new since main checked (1 waived)
    src/migrations/1700000000001-More.ts:9: unread-code waived: it only tells the version
    To accept a finding, write above its statement: // lockstep-ignore add-column-not-null: <reason>
    Next   npx @lockstep/typeorm explain add-column-not-null
    "
  `);
  expect(code).toBe(1);
});

test("a class whose transaction setting makes TypeORM reject the run", async () => {
  const own = createRepository();
  const file = "src/migrations/1700000000001-Tune.ts";
  const tune = migrationClass("Tune1700000000001", "await queryRunner.query('SELECT 1');");
  own.commit({
    "package.json": `{ "dependencies": { "typeorm": "^1.1.0", "pg": "^8" } }`,
    "src/data-source.ts":
      'export default new DataSource({ type: "postgres", migrations: [__dirname + "/migrations/*.ts"] });\n',
    [file]: tune.replace("{\n", "{\n  transaction = false;\n"),
  });
  const found = await check(["--all"], "typeorm", own.folder);
  own.write({
    [file]: tune.replace(
      "{\n",
      "{\n  // lockstep-ignore transaction-override: we run with -t each\n  transaction = false;\n",
    ),
  });
  const waived = await check(["--all"], "typeorm", own.folder);
  own.dispose();
  expect(found.stdout).toMatchInlineSnapshot(`
    "src/migrations/1700000000001-Tune.ts
      ✖ transaction-override 4:3  TypeORM rejects the whole run before its first migration: Tune1700000000001 sets transaction = false, and the run has the transaction mode "all"
        4 │   transaction = false;
          │   ^^^^^^^^^^^^^^^^^^^^
        Safer  set \`migrationsTransactionMode: "each"\` in the data source, and run migrations without \`-t all\`

    ✖ 1 error in 1 file, 1 migration checked
    Next   npx @lockstep/typeorm explain transaction-override
    "
  `);
  expect([found.code, waived.code]).toEqual([1, 0]);
});

test("a class that is merged is another one only where it runs something else", async () => {
  const own = createRepository();
  const file = "src/migrations/1700000000000-Init.ts";
  const init = (...lines: readonly string[]) => migrationClass("Init1700000000000", ...lines);
  own.commit({
    "package.json": `{ "dependencies": { "typeorm": "^1.1.0", "pg": "^8" } }`,
    [file]: init("await queryRunner.query(`CREATE TABLE a (b int)`);"),
  });
  own.git("switch", "--quiet", "-c", "orders");
  own.write({ [file]: init("// The table of a.", "await queryRunner.query(", "  'CREATE TABLE  a (b int)'", ");") });
  const laidOut = await check(["--base", "main"], "typeorm", own.folder);
  own.write({ [file]: init("await queryRunner.query(`CREATE TABLE a (b bigint)`);") });
  const changed = await check(["--base", "main"], "typeorm", own.folder);
  own.dispose();
  expect([laidOut.code, laidOut.stdout]).toEqual([0, expect.stringContaining("No migration new since main")]);
  expect([changed.code, changed.stdout]).toEqual([1, expect.stringContaining("edited-after-merge")]);
});

function migrationClass(name: string, ...lines: readonly string[]): string {
  return `import { MigrationInterface, QueryRunner, TableColumn } from "typeorm";

export class ${name} implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
${lines.map((line) => `    ${line}\n`).join("")}  }
  async down(): Promise<void> {}
}
`;
}

test("a folder that is no repository of git", async () => {
  const copy = mkdtempSync(join(tmpdir(), "lockstep-check-"));
  cpSync(join(repository.folder, "packages"), copy, { recursive: true });
  const { code, stdout } = await check([], "prisma", copy);
  rmSync(copy, { recursive: true });
  expect(stdout).toContain("add-index 2:1");
  expect(code).toBe(1);
});

test("a package that the branch brings along in node_modules is not loaded, wherever Lockstep itself is installed", async () => {
  const above = mkdtempSync(join(tmpdir(), "lockstep-above-"));
  symlinkSync(publishedModules(), join(above, "node_modules"));
  const branch = join(above, "branch");
  cpSync(repository.folder, branch, { recursive: true });
  const ran = join(above, "ran");
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(branch, file)), { recursive: true });
    writeFileSync(join(branch, file), text);
  };
  const own = "node_modules/@lockstep/typeorm";
  write(`${own}/package.json`, `{ "name": "@lockstep/typeorm", "exports": { "./plugin": "./plugin.cjs" } }`);
  write(`${own}/plugin.cjs`, `require("node:fs").writeFileSync(${JSON.stringify(ran)}, "");`);
  write("packages/api/package.json", `{ "dependencies": { "typeorm": "^1.1.0", "pg": "^8" } }`);
  write(
    "packages/api/src/migrations/1700000000000-Init.ts",
    migrationClass("Init1700000000000", "await queryRunner.query(`CREATE TABLE a (b int)`);"),
  );
  const checked = [];
  for (const bin of [bins.prisma, join(above, "node_modules/.bin/lockstep")]) {
    const { code, stdout, stderr } = await run(process.execPath, [bin, "check", "--all"], { cwd: branch });
    checked.push({ code, files: /(\d) migrations? checked/.exec(stdout)?.[1], stderr });
  }
  const hasRun = existsSync(ran);
  rmSync(above, { recursive: true });
  // The plugin of TypeORM beside Lockstep's own finds the third migration.
  expect(checked).toEqual(Array(2).fill({ code: 1, files: "3", stderr: "" }));
  expect(hasRun).toBe(false);
});

test("a migration that is a link out of the repository is neither read nor written", async () => {
  const outside = mkdtempSync(join(tmpdir(), "lockstep-outside-"));
  const secret = join(outside, "secret.sql");
  writeFileSync(secret, index);
  const linked = `${folder}/20260401000000_linked/migration.sql`;
  mkdirSync(dirname(join(repository.folder, linked)));
  symlinkSync(secret, join(repository.folder, linked));
  const { code, stdout } = await check(["--all"]);
  expect(stdout).toContain(
    "a file that cannot be opened, or is larger than 8 MB: Lockstep has not checked its statements",
  );
  await check(["--fix", "--base", "main"]);
  const named = await check(["--fix", linked]);
  const typed = await check([secret]);
  expect(typed.stdout).toContain("Order_state_idx");
  rmSync(dirname(join(repository.folder, linked)), { recursive: true });
  repository.git("checkout", "--quiet", ".");
  expect(readFileSync(secret, "utf8")).toBe(index);
  expect(`${named.stdout}${named.stderr}`).not.toContain("Order_state_idx");
  expect(code).toBe(1);
  rmSync(outside, { recursive: true });
});

test("a configuration that is a link out of the repository, and a second one, are refused without a word of theirs", async () => {
  const outside = mkdtempSync(join(tmpdir(), "lockstep-outside-"));
  writeFileSync(join(outside, "secret.json"), "topsecret");
  const config = join(repository.folder, "lockstep.config.json");
  symlinkSync(join(outside, "secret.json"), config);
  const linked = await check([first]);
  rmSync(config);
  writeFileSync(config, "{}");
  writeFileSync(join(repository.folder, "lockstep.config.mjs"), "export default {};");
  const two = await check([first]);
  for (const name of ["json", "mjs"]) rmSync(join(repository.folder, `lockstep.config.${name}`));
  rmSync(outside, { recursive: true });
  expect(linked).toMatchObject({ code: 2, stderr: expect.stringMatching(/LS8002 .*link out of the repository/) });
  expect(linked.stderr).not.toContain("topsec");
  expect(two).toMatchObject({ code: 2, stderr: expect.stringContaining("There are two configurations") });
});
