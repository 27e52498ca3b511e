import type { SpecOf, UnitText } from "../../dialect/units.js";
import type { UnitIndex } from "../../model/plan.js";
import { takes } from "../../sql/unit-words.js";
import { dollarQuote, qualified, quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral } from "../quote.js";
import { assertBlock } from "./assertions.js";
import { block, framedChange, settingsOf } from "./block.js";
import { plainFrame } from "./frame.js";
import { createIndexWords, expectedDefinition, indexColumns, indexDefinition } from "./index-definition.js";
import { dropUnique, isOfName, isSuchUnique, uniqueWords, usingIndexWords } from "./unique-constraint.js";

type IndexSpec = SpecOf<"create-index" | "assert-index">;

/** Building the index of a smaller partition takes an instant, so a migration may do it. The same limit as in prove. */
const smallBytes = "16 * 1024 * 1024";

/**
 * The index on the partitioned table alone. It becomes valid once each partition has attached its own. New partitions get it automatically.
 */
export function declareIndex(spec: IndexSpec): string {
  const { index, table } = spec;
  if (index.constraint === undefined)
    return framedChange(spec, `    ${declareStatement(spec)};\n`, "SHARE ROW EXCLUSIVE");
  return framedChange(
    spec,
    assertBlock(`      IF NOT EXISTS (SELECT FROM pg_constraint k WHERE ${isOfName(table, index)} AND ${isSuchUnique(index.constraint)}) THEN
        ${declareStatement(spec)};
      END IF;
`),
  );
}

function declareStatement({ table, index }: IndexSpec): string {
  if (index.constraint !== undefined)
    return `ALTER TABLE ONLY ${quoteTable(table)} ADD CONSTRAINT ${quoteIdentifier(index.name)} ${uniqueWords(index)}`;
  return `${createIndexWords(index)} IF NOT EXISTS ${quoteIdentifier(index.name)} ON ONLY ${quoteTable(table)}${indexColumns(index)}`;
}

/** A query for the oid of the planned index on the partitioned table. */
function rootIndex({ table, index }: IndexSpec): string {
  const on = `indrelid = ${regclassLiteral(table)}::regclass`;
  return `SELECT indexrelid FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE ${on} AND relname = ${quoteLiteral(index.name)}`;
}

/** SQL for the expected definition of the planned index. With expressions it is not predictable, so this uses the declared index. */
function expected(spec: IndexSpec): string {
  if (spec.index.definition === undefined) return expectedDefinition(spec.index);
  return `(SELECT ${indexDefinition("r")} FROM pg_index r WHERE r.indexrelid = (${rootIndex(spec)}))`;
}

/** A condition: pg_index row `x` matches what a partition needs, and is not attached to another index. */
function isCandidate(spec: IndexSpec): string {
  return `${indexDefinition("x")} = ${expected(spec)}
          AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = x.indexrelid)${constraintFits(spec)}`;
}

/** An index of a constraint only accepts such indexes. A separate index on a partition with rows can be attached to a constraint first. */
function constraintFits({ index: { constraint } }: IndexSpec): string {
  if (constraint === undefined) return "";
  return `
          AND CASE WHEN (${ownerOf("x.indexrelid")}) IS NULL THEN (SELECT relkind FROM pg_class WHERE oid = x.indrelid) = 'r'
               ELSE EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND ${isSuchUnique(constraint)}) END`;
}

/** A query for the constraint that owns an index. Foreign keys reference it as well. */
function ownerOf(index: string): string {
  return `SELECT k.oid FROM pg_constraint k WHERE k.conindid = ${index} AND k.contype <> 'f'`;
}

/**
 * A query for partitions whose index is not attached, top down. `part`, `oid`, `is_leaf`, `is_small`, `ready` (an index that can be
 * attached), `broken` (one whose build did not finish), `builder` (the session that builds it, if visible).
 */
export function partitionsLeft(spec: IndexSpec): string {
  return `WITH RECURSIVE family(i) AS (${rootIndex(spec)} 
      UNION ALL SELECT inhrelid FROM pg_inherits JOIN family ON inhparent = i)
    SELECT p.relid::regclass AS part, p.relid::oid AS oid, p.isleaf AS is_leaf, pg_table_size(p.relid) < ${smallBytes} AS is_small, p.level,
           min(x.indexrelid::bigint) FILTER (WHERE x.indisvalid OR NOT p.isleaf)::oid::regclass AS ready,
           min(x.indexrelid::bigint) FILTER (WHERE NOT x.indisvalid AND p.isleaf)::oid::regclass AS broken,
           (SELECT min(pid) FROM pg_stat_progress_create_index g WHERE g.relid = p.relid) AS builder
      FROM pg_partition_tree(${regclassLiteral(spec.table)}::regclass) p LEFT JOIN pg_index x ON x.indrelid = p.relid AND ${isCandidate(spec)}
     WHERE p.level > 0 AND EXISTS (SELECT FROM family) AND NOT EXISTS (SELECT FROM family JOIN pg_index ON indexrelid = i WHERE indrelid = p.relid)
     GROUP BY p.relid, p.parentrelid, p.isleaf, p.level ORDER BY p.level, p.relid::regclass::text`;
}

