import { isValuesFault } from "../../dialect/db/value-fault.js";
import type { DifferingRow, MirrorColumn, Rows } from "../../dialect/rows.js";
import { type TableFacts, typeOf } from "../../dialect/table.js";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../quote.js";
import { asTheTrigger } from "./as-the-trigger.js";
import { rowLabel, rowOrder } from "./label.js";
import { storedBytes } from "./stored.js";

/** The rows of a mirror that differ, byte by byte, as its trigger sees it. */
export const findDiffering: Rows["differing"] = async (connection, table, mirror, { limit, timeoutMs }) => {
  const text = (sql: string) => {
    const whole = /^(?:var)?binary\b|blob\b/.test(typeOf(table, mirror.name))
      ? `HEX(${sql})`
      : `CONVERT(${sql} USING utf8mb4)`;
    return `IF(CHAR_LENGTH(${whole}) > 60, CONCAT(LEFT(${whole}, 60), '… ', SHA2(${whole}, 256)), ${whole})`;
  };
  const { has, source } = bytesOf(table, mirror);
  const select = `${rowLabel(table)} AS \`row\`, ${text(has)} AS has, ${text(source)} AS source`;
  try {
    const rows = await asTheTrigger(connection, mirror, timeoutMs, async () => {
      const found = await connection.query<DifferingRow>(
        `SELECT ${select} FROM ${quoteTable(table)} t WHERE ${differs(table, mirror)}${rowOrder(table)} LIMIT ${limit}`,
      );
      return found.rows;
    });
    return { rows };
  } catch (error) {
    if (!isValuesFault(error)) throw error;
    const why = "the server does not say for which one";
    return { rows: [], fails: (error as Error).message, untried: { why, help: "Correct the row, then ask again." } };
  }
};

function bytesOf(table: TableFacts, { name, fill }: MirrorColumn): { readonly has: string; readonly source: string } {
  const type = typeOf(table, name);
  return { has: storedBytes(quoteIdentifier(name), type), source: storedBytes(fill.rowSql, type) };
}

function differs(table: TableFacts, mirror: MirrorColumn): string {
  const { has, source } = bytesOf(table, mirror);
  return `${quoteIdentifier(mirror.name)} IS NOT NULL AND NOT (${has} <=> ${source})`;
}

/** The trigger gives back what an UPDATE takes away. */
export const follow: Rows["follow"] = (table, mirror, only) => {
  // An UPDATE changes them by itself, and nobody has changed the row.
  const kept = table.columns
    .filter(({ isSelfUpdating }) => isSelfUpdating)
    .map(({ name }) => `, ${quoteIdentifier(name)} = ${quoteIdentifier(name)}`);
  const update = `UPDATE ${quoteTable(table)} t SET ${quoteIdentifier(mirror.name)} = NULL${kept.join("")} WHERE`;
  if (only === undefined)
    return `${update} ${differs(table, mirror).replaceAll("\n", " ")} LIMIT 1000, until it updates no row`;
  return `${update} CAST(${rowLabel(table)} AS BINARY) IN (${only.map(quoteLiteral).join(", ")})`;
};
