import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTarget } from "../../../core/src/cli/ask-target.js";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { GateFacts } from "../../../core/src/gates/gate.js";
import { gates } from "../../../core/src/gates/index.js";
import type { Fill, ForeignKey, Plan, PlannedColumn } from "../../../core/src/model/index.js";
import { quoteIdentifier } from "../../../core/src/mysql/quote.js";
import { fillTriggers } from "../../../core/src/mysql/units/fill-trigger.js";
import type { MysqlServer } from "../../../core/src/mysql/units/index.js";
import type { OrmPlugin, Project } from "../../../core/src/plugin/plugin.js";
import { missingParts } from "../../../core/src/target/facts/missing-parts.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { confirm, readEvidence } from "../../../core/src/target/ledger/evidence.js";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.js";
import { columnOf, fillOf, fillTable, makeTable, plan, type TableInput } from "./fixture.js";

let database: MariadbDatabase;
let db: Connection;
beforeAll(async () => {
  database = await createMariadbDatabase("gates");
  db = await connect(database.url, { applicationName: "test" });
});
const forget = async () => {
  // Another file may be about to make them.
  const { rows } = await db.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'lockstep' AND table_name IN ('backfills', 'evidence')",
  );
  for (const { name } of rows) {
    const own = await db.query<{ plan: string }>(
      `SELECT DISTINCT plan FROM lockstep.${name} WHERE table_schema = DATABASE()`,
    );
    // By the key's first column: a scan would lock the rows of other files, and end in a deadlock with them.
    for (const { plan } of own.rows)
      await db.query(`DELETE FROM lockstep.${name} WHERE plan = ? AND table_schema = DATABASE()`, [plan]);
  }
};
beforeEach(forget);
afterAll(async () => {
  await forget();
  await db.close();
  await database.drop();
});

const table = { name: "User" };
const subject = '"User"."handle"';

interface Input extends TableInput, Pick<Partial<PlannedColumn>, "foreignKeys"> {
  readonly kind?: Fill["kind"];
}

/** A table after expand, and what a gate says of it. */
async function made(input: Input = {}) {
  await db.query("DROP TABLE IF EXISTS `User`, `Team`");
  const { kind = "backfill", fill: sql = "LOWER(`email`)", type = "varchar(191)" } = input;
  const spec = await makeTable(db, { ...input, fill: sql, type });
  const fill: Fill = { ...fillOf(sql), kind };
  const column = {
    table,
    name: "handle",
    type,
    fill,
    uniqueKeys: spec.uniqueKeys,
    isRelaxed: true,
    ...(input.foreignKeys && { foreignKeys: input.foreignKeys }),
  };
  for (const { text } of fillTriggers(table, { ...column, notNull: true, fill } as never, db.dialect.id as MysqlServer))
    await db.query(`CREATE TRIGGER ${text}`);
  const facts: GateFacts = {
    plan,
    target: "production",
    connection: db,
    columns: [column as unknown as PlannedColumn],
    units: { applied: ["1"], failed: [], pending: [] },
    deploy: "npx prisma migrate deploy",
    recover: (name) => name,
  };
  const step = (gate: string) => ({ gate, table, column: "handle" });
  return {
    spec,
    column: column as unknown as PlannedColumn,
    ask: (gate: string, more: Partial<GateFacts> = {}) => gates[gate]!.ask(step(gate), { ...facts, ...more }),
    async confirm(gate: string) {
      const places = await gates[gate]!.covers?.(step(gate), facts);
      await confirm(
        db,
        { plan, gate, table: (await readTable(db, table))!, column: "handle" },
        "ada",
        undefined,
        places,
      );
    },
  };
}

const toTeam: ForeignKey = {
  name: "User_handle_fkey",
  columns: ["handle"],
  references: { name: "Team" },
  referencedColumns: ["id"],
  onUpdate: "NO ACTION",
  onDelete: "NO ACTION",
  isMatchFull: false,
  deferrable: "no",
};

