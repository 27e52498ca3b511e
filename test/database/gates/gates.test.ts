import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { askGates } from "../../../core/src/gates/ask-gates.js";
import type { GateFacts, OpenWriter } from "../../../core/src/gates/gate.js";
import { gates } from "../../../core/src/gates/index.js";
import type { GateId, PlannedColumn } from "../../../core/src/model/index.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { confirm } from "../../../core/src/target/ledger/evidence.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { errorOf, fillTable, makeTable, numbered, open, plan } from "../backfill/fixture.js";

let database: TestDatabase;
let db: Connection;

beforeAll(async () => {
  database = await createDatabase("gates");
  db = await open(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});
beforeEach(() => db.query(`DROP SCHEMA IF EXISTS lockstep CASCADE; DROP TABLE IF EXISTS "User" CASCADE`));

const facts = (more: Partial<GateFacts> = {}): GateFacts => ({
  columns: [],
  plan,
  target: "production",
  connection: db,
  units: { applied: ["1"], failed: [], pending: [] },
  deploy: "npx prisma migrate deploy",
  recover: (name) => `npx prisma migrate resolve --rolled-back ${name}`,
  ...more,
});
const ask = (gate: GateId, more?: Partial<GateFacts>) =>
  gates[gate]!.ask({ gate, table: { name: "User" }, column: "handle" }, facts(more));

describe("no-missing-values", () => {
  it("tells rows that the backfill fills from those that it has no value for, and why", async () => {
    const spec = await makeTable(db, {
      rows: [
        ["1", "a"],
        ["2", "5"],
        ["3", "05"],
        ["4", null],
        ["5", "7"],
        ["6", "x"],
        ["7", "8"],
      ],
      fill: "email::integer",
      type: "integer",
      isUnique: true,
    });
    await db.query(`UPDATE "User" SET handle = 7 WHERE id = 7`);
    const column = { ...spec.columns[0]!, table: spec.table, uniqueKeys: [["handle"]] } as unknown as PlannedColumn;
    const columns = [column];
    const why =
      /: a text cannot be read as a value of its type \(2 rows: id=1; id=6\), .*another row already has this value \(2 rows: id=3; id=5\)/;
    const before = await ask("no-missing-values", { columns });
    expect(before).toMatchObject({ isOpen: false, help: `Run: npx lockstep backfill run ${plan}` });
    expect(before.statement).toMatch(/^6 rows of .* lack a value, .*\. The backfill has no value for 5 rows/);
    expect(before.statement).toMatch(why);
    expect(before.statement).toContain("the fill yields NULL (1 row: id=4)");
    await errorOf(fillTable(database.url, spec));
    expect(await ask("no-missing-values", { columns })).toMatchObject({
      help: `Correct these rows, or give them a value.\nnpx lockstep backfill run ${plan}`,
      statement: expect.stringMatching(/^5 rows/),
    });
  });

  it("says that it could not tell them apart where the role may make nothing temporary", async () => {
    const spec = await makeTable(db, { rows: numbered(3) });
    const name = new URL(database.url).pathname.slice(1);
    await db.query(
      `DROP ROLE IF EXISTS gate_reader; CREATE ROLE gate_reader LOGIN; GRANT SELECT ON "User" TO gate_reader; REVOKE TEMPORARY ON DATABASE "${name}" FROM PUBLIC`,
    );
    const url = new URL(database.url);
    url.username = "gate_reader";
    const reader = await open(url.toString());
    try {
      const column = { ...spec.columns[0]!, table: spec.table, uniqueKeys: [] } as unknown as PlannedColumn;
      expect(await ask("no-missing-values", { connection: reader, columns: [column] })).toMatchObject({
        isOpen: false,
        statement: expect.stringMatching(
          /^3 rows .* Which of them the backfill can fill was not found out: permission denied/,
        ),
      });
    } finally {
      await reader.close();
      await db.query(
        `DROP OWNED BY gate_reader; DROP ROLE gate_reader; GRANT TEMPORARY ON DATABASE "${name}" TO PUBLIC`,
      );
    }
  });

  it("is closed while a row lacks its value, and open after the backfill", async () => {
    const spec = await makeTable(db, { rows: numbered(50) });
    expect(await ask("no-missing-values")).toEqual({
      gate: "no-missing-values",
      isOpen: false,
      subject: '"User"."handle"',
      statement: '50 rows of "User"."handle" on production lack a value, for example id=0',
      help: `Run: npx lockstep backfill run ${plan}`,
    });
    await fillTable(database.url, spec);
    expect(await ask("no-missing-values")).toEqual({
      gate: "no-missing-values",
      isOpen: true,
      subject: '"User"."handle"',
      statement: 'No row of "User"."handle" on production lacks a value',
    });
    await db.query(`ALTER TABLE "User" ALTER handle SET NOT NULL`);
    expect(await ask("no-missing-values")).toMatchObject({
      isOpen: true,
      statement: '"User"."handle" is NOT NULL on production',
    });
  });

  it("estimates when there are many", async () => {
    await makeTable(db);
    await db.query(
      `ALTER TABLE "User" DISABLE TRIGGER ALL; INSERT INTO "User" SELECT generate_series(1, 20000); ANALYZE "User"`,
    );
    expect((await ask("no-missing-values")).statement).toMatch(/^about 20000 rows of/);
  });

  it("is closed where the column or the table is missing", async () => {
    expect(await ask("no-missing-values")).toMatchObject({
      isOpen: false,
      statement: '"User"."handle" does not exist on production',
    });
    await db.query(`CREATE TABLE "User" (id int)`);
    expect(await ask("no-missing-values")).toMatchObject({
      isOpen: false,
      help: "npx prisma migrate deploy   # on production first",
    });
  });

  it("proves nothing when the time runs out, and nothing where a policy hides rows", async () => {
    await makeTable(db, { rows: numbered(5) });
    // In place of a slow disk: somebody's DDL holds the table.
    const locker = await open(database.url);
    try {
      await locker.query(`BEGIN; LOCK TABLE "User" IN ACCESS EXCLUSIVE MODE`);
      expect(await ask("no-missing-values", { scanTimeoutMs: 50 })).toMatchObject({
        isOpen: false,
        statement: '"User"."handle" on production could not be read within 0.05 s, so nothing is proved',
      });
    } finally {
      await locker.close();
    }
    await db.query(
      `DROP ROLE IF EXISTS gate_reader; CREATE ROLE gate_reader LOGIN; GRANT SELECT ON "User" TO gate_reader; ALTER TABLE "User" ENABLE ROW LEVEL SECURITY`,
    );
    const url = new URL(database.url);
    url.username = "gate_reader";
    const reader = await open(url.toString());
    const error = await errorOf(ask("no-missing-values", { connection: reader }));
    expect(error.code).toBe("LS7002");
    await reader.close();
    await db.query("DROP OWNED BY gate_reader; DROP ROLE gate_reader");
  });
});

describe.each(["writers-aware", "reads-steady"] as const)("%s", (gate) => {
  it("opens by a word that the ledger keeps, until the table is another one", async () => {
    await makeTable(db, { rows: numbered(3) });
    expect(await ask(gate)).toMatchObject({
      isOpen: false,
      needsConfirmation: true,
      statement: expect.stringMatching(
        /^(?:writers-aware|reads-steady) is not confirmed for production: .*\("User"\."handle"\)($|\. It was not measured: pg_stat_statements is not loaded)/,
      ),
      help: `npx lockstep next ${plan} --confirm ${gate}   # once this is true, at a terminal; elsewhere add --by with the person's name`,
    });
    const table = (await readTable(db, { name: "User" }))!;
    const { at } = await confirm(db, { plan, gate, table, column: "handle" }, "ada@example.org", "build 511");
    const open = await ask(gate);
    expect(open).toMatchObject({ gate, isOpen: true });
    expect(open.statement).toContain(
      `ada@example.org confirmed on ${at.slice(0, 16).replace("T", " ")} UTC for production that`,
    );
    expect(open.statement).toMatch(/: build 511$/);
    await db.query(`DROP TABLE "User" CASCADE`);
    expect(await ask(gate)).toMatchObject({
      isOpen: false,
      help: "npx prisma migrate deploy   # on production first",
    });
    await makeTable(db);
    expect(await ask(gate)).toMatchObject({ isOpen: false, needsConfirmation: true });
  });
});

describe("writers-aware, where places of the code may leave the column out", () => {
  const writer = (file: string, line: number, text = "rows") => ({
    file,
    line,
    what: "data of prisma.user.createMany",
    reason: `the row is built elsewhere (\`${text}\`)`,
  });
  const asked = (...writers: readonly OpenWriter[]) => ask("writers-aware", { writersOf: () => writers });

  it("names them, and keeps to those that were confirmed", async () => {
    await makeTable(db, { rows: numbered(3) });
    const [seed, jobs] = [writer("prisma/seed.ts", 4), writer("src/jobs.ts", 9)];
    expect(await asked(seed, jobs)).toMatchObject({
      isOpen: false,
      writers: [seed, jobs],
      statement: expect.stringMatching(
        /^writers-aware is not confirmed .*\("User"\."handle"\), and that the rows written at 2 listed places have it$/,
      ),
    });
    const key = { plan, gate: "writers-aware", table: (await readTable(db, { name: "User" }))!, column: "handle" };
    await confirm(db, key, "ada@example.org", undefined, [seed]);
    expect(await asked(seed)).toMatchObject({
      isOpen: true,
      writers: [seed],
      statement: expect.stringMatching(/^ada.*, and that the rows written at 1 listed place have it$/),
    });
    // Lines move; what came since, or reads otherwise now, nobody has looked at.
    expect(await asked(writer("prisma/seed.ts", 40))).toMatchObject({ isOpen: true });
    expect(await asked(seed, jobs)).toMatchObject({
      isOpen: false,
      needsConfirmation: true,
      writers: [jobs],
      statement: expect.stringMatching(
        /^writers-aware is not confirmed for production: the rows written at 1 listed place have "User"\."handle" \(ada@example\.org confirmed the rest on /,
      ),
    });
    expect(await asked(seed, seed)).toMatchObject({ isOpen: false, writers: [seed] });
    expect(await asked(writer("prisma/seed.ts", 4, "people"))).toMatchObject({ isOpen: false });
    expect(await asked()).toMatchObject({ isOpen: true });
  });

  it("keeps to what was confirmed in other words, and asks again where it is other code", async () => {
    await makeTable(db, { rows: numbered(3) });
    const place = { ...writer("prisma/seed.ts", 4), id: "seed/prisma.user.createMany" };
    const key = {
      plan,
      gate: "writers-aware",
      table: (await readTable(db, { name: "User" }))!,
      column: "handle",
    } as const;
    await confirm(db, key, "ada@example.org", undefined, [place]);
    expect(await asked({ ...place, what: "in other words", reason: "for another reason" })).toMatchObject({
      isOpen: true,
    });
    expect(await asked({ ...place, id: "seed/prisma.user.create" })).toMatchObject({ isOpen: false });
    expect(await asked({ ...place, file: "prisma/more.ts" })).toMatchObject({ isOpen: false });
    // As ledgers of before have it.
    await confirm(db, key, "ada@example.org", undefined, [writer("prisma/seed.ts", 4)]);
    expect(await asked(place)).toMatchObject({ isOpen: true });
    expect(await asked({ ...place, what: "in other words" })).toMatchObject({ isOpen: false });
  });

  it("reads what a ledger of version 3 knows: no place was confirmed", async () => {
    await makeTable(db, { rows: numbered(3) });
    const key = { plan, gate: "writers-aware", table: (await readTable(db, { name: "User" }))!, column: "handle" };
    await confirm(db, key, "ada@example.org");
    await db.query(
      `ALTER TABLE lockstep.evidence DROP COLUMN places; ALTER TABLE lockstep.backfills DROP COLUMN control, DROP COLUMN is_open;
       DROP TABLE lockstep.leases, lockstep.workers, lockstep.failures, lockstep.announcements, lockstep.baselines, lockstep.courses, lockstep.deployments; UPDATE lockstep.meta SET version = 3`,
    );
    expect(await asked()).toMatchObject({ isOpen: true });
    expect(await asked(writer("prisma/seed.ts", 4))).toMatchObject({ isOpen: false });
    await confirm(db, key, "ada@example.org", undefined, [writer("prisma/seed.ts", 4)]);
    expect(await asked(writer("prisma/seed.ts", 4))).toMatchObject({ isOpen: true });
  });
});

describe("askGates", () => {
  it("asks in order", async () => {
    await makeTable(db);
    const step = (gate: GateId) => ({ gate, table: { name: "User" }, column: "handle" });
    const answers = await askGates([step("phase-applied"), step("no-missing-values"), step("writers-aware")], facts());
    expect(answers.map(({ gate, isOpen }) => [gate, isOpen])).toEqual([
      ["phase-applied", true],
      ["no-missing-values", true],
      ["writers-aware", false],
    ]);
  });
});
