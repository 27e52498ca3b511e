import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type Server, connect as tcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../../core/src/cli/commands/index.js";
import { hasMariadb, isOnMysql } from "../support/mariadb.js";
import { publishedModules } from "../support/published.js";
import { run } from "../support/run.js";
import { type Orm, type OrmApp, succeeded } from "./orm-app.js";
import { prisma } from "./prisma.js";
import { typeorm } from "./typeorm.js";

// What SECURITY.md says that each command executes, reaches and writes: the commands run in a project whose every file tells when it is
// executed. What happened has to be within what the row says.

const security = readFileSync(fileURLToPath(new URL("../../SECURITY.md", import.meta.url)), "utf8");

interface Row {
  readonly code: string;
  readonly databases: string;
  readonly files: string;
}

/** The table of commands, by their names. */
const rows = new Map<string, Row>(
  [...security.matchAll(/^\| (`[^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].flatMap(
    ([, names = "", code = "", databases = "", files = ""]) =>
      [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => [name, { code, databases, files }] as const),
  ),
);

/** The parts of a cell that hold for a command line: "config; with `--target` fills". */
function said(cell: string, argv: readonly string[]): string {
  const parts = cell.split("; ").map((part) => /^with `(--[\w-]+)` (.*)$/.exec(part) ?? [undefined, undefined, part]);
  const given = parts.filter(([, option]) => option !== undefined && argv.includes(option));
  // "writes the ledger; with `--write` none"
  if (given.some(([, , part]) => part === "none")) return "none";
  return [...parts.filter(([, option]) => option === undefined), ...given].map(([, , part]) => part).join("; ");
}

const isNone = (text: string) => /^none\b/.test(text);

/** What a cell allows to be executed, as the canaries call it. */
function executable(cell: string): string[] {
  if (isNone(cell)) return [];
  const words: Readonly<Record<string, RegExp>> = {
    config: /(?<!ORM )\bconfig\b/,
    "ORM config": /ORM config/,
    fills: /\bfills\b/,
    formatter: /\bformatter\b/,
    "watch.onAnomaly": /`watch\.onAnomaly`/,
  };
  return Object.keys(words).filter((word) => words[word]?.test(cell));
}

/** Whether a cell allows a file of the project to be written. */
function mayWrite(cell: string, file: string, argv: readonly string[]): boolean {
  if (isNone(cell)) return false;
  if (/\b(models|migrations|the ORM's command|interrupted write)\b/.test(cell)) return true;
  const named = [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  return named.some((name) =>
    name.startsWith("--")
      ? argv[argv.indexOf(name) + 1] === file && argv.includes(name)
      : new RegExp(`^${name.replace(/[.]/g, "\\.").replace("<plan>", "[^/]+")}$`).test(file),
  );
}

const hash = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 12);

/** All that a database holds: rows and definitions, by the names of their objects. */
type State = Readonly<Record<string, string>>;

async function stateOf({ system }: OrmApp, url: string): Promise<State> {
  const isPostgres = system.scheme.test("postgresql:") && url.startsWith("postgres");
  const ask = (sql: string) => system.query(url, sql);
  const catalogues = isPostgres
    ? {
        schemas: "SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp' ORDER BY 1",
        relations: `SELECT c.oid, relname, relkind, relfilenode, relnatts FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
          WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'lockstep') AND nspname !~ '^pg_(toast|temp)' ORDER BY 1`,
        functions: `SELECT p.oid, proname, md5(prosrc) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
          WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'lockstep') AND nspname !~ '^pg_temp' ORDER BY 1`,
        triggers: "SELECT oid, tgname, tgenabled FROM pg_trigger ORDER BY 1",
        constraints: "SELECT oid, conname, convalidated FROM pg_constraint ORDER BY 1",
      }
    : {
        triggers:
          "SELECT TRIGGER_NAME, ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY 1",
        routines:
          "SELECT ROUTINE_NAME, ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY 1",
      };
  const state: Record<string, string> = {};
  for (const [name, sql] of Object.entries(catalogues)) state[name] = hash(await ask(sql));
  const tables = await ask(
    isPostgres
      ? `SELECT nspname AS "schema", relname AS name, relkind AS kind FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
          WHERE relkind IN ('r', 'S') AND nspname NOT IN ('pg_catalog', 'information_schema') AND nspname !~ '^pg_'`
      : `SELECT TABLE_SCHEMA AS "schema", TABLE_NAME AS name, 'r' AS kind FROM information_schema.TABLES
          WHERE TABLE_SCHEMA = DATABASE()`,
  );
  for (const { schema, name } of tables) {
    const quoted = isPostgres ? `"${schema}"."${name}"` : `\`${schema}\`.\`${name}\``;
    const definition = isPostgres ? [] : await ask(`SHOW CREATE TABLE ${quoted}`);
    const found = await ask(`SELECT * FROM ${quoted}`);
    state[`${schema}.${name}`] = hash([definition, found.map(hash).sort()]);
  }
  // One ledger for all databases of a server.
  if (!isPostgres)
    for (const table of ["backfills", "leases", "workers", "deployments", "evidence"]) {
      const isThere = await ask(
        `SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'lockstep' AND TABLE_NAME = '${table}' AND COLUMN_NAME = 'table_schema'`,
      );
      if (isThere.length > 0)
        state[`lockstep.${table}`] = hash(
          (await ask(`SELECT * FROM lockstep.${table} WHERE table_schema = DATABASE()`)).map(hash).sort(),
        );
    }
  return state;
}

