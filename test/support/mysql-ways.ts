/** The ways in which MySQL and MariaDB change a table, weakest first: without demands they take the first one that they can. */
import type { Connection } from "mysql2/promise";
import type { DdlAlgorithm } from "../../core/src/mysql/verdicts/ddl-algorithm.js";
import { isOnMysql } from "./mariadb.js";

export const ways = {
  instant: "ALGORITHM=INSTANT",
  nocopy: "ALGORITHM=NOCOPY, LOCK=NONE",
  inplace: "ALGORITHM=INPLACE, LOCK=NONE",
  "nocopy shared": "ALGORITHM=NOCOPY, LOCK=SHARED",
  "inplace shared": "ALGORITHM=INPLACE, LOCK=SHARED",
  // MariaDB 11.2 and later. They take INPLACE before it, where writes wait for that.
  copy: "ALGORITHM=COPY, LOCK=NONE",
  "copy shared": "ALGORITHM=COPY, LOCK=SHARED",
  exclusive: "ALGORITHM=COPY, LOCK=EXCLUSIVE",
} as const;
export type Way = keyof typeof ways;

/** MySQL's "nocopy" is INPLACE without another table behind it. */
export function wayOf({ algorithm, lock, held }: DdlAlgorithm): Way {
  const name = algorithm === "INPLACE" && held === "instant" ? "NOCOPY" : algorithm;
  const demands = algorithm === "INSTANT" ? "ALGORITHM=INSTANT" : `ALGORITHM=${name}, LOCK=${lock}`;
  return (Object.keys(ways) as Way[]).find((way) => ways[way] === demands) ?? "exclusive";
}

/** The strongest of several. */
export function strongestWay(found: readonly Way[]): Way | undefined {
  return (Object.keys(ways) as Way[]).findLast((way) => found.includes(way));
}

/**
 * Changes a table in the weakest way that the server accepts; undefined: it accepts none.
 * @throws what it says of the change itself
 */
export async function changeWeakly(session: Connection, table: string, clause: string): Promise<Way | undefined> {
  const id = async () => {
    const [rows] = await session.query(
      `SELECT TABLE_ID AS id FROM information_schema.INNODB_TABLES WHERE NAME = CONCAT(DATABASE(), '/${table}')`,
    );
    return (rows as { id: number }[])[0]?.id;
  };
  const before = isOnMysql ? await id() : undefined;
  for (const [way, demands] of Object.entries(ways)) {
    // No word of MySQL's.
    if (isOnMysql && demands.includes("NOCOPY")) continue;
    try {
      await session.query(`ALTER TABLE ${table} ${demands}, ${clause}`);
      return isOnMysql && way === "inplace" && (await id()) === before ? "nocopy" : (way as Way);
    } catch (error) {
      // It does not do it so, and has changed nothing: 1845 and 1846. Anything else is about the change.
      if (![1845, 1846].includes((error as { errno: number }).errno)) throw error;
    }
  }
  return undefined;
}
