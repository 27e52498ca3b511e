import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DevelopmentDatabase } from "../../../core/src/change/development-database.js";
import type { Workspace } from "../../../core/src/cli/command.js";
import { planHandWritten } from "../../../core/src/cli/plan-hand-written.js";
import { sqlReader } from "../../../core/src/databases/sql-reader.js";
import type { ColumnSource, Plan, TableName } from "../../../core/src/model/index.js";
import { inFiles, type Unit } from "../../../core/src/model/plan.js";
import { foldHandWritten } from "../../../core/src/plan/fold-hand-written.js";
import { withoutTransaction } from "../../../core/src/plan/own-transaction.js";
import { unitsText } from "../../../core/src/plan/unit-files.js";
import { loadParser } from "../../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../../core/src/postgresql/read/read-migration.js";
import { prismaPlugin } from "../../../plugin-prisma/src/plugin.js";
import { type Catalogue, readCatalogue } from "../../support/catalogue.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { serverMajor } from "../../support/newer-servers.js";
import { errorOf, fillTable, open } from "../backfill/fixture.js";
import { bearsNull, before, handWritten, needsValues, oldCode, type Refused, refused } from "./cases.js";

// A migration by hand goes through all phases, while code that does not know the column inserts rows, and ends where the file by itself
// ends on another database: the same rows, the same catalogue.

const id = "20261120093000_by_hand";
let development: TestDatabase;
beforeAll(async () => {
  development = await createDatabase("hand_written");
  await withClient(development.url, (client) => client.query(before));
});
afterAll(() => development?.drop());

