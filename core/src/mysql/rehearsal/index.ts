import type { Rehearsing } from "../../dialect/rehearsing.js";
import { explain } from "./explain.js";
import { makeRows } from "./make-rows.js";
import { restore } from "./restore.js";
import { readShapes } from "./shapes.js";
import { ofNewBuild, probes, shapeTraffic, tablesOf } from "./traffic.js";
import { glance, prepareWatch, sizes } from "./watch.js";

export const rehearsing: Rehearsing = {
  makeRows,
  async tables(connection) {
    const shapes = await readShapes(connection);
    const { rows } = await connection.query<{ name: string; rows: string }>(
      "SELECT TABLE_NAME AS name, COALESCE(TABLE_ROWS, 0) + 0e0 AS `rows` FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
    );
    return shapes.map(({ schema, name, uniqueKeys, columns }) => ({
      schema,
      name,
      rows: Number(rows.find((each) => each.name === name)?.rows ?? 0),
      hasKey: uniqueKeys.some((key) => key.every((each) => columns.find(({ name: own }) => own === each)?.isRequired)),
    }));
  },
  async analyse(connection) {
    const shapes = await readShapes(connection);
    if (shapes.length > 0) await connection.query(`ANALYZE TABLE ${shapes.map(({ quoted }) => quoted).join(", ")}`);
  },
  async empty(connection, tables) {
    await connection.query("SET foreign_key_checks = 0");
    for (const table of tables) await connection.query(`TRUNCATE TABLE ${connection.dialect.sql.quote.table(table)}`);
    await connection.query("SET foreign_key_checks = 1");
  },
  tablesOf,
  probes,
  ofNewBuild: async (statements, table, columns) => ofNewBuild(statements, table, columns),
  restore,
  shapeTraffic,
  prepareWatch,
  isSeenByAdmin: true,
  takeSeen: async () => ({ locks: [], held: "instant" }),
  glance,
  sizes,
  explain,
};
