import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { GateFacts } from "../../../core/src/gates/gate.js";
import { gates } from "../../../core/src/gates/index.js";
import type { EntityField, EntityModel, Fill, PlannedColumn } from "../../../core/src/model/index.js";
import { readFill } from "../../../core/src/postgresql/fill/read.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { confirm } from "../../../core/src/target/ledger/evidence.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { addColumn, open, plan } from "../backfill/fixture.js";

// The gates that look at what is in the rows: a mirror and its source, what code computes and what the database does.

const table = { name: "User" };
const subject = '"User"."handle"';

let plain: TestDatabase;
let db: Connection;

beforeAll(async () => {
  // Letters beyond ASCII change their case here; in the databases of the other tests (locale C) they do not.
  plain = await createDatabase("gates_values");
  const maker = await open(plain.url);
  await maker.query(`DROP DATABASE IF EXISTS unicode_values`);
  await maker.query(
    `CREATE DATABASE unicode_values TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'`,
  );
  await maker.close();
  const url = new URL(plain.url);
  url.pathname = "/unicode_values";
  db = await open(url.toString());
});
afterAll(async () => {
  await db?.close();
  const maker = await open(plain.url);
  await maker.query(`DROP DATABASE IF EXISTS unicode_values WITH (FORCE)`);
  await maker.close();
  await plain?.drop();
});
afterEach(() => db.query(`DROP TABLE IF EXISTS "User" CASCADE; DROP SCHEMA IF EXISTS lockstep CASCADE`));

interface Setup {
  readonly on?: Connection;
  readonly kind?: Fill["kind"];
  readonly sql?: string;
  readonly emails?: readonly string[];
  readonly isUnique?: boolean;
  readonly type?: string;
}

/** A table after the backfill; asks one of the gates. */
async function made({ on = db, kind = "backfill", sql = "lower(email)", emails = [], isUnique, type = "text" }: Setup) {
  await on.query(
    `DROP TABLE IF EXISTS "User" CASCADE; CREATE TABLE "User" (id int PRIMARY KEY, email text, nick text)`,
  );
  const fill = await readFill(sql, {
    kind,
    source: "prisma/schema.prisma:14",
    table,
    columns: ["id", "email", "nick"],
    generatedColumns: [],
    newColumn: "handle",
  });
  await addColumn(on, table, { name: "handle", type, fill });
  for (const [at, email] of emails.entries())
    await on.query(`INSERT INTO "User" (id, email) VALUES ($1, $2)`, [at + 1, email]);
  const column = { table, name: "handle", type, fill, uniqueKeys: isUnique ? [["handle"]] : [] } as unknown;
  const facts: GateFacts = {
    plan,
    target: "production",
    connection: on,
    columns: [column as PlannedColumn],
    units: { applied: ["1"], failed: [], pending: [] },
    deploy: "npx prisma migrate deploy",
    recover: (name) => name,
  };
  const step = (gate: string) => ({ gate, table, column: "handle" });
  return {
    ask: (gate: string, more: Partial<GateFacts> = {}) => gates[gate]!.ask(step(gate), { ...facts, ...more }),
    async confirm(gate: string) {
      const places = await gates[gate]!.covers?.(step(gate), facts);
      const found = (await readTable(on, table))!;
      await confirm(on, { plan, gate, table: found, column: "handle" }, "ada@example.org", undefined, places);
    },
  };
}

