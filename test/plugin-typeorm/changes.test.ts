/**
 * Every kind of entity change by the stock command, on tables with rows: what passes, is noticed or is corrected in one migration, what
 * needs a plan in one plan. In the end the database is the one that TypeORM's own migration makes of empty tables, and the rows are there.
 */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Plan } from "../../core/src/model/index.js";
import { byNames, differences } from "../matrix/differences.js";
import { type CatalogueTable, readCatalogue } from "../support/catalogue.js";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { type RunResult, run } from "../support/run.js";
import {
  type EntityChange,
  entityChanges,
  entityText,
  fileOf,
  org,
  outcomeOf,
  rows,
  tableOf,
  type Version,
  versions,
} from "./changes.js";
import { type App, createApp } from "./intercept/app.js";

const dataSource = `import "reflect-metadata";
import { withLockstep } from "@lockstep/typeorm-wrapper";
import { DataSource } from "typeorm";

export default withLockstep(
  new DataSource({
    type: "postgres",
    url: process.env.DATABASE_URL,
    entities: ["src/entities/*.ts"],
    migrations: [process.env.MIGRATIONS ?? "src/migrations/*.ts"],
  }),
);
`;
const config = `import { defineConfig } from "@lockstep/typeorm";

export default defineConfig({ targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } } });
`;

describe.each(versions)("TypeORM %s", (version) => {
  const story = new Story(version);
  beforeAll(() => story.open());
  afterAll(() => story.close());

  // In this order; the kinds are looked at when all of it is over.
  if (story.refused.length > 0) test("what is refused is named, all of it at once", () => story.refuse());
  test("what needs no plan runs without one", () => story.runDirect());
  test("what needs a plan runs through its phases", () => story.runPlanned());
  test("the database is what TypeORM wanted, and nothing else", async () => {
    expect(differences(await story.catalogue(story.oracle.url), await story.catalogue(story.app.url))).toEqual([]);
  });

  test.each(story.changes.map((change) => [change.kind, outcomeOf(change, version), change] as const))(
    "%s: %s",
    async (...[, , change]) => {
      await story.expectOutcome(change);
      await story.expectRows(change);
    },
  );

  test("a uuid default that does change is written", async () => {
    await story.app.query('CREATE EXTENSION IF NOT EXISTS "uuid-ossp"');
    await story.app.query("ALTER TABLE required_default_uuid_fn ALTER ext SET DEFAULT uuid_generate_v4()");
    const output = await must(story.app.generate("Default", "--dryrun"));
    expect(output).toContain(`ALTER COLUMN "ext" SET DEFAULT gen_random_uuid()`);
  });
});

class Story {
  readonly changes: readonly EntityChange[];
  readonly refused: readonly EntityChange[];
  readonly #planned: readonly EntityChange[];
  readonly #version: Version;
  app!: App;
  /** Tables without rows: there TypeORM's own migration works. */
  oracle!: TestDatabase;
  /** What TypeORM writes by itself, and what it writes with Lockstep. */
  #own: readonly string[] = [];
  #written: readonly string[] = [];
  /** What is said about the change that runs directly and about the one that needs a plan. */
  #direct = "";
  #hazards: readonly string[] = [];
  #refusal = "";

  constructor(version: Version) {
    this.#version = version;
    this.changes = entityChanges.filter((change) => (change.versions ?? ["1.1.1"]).includes(version));
    this.refused = this.changes.filter((change) => outcomeOf(change, version).startsWith("LS"));
    this.#planned = this.changes.filter((change) => outcomeOf(change, version) === "plan");
  }