describe("no-missing-values", () => {
  it("is open once every row has its value, and where the column is required", async () => {
    const live = await made({
      rows: [
        ["1", "A"],
        ["2", "B"],
      ],
    });
    const closed = await live.ask("no-missing-values");
    expect(closed).toMatchObject({
      isOpen: false,
      statement: `2 rows of ${subject} on production lack a value, for example id=1`,
      help: `Run: npx lockstep backfill run ${plan}`,
    });
    await fillTable(database.url, live.spec);
    const statement = `No row of ${subject} on production lacks a value`;
    expect(await live.ask("no-missing-values")).toEqual({
      gate: "no-missing-values",
      isOpen: true,
      subject,
      statement,
    });
    await db.query("ALTER TABLE `User` MODIFY `handle` varchar(191) NOT NULL");
    expect(await live.ask("no-missing-values")).toMatchObject({
      isOpen: true,
      statement: `${subject} is NOT NULL on production`,
    });
  });

  it("tells rows that the backfill fills from those that it has no value for, and why", async () => {
    const rows = ["5", "x", "05", null, "7", "y", "8"].map((email, at) => [String(at + 1), email] as const);
    const live = await made({ rows, fill: "`email`", type: "int", isUnique: true });
    await db.query("UPDATE `User` SET `handle` = 7 WHERE `id` = 7");
    const { statement } = await live.ask("no-missing-values");
    expect(statement).toMatch(/^6 rows .* for example id=1\. The backfill has no value for 5 rows: /);
    for (const why of [
      "int does not support the value of the fill (2 rows: id=2; id=6)",
      "another row already has this value (2 rows: id=3; id=5)",
      "the fill yields NULL (1 row: id=4)",
    ])
      expect(statement).toContain(why);
    await db.query("DELETE FROM `User` WHERE `id` = 1");
    await db.query("UPDATE `User` SET `handle` = 5 WHERE `id` = 3");
    expect(await live.ask("no-missing-values")).toMatchObject({
      isRefused: true,
      help: `Correct these rows, or give them a value.\nnpx lockstep backfill run ${plan}`,
    });
  });

  it("tells values that are too long, and those that lead nowhere", async () => {
    const live = await made({
      rows: [
        ["1", "a"],
        ["2", "b"],
        ["3", "too long"],
      ],
      fill: "`email`",
      type: "varchar(3)",
      foreignKeys: [toTeam],
    });
    await db.query("CREATE TABLE `Team` (`id` varchar(3) PRIMARY KEY)");
    await db.query("INSERT INTO `Team` VALUES ('a')");
    const { statement } = await live.ask("no-missing-values");
    expect(statement).toContain("the fill is longer than 3 characters (1 row: id=3)");
    expect(statement).toContain('its value references no row of "Team" (1 row: id=2)');
  });

  // MariaDB casts nothing to it.
  it("looks at values of json", async () => {
    const rows = [
      ["1", "{}"],
      ["2", "{"],
    ] as const;
    const live = await made({ rows, fill: "`email`", type: "json" });
    const { statement } = await live.ask("no-missing-values");
    expect(statement).toContain("json does not support the value of the fill (1 row: id=2)");
  });

  it("names rows by keys of several columns, and binary ones in digits", async () => {
    const key = { tenant: "bigint unsigned", id: "binary(2)" };
    const live = await made({ key, rows: [["18446744073709551615", "00FF", "A"]] });
    expect((await live.ask("no-missing-values")).statement).toMatch(/example tenant=18446744073709551615, id=00FF$/);
  });

  it("counts as far as it has to", async () => {
    const rows = Array.from({ length: 10_001 }, (_, at) => [String(at + 1), "A"] as const);
    const live = await made({ rows });
    expect((await live.ask("no-missing-values")).statement).toMatch(/^more than 10000 rows of/);
  });

  it("proves nothing where the time runs out, or where the column is not there", async () => {
    const live = await made({ rows: Array.from({ length: 200 }, (_, at) => [String(at + 1), "A"] as const) });
    await db.query("UPDATE `User` SET `handle` = 'a'");
    const mirror = { ...live.column, fill: { ...fillOf("CONCAT(`email`, SLEEP(0.1))"), kind: "mirror" as const } };
    expect(await live.ask("mirror-agrees", { columns: [mirror], scanTimeoutMs: 300 })).toMatchObject({
      isOpen: false,
      statement: expect.stringContaining("could not be compared with its source within 0.3 s, so nothing is proved"),
    });
    await db.query("ALTER TABLE `User` DROP COLUMN `handle`");
    expect(await live.ask("no-missing-values")).toMatchObject({
      isOpen: false,
      statement: `${subject} does not exist on production`,
    });
  });
});

