import type { SpecOf, UnitText } from "../../dialect/units.js";
import { takes } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteName, quoteTable, quoteText } from "../quote.js";
import { isTable } from "./column.js";
import { withoutCopy } from "./create-index.js";
import { type MysqlServer, type Program, signal, tries, type UnitContext } from "./frame.js";
import { asC, countRows, refuseRows } from "./missing-rows.js";
import { probe } from "./probe.js";

type ForeignKeySpec = SpecOf<"add-foreign-key" | "validate-foreign-key">;

/**
 * Adds the foreign key without copying the table. The server only supports that with foreign_key_checks=0 (otherwise 1846), and then does
 * not check existing rows. So a query checks them afterwards, while the key already checks new rows, and drops the key if a row references
 * nothing.
 */
export function addForeignKey(spec: ForeignKeySpec, context: UnitContext): Program {
  const { table, foreignKey } = spec;
  return {
    tables: [table, foreignKey.references],
    checks: `${lookAtKey(spec)}${refuseAnother(spec, context.server)}`,
    change: `        IF NOT EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS WHERE ${isKey(spec)}) THEN
${probe(table, context.server)}          SET SESSION foreign_key_checks = 0;
          ${addStatement(spec, context.server)};
        END IF;
        SET SESSION foreign_key_checks = was_keys;
`,
    proof: verify(spec, context),
  };
}

/** Drops the key. */
export function dropForeignKey(spec: ForeignKeySpec, server: MysqlServer): Program {
  const { table, foreignKey } = spec;
  return {
    tables: [table, foreignKey.references],
    change: `        IF EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS WHERE ${isKey(spec)}) THEN
          ${dropStatement(spec, server)};
        END IF;
`,
  };
}

/** Runs the same query again. */
export function validateForeignKey(spec: ForeignKeySpec, context: UnitContext): Program {
  return { tables: [spec.table, spec.foreignKey.references], proof: verify(spec, context) };
}

function verify(spec: ForeignKeySpec, { server }: UnitContext): string {
  const { table, foreignKey } = spec;
  const { columns, references, referencedColumns } = foreignKey;
  const given = columns.map((each) => `c.${quoteIdentifier(each)} IS NOT NULL`);
  const same = columns.map(
    (each, at) => `p.${quoteIdentifier(referencedColumns[at] ?? each)} = c.${quoteIdentifier(each)}`,
  );
  const orphan = `${given.join(" AND ")} AND NOT EXISTS (SELECT 1 FROM ${quoteTable(references)} p WHERE ${same.join(" AND ")})`;
  return `  COMMIT;
${countRows(table, asC(table), orphan)}  IF many > 0 THEN
  SET before_ids = NULL, spent = 0, pause_s = 0, wait_s = 1;
${tries(
  { tables: [table, references] },
  server,
  `        IF EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS WHERE ${isKey(spec)}) THEN
          ${dropStatement(spec, server)};
        END IF;
`,
  "taking_back",
)}  END IF;
${refuseRows(
  `${foreignKeyWords(spec)} references rows that are missing`,
  `The key ${quoteIdentifier(foreignKey.name)} was taken back: correct these rows and run it again`,
  server,
)}`;
}

function addStatement({ table, foreignKey }: ForeignKeySpec, server: MysqlServer): string {
  const { name, columns, references, referencedColumns, onUpdate, onDelete } = foreignKey;
  const list = (names: readonly string[]) => names.map(quoteIdentifier).join(", ");
  // In place, MariaDB stores an explicit RESTRICT as NO ACTION, and a missing one as RESTRICT. Prisma distinguishes them.
  const rule = (event: string, action: string) =>
    server === "mariadb" && action === "RESTRICT" ? "" : ` ON ${event} ${action}`;
  return (
    `ALTER TABLE ${quoteTable(table)} ADD CONSTRAINT ${quoteIdentifier(name)} FOREIGN KEY (${list(columns)}) ` +
    `REFERENCES ${quoteTable(references)} (${list(referencedColumns)})${rule("DELETE", onDelete)}${rule("UPDATE", onUpdate)}, ALGORITHM=INPLACE, LOCK=NONE`
  );
}

