import { afterEach, beforeEach, expect, test } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { Plan, UnitIndex, UnitSpec } from "../../../core/src/model/plan.js";
import { partitionIndex } from "../../../core/src/operate/repair/partition-index.js";
import type { RepairContext } from "../../../core/src/operate/repair/repair.js";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { fileOf, unitOf } from "../../support/units.js";

// A partition above 16 MB is built by nobody but a person, or this repair.

const table = { name: "Order" };
const index: UnitIndex = {
  name: "Order_region_handle_key",
  isUnique: true,
  columns: ["region", "handle"],
  method: "btree",
};
const declare: UnitSpec = { kind: "create-index", table, index, isPartitioned: true };
const join: UnitSpec = { kind: "assert-index", table, index, isPartitioned: true };

let database: TestDatabase;
let connection: Connection;
let progress: string[];

beforeEach(async () => {
  database = await createDatabase("partition_repair");
  connection = await connect(database.url, { applicationName: "test" });
  progress = [];
  await connection.query(`
    CREATE TABLE "Order" ("region" text, "handle" text, "ballast" text) PARTITION BY LIST ("region");
    CREATE TABLE "Order_eu" PARTITION OF "Order" FOR VALUES IN ('eu');
    CREATE TABLE "Order_us" PARTITION OF "Order" FOR VALUES IN ('us');
    INSERT INTO "Order" SELECT 'eu', 'h' || n, repeat('x', 1900) FROM generate_series(1, 9000) n;
    INSERT INTO "Order" SELECT 'us', 'h' || n FROM generate_series(1, 5) n;`);
  await connection.query(fileOf(declare));
});
afterEach(async () => {
  await connection.close();
  await database.drop();
});

/** What the repair reads of a plan are its units. */
const context = (): RepairContext => ({
  plan: { id: "20261120093000_handle", units: [unitOf(declare), unitOf(join)] } as unknown as Plan,
  target: { name: "production", url: database.url },
  connection,
  onProgress: (line: string) => progress.push(line),
  ...({} as Pick<RepairContext, "project" | "plugin" | "state">),
});
const isValid = async () =>
  (
    await connection.query<{ valid: boolean }>(
      `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = '"${index.name}"'::regclass`,
    )
  ).rows[0]?.valid;

test("the large partition is built; then the migration lets all of them join, and nothing is found any more", async () => {
  await expect(connection.query(fileOf(join))).rejects.toMatchObject({ code: "55000" });
  const [found, ...others] = await partitionIndex.find(context());
  expect(others).toEqual([]);
  expect(found?.what).toContain("lacks a partition that is too large");
  expect(await found?.fix?.()).toContain("have their indexes");
  await connection.query(fileOf(join));
  expect(await isValid()).toBe(true);
  expect(await partitionIndex.find(context())).toEqual([]);
});

test("rows stand against it: LS6001 names them, and no half-built index is left", async () => {
  await connection.query(`INSERT INTO "Order" VALUES ('eu', 'h7')`);
  const [found] = await partitionIndex.find(context());
  await expect(found?.fix?.()).rejects.toMatchObject({ code: "LS6001", message: expect.stringContaining("eu, h7") });
  const { rows } = await connection.query(`SELECT FROM pg_index WHERE indrelid = '"Order_eu"'::regclass`);
  expect(rows).toEqual([]);
});
