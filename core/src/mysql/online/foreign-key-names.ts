import type { Connection } from "../../dialect/connection.js";
import { retryReason } from "../../dialect/db/retry.js";
import type { TableName } from "../../model/names.js";
import { quoteIdentifier, quoteTable } from "../quote.js";

/** The foreign keys per table, as the server declares them. */
export type KeyLines = ReadonlyMap<TableName, readonly string[]>;

export async function readKeyLines(connection: Connection, tables: readonly TableName[]): Promise<KeyLines> {
  const found = new Map<TableName, readonly string[]>();
  for (const table of tables) {
    const { rows } = await connection.query<Record<string, string>>(`SHOW CREATE TABLE ${quoteTable(table)}`);
    const lines = (rows[0]?.["Create Table"] ?? "").split("\n").map((line) => line.trim().replace(/,$/, ""));
    found.set(
      table,
      lines.filter((line) => keyLine.test(line)),
    );
  }
  return found;
}

const keyLine = /^CONSTRAINT `((?:[^`]|``)+)` (FOREIGN KEY .*)$/;

/**
 * Restores the original names of foreign keys. A table and its copy cannot have keys with the same name, and ORMs identify keys by name.
 * Skips the check of rows, because they were checked under the other name.
 *
 * @returns keys that do not exist under any name
 */
export async function restoreKeyNames(connection: Connection, before: KeyLines): Promise<readonly string[]> {
  const missing: string[] = [];
  const now = await readKeyLines(connection, [...before.keys()]);
  for (const [table, lines] of before) {
    const others = (now.get(table) ?? []).filter((line) => !lines.includes(line));
    for (const line of lines.filter((each) => !(now.get(table) ?? []).includes(each))) {
      const renamed = others.find((each) => keyLine.exec(each)?.[2] === keyLine.exec(line)?.[2]);
      const name = keyLine.exec(renamed ?? "")?.[1]?.replaceAll("``", "`");
      if (name === undefined) {
        missing.push(line);
        continue;
      }
      await connection.query("SET SESSION foreign_key_checks = 0, SESSION lock_wait_timeout = 1");
      try {
        await withPatience(() =>
          connection.query(
            `ALTER TABLE ${quoteTable(table)} DROP FOREIGN KEY ${quoteIdentifier(name)}, ADD ${line}, ALGORITHM=INPLACE, LOCK=NONE`,
          ),
        );
      } finally {
        await connection.query("SET SESSION foreign_key_checks = DEFAULT, SESSION lock_wait_timeout = DEFAULT");
      }
    }
  }
  return missing;
}

/** Retries while other sessions hold the lock. */
export async function withPatience<T>(run: () => Promise<T>, tries = 60): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await run();
    } catch (error) {
      if (attempt >= tries || retryReason(error) !== "locked") throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
}
