import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { LockstepError } from "../../base/errors.js";
import type { FileChange } from "../../model/index.js";
import { isSameTable, type TableName } from "../../model/index.js";

const share = z.number().min(0).max(1);
const count = z.number().nonnegative();

/** Of a column: how its values are spread, and none of them. */
const column = z.object({
  type: z.string(),
  /** Of the rows. */
  nulls: share,
  /** Mean bytes of a value. */
  width: count,
  /** How many values there are; below zero: for each row, `-1` of a unique one. As PostgreSQL has it in pg_stats.n_distinct. */
  distinct: z.number(),
  /** Of the rows that have each of the most common values, most common first. */
  common: z.array(share).optional(),
  /** Of the order of values with that of the rows in the table, from -1 to 1. */
  correlation: z.number().min(-1).max(1).optional(),
  /** Least and greatest, only of integers that are in a key. */
  range: z.tuple([z.string(), z.string()]).optional(),
});

const table = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(["table", "partitioned", "partition"]),
  /** Estimated. */
  rows: count,
  bytes: count,
  indexBytes: count,
  /** Rows that were deleted or replaced, and whose place is not free yet. */
  deadRows: count.optional(),
  /** Since the server began to count. */
  writes: z.object({ inserted: count, updated: count, deleted: count }).optional(),
  columns: z.record(z.string(), column),
});

const statement = z.object({
  /** As the server keeps it: with parameters in the place of values. */
  text: z.string(),
  calls: count,
  meanMs: count,
  /** Returned or changed, a call. */
  rows: count,
});

export const statsSchema = z.object({
  schemaVersion: z.literal(1),
  target: z.string(),
  /** ISO 8601. */
  at: z.string(),
  dialect: z.enum(["postgresql", "mysql", "mariadb"]),
  server: z.object({
    version: z.string(),
    /** Those that decide about locks, query plans and speed. */
    settings: z.record(z.string(), z.string()),
    extensions: z.array(z.object({ name: z.string(), version: z.string() })),
    /** That stream from it; absent: the account may not see them. */
    replicas: count.optional(),
  }),
  tables: z.array(table),
  statements: z.array(statement),
  /** Since when they were counted, ISO 8601; absent: nobody knows. */
  statementsSince: z.string().optional(),
  /** What could not be looked at, and why. */
  blind: z.array(z.object({ what: z.enum(["statements", "columns", "replicas"]), reason: z.string() })),
});

export type Stats = Readonly<z.output<typeof statsSchema>>;
/** What a server says of itself; whose it is and when the caller knows. */
export type PulledStats = Omit<Stats, "schemaVersion" | "target" | "dialect">;
export type TableStats = Stats["tables"][number];
export type ColumnStats = TableStats["columns"][string];
export type StatementStats = Stats["statements"][number];

/** From the project root. */
export const statsFile = "lockstep/stats.json";

/**
 * What `lockstep stats` has saved.
 *
 * @returns undefined where there is no such file
 * @throws LS8002 the file cannot be read
 */
export function readStats(root: string): Stats | undefined {
  const path = join(root, statsFile);
  // A link that leads nowhere cannot be read: that is not the same as none.
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw unreadable((cause as Error).message, cause);
  }
  const read = statsSchema.safeParse(data);
  if (read.success) return read.data;
  throw unreadable(z.prettifyError(read.error), read.error);
}

function unreadable(why: string, cause: unknown): LockstepError {
  return new LockstepError("LS8002", `${statsFile} cannot be read: ${why}`, {
    hint: "Save it again: npx lockstep stats",
    cause,
  });
}

/** The file with these statistics in it: a column a line, so that a diff says what has changed. */
export function statsChange(root: string, stats: Stats): FileChange {
  const path = join(root, statsFile);
  const before = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  const { tables, statements, ...head } = stats;
  const line = (value: unknown) => JSON.stringify(value);
  const tableText = ({ columns, ...each }: TableStats) =>
    `    {${line(each).slice(1, -1)}, "columns": {${Object.entries(columns)
      .map(([name, one]) => `\n      ${line(name)}: ${line(one)}`)
      .join(",")}${Object.keys(columns).length === 0 ? "" : "\n    "}}}`;
  const listText = (items: readonly string[]) => (items.length === 0 ? "[]" : `[\n${items.join(",\n")}\n  ]`);
  const after = [
    JSON.stringify(head, null, 2).slice(0, -2),
    `,\n  "tables": ${listText(tables.map(tableText))}`,
    `,\n  "statements": ${listText(statements.map((each) => `    ${line(each)}`))}\n}\n`,
  ].join("");
  return { file: statsFile, before, after };
}

/** The statistics of a table; a schema that only one side names makes no difference. */
export function statsOf(stats: Pick<Stats, "tables">, wanted: TableName): TableStats | undefined {
  return (
    stats.tables.find((each) => isSameTable(each, wanted)) ??
    (wanted.schema === undefined ? stats.tables.find(({ name }) => name === wanted.name) : undefined)
  );
}
