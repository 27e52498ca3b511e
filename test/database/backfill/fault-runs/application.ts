/** An application that writes while a table is backfilled, and keeps a log of what it was answered. */
import { connect } from "../../../../core/src/databases/connect.js";
import type { Connection } from "../../../../core/src/dialect/connection.js";
import { errorCode, retryReason } from "../../../../core/src/dialect/db/retry.js";
import { seeded } from "../fixture.js";
import { ask, emailOf, type FilledTable } from "./table.js";

interface State {
  readonly key: readonly string[];
  readonly email: string;
  /** The handle that the application wrote; absent: the fill decides. */
  readonly chosen?: string;
}

/** One write. `lost`: the connection broke before the answer, so it may have been kept or not. */
interface Entry {
  readonly no: number;
  readonly before: State | undefined;
  readonly after: State | undefined;
  readonly answer: "kept" | "refused" | "lost";
}

export interface Application {
  readonly log: readonly Entry[];
  /** Ends after the statements that are under way. @returns errors that no fault explains */
  stop(): Promise<readonly unknown[]>;
  /** What the table has and the log does not, or the other way round. */
  reconcile(db: Connection): Promise<readonly string[]>;
}

/** So long between two writes: the backfill is to be the busier one. */
const restMs = 4;

/**
 * @param rows numbered from 0, as `makeTable` makes them
 * @param isLossy the server may lose what it has acknowledged (a replica that was behind takes over): a row may be in any state it was in
 */
export function startApplication(
  url: string,
  table: FilledTable,
  {
    rows,
    lanes,
    seed,
    isLossy,
  }: { readonly rows: number; readonly lanes: number; readonly seed: number; readonly isLossy: boolean },
): Application {
  const log: Entry[] = [];
  const errors: unknown[] = [];
  let isStopping = false;
  const keys = table.key.map(({ column }) => `\`${column}\``);
  const isKey = keys.map((name) => `${name} = ?`).join(" AND ");
  const first = (no: number): State => ({ key: table.keyOf(no), email: emailOf(no) });

  const lane = async (at: number) => {
    const random = seeded(seed * 31 + at);
    const mine = new Map<number, State>();
    for (let no = at; no < rows; no += lanes) mine.set(no, first(no));
    let made = 0;
    const fresh = () => rows + (made++ + 1) * lanes + at;
    let db: Connection | undefined;
    const write = async () => {
      db ??= await open(url);
      const turn = random();
      const known = [...mine.keys()];
      const no = known[Math.floor(random() * known.length)]!;
      const row = mine.get(no)!;
      const number = log.length;
      const attempt = async (entry: Omit<Entry, "answer">, sql: string, values: readonly unknown[]) => {
        let answer: Entry["answer"] = "kept";
        try {
          await ask(db!, sql, values);
        } catch (error) {
          const reason = retryReason(error, db!.isLost);
          answer = reason === "connection" || db!.isLost ? "lost" : "refused";
          // A column that is gone, a deadlock, a full disk: the statement was rolled back.
          if (answer === "refused" && errorCode(error) === undefined) errors.push(error);
        }
        log.push({ ...entry, answer });
        if (answer === "kept" && entry.after !== undefined) mine.set(entry.no, entry.after);
        // Nobody knows what it is now, or that it is there.
        else if (answer !== "refused") mine.delete(entry.no);
      };
      if (turn < 0.25) {
        const next = fresh();
        const after: State = {
          key: table.keyOf(next),
          email: `New${number}@X.io`,
          ...(random() < 0.3 ? { chosen: `chosen at insert ${number}` } : {}),
        };
        await attempt(
          { no: next, before: undefined, after },
          `INSERT INTO \`User\` (${keys.join(", ")}, email, no, handle) VALUES (${keys.map(() => "?").join(", ")}, ?, ?, ?)`,
          [...after.key, after.email, String(next), after.chosen ?? null],
        );
      } else if (turn < 0.5) {
        const after = { ...row, email: `Moved${number}@X.io` };
        await attempt({ no, before: row, after }, `UPDATE \`User\` SET email = ? WHERE ${isKey}`, [
          after.email,
          ...row.key,
        ]);
      } else if (turn < 0.75) {
        const after = { ...row, chosen: `chosen ${number}` };
        await attempt({ no, before: row, after }, `UPDATE \`User\` SET handle = ? WHERE ${isKey}`, [
          after.chosen,
          ...row.key,
        ]);
      } else if (turn < 0.85) {
        await attempt({ no, before: row, after: undefined }, `DELETE FROM \`User\` WHERE ${isKey}`, row.key);
      } else {
        const after = { ...row, key: table.keyOf(rows * 3 + number) };
        const set = keys.map((name) => `${name} = ?`).join(", ");
        await attempt({ no, before: row, after }, `UPDATE \`User\` SET ${set} WHERE ${isKey}`, [
          ...after.key,
          ...row.key,
        ]);
      }
    };
    while (!isStopping) {
      await write().catch((error) => {
        // No connection: the server is away for a moment.
        if (db !== undefined) errors.push(error);
      });
      if (db?.isLost) {
        await db.close();
        db = undefined;
      }
      await new Promise((resolve) => setTimeout(resolve, db === undefined ? 50 : restMs));
    }
    await db?.close();
  };
  const running = Promise.all(Array.from({ length: lanes }, (_, at) => lane(at)));

  return {
    log,
    async stop() {
      isStopping = true;
      await running;
      return errors;
    },
    async reconcile(db) {
      const possible = new Map<number, (State | undefined)[]>();
      const emails = new Map<number, Set<string>>();
      for (let no = 0; no < rows; no++) possible.set(no, [first(no)]);
      for (const { no, after, answer, before } of log) {
        if (answer === "refused") continue;
        const old = isLossy || answer === "lost" ? (possible.get(no) ?? [before]) : [];
        possible.set(no, [...old, after]);
        if (after !== undefined) emails.set(no, (emails.get(no) ?? new Set([emailOf(no)])).add(after.email));
      }
      const { rows: found } = await ask(db, `SELECT no, ${keys.join(", ")}, email, handle FROM \`User\``);
      const differences: string[] = [];
      const seen = new Set<number>();
      for (const row of found as readonly Record<string, unknown>[]) {
        const no = Number(row.no);
        seen.add(no);
        const key = table.key.map(({ column }) => textOf(row[column]));
        const text = `row ${no} has the key ${key.join(", ")}, email ${row.email}, handle ${row.handle}`;
        const states = (possible.get(no) ?? []).filter((state) => state !== undefined);
        const isRight = ({ key: own, email, chosen }: State) =>
          own.join() === key.join() &&
          email === row.email &&
          (chosen === undefined
            ? [emailOf(no), email, ...(emails.get(no) ?? [])].some((each) => each.toLowerCase() === row.handle)
            : chosen === row.handle);
        if (!states.some(isRight)) differences.push(`${text}; known: ${JSON.stringify(states)}`);
      }
      for (const [no, states] of possible)
        if (!seen.has(no) && !states.includes(undefined))
          differences.push(`row ${no} is lost: ${JSON.stringify(states)}`);
      return differences;
    },
  };
}

/** A key as `keyOf` writes it. PostgreSQL's driver makes a Date of a moment. */
function textOf(value: unknown): string {
  return value instanceof Date ? `${value.toISOString().slice(0, 19).replace("T", " ")}+00` : String(value);
}

async function open(url: string): Promise<Connection> {
  const db = await connect(url, { applicationName: "application" });
  if (db.dialect.id !== "postgresql") await db.query("SET @who = 'application', time_zone = '+00:00'");
  return db;
}
