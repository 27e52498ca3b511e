/** An application at work on "User" while it is backfilled, which knows what every row has to hold in the end. */
import type { Connection } from "../../../core/src/dialect/connection.js";
import { open, seeded } from "./fixture.js";

interface Known {
  /** Every email that the row has had: its handle may come from any of them. */
  emails: string[];
  /** The handle that the application has chosen; undefined: the fill decides. */
  chosen: string | undefined;
}

export interface Writers {
  /** Waits for the last statements, and returns what went wrong in the application: nothing should. */
  stop(): Promise<readonly unknown[]>;
  /** Compares every row of the table with what the writers know of it. */
  findDifferences(connection: Connection): Promise<readonly string[]>;
  readonly statements: () => number;
}

/**
 * Starts writers that insert, delete, update the source, choose a handle, take it away and change keys. Each has rows of its own (key modulo
 * the number of writers), so it knows what must be in them whatever the others and the backfill do.
 */
export async function startWriters(
  url: string,
  rows: readonly (readonly [key: string, email: string])[],
  { count = 3, seed = 1, insertsLackHandle = true } = {},
): Promise<Writers> {
  let isStopping = false;
  let statements = 0;
  const errors: unknown[] = [];
  const known = new Map<number, Known>(
    rows.map(([key, email]) => [Number(key), { emails: [email], chosen: undefined }]),
  );
  const lanes = Array.from({ length: count }, async (_, lane) => {
    const random = seeded(seed * 100 + lane);
    const connection = await open(url);
    const mine = [...known.keys()].filter((key) => key % count === lane);
    let made = 0;
    const freshKey = () => {
      made += 1;
      // Behind the cursor (negative keys), ahead of it, and in the gaps that deletions have left.
      return (random() < 0.5 ? -1 : 1) * ((1_000_000 + made) * count) + lane;
    };
    const pick = () => mine[Math.floor(random() * mine.length)]!;
    const write = async () => {
      const turn = random();
      if (turn < 0.2 || mine.length === 0) {
        const key = freshKey();
        const email = `New${lane}-${made}@x.io`;
        const chosen = !insertsLackHandle || random() < 0.3 ? `chosen-at-insert-${lane}-${made}` : undefined;
        await connection.query(`INSERT INTO "User" (id, email, handle) VALUES ($1, $2, $3)`, [
          key,
          email,
          chosen ?? null,
        ]);
        known.set(key, { emails: [email], chosen });
        mine.push(key);
        return;
      }
      const key = pick();
      const row = known.get(key)!;
      if (turn < 0.45) {
        const email = `Moved${lane}-${statements}@x.io`;
        row.emails.push(email);
        await connection.query(`UPDATE "User" SET email = $2 WHERE id = $1`, [key, email]);
      } else if (turn < 0.5) {
        await connection.query(`UPDATE "User" SET handle = NULL WHERE id = $1`, [key]);
        row.chosen = undefined;
      } else if (turn < 0.7) {
        const chosen = `chosen-${lane}-${statements}`;
        await connection.query(`UPDATE "User" SET handle = $2 WHERE id = $1`, [key, chosen]);
        row.chosen = chosen;
      } else if (turn < 0.8) {
        await connection.query(`DELETE FROM "User" WHERE id = $1`, [key]);
        known.delete(key);
        mine.splice(mine.indexOf(key), 1);
      } else if (turn < 0.9) {
        const next = freshKey();
        await connection.query(`UPDATE "User" SET id = $2 WHERE id = $1`, [key, next]);
        known.delete(key);
        known.set(next, row);
        mine.splice(mine.indexOf(key), 1, next);
      } else {
        // Two rows in one transaction, in no particular order: where deadlocks come from, and where a batch meets a value
        // that is chosen but not yet committed.
        const both = [...new Set([key, pick()])];
        const chosen = `chosen-together-${lane}-${statements}`;
        await connection.query("BEGIN");
        for (const each of both) await connection.query(`UPDATE "User" SET handle = $2 WHERE id = $1`, [each, chosen]);
        await connection.query("COMMIT");
        for (const each of both) known.get(each)!.chosen = chosen;
      }
    };
    try {
      for (; !isStopping; statements++) await write();
    } catch (error) {
      errors.push(error);
    } finally {
      await connection.close();
    }
  });
  return {
    statements: () => statements,
    async stop() {
      isStopping = true;
      await Promise.all(lanes);
      return errors;
    },
    async findDifferences(connection) {
      const { rows: found } = await connection.query<{ id: number; email: string; handle: string | null }>(
        `SELECT id, email, handle FROM "User"`,
      );
      const differences: string[] = [];
      for (const { id, email, handle } of found) {
        const row = known.get(id);
        if (row === undefined) differences.push(`${id} should not be there`);
        else if (email !== row.emails.at(-1))
          differences.push(`${id} has the email ${email}, not ${row.emails.at(-1)}`);
        else if (row.chosen !== undefined && handle !== row.chosen)
          differences.push(`${id} has ${handle}, chosen was ${row.chosen}`);
        else if (row.chosen === undefined && !row.emails.some((each) => each.toLowerCase() === handle)) {
          differences.push(`${id} has ${handle}, which comes from none of ${row.emails.join(", ")}`);
        }
      }
      if (found.length < known.size) differences.push(`${known.size - found.length} rows are lost`);
      return differences;
    },
  };
}