const changed = (before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>) =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name]).sort();

/** A way to a server that counts who takes it. */
async function proxy(to: string): Promise<{ readonly url: string; readonly server: Server; count: number }> {
  const url = new URL(to);
  const { hostname, port } = url;
  const server = createServer((socket) => {
    way.count++;
    const other = tcp(Number(port), hostname);
    for (const each of [socket, other]) each.on("error", () => undefined);
    socket.pipe(other).pipe(socket);
  });
  const way = { url: "", server, count: 0 };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  url.hostname = "127.0.0.1";
  url.port = String(address.port);
  way.url = url.href;
  return way;
}

/** A migration that `rewrite` makes a plan of. */
const byHand = ({ system }: OrmApp) => [
  "ALTER TABLE users ADD COLUMN note varchar(191)",
  "UPDATE users SET note = email",
  system.setNotNull("users", "note"),
];

/** A command line, and what it ends with. */
type Step = readonly [line: string, code?: number];

interface Case {
  readonly orm: Orm;
  readonly package: string;
  /** The files of the ORM's config that tell when they are executed. */
  readonly ormConfig: readonly string[];
  readonly stage: string;
  readonly steps: readonly Step[];
  /** SQL that makes what the statements write to. */
  readonly canaries: readonly string[];
  /** Queries of `eachFrom` that write, or could. */
  readonly statements: readonly string[];
}

const steps = (...own: readonly Step[]): readonly Step[] => [
  // Expand is written, and has run nowhere.
  ["completion bash", 0],
  ["explain add-index", 0],
  ["check --all", 0],
  ["check --all --output found.txt", 0],
  ["plan", 0],
  ["code --dry-run", 1],
  ["code", 1],
  ["report", 0],
  ["report --target production", 0],
  ["report --target production --out page.html", 0],
  ["status", 0],
  ["doctor"],
  ["verify", 0],
  ["verify --out answers.json", 0],
  ["stats", 0],
  ["stats pull", 0],
  ["drift --stage-url STAGE", 1],
  ["backfill status", 0],
  ["backfill failures", 0],
  ["next --dry-run", 1],
  ["next", 1],
  ["announce web --write web.json", 0],
  ["deploy", 0],
  ["announce web", 0],
  ["status", 0],
  ["doctor"],
  ["verify", 0],
  ["report --target production", 0],
  ["backfill enqueue --queue-url-from PRODUCTION_DATABASE_URL", 3],
  ["backfill run", 0],
  ["backfill status", 0],
  ["backfill failures", 0],
  ["backfill pause", 0],
  ["backfill resume", 0],
  ["backfill set --batch-rows 10", 0],
  ["backfill cancel", 0],
  ["watch --for 8s --every 1s --baseline 3", 0],
  ["verify", 0],
  ["next --dry-run", 0],
  ["next", 0],
  ["deploy", 0],
  ["announce web", 0],
  ["verify", 0],
  ["rehearse --stage-url STAGE --rows 100"],
  ["repair --yes", 0],
  ["undo --dry-run", 0],
  ["undo --yes", 0],
  ["deploy", 0],
  ["abandon --yes", 0],
  ["announce web", 0],
  ["deploy", 0],
  ["status", 0],
  ["rename User.email mail", 0],
  ["rewrite FILE --not-applied"],
  ["online run --dry-run"],
  ["init --yes --no-install", 0],
  ...own,
];