describe("mirror-agrees", () => {
  it("compares every row, and tells those that differ", async () => {
    const live = await made({ kind: "mirror", emails: ["A", "B", "C"] });
    expect(await live.ask("mirror-agrees")).toEqual({
      gate: "mirror-agrees",
      subject,
      isOpen: true,
      statement: `Every value of ${subject} on production is that of its source, lower(email)`,
    });
    await db.query(`UPDATE "User" SET handle = E'i\\u0307\\u001b[1m' WHERE id = 2`);
    const closed = await live.ask("mirror-agrees");
    expect(closed).toMatchObject({
      isOpen: false,
      needsConfirmation: true,
      statement: `mirror-agrees is not confirmed for production: code chose 1 value of ${subject} other than lower(email): id=2 has "i\\u{307}\\u001b[1m" instead of "b"`,
      help: `npx lockstep next ${plan} --confirm mirror-agrees   # once this is true, at a terminal; elsewhere add --by with the person's name`,
    });
    expect((await live.ask("mirror-agrees", { isWithoutValues: true })).statement).toBe(
      `mirror-agrees is not confirmed for production: code chose 1 value of ${subject} other than lower(email): id=2 has another value`,
    );
    // The statement that it names does what it says.
    const statement = /on production: (UPDATE .*), until it updates no row$/.exec(closed.otherwise ?? "")?.[1];
    await db.query(statement ?? "");
    expect(await live.ask("mirror-agrees")).toMatchObject({ isOpen: true });
  });

  it("keeps what was confirmed row by row: another row, or another value, is asked about anew", async () => {
    const live = await made({ kind: "mirror", emails: ["A", "B", "C"] });
    await db.query(`UPDATE "User" SET handle = 'mine' WHERE id = 1`);
    await live.confirm("mirror-agrees");
    expect(await live.ask("mirror-agrees")).toMatchObject({
      isOpen: true,
      statement: expect.stringMatching(
        /^ada@example\.org confirmed on .* code chose 1 value .* id=1 has "mine" instead of "a"$/,
      ),
    });
    await db.query(`UPDATE "User" SET handle = 'stale' WHERE id = 2`);
    const closed = await live.ask("mirror-agrees");
    expect(closed.statement).toMatch(/1 value of .*: id=2 has "stale" instead of "b"$/);
    await db.query(/on production: (UPDATE .*)$/.exec(closed.otherwise ?? "")?.[1] ?? "");
    expect((await db.query(`SELECT handle FROM "User" ORDER BY id`)).rows).toEqual([
      { handle: "mine" },
      { handle: "b" },
      { handle: "c" },
    ]);
    expect(await live.ask("mirror-agrees")).toMatchObject({ isOpen: true });
    await db.query(`UPDATE "User" SET handle = 'other' WHERE id = 1`);
    expect(await live.ask("mirror-agrees")).toMatchObject({ isOpen: false });
  });

  it.each([
    ["json", "email::json", ['{"a": 1}', '{"a":  1}'], "'{\"a\":1}'"],
    ["point", "email::point", ["(1,2)"], "'(1,3)'"],
    ["numeric(10,2)", "email::numeric", ["1.234"], "1.22"],
  ])("as the type sees it: %s", async (type, sql, emails, other) => {
    const live = await made({ kind: "mirror", sql, type, emails });
    expect(await live.ask("mirror-agrees")).toMatchObject({ isOpen: true });
    await db.query(`UPDATE "User" SET handle = ${other} WHERE id = 1`);
    expect((await live.ask("mirror-agrees")).statement).toContain("code chose 1 value");
  });

  it("compares the other rows where the source of one gives no value", async () => {
    const live = await made({ kind: "mirror", sql: "length(email) / length(nick)", type: "integer" });
    await db.query(`INSERT INTO "User" (id, email, nick, handle) VALUES (1, 'a', '', 5)`);
    const first = await live.ask("mirror-agrees");
    expect(first.statement).toContain('id=1 has "5" instead of NULL');
    expect(first.otherwise).toContain("IN ('id=1')");
    await live.confirm("mirror-agrees");
    expect(await live.ask("mirror-agrees")).toMatchObject({ isOpen: true });
    // A row that went stale is seen beside it, and the session keeps nothing of the comparison.
    await db.query(
      `INSERT INTO "User" (id, email, nick) VALUES (2, 'ab', 'a'); ALTER TABLE "User" DISABLE TRIGGER ALL; UPDATE "User" SET handle = 9 WHERE id = 2`,
    );
    expect((await live.ask("mirror-agrees")).statement).toContain('code chose 1 value of "User"."handle"');
    expect((await live.ask("mirror-agrees")).statement).toContain('id=2 has "9" instead of "2"');
  });

  it("says so where it may not look row by row", async () => {
    const live = await made({ kind: "mirror", sql: "length(email) / length(nick)", type: "integer" });
    await db.query(`INSERT INTO "User" (id, email, nick, handle) VALUES (1, 'a', '', 5)`);
    await db.query(
      `CREATE ROLE looker; GRANT SELECT ON "User" TO looker; REVOKE TEMPORARY ON DATABASE unicode_values FROM PUBLIC; SET ROLE looker`,
    );
    const answer = await live.ask("mirror-agrees");
    await db.query(`RESET ROLE; DROP OWNED BY looker; DROP ROLE looker`);
    expect(answer).toMatchObject({
      isOpen: false,
      statement: expect.stringMatching(/fails for some row \(division by zero\), .* \(permission denied/),
    });
  });

  it("leaves rows without a value to another gate, and asks nothing of a column that is required already", async () => {
    const live = await made({ kind: "mirror", emails: ["A"] });
    await db.query(`ALTER TABLE "User" DISABLE TRIGGER ALL; UPDATE "User" SET handle = NULL`);
    expect(await live.ask("mirror-agrees")).toMatchObject({ isOpen: true });
    await db.query(`UPDATE "User" SET handle = 'x'; ALTER TABLE "User" ALTER handle SET NOT NULL`);
    expect(await live.ask("mirror-agrees")).toMatchObject({
      isOpen: true,
      statement: `${subject} is NOT NULL on production`,
    });
  });
});

describe("translation-agrees", () => {
  const field = { type: "string", isList: false, isOptional: false, isId: false, isUnique: false } as const;
  const rest = { hasDefault: false, isForeignKey: false, isUpdatedAt: false } as const;
  const modelsWith =
    (email: Partial<EntityField>, handle: Partial<EntityField>) => async (): Promise<EntityModel[]> => [
      {
        name: "User",
        table,
        fields: [
          { name: "email", column: "email", documentation: "", ...field, ...rest, ...email },
          { name: "handle", column: "handle", documentation: "", ...field, ...rest, ...handle },
        ],
        relations: [],
        primaryKey: [],
      },
    ];
  const conversion = { by: "the transformer at src/user.ts:9" };
  const moment = { conversion: { id: "date", by: "the type date", isBuiltIn: true } } as const;

  it.each<readonly [string, Partial<EntityField>, Partial<EntityField>, RegExp | undefined]>([
    ["nothing", {}, {}, undefined],
    ["the driver alike", moment, moment, undefined],
    ["the driver, the source alone", moment, {}, /the type date converts email$/],
    ["a transformer of the source", { conversion }, {}, /the transformer at src\/user\.ts:9 converts email$/],
    ["a transformer of the column", {}, { conversion }, /the transformer at src\/user\.ts:9 converts handle$/],
    [
      "the user's own value",
      {},
      { documentation: "@lockstep.write(own(email))" },
      /@lockstep\.write gives the value in code$/,
    ],
  ])("claims no agreement that it cannot see: converted by %s", async (_, email, handle, why) => {
    const readModels = modelsWith(email, handle);
    const agreed = `Code computes lower(email) for ${subject} as production does: compared all 1 rows`;
    const live = await made({ emails: ["A"] });
    const said = await live.ask("translation-agrees", { readModels });
    expect(said).toMatchObject({ isOpen: true });
    expect(said.statement).toMatch(why ?? agreed);
    const unique = await made({ emails: ["A"], isUnique: true });
    const asked = await unique.ask("translation-agrees", { readModels });
    expect(asked.isOpen).toBe(why === undefined);
    expect(asked.statement).toMatch(why ?? agreed);
    if (why !== undefined) expect(asked.statement + said.statement).not.toContain("as production does");
  });

  const sigma = ["ADA", "ΟΔΟΣ", "İZ", "Straße"];

  it("tells how many rows were compared", async () => {
    const live = await made({ emails: ["Ada", "Bob", "ÄÖ"] });
    expect(await live.ask("translation-agrees")).toEqual({
      gate: "translation-agrees",
      subject,
      isOpen: true,
      statement: `Code computes lower(email) for ${subject} as production does: compared all 3 rows`,
    });
  });

  it("counts the rows that code computes a value of", async () => {
    const live = await made({ emails: ["Ada", "Bob"] });
    await db.query(`INSERT INTO "User" (id) VALUES (7)`);
    expect((await live.ask("translation-agrees")).statement).toBe(
      `Code computes lower(email) for ${subject} as production does: compared 2 of 3 rows, those for which code computes a value`,
    );
    await db.query(`DELETE FROM "User" WHERE email IS NOT NULL`);
    expect((await live.ask("translation-agrees")).statement).toBe(
      `Code computes lower(email) for ${subject} of no row that was read on production, so nothing was compared`,
    );
  });

  it("tells differences, and does not hold a column that is not unique", async () => {
    const live = await made({ emails: sigma });
    expect(await live.ask("translation-agrees")).toMatchObject({
      isOpen: true,
      statement: `Check this: code may compute lower(email) for ${subject} other than production does: id=2 is "οδος" in code and "οδοσ" in the database, id=3 is "i\\u{307}z" in code and "iz" in the database (2 differ; compared all 4 rows)`,
    });
    expect((await live.ask("translation-agrees", { isWithoutValues: true })).statement).toMatch(
      /other than production does: id=2 differs, id=3 differs \(2 differ; compared all 4 rows\)$/,
    );
  });

  it.each([{ isUnique: true }, { kind: "mirror" }] as const)("holds where it matters: %o", async (what) => {
    const live = await made({ emails: sigma, ...what });
    expect(await live.ask("translation-agrees")).toMatchObject({
      isOpen: false,
      needsConfirmation: true,
      statement: expect.stringContaining("id=2"),
      otherwise: expect.stringContaining("@lockstep.write(<ts>)"),
    });
    await live.confirm("translation-agrees");
    expect(await live.ask("translation-agrees")).toMatchObject({ isOpen: true });
    await db.query(`INSERT INTO "User" (id, email) VALUES (9, 'ΝΕΟΣ')`);
    expect((await live.ask("translation-agrees")).statement).toContain("id=9");
  });

  it("finds every letter beyond ASCII in a database of locale C", async () => {
    const c = await open(plain.url);
    const live = await made({ on: c, emails: ["ADA", "ÄÖ", "Straße"], sql: "upper(email)", isUnique: true });
    expect((await live.ask("translation-agrees")).statement).toContain(
      'id=3 is "STRASSE" in code and "STRAßE" in the database',
    );
    await c.close();
  });

  it("finds the few rows that differ among many", async () => {
    const live = await made({ isUnique: true });
    await db.query(
      `INSERT INTO "User" (id, email) SELECT n, 'U' || n FROM generate_series(1, 60000) n; INSERT INTO "User" (id, email) VALUES (0, 'ΟΔΟΣ'); ANALYZE "User"`,
    );
    expect((await live.ask("translation-agrees")).statement).toMatch(
      /id=0 is "οδος" .* \(1 differ; compared \d+ of about 60001 rows\)$/,
    );
  });

  it("asks once about rows that differ, also where it looks at some of very many", async () => {
    const live = await made({ isUnique: true });
    await db.query(
      `INSERT INTO "User" (id, email) SELECT n, 'ΟΔΟΣ' || n || 'Σ' FROM generate_series(1, 25000) n; ANALYZE "User"`,
    );
    expect(await live.ask("translation-agrees")).toMatchObject({ isOpen: false });
    await live.confirm("translation-agrees");
    expect(await live.ask("translation-agrees")).toMatchObject({ isOpen: true });
  });

  it("says so where no code was made, and where it could not look", async () => {
    const live = await made({ sql: "md5(email)", emails: ["a"] });
    expect((await live.ask("translation-agrees")).statement).toContain("No code was made of md5(email)");
    await db.query(`CREATE DOMAIN word AS text`);
    const own = await made({ isUnique: true, emails: ["a"] });
    await db.query(`ALTER TABLE "User" ALTER email TYPE word`);
    expect(await own.ask("translation-agrees")).toMatchObject({
      isOpen: false,
      statement: expect.stringContaining('no row was compared: "email" is of type word'),
    });
    await db.query(`DROP TABLE "User"; DROP DOMAIN word`);
  });
});
