import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import type { BlockerQuestion } from "../../dialect/sessions.js";

export type { BlockerQuestion } from "../../dialect/sessions.js";

/**
 * Sessions that block DDL on the tables, or would block it: long transactions, prepared transactions, index builds. One sentence each, with
 * the command that ends it. For sessions of other roles, details depend on the privileges of the connection's role.
 *
 * @example
 * await findBlockers(connection, { tables: [{ name: "User" }], buildsIndex: false, olderThanSeconds: 5 })
 * // ['pid 4711 (ada, psql) has held "User" for 12 s: idle in transaction, UPDATE "User" SET …']
 * @throws LS7002
 */
export async function findBlockers(connection: Connection, question: BlockerQuestion): Promise<readonly string[]> {
  try {
    return await connection.dialect.live.sessions.blockers(connection, question);
  } catch (error) {
    throw refused(error, `Reading the blocking sessions on ${connection.label}`);
  }
}
