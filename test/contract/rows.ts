import { systemOf } from "./system.js";

/** A row of `users` as every build knows it. */
export interface User {
  readonly id: number;
  readonly email: string;
  readonly name: string;
}

/** Users with addresses in mixed case, distinct under lower(). */
export async function seed(url: string, rows: number): Promise<void> {
  const { query, series, concat } = systemOf(url);
  if (rows === 0) return;
  const values = `${concat("'User.'", "n", "'@Example.com'")}, ${concat("'User '", "n")}`;
  await query(url, `INSERT INTO users (email, name) SELECT ${values} FROM ${series(rows)}`);
}

/** The rows of `users`, without the columns that a plan adds. */
export async function readUsers(url: string): Promise<User[]> {
  return (await systemOf(url).query(url, "SELECT id, email, name FROM users ORDER BY id")) as unknown as User[];
}

/** How many rows a condition holds for. */
export async function countUsers(url: string, condition: string): Promise<number> {
  // In PostgreSQL a bigint, which comes as text.
  const [row] = await systemOf(url).query(url, `SELECT count(*) AS found FROM users WHERE ${condition}`);
  return Number(row?.found);
}

/** A condition on `users`: a column differs from an expression, in case and spaces, too, or one of them is NULL. */
export function differs(url: string, column: string, from: string): string {
  return systemOf(url).differ(column, from);
}
