import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { query } from "../matrix/databases.js";
import { type OrmApp, succeeded } from "./orm-app.js";
import { onMariadb, orms } from "./orms.js";

// Fills that use what a migration makes: the same one, or one that is still pending on the target. In a schema that no model is in.

/** An enum, a function and a table with rows, and a column whose values need all three. */
const made = [
  "CREATE SCHEMA side",
  `CREATE TYPE side."Tier" AS ENUM ('free', 'gold')`,
  `CREATE FUNCTION side.tier_of(points integer) RETURNS side."Tier" LANGUAGE sql IMMUTABLE AS 'SELECT CASE WHEN points > 3 THEN ''gold'' ELSE ''free'' END::side."Tier"'`,
  `CREATE TABLE side."points" ("email" text PRIMARY KEY, "points" integer NOT NULL)`,
  `INSERT INTO side."points" SELECT email, id FROM "users"`,
];
const fill = `coalesce((SELECT side.tier_of(p.points) FROM side.points p WHERE p.email = users.email), 'free'::side."Tier")::text`;
/** The same, without a value for a row that has no points. */
const strict = `(SELECT side.tier_of(p.points) FROM side.points p WHERE p.email = users.email)::text`;
const model = { columns: [{ name: "tier", isRequired: true }] };

const tiers = (url: string) => query(url, `SELECT tier, count(*)::int AS rows FROM users GROUP BY tier ORDER BY tier`);
const hasTier = (url: string) =>
  query(url, `SELECT FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'tier'`);

describe.each(orms)("$name: what the migration itself makes", ({ create }) => {
  let app: OrmApp;
  let file: string;
  beforeAll(async () => {
    app = await create().open();
  });
  afterAll(() => app?.close());

  const byHand = (value: string) => [
    ...made,
    `ALTER TABLE "users" ADD COLUMN "tier" text`,
    `UPDATE "users" SET "tier" = ${value}`,
    `ALTER TABLE "users" ALTER COLUMN "tier" SET NOT NULL`,
  ];

  test.each([
    [
      "LS2005",
      "a function that nothing makes",
      fill.replace("tier_of", "rank_of"),
      /function side\.rank_of\(integer\)/,
    ],
    [
      "LS2006",
      "a value that is NULL for rows",
      fill.replace(/^coalesce\((.*), 'free'::side."Tier"\)/, "nullif($1, 'gold')"),
      /NULL for \d+ rows/,
    ],
    [
      "LS2003",
      "a column that the new table does not have",
      fill.replace("p.points", "p.score"),
      /no column "score" in "p"/,
    ],
  ])("%s: %s", async (code, _, value, message) => {
    app.declare(model);
    file = app.writeMigration("AddTier", byHand(value));
    const refused = await app.lockstep("rewrite", file, "--not-applied");
    expect(refused.output).toMatch(new RegExp(`^${code} `));
    expect(refused.output).toMatch(message);
    await app.discard();
  });

  test("LS2004: a table that gets no rows", async () => {
    app.declare(model);
    file = app.writeMigration(
      "AddTier",
      byHand(fill).filter((sql) => !sql.startsWith("INSERT")),
    );
    expect((await app.lockstep("rewrite", file, "--not-applied")).output).toMatch(
      /^LS2004 .*insert them in the same migration/s,
    );
    await app.discard();
  });

  test("is there when the fill is tried, and nothing of it stays on the development database", async () => {
    app.declare(model);
    file = app.writeMigration("AddTier", byHand(fill));
    await succeeded(app.lockstep("rewrite", file, "--not-applied"));
    expect(await query(app.development, `SELECT to_regnamespace('side') AS side`)).toEqual([{ side: null }]);
    await app.commit("Tier");
  });

  test("and when the plan is deployed", async () => {
    const status = await app.lockstep("status");
    expect(status.output).toMatch(/not tried|The answer may change/);
    const deploy = await app.lockstep("deploy");
    expect(deploy.code, deploy.output).toBe(0);
    await succeeded(app.lockstep("backfill", "run"));
    expect(await tiers(app.production)).toEqual([
      { tier: "free", rows: 3 },
      { tier: "gold", rows: 47 },
    ]);
  });
});

