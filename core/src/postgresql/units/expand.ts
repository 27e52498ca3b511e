import type { SpecOf, UnitText } from "../../dialect/units.js";
import type { TableName } from "../../model/names.js";
import type { UnitColumn } from "../../model/plan.js";
import { printable } from "../../sql/printable.js";
import { sessionDefaults } from "../../sql/session-value.js";
import { closed, takes } from "../../sql/unit-words.js";
import { qualified, quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral, scaffoldNames } from "../quote.js";
import { assertBlock, assertType, isColumn } from "./assertions.js";
import type { Framed } from "./block.js";
import { createFillTrigger } from "./fill-trigger.js";
import { alterTable, columnList } from "./unit-text.js";

/**
 * Adds the columns, each with its fill trigger: nullable, unless a default that PostgreSQL stores once makes NOT NULL safe. Rejects an
 * existing column with another type (42701).
 */
export function expand(spec: SpecOf<"expand">): Framed {
  const table = quoteTable(spec.table);
  const change = spec.columns.map(
    (column) =>
      createSequence(spec.table, column) +
      `    ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${quoteIdentifier(column.name)} ${typeOf(column)}` +
      // In the same statement, so existing rows get the default too, as in the ORM's own.
      (column.defaultSql === undefined ? "" : ` DEFAULT ${closed(column.defaultSql)}`) +
      `${column.notNull ? " NOT NULL" : ""};\n` +
      assertType(spec.table, column) +
      setDefault(spec.table, column) +
      ownSequence(spec.table, column) +
      createFillTrigger(spec, column),
  );
  return { locked: spec, change: change.join("") };
}

/** A condition: all columns exist. */
export function haveColumns(spec: SpecOf<"expand">): string {
  return `${columnsThere(spec)} = ${spec.columns.length}`;
}

/** A condition: none of the columns exists. */
export function haveNoColumn(spec: SpecOf<"expand">): string {
  return `${columnsThere(spec)} = 0`;
}

/** The number of columns that exist. */
function columnsThere({ table, columns }: SpecOf<"expand">): string {
  const names = columns.map(({ name }) => quoteLiteral(name)).join(", ");
  return `(SELECT count(*) FROM pg_attribute WHERE attrelid = ${regclassLiteral(table)}::regclass AND attname IN (${names}))`;
}

function typeOf({ type, storageSql, collationSql }: UnitColumn): string {
  const storage = storageSql === undefined ? "" : ` ${storageSql}`;
  return type + storage + (collationSql === undefined ? "" : ` COLLATE ${collationSql}`);
}

/** A separate statement: together with ADD COLUMN, existing rows would get the default, and a volatile one would rewrite the table. */
function setDefault(table: TableName, column: UnitColumn): string {
  return column.laterDefaultSql === undefined ? "" : `    ${defaultClause(table, column, closed)};\n`;
}

function defaultClause(table: TableName, column: UnitColumn, text: (sql: string) => string): string {
  return `ALTER TABLE ${quoteTable(table)} ALTER COLUMN ${quoteIdentifier(column.name)} SET DEFAULT ${text(column.laterDefaultSql ?? "")}`;
}

export function describeExpand(spec: SpecOf<"expand">): UnitText {
  const { table, columns } = spec;
  const filled = columns.filter((column) => column.fill?.kind === "backfill");
  const following = columns.filter((column) => column.fill?.kind === "mirror");
  const scaffolds = columns.filter((column) => column.fill).map((column) => scaffoldNames(table, column.name));
  const on = `ON ${quoteTable(table)}`;
  const add = alterTable(spec, (column) => {
    const setDefault = column.defaultSql === undefined ? "" : ` DEFAULT ${printable(column.defaultSql)}`;
    return `ADD COLUMN ${quoteIdentifier(column.name)} ${typeOf(column)}${setDefault}${column.notNull ? " NOT NULL" : ""}`;
  });
  const sequences = columns.flatMap(({ sequence, type }) =>
    sequence === undefined ? [] : [`CREATE SEQUENCE ${qualified(table.schema, sequence.name)} AS ${type}`],
  );
  const later = columns
    .filter((column) => column.laterDefaultSql !== undefined)
    .map((column) => defaultClause(table, column, printable));
  const undo = [
    ...scaffolds.map(({ trigger }) => `DROP TRIGGER ${quoteIdentifier(trigger)} ${on}`),
    ...scaffolds.map((names) => `DROP FUNCTION ${qualified(table.schema, names.function)}()`),
    alterTable(spec, (column) => `DROP COLUMN ${quoteIdentifier(column.name)}`),
  ];
  return {
    title:
      `Add ${columnList(columns)} to ${quoteTable(table)}` +
      (columns.every((column) => column.notNull) ? "" : ", optional") +
      (filled.length > 0 ? ", filled by a trigger" : "") +
      (following.length > 0 ? `; ${columnList(following)} follows its source` : ""),
    ddl: [
      ...sequences,
      add,
      ...later,
      ...scaffolds.map(({ trigger }) => `CREATE TRIGGER ${quoteIdentifier(trigger)} ${on}`),
    ].join("; "),
    verdict: { ...takes("ACCESS EXCLUSIVE", "instant", table), concerns: sessionDefaults(table, columns) },
    undo: `when no running code uses it: ${undo.join("; ")}`,
  };
}

