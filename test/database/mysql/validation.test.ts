import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { TableFacts } from "../../../core/src/dialect/table.js";
import type { FillProblem } from "../../../core/src/dialect/validation.js";
import { readTable } from "../../../core/src/target/facts/table.js";
import { validateFill } from "../../../core/src/target/facts/validate-fill.js";
import { validateReference } from "../../../core/src/target/facts/validate-reference.js";
import { validateUnique } from "../../../core/src/target/facts/validate-unique.js";
import { createMariadbDatabase, type MariadbDatabase } from "../../support/mariadb.js";
import { fillOf } from "./fixture.js";

let database: MariadbDatabase;
let db: Connection;
let table: TableFacts;
beforeAll(async () => {
  database = await createMariadbDatabase("validation");
  db = await connect(database.url, { applicationName: "test" });
  await db.query("CREATE TABLE `Team` (`id` INT PRIMARY KEY); INSERT INTO `Team` VALUES (1), (2)");
  await db.query(
    "CREATE TABLE `User` (`id` INT PRIMARY KEY, `text` VARCHAR(191), `number` DECIMAL(20,4), `other` INT DEFAULT 3, `gone` INT GENERATED ALWAYS AS (`id` + 1))",
  );
  await db.query(
    "INSERT INTO `User` (`id`, `text`, `number`) VALUES (1, 'one', 1), (2, NULL, 300), (3, '2026-02-30', -1), (4, 'One', 2.5), (5, '7', NULL)",
  );
  table = (await readTable(db, { name: "User" }))!;
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

/** What is said of a fill for a column that is not there yet: the kind, how many rows, and which. */
const cases: readonly (readonly [fill: string, type: string, expected: readonly string[]])[] = [
  ["UPPER(`text`)", "varchar(191)", ["null 1 id=2"]],
  ["COALESCE(`text`, 'x')", "varchar(191)", []],
  ["COALESCE(`text`, 'x')", "varchar(3)", ["too-long 1 id=3"]],
  ["CONCAT(COALESCE(`text`, 'x'), '          ')", "varchar(10)", []],
  ["COALESCE(`text`, '0')", "int", ["fails 3 id=1; id=3; id=4"]],
  ["COALESCE(`number`, 0)", "tinyint", ["fails 1 id=2"]],
  ["COALESCE(`number`, 0)", "tinyint unsigned", ["fails 2 id=2; id=3"]],
  ["COALESCE(`number`, 0)", "int", []],
  ["COALESCE(`number`, 0)", "decimal(3,1)", ["fails 1 id=2"]],
  ["COALESCE(`text`, '2026-01-01')", "date", ["fails 4 id=1; id=3; id=4"]],
  ["COALESCE(`text`, 'one')", "enum('one','two')", ["fails 2 id=3; id=5"]],
  ["CONCAT('[', `id`, ']')", "json", []],
  ["CONCAT('[', `id`)", "json", ["fails 5 id=1; id=2; id=3"]],
  ["`id` * 4611686018427387904", "bigint", ["fails"]],
  ["`id` / (`id` - 3)", "double", ["null 1 id=3"]],
  ["`id`", "geometry", ["not-checked"]],
];
it.each(cases)("%s as %s", async (sql, type, expected) => {
  const problems = await validateFill(db, {
    table,
    column: { name: "new", type },
    fill: fillOf(sql),
    columnExists: false,
  });
  expect(problems.map(shown)).toEqual(expected);
});

function shown(problem: FillProblem): string {
  const { kind, rows = "", samples = [] } = problem as FillProblem & { rows?: number; samples?: readonly string[] };
  return `${kind} ${rows} ${samples.join("; ")}`.trim();
}

it("tries rows that lack their value, where the column is there", async () => {
  const fill = fillOf("`text`");
  const problems = await validateFill(db, {
    table,
    column: { name: "number", type: "decimal(20,4)" },
    fill,
    columnExists: true,
  });
  expect(problems).toEqual([]);
});

it("has columns that the table does not have told", async () => {
  const problems = await validateFill(db, {
    table,
    column: { name: "new", type: "int" },
    fill: fillOf("`nope` + 1"),
    columnExists: false,
  });
  expect(problems).toEqual([{ kind: "missing-columns", columns: ["nope"] }]);
});

describe("unique indexes", () => {
  it("would refuse values that come twice, as the column's collation compares them", async () => {
    const columns = [{ name: "new", type: "varchar(191)", fill: fillOf("COALESCE(`text`, 'one')") }];
    expect(await validateUnique(db, { table, key: ["new"], columns })).toEqual([
      {
        kind: "duplicates",
        key: ["new"],
        values: 1,
        rows: 3,
        samples: [{ value: expect.stringMatching(/^one$/i), rows: ["id=1", "id=2", "id=4"] }],
      },
    ]);
  });

  it("take rows with NULL, and combinations", async () => {
    const columns = [{ name: "new", type: "int", fill: fillOf("`other`") }];
    expect(await validateUnique(db, { table, key: ["new", "text"], columns })).toMatchObject([
      { kind: "duplicates", values: 1, rows: 2, samples: [{ rows: ["id=1", "id=4"] }] },
    ]);
    expect(await validateUnique(db, { table, key: ["new", "id"], columns })).toEqual([]);
  });
});

describe("foreign keys", () => {
  const foreignKey = {
    name: "fk",
    columns: ["teamId"],
    references: { name: "Team" },
    referencedColumns: ["id"],
    onUpdate: "NO ACTION",
    onDelete: "NO ACTION",
    isMatchFull: false,
    deferrable: "no",
  } as const;
  it("would refuse values that lead nowhere", async () => {
    const columns = [{ name: "teamId", type: "int", fill: fillOf("NULLIF(`id`, 5)") }];
    expect(await validateReference(db, { table, foreignKey, columns })).toMatchObject([
      {
        kind: "missing-rows",
        rows: 2,
        samples: [
          { value: "3", row: "id=3" },
          { value: "4", row: "id=4" },
        ],
      },
    ]);
  });

  it("are tried for one value of all rows, and not against tables that come later", async () => {
    const columns = [{ name: "teamId", type: "int", fill: fillOf("1") }];
    expect(await validateReference(db, { table, foreignKey, columns })).toEqual([]);
    // The column may be there already.
    const there = { ...foreignKey, columns: ["other"] };
    const ofOther = (sql: string) => [{ name: "other", type: "int", fill: fillOf(sql) }];
    expect(await validateReference(db, { table, foreignKey: there, columns: ofOther("99") })).toMatchObject([
      { kind: "missing-rows" },
    ]);
    const later = { ...foreignKey, references: { name: "Later" } };
    expect(await validateReference(db, { table, foreignKey: later, columns })).toMatchObject([{ kind: "not-checked" }]);
  });
});

it("changes nothing", async () => {
  expect((await db.query("SELECT COUNT(*) AS n, SUM(`id`) AS s FROM `User`")).rows).toEqual([{ n: "5", s: "15" }]);
  expect((await readTable(db, { name: "User" }))?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "id int",
    "text varchar(191)",
    "number decimal(20,4)",
    "other int",
    "gone int",
  ]);
});
