import type { SpecOf, UnitText } from "../../dialect/units.js";
import { quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral } from "../quote.js";
import { block } from "./block.js";
import { createIndexStatement, dropIndexStatement } from "./create-index.js";
import { createIndexWords, expectedDefinition, indexColumns, indexDefinition } from "./index-definition.js";
import { describeJoinPartitions, joinPartitions } from "./partition-index.js";

/** Stops unless the index exists (42704), is the planned one (42710) and is valid (55000). Locks like a SELECT. */
export function assertIndex(spec: SpecOf<"assert-index">): string {
  if (spec.isPartitioned) return joinPartitions(spec);
  const { index, table } = spec;
  const label = quoteLiteral(quoteIdentifier(index.name));
  return block(`  on_table constant regclass := ${regclassLiteral(table)};
${expectation(spec)}  build    constant text := ${quoteLiteral(createIndexStatement(spec))};
  repair   constant text := ${quoteLiteral(dropIndexStatement(spec))} || '; ' || build || ';';
  i        pg_index := (SELECT x FROM pg_index x JOIN pg_class c ON c.oid = indexrelid WHERE indrelid = on_table AND relname = ${quoteLiteral(index.name)});
  actual   constant text := ${indexDefinition("i")};
  builder  constant int := (SELECT min(pid) FROM pg_locks WHERE relation = on_table AND mode = 'ShareUpdateExclusiveLock' AND granted
                               AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid());
BEGIN
${index.definition === undefined ? "" : printed(spec)}  IF i.indexrelid IS NULL THEN
    RAISE undefined_object USING MESSAGE = format('The index %s on %s is missing.', ${label}, on_table), HINT = 'Run: ' || build || ';';
  ELSIF actual <> expected THEN
    RAISE duplicate_object USING MESSAGE = format('The index %s on %s is another one: %s, not %s.', ${label}, on_table, actual, expected),
      HINT = 'If nothing needs the old one, run: ' || repair;
  ELSIF NOT (i.indisvalid AND i.indisready AND i.indislive) THEN
    RAISE object_not_in_prerequisite_state USING MESSAGE = format('The index %s on %s is not valid: its build failed or is not finished.', ${label}, on_table),
${index.isUnique && index.definition === undefined ? duplicates(spec) : ""}      HINT = coalesce('pid ' || builder || ' may still be building it: wait. ', '') || 'To build it again, one statement at a time, outside of a transaction: ' || repair;
  END IF;
`);
}

/** The definition of an index on plain columns is predictable. */
function expectation({ index }: SpecOf<"assert-index">): string {
  const comment = "  -- as pg_get_indexdef prints it\n";
  if (index.definition !== undefined) return `  expected text;${comment}`;
  return `  expected constant text := ${expectedDefinition(index)};${comment}`;
}

/** PostgreSQL prints any other definition, from the same index on an empty copy of the table. */
function printed({ index, table }: SpecOf<"assert-index">): string {
  const copy = "lockstep_index_copy";
  const build = `${createIndexWords(index)} ${copy}_idx ON pg_temp.${copy}${indexColumns(index)}`;
  return `  CREATE TEMPORARY TABLE ${copy} (LIKE ${quoteTable(table)}) ON COMMIT DROP;
  EXECUTE ${quoteLiteral(build)};
  expected := (SELECT ${indexDefinition("x")} FROM pg_index x WHERE indrelid = 'pg_temp.${copy}'::regclass);
  DROP TABLE pg_temp.${copy};
`;
}

/** The query that finds duplicates, which make a unique build fail. */
function duplicates({ index, table }: SpecOf<"assert-index">): string {
  const columns = index.columns.map(quoteIdentifier);
  const places = columns.map((_, at) => at + 1).join(", ");
  const query =
    `SELECT ${columns.join(", ")}, count(*) FROM ${quoteTable(table)} WHERE ${columns.map((c) => `${c} IS NOT NULL`).join(" AND ")} ` +
    `GROUP BY ${places} HAVING count(*) > 1;`;
  const detail = `It already refuses duplicates in new rows. Duplicates that stop the build: ${query}`;
  return `      DETAIL = ${quoteLiteral(detail)},\n`;
}

export function describeAssertIndex(spec: SpecOf<"assert-index">): UnitText {
  if (spec.isPartitioned) return describeJoinPartitions(spec);
  return {
    title: `Check that ${quoteIdentifier(spec.index.name)} was built and is valid`,
    ddl:
      spec.index.definition === undefined
        ? "none: reads pg_index"
        : "none: reads pg_index, and builds the index on an empty temporary table to compare",
    verdict: { locks: [], held: "instant", concerns: [], doubts: [] },
    undo: "nothing to undo: it changes nothing",
  };
}
