import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Plan } from "../../../core/src/model/index.js";
import { createDatabase } from "../../support/database.js";
import { LockstepCommands } from "../../support/lockstep-commands.js";
import { createMariadbDatabase, serverId } from "../../support/mariadb.js";
import { run } from "../../support/run.js";
import { createTypeormProject, type TypeormFixture } from "../../support/typeorm-project.js";
import {
  type ConversionCase,
  connection,
  conversionCases,
  filesOf,
  fillOf,
  nameOf,
  tableOf,
} from "./conversion-cases.js";

// Rows of old code, of new code and of the backfill store the same value, wherever code has another form of it than the database: code is
// edited only where a copy is the same in both, and every other place is listed.

const dataSource = (type: string) => `import "reflect-metadata";
import { withLockstep } from "@lockstep/typeorm-wrapper";
import { DataSource } from "typeorm";

export default withLockstep(new DataSource({ ...${connection(type)}, migrations: ["src/migrations/*"] }));
`;
const config = `export default { targets: { production: { urlFrom: "DATABASE_URL" } } };\n`;

/** A row's new column, and what the fill gives for the row, as text. */
interface Stored {
  readonly fresh: string | null;
  readonly filled: string | null;
}

interface Database {
  readonly url: string;
  stored(table: string, fill: string): Promise<readonly Stored[]>;
  close(): Promise<void>;
}

const open = {
  async postgres(): Promise<Database> {
    const { url, drop } = await createDatabase("conversions");
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return {
      url,
      async stored(table, fill) {
        const type = `SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attname = 'fresh'`;
        const [{ type: own } = { type: "text" }] = (await client.query(type, [table])).rows;
        return (await client.query(`SELECT fresh::text, (${fill})::${own}::text AS filled FROM ${table} ORDER BY id`))
          .rows;
      },
      async close() {
        await client.end();
        await drop();
      },
    };
  },
  async mariadb(): Promise<Database> {
    const database = await createMariadbDatabase("conversions");
    const session = await database.open();
    return {
      url: database.url,
      async stored(table, fill) {
        await session.query("DROP TABLE IF EXISTS filled");
        await session.query(`CREATE TABLE filled AS SELECT id, source, fresh FROM ${table}`);
        await session.query(`UPDATE filled SET fresh = (${fill})`);
        const sql = `SELECT CAST(t.fresh AS CHAR) AS fresh, CAST(f.fresh AS CHAR) AS filled FROM ${table} t JOIN filled f USING (id) ORDER BY id`;
        return (await session.query(sql))[0] as Stored[];
      },
      close: () => database.drop(),
    };
  },
};

describe.each(["postgres", "mariadb"] as const)("%s", (system) => {
  const type = system === "postgres" ? system : serverId;
  const cases = conversionCases.filter(({ on = system }) => on === system);
  let database: Database;
  let now: TypeormFixture;
  let old: TypeormFixture;
  let commands: LockstepCommands;
  let plan: Plan;
  const rows = new Map<ConversionCase, readonly Stored[]>();
  const texts = new Map<ConversionCase, string>();

  /** In another time zone than the database's. */
  const done = async (command: Promise<{ readonly code: number | null; readonly output: string }>) => {
    const { code, output } = await command;
    expect(code, output).toBe(0);
  };
  const env = () => ({ TZ: "America/New_York", DATABASE_URL: database.url });
  const work = ({ root }: TypeormFixture, ...args: readonly string[]) =>
    done(run(process.execPath, ["--import", "tsx", "run.ts", ...args], { cwd: root, env: env() }));
  const lockstep = (...args: readonly string[]) => done(commands.run(args, env()));

  beforeAll(async () => {
    database = await open[system]();
    const files = {
      ...filesOf(cases, false, type),
      "src/data-source.ts": dataSource(type),
      "lockstep.config.ts": config,
    };
    now = createTypeormProject({ version: "1.1.1", module: "commonjs", files });
    old = createTypeormProject({ version: "1.1.1", module: "commonjs", files });
    commands = new LockstepCommands(now.root);
    await work(old, "sync");
    for (const [file, text] of Object.entries(filesOf(cases, true, type))) now.write(file, text);
    await done(now.cli("tsx", ["migration:generate", "src/migrations/Fresh", "-t", "1763648123456"], env()));
    await done(now.cli("tsx", ["migration:run"], env()));
    await work(old);
    await work(now);
    await lockstep("backfill", "run");
    await lockstep("next");
    await work(now);
    await work(now, "change");
    plan = JSON.parse(readFileSync(join(now.root, "lockstep/1763648123456-Fresh/plan.json"), "utf8"));
    for (const [n, each] of cases.entries()) {
      rows.set(each, await database.stored(tableOf(n), fillOf(each)));
      texts.set(each, readFileSync(join(now.root, `src/work-${n}.ts`), "utf8"));
    }
  }, 600_000);

  afterAll(async () => {
    commands?.close();
    now?.dispose();
    old?.dispose();
    await database?.close();
  });

  test.each(cases.map((each, n) => [each.name, each.outcome, each, n] as const))("%s: %s", (...[, , each, n]) => {
    const text = texts.get(each);
    if (each.outcome === "edited") {
      expect(text).toMatch(/create\(\{ source, fresh/);
      if (each.isMirror) expect(text).toContain("{ source, fresh: source });");
    } else {
      expect(text).toBe(filesOf(cases, true, type)[`src/work-${n}.ts`]);
      const reasons = plan.state.places.filter(({ model }) => model === nameOf(n)).map(({ reason }) => reason);
      expect(reasons.join("\n")).toMatch(each.why ?? /converts (?:fresh|source)/);
      expect(reasons.join("\n")).toMatch(/Or add @lockstep\.write\(<ts>\)/);
    }
    const stored = rows.get(each) ?? [];
    expect(stored).toHaveLength(4 * (each.values?.length ?? 2));
    // An initial value does not follow its source.
    const kept = each.isMirror ? stored : stored.slice(1);
    expect(kept.filter(({ fresh, filled }) => fresh === null || fresh !== filled)).toEqual([]);
  });
});
