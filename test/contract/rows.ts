import { query } from "../matrix/databases.js";

/** A row of `users` as every build knows it. */
export interface User {
  readonly id: number;
  readonly email: string;
  readonly name: string;
}

/** Users with addresses in mixed case, distinct under lower(). */
export async function seed(url: string, rows: number): Promise<void> {
  await query(
    url,
    `INSERT INTO users (email, name) SELECT 'User.' || n || '@Example.com', 'User ' || n FROM generate_series(1, ${rows}) n`,
  );
}

/** The rows of `users`, without the columns that a plan adds. */
export async function readUsers(url: string): Promise<User[]> {
  return (await query(url, "SELECT id, email, name FROM users ORDER BY id")) as unknown as User[];
}

/** How many rows a condition holds for. */
export async function countUsers(url: string, condition: string): Promise<number> {
  const [row] = await query(url, `SELECT count(*)::int AS rows FROM users WHERE ${condition}`);
  return Number(row?.rows);
}