/** SQL for the statements to run for a row of `partitionsLeft` that is too large for a migration; empty: wait; NULL: nothing. */
export function statementsFor({ index }: IndexSpec, row: string): string {
  const build = quoteLiteral(
    `${createIndexWords(index)} CONCURRENTLY ON %s${indexColumns(index).replaceAll("%", "%%")}`,
  );
  return `CASE WHEN NOT ${row}.is_leaf OR ${row}.ready IS NOT NULL THEN NULL
           WHEN ${row}.builder IS NOT NULL THEN '{}'
           WHEN ${row}.broken IS NOT NULL THEN ARRAY[format('DROP INDEX CONCURRENTLY %s', ${row}.broken), format(${build}, ${row}.part)]
           WHEN NOT ${row}.is_small THEN ARRAY[format(${build}, ${row}.part)] END`;
}

/**
 * Builds the index on small partitions, each under its own short lock, attaches indexes that were built separately, and stops (55000) with
 * the statements for the rest. Also stops unless the index is declared (42704) and is the planned one (42710).
 */
export function joinPartitions(spec: IndexSpec): string {
  const { table, index } = spec;
  const label = quoteLiteral(quoteIdentifier(index.name));
  return block(`  on_table constant regclass := ${regclassLiteral(table)};
  expected constant text := ${expected(spec)};  -- as pg_get_indexdef prints it
  join_in  constant text := ${dollarQuote(joinBlock(spec), "join")};  -- for the partitions that are put in: build, attach
  root     pg_index := (SELECT x FROM pg_index x WHERE indexrelid = (${rootIndex(spec)}));
  actual   constant text := ${indexDefinition("root")};
  small    constant boolean := (SELECT sum(pg_table_size(relid)) FROM pg_partition_tree(on_table)) < ${smallBytes};  -- all at once: may run inside a transaction
  todo     text[] := '{}';  parts oid[] := '{}';  built oid[] := '{}';  batch oid[];
  part     record;  builder int;  failure text;  detail text;
BEGIN
  IF root.indexrelid IS NULL THEN
    RAISE undefined_object USING MESSAGE = format('The index %s on %s is missing.', ${label}, on_table),
      HINT = ${quoteLiteral(`Run: ${declareStatement(spec)};`)};
  ELSIF actual <> expected THEN
    RAISE duplicate_object USING MESSAGE = format('The index %s on %s is another one: %s, not %s.', ${label}, on_table, actual, expected);
  END IF;
  FOR part IN SELECT l.*, ${statementsFor(spec, "l")} AS statements
                FROM (${partitionsLeft(spec)}) l LOOP
    IF part.statements IS NULL THEN parts := parts || part.oid; ELSE todo := todo || part.statements; END IF;
    IF part.statements = '{}' THEN builder := part.builder; END IF;
    IF part.ready IS NOT NULL THEN built := built || part.oid; END IF;
  END LOOP;
  IF parts <> '{}' AND NOT small THEN COMMIT; END IF;  -- 2D000 at once when something wrapped this file in a transaction
  WHILE parts <> '{}' LOOP
    batch := CASE WHEN small THEN parts ELSE parts[1:1] END;
    parts := parts[cardinality(batch) + 1:];
    BEGIN
      EXECUTE replace(replace(join_in, '<partitions>', array_to_string(batch, ',')), '<lock_mode>',
        ${joinLock(index)}
    EXCEPTION WHEN unique_violation THEN
      GET STACKED DIAGNOSTICS failure = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
      RAISE object_not_in_prerequisite_state USING MESSAGE = format('The index %s on %s cannot be built: %s', ${label}, on_table, failure), DETAIL = detail;
    END;
    IF NOT small THEN COMMIT; END IF;
  END LOOP;
  IF todo <> '{}' OR builder IS NOT NULL THEN
    RAISE object_not_in_prerequisite_state USING MESSAGE = format('The index %s on %s lacks partitions that are too large to be done inside a migration.', ${label}, on_table),
      HINT = concat_ws(' ', 'pid ' || builder || ' is building one: wait for it.', 'One statement at a time, outside of a transaction: '
        || nullif(array_to_string(todo, '; '), '') || ';', 'Then let this run again: what is built joins.');
  ELSIF NOT (SELECT indisvalid FROM pg_index WHERE indexrelid = root.indexrelid) THEN
    RAISE object_not_in_prerequisite_state USING MESSAGE = format('The index %s on %s is not valid, although all partitions have joined.', ${label}, on_table),
      HINT = format('Drop it and let the migrations of this plan run again: DROP INDEX %s;', root.indexrelid::regclass);
  END IF;
`);
}

