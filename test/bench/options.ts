import { parseArgs } from "node:util";

export const benches = [
  "stall",
  "stall-mariadb",
  "existing",
  "backfill",
  "scale",
  "rehearse",
  "migrate-dev",
  "large-schema",
  "code",
  "ranking",
  "read",
  "check",
  "help",
] as const;
export type BenchName = (typeof benches)[number];

/** Of the bench "backfill". */
export const backfillParts = ["idle", "busy", "replica", "functions", "resume"] as const;
export type BackfillPart = (typeof backfillParts)[number];

export interface Options {
  readonly only: readonly BenchName[];
  /** A smaller version, to see that the bench itself works. Its numbers promise nothing. */
  readonly isQuick: boolean;
  /** Where the numbers are written; undefined: `bench-results/<date>.json`. */
  readonly json: string | undefined;
  readonly stall: {
    readonly rows: number;
    readonly rounds: number;
    /** Operations a second. */
    readonly rate: number;
    /** How long the reader's transaction is open, in milliseconds. */
    readonly readerMs: number;
  };
  readonly backfill: {
    readonly parts: readonly BackfillPart[];
    readonly rows: number;
    readonly rounds: number;
    /** Operations a second of the application beside it. */
    readonly rate: number;
    /** Where a function computes the values. */
    readonly functionRows: number;
    /** Of the run that is killed and resumed. */
    readonly resumeRows: number;
  };
  /** Rows of the tables that are simulated. */
  readonly scale: readonly number[];
  readonly rehearse: {
    readonly rows: number;
    /** Tables whose statistics are pulled. */
    readonly models: number;
  };
  /** Runs of each kind. */
  readonly migrateDevRuns: number;
  readonly helpRuns: number;
  readonly largeSchema: {
    readonly models: number;
    readonly runs: number;
  };
  readonly read: {
    readonly statements: number;
    readonly runs: number;
  };
  readonly check: {
    /** Migrations of the long history. */
    readonly files: number;
    readonly runs: number;
  };
  readonly code: {
    /** Files of the generated projects. */
    readonly sizes: readonly number[];
    readonly runs: number;
  };
  readonly ranking: {
    /** Each team writes an app for each. */
    readonly seeds: readonly number[];
  };
}

export const usage = `npm run bench -- [options]

  --only <bench>   stall, stall-mariadb, existing, backfill, scale, rehearse, migrate-dev, large-schema, code, ranking, read, check or help; may be given again
  --part <part>    of backfill: idle, busy, replica, functions or resume; may be given again
  --rows <n>       rows of the table that is changed  (default 2000000; of backfill and rehearse 5000000)
  --rounds <n>     rounds of stall and backfill       (default 5; of backfill 3)
  --rate <n>       operations a second                (default 200; of backfill 300)
  --json <file>    where the numbers go               (default bench-results/<date>.json)
  --quick          small and short, only to see that the bench works: the bounds are not judged
`;

/** @throws with a sentence for the user when an option is unknown or not a number */
export function readOptions(argv: readonly string[]): Options | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: "string", multiple: true },
      part: { type: "string", multiple: true },
      rows: { type: "string" },
      rounds: { type: "string" },
      rate: { type: "string" },
      json: { type: "string" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const isQuick = values.quick;
  const rows = wholeNumber("--rows", values.rows, 1_000);
  const rounds = wholeNumber("--rounds", values.rounds, 1);
  const rate = wholeNumber("--rate", values.rate, 1);
  return {
    only: chosen(benches, values.only, "bench"),
    isQuick,
    json: values.json,
    stall: {
      rows: rows ?? (isQuick ? 100_000 : 2_000_000),
      rounds: rounds ?? (isQuick ? 1 : 5),
      rate: rate ?? 200,
      readerMs: isQuick ? 1_500 : 5_000,
    },
    backfill: {
      parts: chosen(backfillParts, values.part, "part"),
      rows: rows ?? (isQuick ? 100_000 : 5_000_000),
      rounds: rounds ?? (isQuick ? 1 : 3),
      rate: rate ?? 300,
      functionRows: isQuick ? 10_000 : 100_000,
      resumeRows: isQuick ? 200_000 : 2 * (rows ?? 5_000_000),
    },
    scale: isQuick ? [1e7] : [1e8, 1e9, 1e10],
    rehearse: { rows: rows ?? (isQuick ? 50_000 : 5_000_000), models: isQuick ? 40 : 300 },
    migrateDevRuns: isQuick ? 2 : 9,
    helpRuns: isQuick ? 5 : 15,
    largeSchema: { models: isQuick ? 40 : 300, runs: isQuick ? 1 : 5 },
    read: { statements: isQuick ? 200 : 4_000, runs: isQuick ? 1 : 3 },
    check: { files: isQuick ? 100 : 3_000, runs: isQuick ? 1 : 7 },
    code: { sizes: isQuick ? [300] : [1_500, 5_000], runs: isQuick ? 1 : 3 },
    ranking: { seeds: isQuick ? [1] : [1, 2] },
  };
}

/** Those that are given, in the order that they have; all of them where none is. */
function chosen<T extends string>(all: readonly T[], given: readonly string[] | undefined, what: string): readonly T[] {
  const unknown = given?.find((name) => !(all as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Error(`There is no ${what} "${unknown}": there are ${all.join(", ")}`);
  return all.filter((name) => given === undefined || given.includes(name));
}

function wholeNumber(flag: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isInteger(value) || value < least) throw new Error(`${flag} takes a whole number of at least ${least}`);
  return value;
}