describe.each(orms)("$name: what is confirmed for a deployment in two rounds", ({ create }) => {
  const log = (name: string) =>
    `CREATE TABLE side.${name} AS SELECT n, n::text AS note FROM generate_series(1, 20000) n`;
  let app: OrmApp;
  beforeAll(async () => {
    app = await create().open({ development: 10, production: 12_000 });
    app.writeMigration("AddPoints", [
      ...made,
      `CREATE FUNCTION side.tenant() RETURNS text LANGUAGE sql STABLE AS 'SELECT current_setting(''app.tenant'')'`,
      log("seen"),
      // Nobody can tell from the text that it makes a table.
      `CREATE FUNCTION side.make() RETURNS void LANGUAGE plpgsql AS 'BEGIN ${log("hidden")}; ANALYZE side.seen, side.hidden; END'`,
      "SELECT side.make()",
    ]);
    await query(app.production, "ANALYZE users");
    await succeeded(app.apply(app.development));
    app.declare({ columns: [{ name: "tier", isRequired: true, fill: strict }] });
    await succeeded(app.generate("AddTier"));
    const index = (table: string, column: string) => `CREATE INDEX ON ${table} (${column})`;
    app.writeMigration(
      "AddLater",
      [
        index("users", "name"),
        index("side.seen", "note"),
        index("side.hidden", "note"),
        `ALTER TABLE users ALTER COLUMN name SET DEFAULT side.tenant()`,
        `ALTER TABLE side.seen ALTER COLUMN note SET DEFAULT side.tenant()`,
      ],
      true,
    );
    await app.commit("Tier");
  });
  afterAll(() => app?.close());

  test("nothing runs before all of it is", async () => {
    const waits = await app.lockstep("deploy");
    expect(waits.code, waits.output).toBe(1);
    expect(waits.stdout).toMatch(/nothing was applied: the application would wait for 1 statement .*AddLater.*users/s);
    const closed = await app.lockstep("deploy", "--confirm", "waits-accepted");
    expect(closed.code, closed.output).toBe(1);
    expect(closed.stdout).toMatch(/nothing was applied: a gate .*side\.tenant\(\)/s);
  });

  test("both rounds run in one command, and it is recorded once", async () => {
    const done = await app.lockstep("deploy", "--confirm", "waits-accepted", "inserts-allowed", "--json");
    expect(done.code, done.output).toBe(0);
    expect(done.stderr).toMatch(/oints first\. Then Lockstep tries the fills of the next plan again/);
    const [report] = JSON.parse(done.stdout).targets;
    expect(report).toMatchObject({ status: "done", applied: report.pending });
    const gates = await query(
      app.production,
      "SELECT split_part(gate, ' ', 1) AS gate FROM lockstep.evidence ORDER BY 1",
    );
    expect(gates).toEqual(["inserts-allowed", "waits-accepted", "waits-accepted"].map((gate) => ({ gate })));
  });
});