/** The lock of ADD CONSTRAINT … UNIQUE, or of CREATE INDEX: the last argument of a call, and its end. */
function joinLock({ constraint }: UnitIndex): string {
  if (constraint !== undefined) return "'ACCESS EXCLUSIVE');";
  return `CASE WHEN batch && built THEN 'ACCESS EXCLUSIVE' ELSE 'SHARE ROW EXCLUSIVE' END);  -- an index that is built is known to readers`;
}

/** A frame on the partitions in `<partitions>`. Builds the index of each unless it exists, and attaches it. */
function joinBlock(spec: IndexSpec): string {
  const { table, index } = spec;
  const family = `WITH RECURSIVE f(i) AS (${rootIndex(spec)} 
          UNION ALL SELECT inhrelid FROM pg_inherits JOIN f ON inhparent = i)`;
  const own = `(SELECT x.indexrelid FROM pg_index x WHERE x.indrelid = part.relid AND (x.indisvalid OR NOT part.isleaf)
          AND ${isCandidate(spec)} ORDER BY 1 LIMIT 1)`;
  // Without a name: PostgreSQL chooses the same one as for CREATE INDEX on the whole table.
  const build = quoteLiteral(
    index.constraint === undefined
      ? `${createIndexWords(index)} ON %s%s${indexColumns(index).replaceAll("%", "%%")}`
      : `ALTER TABLE %s%s ADD ${uniqueWords(index).replaceAll("%", "%%")}`,
  );
  const change = `
    DO ${dollarQuote(
      `DECLARE part record; own oid; BEGIN
      FOR part IN SELECT * FROM pg_partition_tree(${regclassLiteral(table)}::regclass) WHERE relid = ANY ('{<partitions>}'::oid[]) ORDER BY level LOOP
        own := ${own};
        IF own IS NULL THEN
          EXECUTE format(${build}, CASE WHEN part.isleaf THEN '' ELSE 'ONLY ' END, part.relid::regclass);
          own := ${own};
        END IF;
${attachOwn(spec)}        EXECUTE format('ALTER INDEX %s ATTACH PARTITION %s', (${family}
          SELECT i FROM f JOIN pg_index ON indexrelid = i WHERE indrelid = part.parentrelid)::regclass, own::regclass);
      END LOOP;
    END `,
      "each",
    )};
  `;
  return block(
    `${settingsOf("'{<partitions>}'::oid[]::regclass[]", "<lock_mode>")}  change    constant text := ${dollarQuote(change, "change")};\n${plainFrame}`,
  );
}

/** Attaches an index that was built manually to its constraint. */
function attachOwn({ index }: IndexSpec): string {
  if (index.constraint === undefined) return "";
  const attach = quoteLiteral(`ALTER TABLE %s ADD ${usingIndexWords("%I", index)}`);
  return `        IF (${ownerOf("own")}) IS NULL THEN
          EXECUTE format(${attach}, part.relid::regclass, (SELECT relname FROM pg_class WHERE oid = own));
        END IF;
`;
}

export function describeDeclareIndex(spec: IndexSpec): UnitText {
  const { constraint, isUnique } = spec.index;
  const what = `${isUnique ? "unique " : ""}${constraint === undefined ? "index" : "constraint"}`;
  return {
    title: `Declare the ${what} ${quoteIdentifier(spec.index.name)} on ${quoteTable(spec.table)} only; its partitions attach later`,
    ddl: declareStatement(spec),
    verdict: takes(constraint === undefined ? "SHARE ROW EXCLUSIVE" : "ACCESS EXCLUSIVE", "instant", spec.table),
    undo: dropWhole(spec),
  };
}

/** Drops it from the table and all partitions. */
function dropWhole(spec: IndexSpec): string {
  return spec.index.constraint === undefined
    ? `DROP INDEX ${qualified(spec.table.schema, spec.index.name)}`
    : dropUnique(spec);
}

export function describeJoinPartitions(spec: IndexSpec): UnitText {
  const name = quoteIdentifier(spec.index.name);
  const isConstraint = spec.index.constraint !== undefined;
  return {
    title: `Build ${name} on each partition below 16 MB, attach finished ones, and check that it is valid`,
    ddl: `${
      isConstraint
        ? `ALTER TABLE <partition> ADD ${uniqueWords(spec.index)}`
        : `${createIndexWords(spec.index)} ON <partition>${indexColumns(spec.index)}`
    }; ALTER INDEX ${name} ATTACH PARTITION <its index>`,
    verdict: takes(isConstraint ? "ACCESS EXCLUSIVE" : "SHARE ROW EXCLUSIVE", "scan", spec.table),
    undo: dropWhole(spec),
  };
}
