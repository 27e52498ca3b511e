import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { LockstepError } from "../../base/errors.js";
import type { FileChange } from "../../model/index.js";
import { isSameTable, type TableName } from "../../model/index.js";

const share = z.number().min(0).max(1);
const count = z.number().nonnegative();

/** The distribution of a column's values, without the values. */
const column = z.object({
  type: z.string(),
  /** Of the rows. */
  nulls: share,
  /** Mean bytes of a value. */
  width: count,
  /** The number of distinct values; below zero: relative to the rows, `-1` for a unique column. As in PostgreSQL's pg_stats.n_distinct. */
  distinct: z.number(),
  /** The fractions of rows with each of the most common values, most common first. */
  common: z.array(share).optional(),
  /** The correlation of values with the row order in the table, from -1 to 1. */
  correlation: z.number().min(-1).max(1).optional(),
  /** Minimum and maximum, only of integers that are in a key. */
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
  /** Deleted or replaced rows whose space is not free yet. */
  deadRows: count.optional(),
  /** Since the server began to count. */
  writes: z.object({ inserted: count, updated: count, deleted: count }).optional(),
  columns: z.record(z.string(), column),
});

const statement = z.object({
  /** As the server stores it: with parameters instead of values. */
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
    /** Settings that affect locks, query plans and speed. */
    settings: z.record(z.string(), z.string()),
    extensions: z.array(z.object({ name: z.string(), version: z.string() })),
    /** Streaming replicas. Absent: the account lacks the privilege to see them. */
    replicas: count.optional(),
  }),
  tables: z.array(table),
  statements: z.array(statement),
  /** When counting began, ISO 8601. Absent: unknown. */
  statementsSince: z.string().optional(),
  /** What could not be read, and why. */
  blind: z.array(z.object({ what: z.enum(["statements", "columns", "replicas"]), reason: z.string() })),
});

export type Stats = Readonly<z.output<typeof statsSchema>>;
/** A server's report; the caller adds the target and the time. */
export type PulledStats = Omit<Stats, "schemaVersion" | "target" | "dialect">;
export type TableStats = Stats["tables"][number];
export type ColumnStats = TableStats["columns"][string];
export type StatementStats = Stats["statements"][number];

/** From the project root. */
export const statsFile = "lockstep/stats.json";

/**
 * The file written by `lockstep stats`.
 *
 * @returns undefined if there is no such file
 * @throws LS8002 the file cannot be read
 */
export function readStats(root: string): Stats | undefined {
  const path = join(root, statsFile);
  // A broken link cannot be read: that is not the same as none.
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
    hint: "npx lockstep stats   # saves it again",
    cause,
  });
}

/** The file with these statistics: one column per line, so that a diff shows what has changed. */
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

/** The statistics of a table; a schema that only one side names is ignored. */
export function statsOf(stats: Pick<Stats, "tables">, wanted: TableName): TableStats | undefined {
  return (
    stats.tables.find((each) => isSameTable(each, wanted)) ??
    (wanted.schema === undefined ? stats.tables.find(({ name }) => name === wanted.name) : undefined)
  );
}
