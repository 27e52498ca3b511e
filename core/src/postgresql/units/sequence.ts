import type { TableName } from "../../model/names.js";
import type { UnitColumn } from "../../model/plan.js";
import { qualified, quoteIdentifier, quoteLiteral, quoteTable, regclassLiteral } from "../quote.js";
import { assertBlock, isColumn } from "./assertions.js";

/**
 * The sequence that a serial type would make, under the name that it would have. A name that is taken is refused (42P07):
 * PostgreSQL would number on, but then the default in the plan would be another one.
 * @returns complete lines, or nothing for other columns
 */
export function createSequence(table: TableName, column: UnitColumn): string {
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

/** It goes with its column. Owned by one role with the table, whoever deploys: PostgreSQL asks for that. */
export function ownSequence(table: TableName, column: UnitColumn): string {
  if (column.sequence === undefined) return "";
  const sequence = qualified(table.schema, column.sequence.name);
  const toOwner = quoteLiteral(`ALTER SEQUENCE ${sequence.replaceAll("%", "%%")} OWNER TO %s`);
  return `${assertBlock(`      EXECUTE format(${toOwner}, (SELECT relowner::regrole FROM pg_class WHERE oid = ${regclassLiteral(table)}::regclass));
`)}    ALTER SEQUENCE ${sequence} OWNED BY ${quoteTable(table)}.${quoteIdentifier(column.name)};
${grantSequence(table, sequence)}`;
}

/** An INSERT takes a number as the role that inserts: PostgreSQL asks it for USAGE, which INSERT on the table does not include. */
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
