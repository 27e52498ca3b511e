import type { Development, IndexFacts, KnownForeignKey } from "../dialect/development.js";
import { type TableName, tableLabel } from "../model/names.js";
import { readFormerTable } from "./former-table.js";
import { queryWithLimits } from "./query-with-limits.js";
import { quoteIdentifier } from "./quote.js";

/** For MySQL and MariaDB. */
export const development: Development = {
  async index(connection, { schema, name }) {
    const rows = await queryWithLimits<IndexPart>(connection, `the index "${name}"`, indexSql, [schema ?? null, name]);
    const [first] = rows;
    // Index names are unique only within a table, so several matches are ambiguous.
    if (first === undefined || rows.some(({ table }) => table !== first.table)) return undefined;
    const isPlain = rows.every(({ column, part, direction }) => column !== null && part === null && direction === "A");
    const facts: IndexFacts = {
      name,
      table: { schema: first.schema, name: first.table },
      isUnique: Number(first.other) === 0,
      isPrimary: name === "PRIMARY",
      columns: rows.flatMap(({ column }) => column ?? []),
      method: first.method.toLowerCase(),
    };
    return isPlain ? facts : { ...facts, definition: `(${rows.map(partSql).join(", ")})` };
  },

  async foreignKeys(connection, table) {
    const { schema = null, name } = table;
    const rows = await queryWithLimits<KeyPart>(connection, `the foreign keys of "${tableLabel(table)}"`, keysSql, [
      schema,
      name,
      schema,
      name,
    ]);
    const nameOf = (of: string, own: string): TableName =>
      schema === null ? { name: own } : { schema: of, name: own };
    const found = new Map<string, KnownForeignKey>();
    for (const row of rows) {
      const key = JSON.stringify([row.schema, row.table, row.name]);
      const before = found.get(key);
      found.set(key, {
        name: row.name,
        table: nameOf(row.schema, row.table),
        columns: [...(before?.columns ?? []), row.column],
        references: nameOf(row.otherSchema, row.other),
        referencedColumns: [...(before?.referencedColumns ?? []), row.otherColumn],
      });
    }
    return [...found.values()];
  },

  formerTable: readFormerTable,

  // MySQL and MariaDB have no user-defined types.
  typeKind: async () => "plain",

  async isTaken(connection, table, name, hasIndex) {
    const { schema = null } = table;
    const about = `the other names in the schema of "${tableLabel(table)}"`;
    const rows = await queryWithLimits<{ taken: number }>(connection, about, takenSql, [
      schema,
      name,
      hasIndex ? 1 : 0,
      schema,
      table.name,
      name,
    ]);
    return Number(rows[0]?.taken) === 1;
  },

  // The server does not record what a function depends on. Functions with changing values were found by name before.
  dependence: async () => ({ on: "row", usesOwn: false }),

  async dependents(connection, table, column) {
    const { schema = null, name } = table;
    const about = `what depends on "${tableLabel(table)}"."${column}"`;
    const comments = await queryWithLimits<{ comment: string }>(connection, about, commentSql, [schema, name, column]);
    const checks = await queryWithLimits<{ name: string }>(connection, about, checksSql, [
      schema,
      name,
      quoteIdentifier(column),
    ]);
    return { comment: comments[0]?.comment || undefined, rebuilt: [], checked: checks.map((each) => each.name) };
  },

  // The test would use an empty temporary table, and temporary tables support no instant changes.
  isRewrittenFor: async () => undefined,
};

interface IndexPart {
  readonly schema: string;
  readonly table: string;
  readonly other: number | string;
  readonly column: string | null;
  readonly part: number | string | null;
  readonly direction: string | null;
  readonly method: string;
}

const indexSql = `SELECT TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, NON_UNIQUE AS other, COLUMN_NAME AS \`column\`, SUB_PART AS part,
    COLLATION AS direction, INDEX_TYPE AS method
  FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND INDEX_NAME = ?
 ORDER BY TABLE_NAME, SEQ_IN_INDEX`;

/** The server does not return the expression, so this SQL cannot be executed. */
function partSql({ column, part, direction }: IndexPart): string {
  const name = column === null ? "(…)" : quoteIdentifier(column);
  return `${name}${part === null ? "" : `(${part})`}${direction === "D" ? " DESC" : ""}`;
}

interface KeyPart {
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly otherSchema: string;
  readonly other: string;
  readonly otherColumn: string;
}

const keysSql = `SELECT CONSTRAINT_NAME AS name, TABLE_SCHEMA AS \`schema\`, TABLE_NAME AS \`table\`, COLUMN_NAME AS \`column\`,
    REFERENCED_TABLE_SCHEMA AS otherSchema, REFERENCED_TABLE_NAME AS other, REFERENCED_COLUMN_NAME AS otherColumn
  FROM information_schema.KEY_COLUMN_USAGE
 WHERE REFERENCED_TABLE_NAME IS NOT NULL AND ((TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?)
    OR (REFERENCED_TABLE_SCHEMA = COALESCE(?, DATABASE()) AND REFERENCED_TABLE_NAME = ?))
 ORDER BY CONSTRAINT_NAME, TABLE_NAME, ORDINAL_POSITION`;

/** Foreign keys and checks have names that are unique in the database, indexes in their table. */
const takenSql = `SELECT EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = COALESCE(?, DATABASE())
      AND CONSTRAINT_NAME = ? AND CONSTRAINT_TYPE IN ('FOREIGN KEY', 'CHECK'))
    OR (? AND EXISTS (SELECT 1 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ?
      AND INDEX_NAME = ?)) AS taken`;

const commentSql = `SELECT COLUMN_COMMENT AS comment FROM information_schema.COLUMNS
  WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? AND COLUMN_NAME = ?`;

const checksSql = `SELECT t.CONSTRAINT_NAME AS name FROM information_schema.TABLE_CONSTRAINTS t
  JOIN information_schema.CHECK_CONSTRAINTS c ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME
 WHERE t.CONSTRAINT_TYPE = 'CHECK' AND t.TABLE_SCHEMA = COALESCE(?, DATABASE()) AND t.TABLE_NAME = ? AND LOCATE(?, c.CHECK_CLAUSE) > 0
 ORDER BY 1`;
