import { type Check, type Finding, ok, warning } from "../../dialect/check.js";
import { names } from "../../dialect/format-values.js";

export default {
  id: "dependents",
  title: "triggers, views and routines that reference planned tables",
  on: "target",
  async run({ connection, tables }) {
    const findings: Finding[] = [];
    for (const { table, label, oid } of tables) {
      if (oid === undefined) continue;
      const { rows } = await connection.query<{ what: string }>(dependentsSql, [
        table.schema ?? null,
        table.name,
        ...[table, table].flatMap(({ schema = null, name }) => [schema, name]),
      ]);
      if (rows.length > 0)
        findings.push(
          warning(`${label} is referenced by ${names(rows.map(({ what }) => what))}`, {
            why: "Triggers fire for every filled row; a view made with SELECT * does not show the new column.",
            next: "review them before the backfill, and recreate views that should show the column",
          }),
        );
    }
    return findings.length > 0 ? findings : [ok("nothing else in the database references a planned table")];
  },
} satisfies Check;

/** The server writes backticks around names in views, and keeps the original text of routines. */
const dependentsSql = `SELECT CONCAT('trigger ', TRIGGER_NAME) AS what FROM information_schema.TRIGGERS
    WHERE EVENT_OBJECT_SCHEMA = COALESCE(?, DATABASE()) AND EVENT_OBJECT_TABLE = ? AND TRIGGER_NAME NOT LIKE 'zz\\_lockstep\\_%'
  UNION ALL SELECT CONCAT('view ', TABLE_NAME) FROM information_schema.VIEWS
    WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND LOCATE(CONCAT('\`', ?, '\`'), VIEW_DEFINITION) > 0
  UNION ALL SELECT CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_NAME) FROM information_schema.ROUTINES
    WHERE ROUTINE_SCHEMA = COALESCE(?, DATABASE()) AND ROUTINE_NAME NOT REGEXP '^lockstep_[0-9a-f]{8}$'
      AND LOCATE(?, ROUTINE_DEFINITION) > 0
  ORDER BY 1`;
