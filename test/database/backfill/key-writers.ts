/** An application at work on a table with any key while it is backfilled, which knows what every row has to hold in the end. */

import type { Connection } from "../../../core/src/dialect/connection.js";
import { castType, keyParameters, keyRow } from "../../../core/src/postgresql/batches/keys.js";
import { quoteIdentifier } from "../../../core/src/postgresql/quote.js";
import { open, seeded } from "./fixture.js";
import type { KeyShape } from "./key-shapes.js";

interface Known {
  emails: string[];
  chosen: string | undefined;
}

export interface KeyWriters {
  stop(): Promise<void>;
  findDifferences(connection: Connection): Promise<readonly string[]>;
}

/**
 * Writers that insert and delete rows, change keys and sources, choose values. Rows are numbered (in the column "note"); their
 * keys are `shape.keyOf` of the number: even ones are there at the start.
 */
export async function startKeyWriters(url: string, shape: KeyShape, count: number, seed: number): Promise<KeyWriters> {
  const known = new Map<number, Known>();
  for (let n = 0; n < 2 * count; n += 2) known.set(n, { emails: [emailOf(n)], chosen: undefined });
  const taken = new Set(known.keys());
  const { table, key } = shape;
  const [row, names] = [keyRow(key, "t"), key.map(({ column }) => quoteIdentifier(column))];
  const given = keyParameters(key, 1);
  const after = `$${key.length + 1}`;
  let isStopping = false;
  const lanes = [0, 1].map(async (lane) => {
    const connection = await open(url);
    const random = seeded(seed * 10 + lane);
    const mine = [...known.keys()].filter((n) => (n / 2) % 2 === lane);
    const fresh = (): number => {
      for (;;) {
        const n = 2 * Math.floor(random() * count * 1.2) + 1;
        if (taken.has(n)) continue;
        taken.add(n);
        return n;
      }
    };
    try {
      // As long as there are numbers left.
      while (!isStopping && taken.size < 2 * count) {
        const turn = random();
        const n = mine[Math.floor(random() * mine.length)]!;
        const row_ = known.get(n)!;
        if (turn < 0.25) {
          const next = fresh();
          await connection.query(
            `INSERT INTO ${table} (${names.join(", ")}, email, note) SELECT ${given.slice(1, -1)}, ${after}::text, ${after}::text`,
            [...shape.keyOf(next), emailOf(next)],
          );
          known.set(next, { emails: [emailOf(next)], chosen: undefined });
          mine.push(next);
        } else if (turn < 0.45) {
          const next = fresh();
          const values = key.map(({ type }, at) => `$${key.length + 1 + at}::${castType(type)}`);
          await connection.query(
            `UPDATE ${table} t SET ${names.map((name, at) => `${name} = ${values[at]}`).join(", ")}, note = $${2 * key.length + 1} WHERE ${row} = ${given}`,
            [...shape.keyOf(n), ...shape.keyOf(next), emailOf(next)],
          );
          known.set(next, row_);
          known.delete(n);
          mine.splice(mine.indexOf(n), 1, next);
        } else if (turn < 0.6) {
          await connection.query(`DELETE FROM ${table} t WHERE ${row} = ${given}`, shape.keyOf(n));
          known.delete(n);
          mine.splice(mine.indexOf(n), 1);
        } else if (turn < 0.8) {
          row_.chosen = `chosen ${n}`;
          await connection.query(`UPDATE ${table} t SET handle = ${after} WHERE ${row} = ${given}`, [
            ...shape.keyOf(n),
            row_.chosen,
          ]);
        } else {
          row_.emails.push(`Moved-${row_.emails.length}-${emailOf(n)}`);
          await connection.query(`UPDATE ${table} t SET email = ${after} WHERE ${row} = ${given}`, [
            ...shape.keyOf(n),
            row_.emails.at(-1),
          ]);
        }
      }
    } finally {
      await connection.close();
    }
  });
  return {
    async stop() {
      isStopping = true;
      await Promise.all(lanes);
    },
    async findDifferences(connection) {
      const { rows } = await connection.query<{ email: string; note: string; handle: string | null }>(
        `SELECT email, note, handle FROM ${table}`,
      );
      const differences: string[] = [];
      for (const { email, note, handle } of rows) {
        const row_ = known.get(Number(/\d+/.exec(note)?.[0]));
        if (row_ === undefined) differences.push(`${note} should not be there`);
        else if (email !== row_.emails.at(-1)) differences.push(`${note} has the email ${email}`);
        else if (
          row_.chosen === undefined
            ? !row_.emails.some((each) => each.toLowerCase() === handle)
            : handle !== row_.chosen
        )
          differences.push(`${note} has ${handle}, not ${row_.chosen ?? row_.emails.join(" or ")}`);
      }
      if (rows.length !== known.size) differences.push(`${rows.length} rows, not ${known.size}`);
      for (const n of known.keys()) {
        const found = await connection.query(`SELECT FROM ${table} t WHERE ${row} = ${given} AND note = ${after}`, [
          ...shape.keyOf(n),
          emailOf(n),
        ]);
        if (found.rows.length !== 1) differences.push(`${n} is not under its key ${shape.keyOf(n).join(", ")}`);
      }
      return differences;
    },
  };
}

/** Of the row numbered so. */
export function emailOf(n: number): string {
  return `U${n}@X.io`;
}
