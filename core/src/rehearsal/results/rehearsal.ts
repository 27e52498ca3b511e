/** What a rehearsal has measured. Milliseconds and bytes; data only: sentences are made in `review/`. */
import * as z from "zod";
import { durations, lockModes } from "../../model/index.js";

const table = z.object({ schema: z.string().optional(), name: z.string() });
const lock = z.object({ table, mode: z.enum(lockModes) });
const count = z.number().int().nonnegative();

/** What an application met while something went on. Latency counts from when a request was due. */
const traffic = z.object({
  requests: count,
  /** By what the server said, without values. */
  failed: z.array(z.object({ reason: z.string(), requests: count })),
  p50Ms: z.number(),
  p99Ms: z.number(),
  longestMs: z.number(),
});

/** Somebody of the application had to wait for a lock. */
const wait = z.object({
  table,
  /** What the application's statement wanted. */
  wanted: z.string(),
  /** What the step held or wanted. */
  held: z.string(),
  sessions: count,
  longestMs: z.number(),
});

/** What was stated of a step and what was seen. */
const difference = z.discriminatedUnion("kind", [
  /** A lock that the plan does not state, or a stronger one than it states. */
  z.object({ kind: z.literal("stronger-lock"), ...lock.shape, stated: z.enum(lockModes).optional() }),
  /** A lock that the plan states and that was not taken, or a weaker one. */
  z.object({ kind: z.literal("weaker-lock"), ...lock.shape, seen: z.enum(lockModes).optional() }),
  /** It was held for longer than stated: rows were read, or the table was written again. */
  z.object({ kind: z.literal("held-longer"), stated: z.enum(durations), seen: z.enum(durations) }),
]);

const step = z.object({
  /** Of the unit, `backfill:<table>`, or `undo:<unit>`. */
  id: z.string(),
  /** `naive`: a statement of the ORM's own migration. */
  kind: z.enum(["naive", "unit", "backfill", "undo"]),
  phase: z.enum(["expand", "backfill", "switch", "contract"]).optional(),
  /** In one line, for people: as the plan has it, or the statement. */
  title: z.string(),
  /** Since the run began. */
  startedMs: z.number(),
  durationMs: z.number(),
  traffic: traffic.optional(),
  stated: z.object({ locks: z.array(lock), held: z.enum(durations), doubts: z.array(z.string()) }).optional(),
  /** Absent: nothing could look. */
  observed: z
    .object({
      locks: z.array(lock.extend({ heldMs: z.number().optional() })),
      /** Absent: the server kept no account, and locks of an instant were not seen. */
      held: z.enum(durations).optional(),
    })
    .optional(),
  differences: z.array(difference),
  waits: z.array(wait),
  walBytes: z.number().optional(),
  /** Of the tables and their indexes. */
  growthBytes: z.number().optional(),
  deadRows: z.number().optional(),
  /** The longest that the replica was behind. */
  lag: z.object({ ms: z.number(), bytes: z.number() }).optional(),
  /** Of a backfill. */
  rows: count.optional(),
  batches: count.optional(),
  /** The server refused it: what it said, without values. */
  error: z.string().optional(),
});

/** A second, or less, of a run. */
const point = z.object({
  atMs: z.number(),
  requests: count,
  failed: count,
  longestMs: z.number(),
  /** Requests that were due and not answered at its end. */
  waiting: count,
  lagMs: z.number().optional(),
  /** Rows that the backfill has filled by then. */
  rows: count.optional(),
});

const run = z.object({
  /** `naive`: the ORM's own migration in one go; `plan`: phase by phase. */
  way: z.enum(["naive", "plan"]),
  /** What the application met before anything happened. */
  before: traffic.optional(),
  steps: z.array(step),
  points: z.array(point),
});

/** What an application met in a real change, or a demonstration of one: made by its load tool. */
export const measurementSchema = z.object({
  schemaVersion: z.literal(1),
  /** In a sentence, for people: the server, the rows, the load. */
  about: z.string(),
  runs: z.array(run).min(1),
});