/**
 * The sequence that a serial type would create, under the same name. A taken name fails (42P07): PostgreSQL would choose the next free
 * name, but then the default in the plan would be wrong.
 * @returns complete lines, or nothing for other columns
 */
function createSequence(table: TableName, column: UnitColumn): string {
  if (column.sequence === undefined) return "";
  const { schema } = table;
  const { name } = column.sequence;
  const literal = regclassLiteral(schema === undefined ? { name } : { schema, name });
  const label = `${quoteTable(table)}.${quoteIdentifier(column.name)}`;
  const message = `${qualified(schema, name)} exists already and is not the sequence of ${label}. Nothing was changed.`;
  return `${assertBlock(`      IF to_regclass(${literal}) IS NOT NULL AND NOT EXISTS (
           SELECT FROM pg_depend d JOIN pg_attribute ON attrelid = d.refobjid AND attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.objid = to_regclass(${literal}) AND d.refclassid = 'pg_class'::regclass
              AND d.deptype = 'a' AND ${isColumn(table, column)}) THEN
        RAISE duplicate_table USING MESSAGE = ${quoteLiteral(message)},
          HINT = 'Rename what has that name, or choose another name for the new column.';
      END IF;
`)}    CREATE SEQUENCE IF NOT EXISTS ${qualified(schema, name)} AS ${column.type};
`;
}

/** The sequence is dropped with its column. PostgreSQL requires the same owner for it and the table, whichever role deploys. */
function ownSequence(table: TableName, column: UnitColumn): string {
  if (column.sequence === undefined) return "";
  const sequence = qualified(table.schema, column.sequence.name);
  const toOwner = quoteLiteral(`ALTER SEQUENCE ${sequence.replaceAll("%", "%%")} OWNER TO %s`);
  return `${assertBlock(`      EXECUTE format(${toOwner}, (SELECT relowner::regrole FROM pg_class WHERE oid = ${regclassLiteral(table)}::regclass));
`)}    ALTER SEQUENCE ${sequence} OWNED BY ${quoteTable(table)}.${quoteIdentifier(column.name)};
${grantSequence(table, sequence)}`;
}

/** An INSERT takes a number as the inserting role, which needs USAGE. INSERT on the table does not include it. */
function grantSequence(table: TableName, sequence: string): string {
  const grant = quoteLiteral(`GRANT USAGE ON SEQUENCE ${sequence.replaceAll("%", "%%")} TO %s`);
  const own = `${regclassLiteral(table)}::regclass`;
  return assertBlock(
    `      FOR writer IN SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END
           FROM (WITH RECURSIVE way AS (SELECT ${own}::oid AS oid  -- and views that rows come through
                   UNION SELECT ev_class FROM way JOIN pg_depend d ON refclassid = 'pg_class'::regclass AND refobjid = way.oid
                     JOIN pg_rewrite r ON classid = 'pg_rewrite'::regclass AND objid = r.oid AND ev_class <> way.oid
                    WHERE pg_relation_is_updatable(ev_class, true) & 8 = 8)
                 SELECT acl.* FROM way JOIN pg_class USING (oid), aclexplode(relacl) acl
                 UNION ALL SELECT acl.* FROM way JOIN pg_attribute ON attrelid = way.oid, aclexplode(attacl) acl WHERE NOT attisdropped) granted
          WHERE privilege_type = 'INSERT' AND grantee <> (SELECT relowner FROM pg_class WHERE oid = ${own}) LOOP
        EXECUTE format(${grant}, writer);
      END LOOP;
`,
    "    DECLARE writer text;\n",
  );
}
