import { type Check, ok, warning } from "../../dialects/check.js";
import { names } from "../../dialects/words.js";
import { labelOf, oidsOf } from "../planned-tables.js";

export default {
  id: "publications",
  title: "publications that carry planned tables",
  on: "target",
  async run({ connection, tables }) {
    // A list of columns (PostgreSQL 15) leaves a new column out by itself.
    const listed =
      connection.serverVersion < 150_000
        ? ""
        : `AND NOT EXISTS (SELECT FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
             WHERE p.pubname = t.pubname AND r.prrelid = c.oid AND r.prattrs IS NOT NULL)`;
    const { rows } = await connection.query<{ oid: number; publications: string[] }>(
      `SELECT c.oid, array_agg(t.pubname::text ORDER BY t.pubname) AS publications
         FROM pg_publication_tables t JOIN pg_namespace n ON n.nspname = t.schemaname
         JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
        WHERE c.oid = ANY ($1) ${listed} GROUP BY c.oid ORDER BY c.oid`,
      [oidsOf(tables)],
    );
    if (rows.length === 0) return [ok("no publication carries a planned table")];
    return rows.map(({ oid, publications }) =>
      warning(`${labelOf(tables, oid)} is published by ${names(publications)}`, {
        why: "A subscriber without the column stops at the first row that has it.",
        next: `add ${columnsOf(oid)} to the table on every subscriber first`,
      }),
    );

    function columnsOf(oid: number): string {
      return names(tables.find((table) => table.oid === oid)?.columns.map((name) => `"${name}"`) ?? []);
    }
  },
} satisfies Check;