/** One statement's query plan before a phase and after it. */
const replanned = z.object({
  /** As the server keeps it: parameters, no values. */
  statement: z.string(),
  phase: z.enum(["expand", "backfill", "switch", "contract"]),
  before: z.array(z.string()),
  after: z.array(z.string()),
  costBefore: z.number(),
  costAfter: z.number(),
  isWorse: z.boolean(),
});

export const rehearsalSchema = z.object({
  schemaVersion: z.literal(1),
  plan: z.string(),
  /** Of the plan as it was rehearsed. */
  fingerprint: z.string(),
  /** ISO 8601. */
  at: z.string(),
  stage: z.object({
    dialect: z.enum(["postgresql", "mysql", "mariadb"]),
    server: z.string(),
    kind: z.enum(["embedded", "url", "dump"]),
    scale: z.number(),
    /** Where its rows come from: made of statistics, made of nothing but their types, or they were there. */
    rows: z.enum(["statistics", "made-up", "own"]),
    /** Where the statistics came from, and when; absent: there are none. */
    statsOf: z.string().optional(),
    statsAt: z.string().optional(),
    tables: z.array(
      z.object({
        table,
        rows: count,
        bytes: count,
        productionRows: count.optional(),
        productionBytes: count.optional(),
        /** Rows are told apart by columns that are never NULL. */
        hasKey: z.boolean().optional(),
      }),
    ),
    /** The extension pg_repack, by the statistics; absent: nobody knows. */
    repack: z.enum(["installed", "missing"]).optional(),
    madeMs: z.number(),
    hasReplica: z.boolean(),
  }),
  traffic: z.object({
    /** Of the statistics; made up, since there are none; requests to the user's own builds, or a script that makes them. */
    kind: z.enum(["statements", "probes", "builds", "script", "none"]),
    /** Requests a second; 0: the script's own. */
    rate: z.number(),
    /** How many different ones; of builds, requests; 0: the script's own. */
    statements: count,
    /** Statements of the target that could not be run here, by the reason. */
    leftOut: z.array(z.object({ reason: z.string(), statements: count })),
  }),
  runs: z.array(run),
  /** Absent: query plans were not compared, and why. */
  replanned: z.array(replanned).optional(),
  explained: count,
  unplanned: z.string().optional(),
  /**
   * Whether both runs end in the same catalogue; not known where the server refused one of them, the ORM's own on empty tables as well.
   * Absent: nobody looked.
   */
  ends: z.enum(["same", "elsewhere", "plan-refused", "migration-refused"]).optional(),
  /** How long the plan's steps would take in production, where statistics say how large it is. */
  expected: z.array(z.object({ id: z.string(), ms: z.number(), leastMs: z.number(), mostMs: z.number() })).optional(),
  /** Empty: nobody would have noticed, and everything was as stated. Ids of findings, with what they are about. */
  findings: z.array(
    z.object({
      kind: z.enum([
        "lock-differs",
        "step-failed",
        "requests-failed",
        "stalled",
        "plan-worse",
        "lagged",
        "undo-failed",
        "end-state-differs",
      ]),
      step: z.string().optional(),
      detail: z.string().optional(),
      value: z.number().optional(),
      limit: z.number().optional(),
    }),
  ),
});

export type Measurement = Readonly<z.output<typeof measurementSchema>>;
export type Rehearsal = Readonly<z.output<typeof rehearsalSchema>>;
export type RehearsedRun = Readonly<z.output<typeof run>>;
export type RehearsedStep = Readonly<z.output<typeof step>>;
export type RehearsalPoint = Readonly<z.output<typeof point>>;
export type TrafficFigures = Readonly<z.output<typeof traffic>>;
export type LockWait = Readonly<z.output<typeof wait>>;
export type LockDifference = Readonly<z.output<typeof difference>>;
export type Replanned = Readonly<z.output<typeof replanned>>;
export type RehearsalFinding = Rehearsal["findings"][number];
