import type { SpecOf, UnitText } from "../../dialect/units.js";
import { takes } from "../../sql/unit-words.js";
import { quoteIdentifier, quoteName, quoteTable, quoteText } from "../quote.js";
import { hasExpression } from "../verdicts/keys.js";
import { isTable } from "./column.js";
import { type MysqlServer, type Program, signal, type UnitContext } from "./frame.js";
import { probe } from "./probe.js";

type IndexSpec = SpecOf<"create-index" | "assert-index" | "drop-index">;

/** Builds the index while reads and writes continue. Rejects an index with the same name on other columns. */
export function createIndex(spec: SpecOf<"create-index">, { server }: UnitContext): Program {
  return {
    tables: [spec.table],
    checks: lookAtIndex(spec) + refuseAnother(spec, server),
    change: `        IF NOT EXISTS (SELECT 1 FROM information_schema.STATISTICS WHERE ${isIndex(spec)}) THEN
${probe(spec.table, server)}          ${createIndexStatement(spec, server)};
        END IF;
`,
  };
}

/** Stops unless the planned index exists. Takes no locks. */
export function assertIndex(spec: SpecOf<"assert-index">, { server }: UnitContext): Program {
  const missing = `The index ${quoteIdentifier(spec.index.name)} on ${quoteTable(spec.table)} is missing. Run: `;
  return {
    tables: [spec.table],
    proof: `${lookAtIndex(spec)}  IF found = 0 THEN
    SET message = ${quoteText(missing + createIndexStatement(spec, server))};
    ${signal(server)}
  END IF;
${refuseAnother(spec, server)}`,
  };
}

/** Dropping a missing index is not an error. */
export function dropIndex(spec: SpecOf<"drop-index">, { server }: UnitContext): Program {
  return {
    tables: [spec.table],
    change: `        IF EXISTS (SELECT 1 FROM information_schema.STATISTICS WHERE ${isIndex(spec)}) THEN
          ${dropIndexStatement(spec, server)};
        END IF;
`,
  };
}

/** `` ALTER TABLE `User` ADD UNIQUE INDEX `User_handle_key` (`handle`), ALGORITHM=NOCOPY, LOCK=NONE `` */
export function createIndexStatement({ table, index }: IndexSpec, server: MysqlServer): string {
  const { isUnique, columns, method, definition } = index;
  const isFulltext = /^fulltext$/i.test(method);
  const kind = isUnique ? "UNIQUE INDEX" : isFulltext ? "FULLTEXT INDEX" : "INDEX";
  const over = definition ?? `(${columns.map(quoteIdentifier).join(", ")})`;
  const algorithm = isUnique && !isFulltext ? "COPY" : "INPLACE";
  const how = keepsWritesOut(index) ? `ALGORITHM=${algorithm}, LOCK=SHARED` : withoutCopy(server);
  return `ALTER TABLE ${quoteTable(table)} ADD ${kind} ${quoteIdentifier(index.name)} ${over}, ${how}`;
}

/** The server blocks writes while it builds a full-text index or an index with an expression. */
function keepsWritesOut({ method, definition }: IndexSpec["index"]): boolean {
  return /^fulltext$/i.test(method) || hasExpression(definition);
}

export function dropIndexStatement({ table, index }: IndexSpec, server: MysqlServer): string {
  return `ALTER TABLE ${quoteTable(table)} DROP INDEX ${quoteIdentifier(index.name)}, ${withoutCopy(server)}`;
}

/** Builds without rewriting the table: MariaDB has NOCOPY for that, MySQL rejects it (1800). */
export function withoutCopy(server: MysqlServer): string {
  return server === "mariadb" ? "ALGORITHM=NOCOPY, LOCK=NONE" : "ALGORITHM=INPLACE, LOCK=NONE";
}

function isIndex({ table, index }: Pick<IndexSpec, "table" | "index">): string {
  return `${isTable(table)} AND INDEX_NAME = ${quoteName(index.name)}`;
}

/** Lines that set `found`, and the existing definition in `actual`. */
function lookAtIndex(spec: IndexSpec): string {
  return `  SET found = 0, actual = NULL;
  SELECT count(*), concat(IF(max(NON_UNIQUE) = 0, 'UNIQUE ', ''), '(', group_concat(COLUMN_NAME ORDER BY SEQ_IN_INDEX SEPARATOR ', '), ')') INTO found, actual
    FROM information_schema.STATISTICS WHERE ${isIndex(spec)};
`;
}

function refuseAnother({ table, index }: IndexSpec, server: MysqlServer): string {
  const expected = `${index.isUnique ? "UNIQUE " : ""}(${index.columns.join(", ")})`;
  const label = `The index ${quoteIdentifier(index.name)} on ${quoteTable(table)} is there as `;
  return `  IF found AND NOT (CAST(lower(actual) AS BINARY) <=> CAST(lower(${quoteText(expected)}) AS BINARY)) THEN
    SET message = concat(${quoteText(label)}, actual, ${quoteText(`, not as ${expected}. Nothing was changed: if nothing needs it, drop it`)});
    ${signal(server)}
  END IF;
`;
}

export function describeCreateIndex(spec: SpecOf<"create-index">, server: MysqlServer): UnitText {
  const { index, table } = spec;
  const isShared = keepsWritesOut(index);
  return {
    title: `Build the ${index.isUnique ? "unique " : ""}index ${quoteIdentifier(index.name)} ${isShared ? "while writes wait" : "without blocking reads or writes"}`,
    ddl: createIndexStatement(spec, server),
    verdict: takes(isShared ? "SHARE" : "SHARE UPDATE EXCLUSIVE", "scan", table),
    undo: dropIndexStatement(spec, server),
  };
}

export function describeAssertIndex({ index }: SpecOf<"assert-index" | "attach-unique">): UnitText {
  return {
    title: `Check that ${quoteIdentifier(index.name)} was built`,
    ddl: "none: reads information_schema",
    verdict: { locks: [], held: "instant", concerns: [], doubts: [] },
    undo: "nothing: it changes nothing",
  };
}

export function describeDropIndex(spec: SpecOf<"drop-index">, server: MysqlServer): UnitText {
  const { index, table } = spec;
  return {
    title: `Drop the ${index.isUnique ? "unique " : ""}index ${quoteIdentifier(index.name)}`,
    ddl: dropIndexStatement(spec, server),
    verdict: takes("ACCESS EXCLUSIVE", "instant", table),
    undo: `${createIndexStatement(spec, server)}, as long as no rows collide`,
  };
}