if (isOnMysql) process.env.LOCKSTEP_MYSQL_URL ??= process.env.LOCKSTEP_TEST_MARIADB ?? "";
const account = "DROP TABLE IF EXISTS account, made; CREATE TABLE account AS SELECT 1 AS id UNION SELECT 2";
const names = { postgresql: `'x' AS name, 'public' AS "schema"`, mariadb: "'x' AS name, DATABASE() AS `schema`" };

const cases: readonly Case[] = [
  {
    orm: prisma,
    package: "@lockstep/prisma",
    ormConfig: ["prisma.config.ts"],
    stage: process.env.LOCKSTEP_TEST_PG ?? "",
    steps: steps(["prisma migrate status"]),
    canaries: [
      `${account}; CREATE SEQUENCE numbers`,
      "CREATE FUNCTION writes() RETURNS text LANGUAGE plpgsql AS $$ BEGIN DELETE FROM account; RETURN 'x'; END $$",
      "CREATE PROCEDURE writes_all() LANGUAGE plpgsql AS $$ BEGIN COMMIT; DELETE FROM account; COMMIT; END $$",
      `CREATE FUNCTION unlocks() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
         PERFORM set_config('transaction_read_only', 'off', true), set_config('default_transaction_read_only', 'off', false);
         DELETE FROM account; RETURN 'x'; END $$`,
    ],
    statements: [
      `DELETE FROM account RETURNING ${names.postgresql}`,
      `UPDATE account SET id = 0 RETURNING ${names.postgresql}`,
      `INSERT INTO account VALUES (0) RETURNING ${names.postgresql}`,
      `DELETE FROM account; SELECT ${names.postgresql}`,
      `SELECT ${names.postgresql}; DELETE FROM account`,
      `COMMIT; DELETE FROM account; SELECT ${names.postgresql}`,
      `SELECT ${names.postgresql}; COMMIT; DELETE FROM account`,
      `WITH gone AS (DELETE FROM account RETURNING id) SELECT ${names.postgresql}`,
      `SELECT writes() AS name, 'public' AS "schema"`,
      `SELECT unlocks() AS name, 'public' AS "schema"`,
      "CALL writes_all()",
      "DO $$ BEGIN COMMIT; DELETE FROM account; END $$",
      "CREATE TABLE made (id int)",
      "DROP TABLE account",
      `SELECT ${names.postgresql} INTO made`,
      `SELECT ${names.postgresql} FROM account FOR UPDATE`,
      `SELECT nextval('numbers')::text AS name, 'public' AS "schema"`,
      "COPY (SELECT 1) TO PROGRAM 'true'",
      "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    ],
  },
  ...(hasMariadb
    ? [
        {
          orm: typeorm("1.1.1", isOnMysql ? "MySQL" : "MariaDB"),
          package: "@lockstep/typeorm",
          ormConfig: ["src/data-source.ts", "src/entities/user.ts"],
          stage: process.env.LOCKSTEP_TEST_MARIADB ?? "",
          steps: steps(["typeorm execute FILE"]),
          canaries: [
            `${account}; ${isOnMysql ? "SET GLOBAL log_bin_trust_function_creators = 1" : "CREATE SEQUENCE numbers"}`,
            "CREATE FUNCTION writes() RETURNS varchar(9) MODIFIES SQL DATA BEGIN DELETE FROM account; RETURN 'x'; END",
            "CREATE PROCEDURE writes_all() BEGIN COMMIT; SET SESSION TRANSACTION READ WRITE; START TRANSACTION; DELETE FROM account; COMMIT; END",
          ],
          statements: [
            `DELETE FROM account RETURNING ${names.mariadb}`,
            `INSERT INTO account VALUES (0) RETURNING ${names.mariadb}`,
            `DELETE FROM account; SELECT ${names.mariadb}`,
            `SELECT ${names.mariadb}; DELETE FROM account`,
            `COMMIT; DELETE FROM account; SELECT ${names.mariadb}`,
            `SELECT ${names.mariadb}; COMMIT; DELETE FROM account`,
            `SET SESSION TRANSACTION READ WRITE; DELETE FROM account; SELECT ${names.mariadb}`,
            "/*! DELETE FROM account */",
            "SELECT writes() AS name, DATABASE() AS `schema`",
            "CALL writes_all()",
            "BEGIN NOT ATOMIC COMMIT; DELETE FROM account; END",
            "EXECUTE IMMEDIATE 'DELETE FROM account'",
            "CREATE TABLE made (id int)",
            "DROP TABLE account",
            "TRUNCATE account",
            `SELECT ${names.mariadb} INTO OUTFILE '/nowhere/lockstep'`,
            `SELECT ${names.mariadb} FROM account FOR UPDATE`,
            ...(isOnMysql ? [] : ["SELECT nextval(numbers) AS name, DATABASE() AS `schema`"]),
          ],
        } satisfies Case,
      ]
    : []),
];

describe.each(cases)("$orm.name", (its) => {
  let app: OrmApp;
  let folder: string;
  let development: Awaited<ReturnType<typeof proxy>>;
  let production: Awaited<ReturnType<typeof proxy>>;
  const canaryFile = () => join(folder, "executed");
  /** What was executed since this was asked last. */
  const executed = () => {
    const found = existsSync(canaryFile()) ? readFileSync(canaryFile(), "utf8").split("\n").filter(Boolean) : [];
    rmSync(canaryFile(), { force: true });
    return [...new Set(found)];
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lockstep-executes-"));
    app = await its.orm.create().open();
    [development, production] = await Promise.all([proxy(app.development), proxy(app.production)]);
    for (const sql of its.canaries) await app.system.query(app.production, sql);
    const canary = (word: string) =>
      `appendFileSync(process.env.CANARY ?? "/dev/null", ${JSON.stringify(`${word}\n`)});\n`;
    const node = `import { appendFileSync } from "node:fs";\n`;
    app.write("src/each-from.ts", "export const eachFrom = process.env.EACH_FROM;\n");
    app.write(
      "lockstep.config.ts",
      `${node}import { defineConfig } from "${its.package}";
import { eachFrom } from "./src/each-from";

${canary("config")}
export default defineConfig({
  targets: {
    production: { urlFrom: "PRODUCTION_DATABASE_URL" },
    ...(eachFrom === undefined ? {} : { tenants: { urlFrom: "PRODUCTION_DATABASE_URL", eachFrom } }),
  },
  services: ["web"],
  watch: { onAnomaly: 'echo watch.onAnomaly >> "$CANARY"' },
  fills: process.env.WITHOUT_FILLS ? {} : { User: { handle: {
    reads: ["email"],
    async fill(rows) { ${canary("fills").trim()} return rows.map(({ email }) => String(email).toLowerCase()); },
    fallback: "lower(email)",
  } } },
});
`,
    );
    for (const file of its.ormConfig) app.write(file, node + canary("ORM config") + app.read(file));
    app.write("prettier.config.mjs", `${node}${canary("formatter")}export default {};\n`);
    const manifest = JSON.parse(app.read("package.json"));
    app.write("package.json", JSON.stringify({ ...manifest, devDependencies: { prettier: "*" } }));
    const prettier = join(app.root, "node_modules/prettier");
    if (!existsSync(prettier)) symlinkSync(join(publishedModules(), "prettier"), prettier);
    app.declare({ columns: [{ name: "handle", isRequired: true }] });
    await succeeded(app.generate("AddHandle"));
    await app.commit("Add a column");
  }, 300_000);
  afterAll(async () => {
    for (const each of [development, production]) each?.server.close();
    await app?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const type = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    run(
      process.execPath,
      [join(app.root, "node_modules/@lockstep", its.package.slice(10), "bin/lockstep.js"), ...argv],
      {
        cwd: app.root,
        env: {
          DATABASE_URL: development.url,
          PRODUCTION_DATABASE_URL: production.url,
          CANARY: canaryFile(),
          CI: "true",
          ...env,
        },
      },
    );

  // First: the commands below end with more than one plan.
  describe.each(["status", "doctor", "verify"])("%s changes nothing, whatever eachFrom is", (command) => {
    test.each(its.statements)("%s", async (EACH_FROM) => {
      await app.system.query(app.production, account);
      const before = await stateOf(app, app.production);
      const { code, output } = await app.lockstepWith({ EACH_FROM, CI: "true" }, command, "--target", "tenants");
      expect(changed(before, await stateOf(app, app.production)), output).toEqual([]);
      // The server refuses what a function tries to set.
      expect(output).toMatch(EACH_FROM.includes("unlocks") ? /LS7002 .*must be set before any query/ : /LS8002/);
      expect(code, output).not.toBe(0);
    });
  });

  describe("each command stays within its row of SECURITY.md", () => {
    test("every command has a row", () => {
      const own = its.orm.plugin.commands ?? [];
      const all = [...commands, ...own].map(({ name }) => name);
      expect(all.filter((name) => !rows.has(name))).toEqual([]);
      expect(all.filter((name) => !its.steps.some(([line]) => line === name || line.startsWith(`${name} `)))).toEqual(
        [],
      );
    });

    test.each(its.steps.map(([line, code]) => ({ line, code })))("$line", async ({ line, code }) => {
      if (line.startsWith("rewrite")) app.declare({ columns: [{ name: "note", isRequired: true }] });
      if (line.startsWith("rename")) await app.generateClient();
      const argv = line
        .replace("STAGE", its.stage)
        .replace("FILE", () => app.writeMigration("ByHand", byHand(app), true))
        .split(" ");
      const name = [...rows.keys()].find((each) => line === each || line.startsWith(`${each} `)) ?? "";
      const row = rows.get(name);
      if (row === undefined) throw new Error(`SECURITY.md has no row for ${line}`);
      const databases = { development: app.development, production: app.production };
      const state = async () => {
        const found: Record<string, string> = {};
        for (const [which, url] of Object.entries(databases))
          for (const [each, sum] of Object.entries(await stateOf(app, url))) found[`${which} ${each}`] = sum;
        return found;
      };
      const before = { state: await state(), files: app.snapshot() };
      development.count = production.count = 0;
      executed();
      // Once the column is gone its function has none.
      const result = await type(argv, line.startsWith("rewrite") ? { WITHOUT_FILLS: "1" } : {});
      const ran = executed();
      const connections = development.count + production.count;
      const inDatabases = changed(before.state, await state());
      const inFiles = changed(before.files, app.snapshot());
      await app.commit(line);
      const { output } = result;
      if (process.env.SHOW) console.log(line, result.code, { ran, connections, inDatabases, inFiles }, output);
      const may = executable(said(row.code, argv));
      expect(
        ran.filter((each) => !may.includes(each)),
        output,
      ).toEqual([]);
      const reach = said(row.databases, argv);
      if (isNone(reach)) expect(connections, output).toBe(0);
      const mayChange = /\b(runs migrations|writes rows|copies a table|takes leftovers)\b/.test(reach)
        ? /./
        : /\b(ledger|queue)\b/.test(reach)
          ? /^production (lockstep\.|schemas)/
          : /^$/;
      expect(
        inDatabases.filter((each) => !mayChange.test(each)),
        output,
      ).toEqual([]);
      const files = said(row.files, argv);
      expect(
        inFiles.filter((file) => !mayWrite(files, file, argv)),
        output,
      ).toEqual([]);
      // A command that stops at once proves nothing.
      if (code !== undefined) expect(result.code, output).toBe(code);
      if (may.includes("config") && !/^(prisma|typeorm) /.test(line)) expect(ran).toContain("config");
    });
  });
});
