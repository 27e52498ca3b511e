import type { Connection } from "../../dialect/connection.js";
import type { ColumnShape, TableShape } from "../../sql/rehearsal/shapes.js";
import { namesIn, printedExpression } from "../printed-expression.js";
import { quoteIdentifier } from "../quote.js";

/** The tables of the session's database, without generated columns, which the server fills. */
export async function readShapes(connection: Connection): Promise<readonly TableShape[]> {
  const { rows: tables } = await connection.query<{ schema: string; name: string }>(
    `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME`,
  );
  const { rows: columns } = await connection.query<{ table: string; name: string; type: string; nullable: string }>(
    `SELECT TABLE_NAME AS \`table\`, COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable
       FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND EXTRA NOT REGEXP '(VIRTUAL|STORED|PERSISTENT) GENERATED'
      ORDER BY TABLE_NAME, ORDINAL_POSITION`,
  );
  const { rows: keys } = await connection.query<{ table: string; name: string; column: string | null }>(
    `SELECT TABLE_NAME AS \`table\`, INDEX_NAME AS name, COLUMN_NAME AS \`column\` FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0 ORDER BY TABLE_NAME, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`,
  );
  const { rows: references } = await connection.query<Record<"table" | "name" | "column" | "to" | "toColumn", string>>(
    `SELECT TABLE_NAME AS \`table\`, CONSTRAINT_NAME AS name, COLUMN_NAME AS \`column\`, REFERENCED_TABLE_NAME AS \`to\`,
            REFERENCED_COLUMN_NAME AS toColumn FROM information_schema.KEY_COLUMN_USAGE
      WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`,
  );
  const checks = await readChecks(connection);
  return tables.map(({ schema, name }) => {
    const own = <T extends { table: string }>(all: readonly T[]) => all.filter(({ table }) => table === name);
    const ownChecks = own(checks);
    return {
      oid: name,
      schema,
      name,
      quoted: quoteIdentifier(name),
      columns: own(columns).map((column) => columnShape(column, ownChecks)),
      // A key with an expression may be unique by any of its values.
      uniqueKeys: byName(own(keys)).flatMap((key) =>
        key.every(({ column }) => column !== null) ? [key.map(({ column }) => column!)] : [],
      ),
      foreignKeys: byName(own(references)).map((key) => ({
        columns: key.map(({ column }) => column),
        to: key[0]!.to,
        toColumns: key.map(({ toColumn }) => toColumn),
      })),
      checks: ownChecks,
    };
  });
}

type Check = TableShape["checks"][number] & { readonly table: string };

async function readChecks(connection: Connection): Promise<readonly Check[]> {
  const isMariadb = connection.dialect.id === "mariadb";
  const { rows } = await connection.query<{ table: string; name: string; definition: string }>(
    isMariadb
      ? `SELECT TABLE_NAME AS \`table\`, CONSTRAINT_NAME AS name, CHECK_CLAUSE AS definition
           FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() ORDER BY TABLE_NAME, CONSTRAINT_NAME`
      : `SELECT t.TABLE_NAME AS \`table\`, c.CONSTRAINT_NAME AS name, c.CHECK_CLAUSE AS definition
           FROM information_schema.CHECK_CONSTRAINTS c JOIN information_schema.TABLE_CONSTRAINTS t USING (CONSTRAINT_SCHEMA, CONSTRAINT_NAME)
          WHERE c.CONSTRAINT_SCHEMA = DATABASE() AND t.CONSTRAINT_TYPE = 'CHECK' AND t.ENFORCED = 'YES'
          ORDER BY t.TABLE_NAME, c.CONSTRAINT_NAME`,
  );
  return rows.map((row) => {
    const definition = printedExpression(row.definition, connection.dialect.id);
    return { ...row, definition, columns: namesIn(definition) };
  });
}

function columnShape(
  { name, type, nullable }: { readonly name: string; readonly type: string; readonly nullable: string },
  checks: readonly Check[],
): ColumnShape {
  const list = /^(?:enum|set)\((.*)\)/is.exec(type)?.[1];
  // In MariaDB, JSON is text with a check.
  const isJson = checks.some(
    ({ definition, columns }) => /^\(?json_valid\(/i.test(definition) && columns.length === 1 && columns[0] === name,
  );
  return {
    name,
    type,
    baseType: isJson ? "json" : type.toLowerCase().replace(/ (?:unsigned|zerofill)/g, ""),
    labels:
      list === undefined
        ? []
        : [...list.matchAll(/'((?:[^']|'')*)'/g)].map(([, label]) => label!.replaceAll("''", "'")),
    elementType: null,
    isRequired: nullable === "NO",
  };
}

/** Groups rows by name, in their original order. */
function byName<T extends { readonly name: string }>(rows: readonly T[]): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(row.name, [...(groups.get(row.name) ?? []), row]);
  return [...groups.values()];
}