function dropStatement({ table, foreignKey }: ForeignKeySpec, server: MysqlServer): string {
  return `ALTER TABLE ${quoteTable(table)} DROP FOREIGN KEY ${quoteIdentifier(foreignKey.name)}, ${withoutCopy(server)}`;
}

/** Its name is unique in the database and belongs to the table. */
function isKey({ table, foreignKey }: ForeignKeySpec): string {
  return `${isTable(table)} AND CONSTRAINT_TYPE = 'FOREIGN KEY' AND CONSTRAINT_NAME = ${quoteName(foreignKey.name)}`;
}

function lookAtKey({ table, foreignKey }: ForeignKeySpec): string {
  return `  SET found = 0, actual = NULL;
  SELECT count(*), concat('(', group_concat(COLUMN_NAME ORDER BY ORDINAL_POSITION SEPARATOR ', '), ') -> ', max(REFERENCED_TABLE_NAME), ' (', group_concat(REFERENCED_COLUMN_NAME ORDER BY ORDINAL_POSITION SEPARATOR ', '), ')') INTO found, actual
    FROM information_schema.KEY_COLUMN_USAGE WHERE ${isTable(table)} AND REFERENCED_TABLE_NAME IS NOT NULL AND CONSTRAINT_NAME = ${quoteName(foreignKey.name)};
  IF found THEN
    SELECT concat(actual, ' ON DELETE ', DELETE_RULE, ' ON UPDATE ', UPDATE_RULE) INTO actual FROM information_schema.REFERENTIAL_CONSTRAINTS
     WHERE CONSTRAINT_SCHEMA = ${table.schema === undefined ? "database()" : quoteName(table.schema)} AND TABLE_NAME = ${quoteName(table.name)} AND CONSTRAINT_NAME = ${quoteName(foreignKey.name)};
  END IF;
`;
}

function refuseAnother({ table, foreignKey }: ForeignKeySpec, server: MysqlServer): string {
  const { columns, references, referencedColumns, onDelete, onUpdate } = foreignKey;
  // MySQL stores NO ACTION and RESTRICT separately but treats them the same.
  const alike = (sql: string) => `lower(replace(${sql}, 'RESTRICT', 'NO ACTION'))`;
  const expected = `(${columns.join(", ")}) -> ${references.name} (${referencedColumns.join(", ")}) ON DELETE ${onDelete} ON UPDATE ${onUpdate}`;
  const label = `The foreign key ${quoteIdentifier(foreignKey.name)} on ${quoteTable(table)} is there as `;
  return `  IF found AND NOT (CAST(${alike("actual")} AS BINARY) <=> CAST(${alike(quoteText(expected))} AS BINARY)) THEN
    SET message = concat(${quoteText(label)}, actual, ${quoteText(`, not as ${expected}. Nothing was changed: drop it, or choose another name`)});
    ${signal(server)}
  END IF;
`;
}

/** `` `Order` (`userId`) -> `User` `` */
function foreignKeyWords({ table, foreignKey }: ForeignKeySpec): string {
  return `${quoteTable(table)} (${foreignKey.columns.map(quoteIdentifier).join(", ")}) -> ${quoteTable(foreignKey.references)}`;
}

export function describeAddForeignKey(spec: ForeignKeySpec, server: MysqlServer): UnitText {
  const { table, foreignKey } = spec;
  return {
    title: `Add the foreign key ${quoteIdentifier(foreignKey.name)} without a copy, then check the rows: ${foreignKeyWords(spec)}`,
    ddl: `SET foreign_key_checks = 0; ${addStatement(spec, server)}`,
    verdict: takes("SHARE UPDATE EXCLUSIVE", "scan", table, foreignKey.references),
    undo: dropStatement(spec, server),
  };
}

export function describeValidateForeignKey(spec: ForeignKeySpec): UnitText {
  return {
    title: `Check existing rows for the foreign key ${quoteIdentifier(spec.foreignKey.name)}: ${foreignKeyWords(spec)}`,
    ddl: "none: looks for rows that reference nothing",
    verdict: { locks: [], held: "scan", concerns: [], doubts: [] },
    undo: "nothing to undo: it changes no row",
  };
}