describe.each(orms)("$name: what a pending migration before it makes", ({ create }) => {
  let app: OrmApp;
  beforeAll(async () => {
    app = await create().open();
    app.writeMigration("AddPoints", [...made.slice(0, 4), `${made[4]} WHERE id <= 45`]);
    await app.commit("Points");
    await succeeded(app.apply(app.development));
    app.declare({ columns: [{ name: "tier", isRequired: true, fill: strict }] });
    await succeeded(app.generate("AddTier"));
    await app.commit("Tier");
  });
  afterAll(() => app?.close());

  test("status and doctor say that it was not tried, and count no rows", async () => {
    for (const command of [["status"], ["doctor", "--target", "production"]]) {
      const { output } = await app.lockstep(...command);
      expect(output).toMatch(
        /does not exist: it was not tried\. The answer may change: \S*[Pp]oints runs before it and is pending/,
      );
      expect(output).not.toMatch(/would get no value|yields NULL|correct these rows/);
    }
  });

  test("deploy applies it first, and holds the plan where rows would get no value", async () => {
    const deploy = await app.lockstep("deploy", "--json");
    expect(deploy.code, deploy.output).toBe(1);
    const [report] = JSON.parse(deploy.stdout).targets;
    expect(report).toMatchObject({ status: "refused", applied: [expect.stringMatching(/points/i)] });
    expect(report.fills).toMatchObject([{ code: "LS2006", statement: expect.stringMatching(/NULL for 5 rows/) }]);
    expect(await hasTier(app.production)).toEqual([]);
    const again = await app.lockstep("deploy");
    expect(again.code, again.output).toBe(1);
    expect(again.stdout).toContain("nothing was applied: a fill leaves rows without a value");
  });

  test("and deploys it when they have one", async () => {
    await query(app.production, `INSERT INTO side."points" SELECT email, id FROM "users" WHERE id > 45`);
    await succeeded(app.lockstep("deploy"));
    await succeeded(app.lockstep("backfill", "run"));
    expect(await tiers(app.production)).toEqual([
      { tier: "free", rows: 3 },
      { tier: "gold", rows: 47 },
    ]);
  });

  test("one command is enough where every row has one", async () => {
    const { empty } = app;
    const deploy = await app.lockstepWith({ PRODUCTION_DATABASE_URL: empty }, "deploy");
    expect(deploy.code, deploy.output).toBe(0);
    expect(deploy.stderr).toMatch(/oints first\. Then Lockstep tries the fills of the next plan again/);
    expect(await hasTier(empty)).toHaveLength(1);
  });
});

// Fills of MariaDB read the columns of their own row alone.
describe.each(onMariadb)("$name: a column that a pending migration adds and fills", ({ create }) => {
  let app: OrmApp;
  const hasTier = (url: string) =>
    app.system.query(
      url,
      "SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'users' AND COLUMN_NAME = 'tier'",
    );
  beforeAll(async () => {
    app = await create().open();
    app.writeMigration("AddPoints", [
      "ALTER TABLE users ADD points int NULL",
      "UPDATE users SET points = id WHERE id <= 45",
    ]);
    app.declare({ columns: [{ name: "points", isNumber: true, isRequired: false }] });
    await succeeded(app.apply(app.development));
    await app.commit("Points");
    app.declare({
      columns: [
        { name: "tier", isRequired: true, fill: "case when points > 3 then 'gold' when points > 0 then 'free' end" },
      ],
    });
    await succeeded(app.generate("AddTier"));
    await app.commit("Tier");
  });
  afterAll(() => app?.close());

  test("status says that the fill was not tried", async () => {
    const { output } = await app.lockstep("status");
    expect(output).toMatch(
      /points.*: it was not tried\. The answer may change: \S*AddPoints runs before it and is pending/,
    );
    expect(output).not.toMatch(/would get no value|yields NULL|correct these rows/);
  });

  test("deploy applies it first, and holds the plan where rows would get no value", async () => {
    const deploy = await app.lockstep("deploy", "--json");
    expect(deploy.code, deploy.output).toBe(1);
    const [report] = JSON.parse(deploy.stdout).targets;
    expect(report).toMatchObject({ status: "refused", applied: [expect.stringMatching(/AddPoints$/)] });
    expect(report.fills).toMatchObject([{ code: "LS2006", statement: expect.stringMatching(/NULL for 5 rows/) }]);
    expect(await hasTier(app.production)).toEqual([]);
  });

  test("and deploys it when they have one", async () => {
    await app.system.query(app.production, "UPDATE users SET points = 1 WHERE points IS NULL");
    await succeeded(app.lockstep("deploy"));
    await succeeded(app.lockstep("backfill", "run"));
    const tiers = "SELECT tier, count(*) AS n FROM users GROUP BY tier ORDER BY tier";
    expect(await app.system.query(app.production, tiers)).toEqual([
      { tier: "free", n: 8 },
      { tier: "gold", n: 42 },
    ]);
  });

  test("one command is enough where every row has one", async () => {
    const deploy = await app.lockstepWith({ PRODUCTION_DATABASE_URL: app.empty }, "deploy");
    expect(deploy.code, deploy.output).toBe(0);
    expect(deploy.stderr).toMatch(/AddPoints first\. Then Lockstep tries the fills of the next plan again/);
    expect(await hasTier(app.empty)).toHaveLength(1);
  });
});
