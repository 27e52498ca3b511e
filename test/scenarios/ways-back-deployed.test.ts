import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type App, createApp, handle, userEntity } from "../plugin-typeorm/intercept/app.js";
import { createDatabase } from "../support/database.js";
import { LockstepCommands } from "../support/lockstep-commands.js";
import type { RunResult } from "../support/run.js";
import { addField, addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// A way back goes out in its phases: builds from before and after the change insert between all steps, and no INSERT ever fails.

async function ok(run: Promise<RunResult>) {
  const result = await run;
  expect(result.code, result.output).toBe(0);
  return result;
}

const confirmed = ["--confirm", "writers-aware", "--confirm", "reads-steady"];
const confirm = ["deploy", "--confirm", "column-unused", "--by", "ada@example.com"];

describe("with the stock Prisma", () => {
  let shop: ShopProject;
  let production: pg.Client;
  let rows = 0;
  beforeAll(async () => {
    shop = await createShop();
    await setUp(shop, { development: 5, production: 50 });
    production = new pg.Client({ connectionString: shop.production });
    await production.connect();
  });
  afterAll(async () => {
    await production?.end();
    await shop?.dispose();
  });

  const lockstep = (...args: string[]) => shop.lockstep(args);
  const hasColumn = async () => {
    const sql = `SELECT FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attname = 'handle' AND NOT attisdropped`;
    return (await production.query(sql)).rowCount === 1;
  };
  /** What a build from before the change runs, and one that knows the column. */
  const inserts = {
    async before() {
      rows++;
      await production.query(`INSERT INTO "User" ("email", "name", "updatedAt") VALUES ('B${rows}@x.org', 'B', now())`);
    },
    async after() {
      rows++;
      await production.query(
        `INSERT INTO "User" ("email", "name", "updatedAt", "handle") VALUES ('A${rows}@x.org', 'A', now(), 'a${rows}@x.org')`,
      );
    },
  };
  const planId = () => readdirSync(join(shop.root, "lockstep")).sort().at(-1) ?? "";
  const migrations = () => readdirSync(join(shop.root, "prisma/migrations")).filter((name) => /^\d/.test(name));

  /** A plan, deployed up to a phase. */
  async function reach(phase: "expand" | "switch" | "contract", name: string) {
    addHandle(shop);
    await ok(shop.prisma(["migrate", "dev", "--name", name]));
    await shop.deploy(shop.production);
    await shop.commit("expand");
    if (phase === "expand") return;
    await ok(lockstep("backfill", "run", planId()));
    await ok(lockstep("next", planId()));
    const early = await lockstep("next", planId(), "--dry-run");
    expect(early.stdout).toContain("! Files of switch are not committed: ");
    const mixed = await lockstep("next", planId(), ...confirmed);
    expect(mixed.output).toMatch(
      /^LS4001 Files of switch are not committed: [\s\S]*^ {2}1\. git add -A \. && git commit -m ".*: switch"/m,
    );
    await shop.commit("switch");
    if (phase === "switch") return;
    const { stdout } = await ok(lockstep("next", planId(), ...confirmed));
    expect(stdout).not.toContain("not committed");
    await shop.deploy(shop.production);
    await shop.commit("contract");
  }

  async function abandon() {
    const { stdout } = await ok(lockstep("abandon", planId(), "--yes"));
    return stdout;
  }

  /** The development database follows by the stock command, which nothing gates. */
  async function follow() {
    await shop.commit("abandoned");
    await shop.deploy(shop.development);
  }

  test("from expand: deploy stops before the drop, and drops the column once that is confirmed", async () => {
    await reach("expand", "first");
    const printed = await abandon();
    const stopped = await lockstep("deploy");
    // What runs until the code is replaced.
    await inserts.after();
    await inserts.before();
    expect(printed).toMatch(
      /\d\. Deploy the code that does not use "User"\."handle"\. Builds .*\n +\d\. npx lockstep deploy --confirm column-unused {3}# drops "User"\."handle"; or npx prisma migrate deploy, which does not stop at this gate/,
    );
    expect(stopped.code, stopped.output).toBe(1);
    expect(stopped.stdout).toMatch(
      /nothing was applied, then stopped before \d+_first_undo_expand: its gate is closed/,
    );
    expect(stopped.stdout).toContain(
      `✖ column-unused is not confirmed for production: no running build uses the column ("User"."handle")`,
    );
    expect(stopped.stdout).toMatch(
      /Next\n {2}1\. Deploy the code that does not use "User"\."handle"\. .*\n +2\. npx lockstep deploy --target production --confirm column-unused --by "<name>" {3}# once all old builds have ended; with the name /,
    );
    expect(stopped.stderr).toMatch(/! production: not committed: prisma\/migrations\/\d+_first_undo_expand\//);
    await shop.commit("abandoned");
    shop.write("src/labels.ts", "export const label = (user: any) => user.handle;\n");
    shop.write("src/labels.test.ts", "expect(user.handle).toBe(1);\n");
    expect((await lockstep("status")).stdout).toContain("1 line of code still contains “handle”: src/labels.ts:1.");
    const named = await lockstep(...confirm);
    expect(named.code, named.output).toBe(1);
    expect(named.stderr).not.toContain("not committed");
    expect(named.stdout).toContain(`code in this checkout still contains the name of "User"."handle": src/labels.ts:1`);
    // Nothing of the refused confirmation counts later: the code without the line has to be deployed first.
    expect(named.stdout).toContain("--confirm column-unused is not recorded: ");
    rmSync(join(shop.root, "src/labels.ts"));
    rmSync(join(shop.root, "src/labels.test.ts"));
    const removed = await lockstep("deploy");
    expect(removed.code, removed.output).toBe(1);
    shop.write("src/labels.ts", "export const label = (user: any) => user.handle;\n");
    const shown = await lockstep("deploy");
    expect(shown.stdout).toMatch(
      /1\. Remove these uses\.\n +2\. .* --confirm column-unused --confirm named-elsewhere {3}#/,
    );
    const elsewhere = await lockstep("deploy", "--confirm", "named-elsewhere", "--by", "ada@example.com");
    expect(elsewhere.stdout).toContain("column-unused is not confirmed for production: no running build");
    expect(elsewhere.stdout).not.toContain("still contains");
    expect(await hasColumn()).toBe(true);
    await ok(lockstep(...confirm));
    rmSync(join(shop.root, "src/labels.ts"));
    expect(await hasColumn()).toBe(false);
    await inserts.before();
    const { rows: evidence } = await production.query("SELECT gate, who FROM lockstep.evidence");
    expect(evidence).toContainEqual({ gate: "column-unused", who: "ada@example.com" });
    await shop.deploy(shop.development);
  });

  test("from switch: migrations before the drop run, those after it wait, and status says the order", async () => {
    await reach("switch", "second");
    const own = (name: string) => {
      mkdirSync(join(shop.root, `prisma/migrations/${name}`));
      shop.write(`prisma/migrations/${name}/migration.sql`, `COMMENT ON SCHEMA public IS '${name}';`);
    };
    const comment = async () =>
      (await production.query(`SELECT obj_description('public'::regnamespace) AS text`)).rows[0]?.text;
    own("20200101000000_early");
    await abandon();
    own("20990101000000_late");
    const stopped = await lockstep("deploy", "--json");
    expect(stopped.code, stopped.output).toBe(1);
    expect(JSON.parse(stopped.stdout)).toMatchObject({
      targets: [
        {
          status: "stopped",
          applied: ["20200101000000_early"],
          withheld: [expect.stringMatching(/_second_undo_expand$/), "20990101000000_late"],
        },
      ],
    });
    expect(await comment()).toBe("20200101000000_early");
    await inserts.after();
    await inserts.before();
    const status = await ok(lockstep("status"));
    expect(status.stdout).toMatch(/\d\. Deploy the code .*\n +\d\. npx lockstep deploy --confirm column-unused/);
    await ok(lockstep(...confirm));
    expect(await hasColumn()).toBe(false);
    expect(await comment()).toBe("20990101000000_late");
    await inserts.before();
    await follow();
  });

  test("from contract: optional again first, then the code goes back, then the drop", async () => {
    await reach("contract", "third");
    const printed = await abandon();
    expect(printed).toMatch(
      /\d\. npx lockstep deploy {3}# where contract is live: makes "User"\."handle" optional, then stops; or npx prisma db execute --file \S+third_undo_contract.*\n +\d\. Deploy the code .*\n +\d\. npx lockstep deploy --confirm column-unused/,
    );
    await inserts.after();
    // Too early: nobody can run a build without the column yet.
    const stopped = await lockstep(...confirm);
    expect(stopped.code, stopped.output).toBe(1);
    expect(stopped.stderr).toMatch(
      /the undo is deployed in this order:\n +1\. now: \d+_third_undo_contract\n +2\. Deploy the code .*\n +3\. npx lockstep deploy .* # once all old builds have ended; with the name /,
    );
    expect(stopped.stdout).toMatch(/1 migration applied, then stopped before \d+_third_undo_expand/);
    expect(stopped.stdout).toMatch(/--confirm column-unused does not count before \d+_third_undo_contract is applied/);
    await inserts.after();
    await inserts.before();
    const again = await lockstep("deploy");
    expect(again.code, again.output).toBe(1);
    expect(again.stdout).toContain("nothing was applied, then stopped");
    await inserts.after();
    await inserts.before();
    await ok(lockstep(...confirm));
    expect(await hasColumn()).toBe(false);
    await inserts.before();
    await follow();
  });

  test("beside another plan in two rounds: its missing grants come first, then the steps of the way back, each once", async () => {
    await reach("expand", "third_way");
    const back = planId();
    const app = `${new URL(shop.production).pathname.slice(1)}_app`;
    await production.query(
      `CREATE ROLE ${app}; GRANT SELECT, INSERT (id, email, name, "updatedAt") ON "User" TO ${app};
       UPDATE "User" SET name = 'Twin' WHERE id IN (SELECT min(id) FROM "User" UNION SELECT max(id) FROM "User")`,
    );
    try {
      mkdirSync(join(shop.root, "prisma/migrations/20200101000001_twins"));
      shop.write(
        "prisma/migrations/20200101000001_twins/migration.sql",
        `DO $$ BEGIN IF to_regclass('"User"') IS NOT NULL THEN UPDATE "User" SET name = 'User ' || id; END IF; END $$;`,
      );
      await shop.deploy(shop.development);
      shop.edit("prisma/schema.prisma", (schema) =>
        addField(schema, "User", ["/// @lockstep.backfill(lower(name))", "nick String @unique"]),
      );
      await ok(shop.prisma(["migrate", "dev", "--name", "nick"]));
      await shop.commit("nick");
      await ok(lockstep("abandon", back, "--yes"));
      const steps = new RegExp(
        [
          `1\\. on production: GRANT INSERT \\("nick"\\) ON "User" TO ${app}`,
          `2\\. Deploy the code that does not use "User"\\."handle"\\. .*`,
          '3\\. npx lockstep deploy --target production --confirm column-unused --by "<name>" {3}# once all old builds have ended; with the name .*\\n$',
        ].join("\\n +"),
      );
      const stopped = await lockstep("deploy");
      expect(stopped.code, stopped.output).toBe(1);
      expect(stopped.stderr).toMatch(
        /20200101000001_twins first\. Then Lockstep tries the fills of the next plan again/,
      );
      expect(stopped.stderr).toMatch(
        /in this order:\n +1\. now: \d+_nick, .*\n +2\. on production: GRANT .*\n +3\. Deploy the code .*\n +4\. npx lockstep deploy .* # once /,
      );
      expect(stopped.stdout).toMatch(/4 migrations applied, then stopped before \d+_third_way_undo_expand/);
      expect(stopped.stdout).toMatch(steps);
      await ok(lockstep(...confirm));
      expect(await hasColumn()).toBe(false);
      await follow();
    } finally {
      await production.query(`DROP OWNED BY ${app}; DROP ROLE ${app}`);
    }
  });

  test("services that announce open it by themselves", async () => {
    await reach("expand", "fourth");
    shop.edit("lockstep.config.ts", (text) => text.replace(/^( *)targets:/m, '$1services: ["web"],\n$1targets:'));
    await shop.commit("services");
    await ok(lockstep("announce", "web", "--target", "production"));
    await abandon();
    await shop.commit("abandoned");
    const old = await lockstep("deploy");
    expect(old.code, old.output).toBe(1);
    expect(old.stdout).toMatch(/✖ web runs build \w+ on production, which does not have the way back of \d+_fourth/);
    expect(old.stdout).toMatch(
      /2\. npx lockstep announce web --target production {3}# at the end of the deployment of web/,
    );
    await inserts.after();
    await inserts.before();
    await ok(lockstep("announce", "web", "--target", "production"));
    const done = await ok(lockstep("deploy"));
    expect(done.stderr).toMatch(/✔ web \(build \w+\) runs without "User"\."handle" on production/);
    expect(await hasColumn()).toBe(false);
    await inserts.before();
  });

  test("a target that never had the column, or has no rows, has nothing to wait for", async () => {
    expect(migrations().some((name) => name.endsWith("_undo_expand"))).toBe(true);
    const empty = await createDatabase("ways_back_empty");
    shop.edit("lockstep.config.ts", (text) =>
      text.replace(/^ +production: .*$/m, (line) => `${line}\n    empty: { urlFrom: "EMPTY_URL" },`),
    );
    try {
      await ok(shop.lockstep(["deploy", "--target", "empty"], { EMPTY_URL: empty.url }));
    } finally {
      await empty.drop();
    }
  });
});

describe("where Prisma leaves no migration out, because its config names another engine", () => {
  let shop: ShopProject;
  let production: pg.Client;
  let rows = 0;
  let other: Record<string, string>;
  beforeAll(async () => {
    shop = await createShop();
    await setUp(shop, { development: 5, production: 50 });
    production = new pg.Client({ connectionString: shop.production });
    await production.connect();
    const engine = join(shop.root, "engine.sh");
    const own = join(shop.root, "node_modules/@lockstep/prisma/bin/schema-engine.js");
    writeFileSync(engine, `#!/bin/sh\nLOCKSTEP=off exec ${own} "$@"\n`, { mode: 0o755 });
    other = { OTHER_ENGINE: engine };
    const config = `if (process.env.OTHER_ENGINE) process.env.PRISMA_SCHEMA_ENGINE_BINARY = process.env.OTHER_ENGINE;`;
    shop.edit("prisma.config.ts", (text) => `${text}\n${config}\n`);
    await shop.commit("engine");
  });
  afterAll(async () => {
    await production?.end();
    await shop?.dispose();
  });
  const deploy = (...args: string[]) => shop.lockstep(["deploy", ...args], other);
  const insert = (columns: string, values: string) =>
    production.query(
      `INSERT INTO "User" ("email", "name", "updatedAt"${columns}) VALUES ('N${++rows}@x.org', 'N', now()${values})`,
    );
  const own = (name: string, sql: string) => {
    mkdirSync(join(shop.root, `prisma/migrations/${name}`));
    shop.write(`prisma/migrations/${name}/migration.sql`, sql);
  };

  test("a fill that a pending migration makes good is reported as it is, and all is applied in its order", async () => {
    await insert("", "");
    await production.query(`UPDATE "User" SET email = 'n1@X.ORG' WHERE id = 7`);
    own("20261115000000_emails", `UPDATE "User" SET email = 'other@x.org' WHERE email = 'n1@X.ORG';\n`);
    await shop.deploy(shop.development);
    addHandle(shop);
    await ok(shop.prisma(["migrate", "dev", "--name", "first"]));
    await shop.commit("expand");
    const done = await ok(deploy());
    expect(done.stderr).toMatch(
      /yields the same value for 2 rows: .*\. The answer may change: 20261115000000_emails runs before it and is pending/,
    );
    const { rows: applied } = await production.query(
      "SELECT migration_name FROM _prisma_migrations ORDER BY started_at",
    );
    expect(applied.map(({ migration_name }) => migration_name).slice(1)).toEqual([
      "20261115000000_emails",
      ...["first", "first_create_index", "first_assert_index"].map((end) => expect.stringMatching(`_${end}$`)),
    ]);
    await ok(shop.lockstep(["backfill", "run"]));
    await ok(shop.lockstep(["next"]));
    await shop.commit("switch");
    await ok(shop.lockstep(["next", ...confirmed]));
    await ok(deploy());
    await shop.commit("contract");
  });

  test("from contract: nothing runs before the gate is open, and the steps that are printed open it", async () => {
    await ok(shop.lockstep(["abandon", "--yes"]));
    own("20261115000001_early", `COMMENT ON SCHEMA public IS 'early';\n`);
    const stopped = await deploy();
    expect(stopped.code, stopped.output).toBe(1);
    expect(stopped.stdout).toMatch(
      /nothing was applied, then stopped before \d+_first_undo_expand: its gate is closed\n.*\n {2}The ORM applies all pending migrations or none: 20261115000001_early, \d+_first_undo_contract wait as well\./,
    );
    const [, ...byHand] =
      /1\. npx (prisma db execute --file \S+undo_contract\S+) && npx (prisma migrate resolve --applied \S+) +# with the URL of production\n +2\. Deploy the code .*\n +3\. npx lockstep deploy --target production --confirm column-unused --by "<name>" {3}# once all old builds have ended/.exec(
        stopped.stdout,
      ) ?? [];
    expect(byHand, stopped.stdout).toHaveLength(2);
    const early = await deploy("--confirm", "column-unused");
    expect(early.code, early.output).toBe(1);
    expect(early.stdout).toMatch(/--confirm column-unused does not count before \d+_first_undo_contract is applied/);
    await insert(', "handle"', `, 'h${rows}'`);
    for (const line of byHand) await ok(shop.prisma(line.split(" ").slice(1), { DATABASE_URL: shop.production }));
    await insert(', "handle"', `, 'h${rows}'`);
    await insert("", "");
    const done = await ok(deploy("--confirm", "column-unused"));
    expect(done.stdout).toMatch(/2 migrations applied\n +20261115000001_early\n +\d+_first_undo_expand/);
    await insert("", "");
  });
});

describe("with the stock TypeORM", () => {
  let app: App;
  let commands: LockstepCommands;
  beforeAll(async () => {
    app = await createApp({
      entities: { "user.ts": userEntity(handle) },
      files: { "lockstep.config.json": JSON.stringify({ targets: { production: { urlFrom: "DATABASE_URL" } } }) },
    });
    commands = new LockstepCommands(app.root);
  });
  afterAll(async () => {
    commands?.close();
    await app?.dispose();
  });
  const lockstep = (...argv: string[]) => commands.run(argv, { DATABASE_URL: app.url, LOCKSTEP_CI: "1" });

  const oldInserts = () => app.query(`INSERT INTO users (email) VALUES ('B@x.org')`);
  const newInserts = () => app.query(`INSERT INTO users (email, handle) VALUES ('A@x.org', 'a@x.org')`);

  test("forward to contract", async () => {
    await ok(app.generate("AddHandle"));
    await ok(app.cli(["migration:run"]));
    await oldInserts();
    await ok(lockstep("backfill", "run"));
    await ok(lockstep("next", "--confirm", "translation-agrees"));
    await ok(lockstep("next", ...confirmed));
    await ok(app.cli(["migration:run"]));
    await newInserts();
  });

  test("from contract: optional again first, then the code goes back, then the drop", async () => {
    await ok(lockstep("abandon", "--yes"));
    const stopped = await lockstep("deploy");
    expect(stopped.code, stopped.output).toBe(1);
    expect(stopped.stdout).toMatch(/1 migration applied, then stopped before \d+-AddHandleUndoExpand/);
    expect(stopped.stdout).toMatch(/\d+-AddHandleUndoContract/);
    await newInserts();
    await oldInserts();
    await ok(lockstep(...confirm));
    const columns = await app.query(
      `SELECT attname FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped`,
    );
    expect(columns.map(({ attname }) => attname)).toEqual(["id", "email"]);
    await oldInserts();
  });
});