describe("mirror-agrees", () => {
  it("compares every row byte by byte, and names a statement that has the others follow again", async () => {
    const live = await made({
      kind: "mirror",
      rows: [
        ["1", "A"],
        ["2", "B"],
        ["3", "C"],
        ["4", null],
      ],
    });
    await fillTable(database.url, live.spec).catch(() => undefined);
    expect(await live.ask("mirror-agrees")).toMatchObject({
      isOpen: true,
      statement: `Every value of ${subject} on production is that of its source, LOWER(\`email\`)`,
    });
    // Equal to the collation; and to one that ignores blanks.
    await db.query("UPDATE `User` SET `handle` = IF(`id` = 1, 'A', 'b '), `touched` = `touched` WHERE `id` IN (1, 2)");
    const closed = await live.ask("mirror-agrees");
    expect(closed).toMatchObject({
      isOpen: false,
      needsConfirmation: true,
      statement: `mirror-agrees is not confirmed for production: code chose 2 values of ${subject} other than LOWER(\`email\`): id=1 has "A" instead of "a", id=2 has "b " instead of "b"`,
    });
    const [, statement = ""] =
      /on production: (UPDATE .*), until it updates no row$/.exec(closed.otherwise ?? "") ?? [];
    await db.query(statement);
    expect(await live.ask("mirror-agrees")).toMatchObject({ isOpen: true });
    expect(await columnOf(db, "SELECT DISTINCT `touched` FROM `User`")).toEqual(["2020-01-01 00:00:00.000"]);
  });

  it("keeps what was confirmed row by row", async () => {
    const live = await made({
      kind: "mirror",
      rows: [
        ["1", "A"],
        ["2", "B"],
      ],
    });
    await fillTable(database.url, live.spec);
    await db.query("UPDATE `User` SET `handle` = 'mine' WHERE `id` = 1");
    await live.confirm("mirror-agrees");
    expect(await live.ask("mirror-agrees")).toMatchObject({ isOpen: true });
    await db.query("UPDATE `User` SET `handle` = 'stale' WHERE `id` = 2");
    const closed = await live.ask("mirror-agrees");
    expect(closed.statement).toMatch(/1 value of .*: id=2 has "stale" instead of "b"$/);
    await db.query(/on production: (UPDATE .*)$/.exec(closed.otherwise ?? "")?.[1] ?? "");
    expect(await columnOf(db, "SELECT `handle` FROM `User` ORDER BY `id`")).toEqual(["mine", "b"]);
  });

  /** A type, a source, the email of the row, and another value than the source gives. */
  const types: readonly (readonly [type: string, fill: string, email: string, other: string])[] = [
    ["int", "CHAR_LENGTH(`email`) + 2.6", "a", "3"],
    ["int", "`email`", "3.7", "3"],
    ["bigint unsigned", "CAST(`email` AS UNSIGNED)", "18446744073709551615", "18446744073709551614"],
    ["decimal(10,2)", "`email` / 3", "1", "0.34"],
    ["float", "`email` / 3", "1", "0.34"],
    ["double", "`email` / 3", "1", "0.33"],
    ["tinyint(1)", "`email` = 'a'", "a", "0"],
    ["datetime(3)", "TIMESTAMP(`email`)", "2026-01-02 03:04:05.6789", "'2026-01-02 03:04:05.677'"],
    ["date", "`email`", "2026-01-02", "'2026-01-03'"],
    ["time", "`email`", "03:04:05", "'03:04:06'"],
    ["char(5)", "`email`", "a ", "'b'"],
    ["varchar(20) CHARACTER SET latin1", "`email`", "é", "'e'"],
    ["varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "`email`", "Ä", "'ä'"],
    ["binary(3)", "`email`", "ab", "'aB'"],
    ["varbinary(3)", "UNHEX(`email`)", "00FF", "UNHEX('00FE')"],
    ["json", "JSON_OBJECT('a', `email`)", "x", '\'{"a": "X"}\''],
    ["enum('a','b')", "`email`", "a", "'b'"],
    ["mediumtext", "REPEAT(`email`, 100)", "x", "REPEAT('x', 99)"],
  ];
  it.each(types)("as the type stores it: %s from %s", async (type, fill, email, other) => {
    const live = await made({ kind: "mirror", type, fill, rows: [["1", email]] });
    await fillTable(database.url, {
      ...live.spec,
      columns: [{ ...live.spec.columns[0]!, type: type.replace(/ (CHARACTER|COLLATE).*/, "") }],
    });
    expect(await live.ask("mirror-agrees")).toMatchObject({ isOpen: true });
    await db.query(`UPDATE \`User\` SET \`handle\` = ${other}`);
    expect((await live.ask("mirror-agrees")).statement).toContain("code chose 1 value");
  });

  it("means what its trigger means: an operator of another sql_mode", async () => {
    await db.query("SET SESSION sql_mode = CONCAT(@@sql_mode, ',PIPES_AS_CONCAT')");
    const live = await made({ kind: "mirror", fill: "`email` || 'x'", rows: [["1", "a"]] });
    await fillTable(database.url, {
      ...live.spec,
      columns: [{ ...live.spec.columns[0]!, fill: fillOf("CONCAT(`email`, 'x')") }],
    });
    await db.query("SET SESSION sql_mode = REPLACE(@@sql_mode, 'PIPES_AS_CONCAT', '')");
    const before = await columnOf(db, "SELECT @@sql_mode");
    expect(await live.ask("mirror-agrees")).toMatchObject({ isOpen: true });
    expect(await columnOf(db, "SELECT @@sql_mode")).toEqual(before);
  });

  it("says so where the source of some row fails", async () => {
    const live = await made({
      kind: "mirror",
      type: "bigint",
      fill: "`id` * 9223372036854775807",
      rows: [
        ["1", "a"],
        ["2", "b"],
      ],
    });
    await db.query("UPDATE `User` SET `handle` = 1");
    expect(await live.ask("mirror-agrees")).toMatchObject({
      isOpen: false,
      statement: expect.stringMatching(/fails for some row \(.*out of range.*\), and row by row it could not be tried/),
      help: "Correct the row, then run the command again.",
    });
  });
});

describe("translation-agrees", () => {
  const asked = async (emails: readonly string[], more: Parameters<typeof made>[0] = {}) => {
    const live = await made({ rows: emails.map((email, at) => [String(at + 1), email]), ...more });
    const fill = { ...live.column.fill!, sql: "upper(email)", rowSql: "UPPER(`email`)", reads: ["email"] };
    return live.ask("translation-agrees", { columns: [{ ...live.column, fill }] });
  };

  it("compares what code computes with what the database does", async () => {
    expect(await asked(["a", "é", "b c"])).toMatchObject({
      isOpen: true,
      statement: `Code computes upper(email) for ${subject} as production does: compared all 3 rows`,
    });
  });

  it("tells where they differ, and is closed where it matters", async () => {
    const differing = 'id=2 is "STRASSE" in code and "STRAßE" in the database';
    expect(await asked(["a", "straße"])).toMatchObject({ isOpen: true, statement: expect.stringContaining(differing) });
    expect(await asked(["a", "straße"], { isUnique: true })).toMatchObject({
      isOpen: false,
      statement: expect.stringContaining(differing),
    });
  });
});

it("asks the ledger whether a pass is over, and what somebody has confirmed", async () => {
  const live = await made({ rows: [["1", "A"]] });
  expect(await live.ask("backfill-done")).toMatchObject({
    isOpen: false,
    statement: expect.stringMatching(/has not begun$/),
  });
  await fillTable(database.url, { ...live.spec, once: true }, { nulls: "fill" });
  expect(await live.ask("backfill-done")).toMatchObject({ isOpen: true });
  expect(await live.ask("writers-aware")).toMatchObject({ isOpen: false, needsConfirmation: true });
  await live.confirm("writers-aware");
  expect(await live.ask("writers-aware")).toMatchObject({
    isOpen: true,
    statement: expect.stringMatching(/^ada confirmed/),
  });
});

describe("what the database lacks", () => {
  const parts: readonly (readonly [what: string, sql: string, lacks: string, statement: string])[] = [
    [
      "a trigger",
      "DROP TRIGGER `zz_lockstep_fill_User_handle_upd`",
      "trigger",
      `${subject} has one of its two fill triggers only`,
    ],
    [
      "another type",
      "ALTER TABLE `User` DROP FOREIGN KEY `fk`, MODIFY `handle` varchar(20)",
      "type",
      `${subject} is varchar(20), not varchar(3)`,
    ],
    [
      "an index",
      "ALTER TABLE `User` DROP FOREIGN KEY `fk`, DROP INDEX `handle`",
      "index",
      '"User" ("handle") has no unique index',
    ],
    [
      "a foreign key",
      "ALTER TABLE `User` DROP FOREIGN KEY `fk`",
      "foreign-key",
      '"User" ("handle") has no foreign key to "Team"',
    ],
  ];
  it.each(parts)("%s", async (_, sql, lacks, statement) => {
    const live = await made({ type: "varchar(3)", isUnique: true, foreignKeys: [toTeam] });
    await db.query("CREATE TABLE `Team` (`id` varchar(3) PRIMARY KEY)");
    await db.query("ALTER TABLE `User` ADD CONSTRAINT `fk` FOREIGN KEY (`handle`) REFERENCES `Team` (`id`)");
    expect(await missingParts(db, [live.column])).toEqual([]);
    await db.query(sql);
    expect(await missingParts(db, [live.column])).toContainEqual({ column: live.column, lacks, statement });
  });

  it("a column, and no trigger where the column is required", async () => {
    const live = await made();
    for (const end of ["ins", "upd"])
      await db.query(`DROP TRIGGER ${quoteIdentifier(`zz_lockstep_fill_User_handle_${end}`)}`);
    expect(await missingParts(db, [live.column])).toMatchObject([
      { lacks: "trigger", statement: `${subject} has no fill trigger` },
    ]);
    await db.query("ALTER TABLE `User` MODIFY `handle` varchar(191) NOT NULL");
    expect(await missingParts(db, [live.column])).toEqual([]);
    await db.query("ALTER TABLE `User` DROP COLUMN `handle`");
    expect(await missingParts(db, [live.column])).toMatchObject([
      { lacks: "column", statement: `${subject} does not exist` },
    ]);
  });
});

it("names the migrations that make again what is gone", async () => {
  const { column } = await made({ type: "varchar(3)", isUnique: true, foreignKeys: [toTeam] });
  const kinds = ["expand", "create-index", "add-foreign-key"];
  const released = {
    id: plan,
    dialect: db.dialect.id,
    columns: [column],
    units: kinds.map((kind) => ({ id: kind, phase: "expand", spec: { kind, table } })),
    undo: { expand: [], contract: [] },
    state: { released: "expand", written: kinds.map((id) => ({ id, file: `migrations/${id}/migration.sql` })) },
  } as unknown as Plan;
  const plugin = {
    readApplied: async () => ({ applied: kinds, failed: [] }),
    deployingSession: async () => undefined,
    listMigrations: () => kinds,
    words: { deploy: "deploy", execute: (file: string) => `run ${file}` },
  } as unknown as OrmPlugin;
  await db.query("ALTER TABLE `User` DROP INDEX `handle`");
  await db.query("DROP TRIGGER `zz_lockstep_fill_User_handle_ins`");
  const target = { name: "production", url: database.url };
  const { connection, facts } = await openTarget(target, released, {} as Project, plugin);
  await connection.close();
  expect(facts.units.lacking).toEqual(
    [
      [`${subject} has one of its two fill triggers only`, "expand"],
      ['"User" ("handle") has no unique index', "create-index"],
      ['"User" ("handle") has no foreign key to "Team"', "add-foreign-key"],
    ].map(([statement, unit]) => ({
      statement,
      help: `With the URL of production: run migrations/${unit}/migration.sql`,
    })),
  );
});

it("refuses a target of another system than the plan's", async () => {
  const other = { id: plan, dialect: "postgresql" } as Plan;
  const target = { name: "production", url: database.url };
  await expect(openTarget(target, other, {} as Project, {} as OrmPlugin)).rejects.toMatchObject({
    code: "LS7005",
    message: expect.stringMatching(/^Plan \S+ is for PostgreSQL, but production is (?:MariaDB|MySQL) \d+\.\d+\.\d+\.$/),
  });
});

it("refuses to fill a table whose engine knows no transactions", async () => {
  const { spec } = await made({ rows: [["1", "A"]] });
  await db.query("ALTER TABLE `User` ENGINE=MyISAM");
  await expect(fillTable(database.url, spec)).rejects.toMatchObject({
    code: "LS5011",
    message: expect.stringContaining("uses the engine MyISAM, which does not support transactions"),
  });
});

it("names triggers of others that each filled row sets off", async () => {
  const { spec } = await made({ rows: [["1", "A"]] });
  await db.query("CREATE TRIGGER `audit` AFTER UPDATE ON `User` FOR EACH ROW SET @seen = 1");
  await expect(fillTable(database.url, spec)).rejects.toMatchObject({
    code: "LS5005",
    message: expect.stringMatching(/sets off: trigger "audit"$/),
  });
});

it("evidence of another database of the server does not count, nor does an undo that it knows of", async () => {
  const other = await createMariadbDatabase("gates_other");
  const there = await connect(other.url, { applicationName: "test" });
  const [{ name: here } = { name: "" }] = (await db.query<{ name: string }>("SELECT DATABASE() AS name")).rows;
  const [{ name: foreign } = { name: "" }] = (await there.query<{ name: string }>("SELECT DATABASE() AS name")).rows;
  const key = (schema: string, name = plan) =>
    ({ plan: name, gate: "writers-aware", table: { schema, name: "User", oid: 0 }, column: "handle" }) as const;
  try {
    await confirm(db, key(here), "ada@example.org");
    await confirm(there, key(foreign, `${plan} after undo 2`), "ada@example.org");
    expect(await readEvidence(db, key(here))).toMatchObject({ who: "ada@example.org" });
    await expect(readEvidence(there, key(foreign))).rejects.toMatchObject({ code: "LS7032" });
  } finally {
    await there.query("DELETE FROM lockstep.evidence WHERE table_schema = DATABASE()");
    await there.close();
    await other.drop();
  }
});
