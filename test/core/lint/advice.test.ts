import { describe, expect, test } from "vitest";
import { withSeverities } from "../../../core/src/lint/severities.js";
import { waive, waiversIn } from "../../../core/src/lint/waivers.js";
import { advices } from "../../../core/src/rules/advice.js";
import { type Checked, check } from "./support.js";

const before = `CREATE TABLE "Team" ("id" BIGINT PRIMARY KEY); CREATE TABLE "User" ("id" BIGINT PRIMARY KEY, "teamId" BIGINT);`;
const long = "a_name_that_goes_on_and_on_until_nobody_reads_it_to_its_very_end_1";
const key = `ALTER TABLE "User" ADD CONSTRAINT "fk" FOREIGN KEY ("teamId") REFERENCES "Team"("id") NOT VALID;`;

/** What a migration is advised on: each advice and its line. */
const cases: readonly (readonly [sql: string, advice: readonly string[], dialect?: "mysql"])[] = [
  [`ALTER TABLE "User" ADD COLUMN "at" TIMESTAMP(3);`, ["timestamp-without-time-zone 1"]],
  [`ALTER TABLE "User" ADD COLUMN "at" TIMESTAMPTZ(3);`, []],
  [`ALTER TABLE "User" ADD COLUMN "j" JSON;`, ["json-as-text 1"]],
  [`ALTER TABLE "User" ADD COLUMN "j" JSONB;`, []],
  [`CREATE TABLE "A" (\n  "id" SERIAL PRIMARY KEY,\n  "b" TEXT\n);`, ["small-key 2"]],
  [`CREATE TABLE "A" ("id" INT GENERATED ALWAYS AS IDENTITY PRIMARY KEY);`, ["small-key 1"]],
  [`CREATE TABLE "A" ("id" BIGSERIAL PRIMARY KEY);`, []],
  [`CREATE TABLE "A" ("id" INT PRIMARY KEY);`, []],
  [`ALTER TABLE "User" ADD COLUMN "c" CHAR(2);`, ["char-type 1"]],
  [`ALTER TABLE "User" ADD COLUMN "v" VARCHAR(50);`, ["varchar-limit 1"]],
  [`ALTER TABLE "User" ADD COLUMN "v" VARCHAR;`, []],
  [`ALTER TABLE "User" ADD COLUMN "m" MONEY;`, ["money-type 1"]],
  [`ALTER TABLE "User" ADD COLUMN "unitPrice" DOUBLE PRECISION;`, ["float-amount 1"]],
  [`ALTER TABLE "User" ADD COLUMN "height" REAL;`, []],
  [`ALTER TABLE "User" ADD COLUMN "b" BOOLEAN;`, ["nullable-boolean 1"]],
  [`ALTER TABLE "User" ADD COLUMN "b" BOOLEAN NOT NULL DEFAULT false;`, []],
  [`ALTER TABLE "User" ADD COLUMN "s" TEXT DEFAULT 'new';`, ["nullable-default 1"]],
  [`ALTER TABLE "User" ADD COLUMN "s" TEXT DEFAULT NULL;`, []],
  [key, ["foreign-key-index 1"]],
  [`${key}\nCREATE INDEX CONCURRENTLY "i" ON "User"("teamId", "id");`, []],
  [`${key}\nCREATE INDEX CONCURRENTLY "i" ON "User"("id", "teamId");`, ["foreign-key-index 1"]],
  [`CREATE TABLE "A" ("userId" BIGINT REFERENCES "User"("id"));`, ["foreign-key-index 1"]],
  [`ALTER TABLE "User" ADD COLUMN "t" BIGINT REFERENCES "Team"("id");`, ["foreign-key-index 1"]],
  [`CREATE TABLE "A" ("userId" BIGINT UNIQUE REFERENCES "User"("id"));`, []],
  [`ALTER TABLE "User" ADD COLUMN "${long}" TEXT;`, ["long-name 1"]],
  [`ALTER TABLE "User" ADD COLUMN "${long.slice(0, 63)}" TEXT;`, []],
  // What is there already is none of its affairs.
  [`CREATE TABLE IF NOT EXISTS "User" ("at" TIMESTAMP);`, []],
  ["CREATE TABLE `a` (`id` INT AUTO_INCREMENT PRIMARY KEY);", ["small-key 1"], "mysql"],
  ["CREATE TABLE `a` (`b` TINYINT(1) NULL);", ["nullable-boolean 1"], "mysql"],
  ["CREATE TABLE `a` (`total` FLOAT NULL);", ["float-amount 1"], "mysql"],
  ["CREATE TABLE `a` (`s` VARCHAR(20) DEFAULT 'x');", ["nullable-default 1"], "mysql"],
  ["CREATE TABLE `a` (`at` DATETIME(3) NULL, `s` VARCHAR(20) NULL, `j` JSON NULL, `c` CHAR(2) NULL);", [], "mysql"],
  [`CREATE TABLE \`${long}\` (\`id\` BIGINT);`, ["long-name 1"], "mysql"],
];

test.each(cases.map(([sql, advice, dialect]) => ({ sql, advice, dialect: dialect ?? ("postgresql" as const) })))(
  "$dialect: $sql",
  async ({ sql, advice, dialect }) => {
    const migrations = dialect === "mysql" ? [sql] : [before, sql];
    expect(await advised({ migrations, dialect })).toEqual(advice);
  },
);

test("every advice has a case", () => {
  const told = new Set(cases.flatMap(([, advice]) => advice.map((each) => each.split(" ")[0])));
  expect([...told].sort()).toEqual(advices.map(({ id }) => id).sort());
});

describe("advice", () => {
  const sql = `-- lockstep-ignore varchar-limit: a standard has so many\nALTER TABLE "User" ADD COLUMN "iban" VARCHAR(34);`;

  test("is waived as a rule is", async () => {
    const { advice } = await check({ migrations: [before, sql] });
    const known = new Set(advices.map(({ id }) => id));
    const left = waive(advice, waiversIn(sql, "2.sql"), known, "2026-11-29");
    expect(left.findings).toEqual([]);
    expect(left.waived.map(({ rule, reason }) => `${rule}: ${reason}`)).toEqual([
      "varchar-limit: a standard has so many",
    ]);
  });

  test("is left out by the configuration, and never becomes an error", async () => {
    const { advice } = await check({ migrations: [before, sql] });
    expect(withSeverities(advice, { "varchar-limit": "off" })).toEqual([]);
    expect(withSeverities(advice, { "varchar-limit": "error" }).map(({ severity }) => severity)).toEqual(["advice"]);
  });
});

async function advised(checked: Checked): Promise<string[]> {
  const { advice } = await check(checked);
  return advice.map(({ rule, line }) => `${rule} ${line}`);
}
