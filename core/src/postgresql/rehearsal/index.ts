import type { Rehearsing } from "../../dialects/rehearsing.js";
import { loadParser } from "../../sql/postgres/parser.js";
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
    const { rows } = await connection.query<{ oid: string; rows: number }>(
      "SELECT oid::text, greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE oid = ANY ($1::oid[])",
      [shapes.map(({ oid }) => oid)],
    );
    return shapes.map(({ oid, schema, name }) => ({
      schema,
      name,
      rows: rows.find((each) => each.oid === oid)?.rows ?? 0,
    }));
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
  takeSeen,
  glance,
  sizes,
  explain,
};