  /** Tables with rows, the same ones without and TypeORM's own migration there. */
  async open(): Promise<void> {
    const entities = this.changes.map((change) => [fileOf(change), entityText(change, change.before)] as const);
    const files = { ...Object.fromEntries(entities), "src/entities/org.ts": org, "lockstep.config.ts": config };
    this.app = await createApp({ version: this.#version, dataSource, files });
    const off = { LOCKSTEP: "off" };
    await must(this.app.cli(["schema:sync"], off));
    // Projects with a generated column have it: TypeORM makes it beside its migrations.
    await this.app.query(
      `CREATE TABLE IF NOT EXISTS typeorm_metadata (type varchar NOT NULL, database varchar, schema varchar, "table" varchar, name varchar, value text)`,
    );
    this.oracle = await createDatabase("typeorm_changes", this.app.url);
    const values = rows.map(({ name, nick, age }) => `('${name}', '${nick}', ${age})`).join(", ");
    const inserts = this.changes.map((change) => `INSERT INTO "${tableOf(change)}" (name, nick, age) VALUES ${values}`);
    await this.app.query(["INSERT INTO orgs (title) VALUES ('all')", ...inserts].join(";\n"));

    for (const change of this.changes) this.#set(change);
    const there = { ...off, DATABASE_URL: this.oracle.url, MIGRATIONS: "oracle/*.ts" };
    await must(this.app.cli(["migration:generate", "oracle/Own", "-t", "1763648100000"], there));
    await must(this.app.cli(["migration:run", "-t", "none"], there));
    this.#own = statements(this.app.read("oracle/1763648100000-Own.ts"));
    // TypeORM's own files are no migrations of the application.
    this.app.remove("oracle/1763648100000-Own.ts");
    for (const change of [...this.refused, ...this.#planned])
      this.app.write(fileOf(change), entityText(change, change.before));
  }

  async close(): Promise<void> {
    await this.app?.dispose();
    await this.oracle?.drop();
  }

  /** Nothing is written until each has a reason for it. */
  async refuse(): Promise<void> {
    for (const change of this.refused) this.#set(change);
    const before = this.app.snapshot();
    const { code, stderr } = await this.app.generate("Lost");
    expect(code, stderr).toBe(1);
    expect(this.app.snapshot()).toEqual(before);
    this.#refusal = stderr;
    for (const change of this.refused) {
      const column = "nick" in (change.after ?? {}) ? "nick" : "age";
      const text = change.after?.[column] ?? "";
      const reason = "/** @lockstep.skip(the values are not needed) */\n";
      this.app.write(fileOf(change), entityText(change, { ...change.after, [column]: reason + text }));
    }
  }

  async runDirect(): Promise<void> {
    this.#direct = await must(this.app.generate("Direct", "-t", "1763648110000"));
    const files = this.app.migrations().map((file) => this.app.read(`src/migrations/${file}`));
    this.#written = inPlace(files.flatMap(statements), this.#own);
    await must(this.app.cli(["migration:run"]));
    await this.#expectClean();
  }

  async runPlanned(): Promise<void> {
    for (const change of this.#planned) this.#set(change);
    await must(this.app.generate("Planned", "-t", "1763648120000"));
    const plan = JSON.parse(this.app.read("lockstep/1763648120000-Planned/plan.json")) as Plan;
    this.#hazards = plan.hazards.map(({ consequence }) => consequence);
    await must(this.app.cli(["migration:run"]));
    await this.#expectClean();
    await this.#lockstep("backfill", "run");
    await this.#lockstep("next");
    const gates = new Set(plan.gates.contract.map(({ gate }) => gate));
    const asked = ["writers-aware", "reads-steady", "column-unused"] as const;
    const confirmed = asked.filter((gate) => gates.has(gate)).flatMap((gate) => ["--confirm", gate]);
    await this.#lockstep("next", ...confirmed);
    await must(this.app.cli(["migration:run"]));
    await this.#expectClean();
  }

  /** In no order of columns: TypeORM's own migration moves those that it drops and adds again to the end. */
  async catalogue(url: string): Promise<Record<string, Record<string, unknown>>> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const catalogue = await readCatalogue(client, { schemas: ["public"] }).finally(() => client.end());
    const byColumn = (table: CatalogueTable) => ({
      ...table,
      columns: table.columns.toSorted((a, b) => (String(a.name) < String(b.name) ? -1 : 1)),
    });
    return byNames({ ...catalogue, tables: catalogue.tables.map(byColumn) });
  }

  async expectOutcome(change: EntityChange): Promise<void> {
    const outcome = outcomeOf(change, this.#version);
    const [own, written] = [this.#own, this.#written].map((texts) => texts.filter((text) => isAbout(change, text)));
    expect(own?.length === 0).toBe(outcome === "nothing");
    if (outcome === "plan") {
      expect(written).toEqual([]);
      expect(this.#hazards.filter((text) => text.includes(`"${tableOf(change)}"`))).not.toEqual([]);
      // Nothing of the plan is left in the code.
      const wanted = entityText(change, change.after).replace(/^ *\/\*\* @lockstep.*\n/gm, "");
      expect(this.app.read(fileOf(change))).toBe(wanted);
      return;
    }
    if (outcome === "corrected") expect(written).not.toEqual(own);
    else expect(written).toEqual(own);
    const corrected = this.#direct.split("\n").filter((line) => line.includes("✔") && isAbout(change, line));
    expect(corrected).toHaveLength(outcome === "corrected" ? 1 : 0);
    const noticed = [...this.#direct.matchAll(/! line (\d+) runs unchanged: .*/g)]
      .filter(([, line]) => isAbout(change, this.#written[Number(line) - 1] ?? ""))
      .map(([text]) => text);
    if (outcome.startsWith("LS")) {
      expect(this.#refusal).toMatch(new RegExp(`^${outcome} .* would lose the values of every row`));
      expect(this.#refusal).toMatch(new RegExp(`${fileOf(change)}:\\d+: "${tableOf(change)}"\\.${change.says}`));
    } else if (outcome === "noticed") expect(noticed).toEqual([expect.stringContaining(change.says ?? "")]);
    else if (outcome !== "corrected") expect(noticed).toEqual([]);
  }

  /** All of them, with the values that they had and those of the new columns. */
  async expectRows(change: EntityChange): Promise<void> {
    const found = await this.app.query(`SELECT to_jsonb(t) AS row FROM "${tableOf(change)}" t ORDER BY id`);
    const expected = rows.map((row, index) => ({ ...row, ...change.values?.[index] }));
    expect(found.map(({ row }) => row)).toEqual(expected);
    const uuids = found.flatMap(({ row }) => (row as { ext?: string }).ext ?? []);
    expect(new Set(uuids).size).toBe(uuids.length);
  }

  /** The entity as its change has it. */
  #set(change: EntityChange): void {
    if (change.after === undefined) this.app.remove(fileOf(change));
    else this.app.write(fileOf(change), entityText(change, change.after));
  }

  async #expectClean(): Promise<void> {
    expect(await must(this.app.generate("Nothing", "--check"))).toContain("No changes in database schema were found");
  }

  #lockstep(...args: readonly string[]): Promise<string> {
    const env = { DATABASE_URL: this.app.url, PRODUCTION_DATABASE_URL: this.app.url };
    const bin = "node_modules/@lockstep/typeorm/bin/lockstep.js";
    return must(run(process.execPath, [bin, ...args], { cwd: this.app.root, env }));
  }
}

async function must(running: Promise<RunResult>): Promise<string> {
  const { code, output } = await running;
  expect(code, output).toBe(0);
  return output;
}

/** What a migration class runs forwards, but for the name of the database, which TypeORM notes beside generated columns. */
function statements(text: string): string[] {
  const up = text.slice(0, text.indexOf("async down("));
  const queries = [...up.matchAll(/queryRunner\.query\(`(.*)\);$/gm)].map(([, query = ""]) => query);
  return queries.map((query) => query.replace(/"typeorm_(?:app|changes)_\w+"/, '"database"'));
}

/** An index that is built concurrently has a file of its own, behind the others: what is said counts it where TypeORM has it. */
function inPlace(written: readonly string[], own: readonly string[]): string[] {
  const isConcurrent = (text: string) => text.includes("CONCURRENTLY");
  const rest = written.filter((text) => !isConcurrent(text));
  const next = rest.indexOf(own.slice(own.findIndex(isConcurrent)).find((text) => rest.includes(text)) ?? "");
  return rest.toSpliced(next === -1 ? rest.length : next, 0, ...written.filter(isConcurrent));
}

/** Whether a text names the table of a change, its other one or an enum of a column. */
function isAbout(change: EntityChange, text: string): boolean {
  const table = change.after?.other === undefined ? tableOf(change) : "extras";
  return new RegExp(`"(?:public\\.)?${table}(?:_[a-z]+_enum(?:_old)?)?"`).test(text);
}
