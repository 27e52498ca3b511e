import type { Rehearsing } from "../../dialect/rehearsing.js";
import { quoteTable } from "../quote.js";
import { loadParser } from "../read/parser.js";
import { explain } from "./explain.js";
import { makeRows } from "./make-rows.js";
import { withColumns } from "./new-build.js";
import { readParameters } from "./parameters.js";
import { restore } from "./restore.js";
import { readShapes } from "./shapes.js";
import { probes, shapeTraffic, tablesOf } from "./traffic.js";
import { glance, prepareWatch, sizes, takeSeen } from "./watch.js";

export const rehearsing: Rehearsing = {
  makeRows,
  async tables(connection) {
    const shapes = await readShapes(connection);
    const { rows } = await connection.query<{ oid: string; rows: number; hasKey: boolean }>(
      `SELECT c.oid::text, greatest(c.reltuples, 0)::float8 AS rows,
              EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
                        AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) k(attnum) LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum AND k.attnum > 0
                                         WHERE a.attnotnull IS NOT TRUE)) AS "hasKey"
         FROM pg_class c WHERE c.oid = ANY ($1::oid[])`,
      [shapes.map(({ oid }) => oid)],
    );
    return shapes.map(({ oid, schema, name }) => {
      const { rows: estimated = 0, hasKey = false } = rows.find((each) => each.oid === oid) ?? {};
      return { schema, name, rows: estimated, hasKey };
    });
  },
  async analyse(connection) {
    await connection.query("ANALYZE");
  },
  async empty(connection, tables) {
    await connection.query(`TRUNCATE ${tables.map(quoteTable).join(", ")} CASCADE`);
  },
  tablesOf,
  probes,
  async ofNewBuild(statements, table, columns) {
    const parser = await loadParser();
    return statements.flatMap((each) => {
      const { addsRows, tables } = readParameters(parser, each.text);
      if (!addsRows || !tables.includes(table.name)) return [each];
      const text = withColumns(parser, each.text, table, columns);
      return text === undefined ? [] : [{ ...each, text }];
    });
  },
  restore,
  shapeTraffic,
  prepareWatch,
  isSeenByAdmin: false,
  takeSeen,
  glance,
  sizes,
  explain,
};