async function withClient<T>(url: string, run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

/** What `npx lockstep rewrite` plans. */
async function planFor(sql: string, fill?: Refused["fill"]): Promise<Plan> {
  const parser = await loadParser();
  const reader = await sqlReader("postgresql");
  const file = "by-hand.sql";
  const { migration } = withoutTransaction(readMigration(sql, file, parser), file, reader);
  const column = (table: TableName, field: string): ColumnSource => ({
    model: table.name,
    field,
    hasDefault: false,
    file: "prisma/schema.prisma",
    line: 9,
    ...(fill && { fill }),
  });
  const folded = foldHandWritten(migration, file, reader, column);
  const database = new DevelopmentDatabase(() => open(development.url));
  try {
    const { plan } = await planHandWritten(
      {
        name: id,
        file,
        sql,
        versions: { lockstep: "0.1.0", orm: "7.10.0" },
        defaultSchema: "public",
        project: undefined as never,
        sources: { column },
        originalModels: () => [],
      },
      { ...folded, migration: await database.withStoredDefaults(folded.migration) },
      [],
      {
        project: { ormVersion: "7.10.0", dialect: "postgresql" },
        plugin: prismaPlugin,
        config: {},
      } as unknown as Workspace,
      database,
      async () => undefined,
    );
    if (plan === undefined) throw new Error("no plan was made");
    return plan;
  } finally {
    await database.close();
  }
}

async function stateOf(client: pg.Client): Promise<{ rows: unknown[]; catalogue: Catalogue }> {
  const { rows } = await client.query(`SELECT * FROM "User" ORDER BY id`);
  return { rows, catalogue: await readCatalogue(client, { schemas: ["public", "crm"] }) };
}

describe("through all phases", () => {
  it.each(handWritten)("$name", async ({ sql, by, columns = ["v"] }) => {
    const isOnce = by === "once";
    const [original, production] = [
      await createDatabase("hand_original", development.url),
      await createDatabase("hand_phases", development.url),
    ];
    try {
      const wanted = await withClient(original.url, async (client) => {
        await client.query(oldCode(1));
        if (!isOnce) await client.query(oldCode(2));
        await client.query(sql);
        return stateOf(client);
      });
      const plan = await planFor(sql);
      const begins = plan.units.filter(
        ({ spec }) => spec.kind === "original" && /\b(BEGIN|START|COMMIT|END)\b/.test(spec.sql),
      );
      expect(begins, "a file of its own is a transaction of its own").toEqual([]);
      expect(plan.columns.filter(({ fill }) => fill).map(({ name }) => name)).toEqual(columns);
      const found = await withClient(production.url, async (client) => {
        const run = async (phase: "expand" | "contract") => {
          for (const file of inFiles(plan.units.filter((each) => each.phase === phase)))
            await client.query(unitsText(plan, file, phase));
        };
        await run("expand");
        await client.query(oldCode(1));
        const late = await client.query(`SELECT ${columns.join(", ")} FROM "User" WHERE email LIKE 'Late%'`);
        for (const value of Object.values(late.rows[0]))
          expect(value === null, "a new row of code that does not know the column").toBe(by === "backfill" || isOnce);
        for (const spec of plan.backfills) await fillTable(production.url, spec);
        if (!isOnce) {
          await client.query(oldCode(2));
          for (const spec of by === "backfill" ? plan.backfills : []) await fillTable(production.url, spec);
        }
        await run("contract");
        return stateOf(client);
      });
      const isLate = ({ email }: { email?: string }) => email?.startsWith("Late") === true;
      // New rows get the default, and not what rows that existed get.
      const rows = (all: unknown[]) => (by === "default" ? all.filter((row) => !isLate(row as object)) : all);
      expect(rows(found.rows)).toEqual(rows(wanted.rows));
      expect(found.catalogue).toEqual(wanted.catalogue);
    } finally {
      await original.drop();
      await production.drop();
    }
  });
});

describe("what needs the values comes when every row has its own, and goes before they do", () => {
  const value = { kind: "backfill", sql: "lower(email)" } as const;
  const added = `ALTER TABLE "User" ADD COLUMN v text NOT NULL;\n`;
  const byHand = `ALTER TABLE "User" ADD COLUMN v text;\nUPDATE "User" SET v = lower(email);\nALTER TABLE "User" ALTER COLUMN v SET NOT NULL;\n`;
  const oldUpdate = `UPDATE "User" SET name = name || '!' WHERE id < 4`;

  it.each(needsValues.filter(({ since = 0 }) => since <= serverMajor))("$name", async ({ sql, ddl }) => {
    const [original, production] = [
      await createDatabase("values_original", development.url),
      await createDatabase("values_phases", development.url),
    ];
    try {
      const wanted = await withClient(original.url, async (client) => {
        for (const statement of [oldCode(1), oldUpdate, oldCode(2), byHand + sql]) await client.query(statement);
        return stateOf(client);
      });
      const plan = await planFor(added + sql, value);
      await withClient(production.url, async (client) => {
        const run = async (units: readonly Unit[], phase: "expand" | "contract" | "undo") => {
          for (const file of inFiles(units)) await client.query(unitsText(plan, file, phase));
        };
        const release = (phase: "expand" | "contract") =>
          run(
            plan.units.filter((each) => each.phase === phase),
            phase,
          );
        const start = (await stateOf(client)).catalogue;
        await release("expand");
        for (const statement of [oldCode(1), oldUpdate]) await client.query(statement);
        for (const spec of plan.backfills) await fillTable(production.url, spec);
        await client.query(oldCode(2));
        const open = (await stateOf(client)).catalogue;
        await release("contract");
        expect(await stateOf(client)).toEqual(wanted);
        await run(plan.undo.contract, "undo");
        expect((await stateOf(client)).catalogue).toEqual(open);
        await client.query(`${oldCode(3)}; ${oldUpdate}; UPDATE "User" SET v = NULL WHERE id = 1`);
        await release("contract");
        expect((await stateOf(client)).catalogue).toEqual(wanted.catalogue);
        await run(plan.undo.contract, "undo");
        await run(plan.undo.expand, "undo");
        expect((await stateOf(client)).catalogue).toEqual(start);
      });
      const later = plan.units.filter(({ phase }) => phase === "contract").slice(2);
      expect(later.map((unit) => unit.ddl)).toEqual(ddl.map((each) => expect.stringMatching(each)));
    } finally {
      await original.drop();
      await production.drop();
    }
  });

  it("an UPDATE by hand says the same as an annotation", async () => {
    for (const { sql } of needsValues) {
      const ddlOf = ({ units }: Plan) => units.map(({ phase, ddl }) => [phase, ddl]);
      expect(ddlOf(await planFor(byHand + sql))).toEqual(ddlOf(await planFor(added + sql, value)));
    }
  });

  it.each(bearsNull)("stays in expand: %s", async (sql) => {
    const plan = await planFor(added + sql, value);
    expect(plan.units.filter(({ phase }) => phase === "contract").map(({ spec }) => spec.kind)).toEqual([
      "prove",
      "enforce",
    ]);
  });
});

describe("what is refused", () => {
  it.each(refused)("$code: $name", async ({ code, sql, says, fill }) => {
    const error = await errorOf(planFor(sql, fill));
    expect(error.code, error.message).toBe(code);
    expect(`${error.message}\n${error.hint}`).toMatch(says);
  });
});
