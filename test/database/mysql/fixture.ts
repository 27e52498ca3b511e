/** Tables with a planned column, as expand leaves them, and what a run of the backfill needs. */
import type { BackfillEvent } from "../../../core/src/backfill/events.js";
import { type BackfillInput, type BackfillResult, runBackfill } from "../../../core/src/backfill/runner.js";
import type { Connection } from "../../../core/src/dialect/connection.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import type { BackfillSpec, Fill } from "../../../core/src/model/index.js";
import { quoteIdentifier } from "../../../core/src/mysql/quote.js";
import { type Between, signalsOf } from "../../support/between-batches.js";

export const plan = "20261120093000_user_handle";

/** A fill of an expression whose columns are written in backticks. */
export function fillOf(sql: string): Fill {
  const reads = [...new Set([...sql.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))];
  const of = (row: string) => sql.replace(/`([^`]+)`/g, (name) => row + name);
  return {
    kind: "backfill",
    sql,
    rowSql: sql,
    newSql: of("NEW."),
    oldSql: of("OLD."),
    reads,
    isBuiltinOnly: true,
    source: "src/user.ts:14",
  };
}

export interface TableInput {
  /** Columns of the key, with their types. Default: `id` INT. */
  readonly key?: Readonly<Record<string, string>>;
  /** Keys, and emails. */
  readonly rows?: readonly (readonly [...key: string[], email: string | null])[];
  readonly fill?: string;
  readonly type?: string;
  readonly isUnique?: boolean;
}

/** A table `User` (key …, email, touched) with rows, then the planned column `handle`. */
export async function makeTable(connection: Connection, input: TableInput = {}): Promise<BackfillSpec> {
  const { key = { id: "int" }, rows = [], fill = "LOWER(`email`)", type = "varchar(191)" } = input;
  const names = Object.keys(key).map(quoteIdentifier);
  const columns = Object.entries(key).map(([name, own]) => `${quoteIdentifier(name)} ${own} NOT NULL`);
  await connection.query("DROP TABLE IF EXISTS `User`");
  await connection.query(
    `CREATE TABLE \`User\` (${columns.join(", ")}, \`email\` VARCHAR(191), \`touched\` DATETIME(3) DEFAULT '2020-01-01' ON UPDATE CURRENT_TIMESTAMP(3), PRIMARY KEY (${names.join(", ")}))`,
  );
  for (let at = 0; at < rows.length; at += 1000) {
    const some = rows.slice(at, at + 1000);
    const marks = some.map(
      (row) =>
        `(${row.map((_, each) => (/binary/.test(Object.values(key)[each] ?? "") ? "UNHEX(?)" : "?")).join(", ")})`,
    );
    await connection.query(
      `INSERT INTO \`User\` (${[...names, "`email`"].join(", ")}) VALUES ${marks.join(", ")}`,
      some.flat(),
    );
  }
  await connection.query(`ALTER TABLE \`User\` ADD COLUMN \`handle\` ${type} NULL${input.isUnique ? " UNIQUE" : ""}`);
  return {
    table: { name: "User" },
    key: Object.entries(key).map(([column, own]) => ({ column, type: own.replace(/ COLLATE.*/, "") })),
    columns: [{ name: "handle", type, fill: fillOf(fill) }],
    uniqueKeys: input.isUnique ? [["handle"]] : [],
  };
}

export interface Run extends BackfillResult {
  readonly events: readonly BackfillEvent[];
}

/** One run of the backfill, without its fill triggers. */
export async function fillTable(
  url: string,
  spec: BackfillSpec,
  { between, ...input }: Partial<BackfillInput> & { readonly between?: readonly Between[] } = {},
): Promise<Run> {
  const events: BackfillEvent[] = [];
  const result = await runBackfill({
    url,
    plan,
    spec,
    clock: systemClock,
    random: Math.random,
    needsFillTrigger: false,
    ...signalsOf(between),
    ...input,
    onEvent(event) {
      events.push(event);
      input.onEvent?.(event);
    },
  });
  return { ...result, events };
}

export async function columnOf(connection: Connection, sql: string): Promise<readonly unknown[]> {
  const { rows } = await connection.query(sql);
  return rows.map((row) => Object.values(row)[0]);
}
