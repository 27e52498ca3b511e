/** The measurements of a rehearsal. Milliseconds and bytes; data only: `review/` writes the sentences. */
import * as z from "zod";
import { durations, lockModes } from "../../model/index.js";

const table = z.object({ schema: z.string().optional(), name: z.string() });
const lock = z.object({ table, mode: z.enum(lockModes) });
const count = z.number().int().nonnegative();

/** The requests of an application during a period. Latency counts from when a request was due. */
const traffic = z.object({
  requests: count,
  /** By the server's error, without values. */
  failed: z.array(z.object({ reason: z.string(), requests: count })),
  p50Ms: z.number(),
  p99Ms: z.number(),
  longestMs: z.number(),
});

/** A session of the application waited for a lock. */
const wait = z.object({
  table,
  /** The lock requested by the application's statement. */
  wanted: z.string(),
  /** The lock that the step held or requested. */
  held: z.string(),
  sessions: count,
  longestMs: z.number(),
});

/** A difference between the stated and the observed effect of a step. */
const difference = z.discriminatedUnion("kind", [
  /** A lock that the plan does not state, or a stronger one. */
  z.object({ kind: z.literal("stronger-lock"), ...lock.shape, stated: z.enum(lockModes).optional() }),
  /** A lock that the plan states and that was not taken, or a weaker one. */
  z.object({ kind: z.literal("weaker-lock"), ...lock.shape, seen: z.enum(lockModes).optional() }),
  /** It was held for longer than stated: the server read rows, or rewrote the table. */
  z.object({ kind: z.literal("held-longer"), stated: z.enum(durations), seen: z.enum(durations) }),
]);

const step = z.object({
  /** The id of the unit, `backfill:<table>`, or `undo:<unit>`. */
  id: z.string(),
  /** `naive`: a statement of the ORM's own migration. */
  kind: z.enum(["naive", "unit", "backfill", "undo"]),
  phase: z.enum(["expand", "backfill", "switch", "contract"]).optional(),
  /** One line for people: the title in the plan, or the statement. */
  title: z.string(),
  /** Since the run began. */
  startedMs: z.number(),
  durationMs: z.number(),
  traffic: traffic.optional(),
  stated: z.object({ locks: z.array(lock), held: z.enum(durations), doubts: z.array(z.string()) }).optional(),
  /** Absent: it could not be observed. */
  observed: z
    .object({
      locks: z.array(lock.extend({ heldMs: z.number().optional() })),
      /** Absent: the server keeps no lock history, and very short locks were not observed. */
      held: z.enum(durations).optional(),
    })
    .optional(),
  differences: z.array(difference),
  waits: z.array(wait),
  walBytes: z.number().optional(),
  /** Of the tables and their indexes. */
  growthBytes: z.number().optional(),
  deadRows: z.number().optional(),
  /** The maximum lag of the replica. */
  lag: z.object({ ms: z.number(), bytes: z.number() }).optional(),
  /** Of a backfill. */
  rows: count.optional(),
  batches: count.optional(),
  /** The server rejected it: its error, without values. */
  error: z.string().optional(),
});

/** A second, or less, of a run. */
const point = z.object({
  atMs: z.number(),
  requests: count,
  failed: count,
  longestMs: z.number(),
  /** Requests that were due and had no answer at its end. */
  waiting: count,
  lagMs: z.number().optional(),
  /** Rows that the backfill had filled by then. */
  rows: count.optional(),
});

const run = z.object({
  /** `naive`: the ORM's own migration at once; `plan`: phase by phase. */
  way: z.enum(["naive", "plan"]),
  /** The application's requests before the first step. */
  before: traffic.optional(),
  steps: z.array(step),
  points: z.array(point),
});

/** The requests of an application in a real change, or in a demonstration of one: written by its load tool. */
export const measurementSchema = z.object({
  schemaVersion: z.literal(1),
  /** One sentence for people: the server, the rows, the load. */
  about: z.string(),
  runs: z.array(run).min(1),
});

/** One statement's query plan before a phase and after it. */
const replanned = z.object({
  /** As the server stores it: parameters, no values. */
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
  /** The fingerprint of the rehearsed plan. */
  fingerprint: z.string(),
  /** ISO 8601. */
  at: z.string(),
  stage: z.object({
    dialect: z.enum(["postgresql", "mysql", "mariadb"]),
    server: z.string(),
    kind: z.enum(["embedded", "url", "dump"]),
    scale: z.number(),
    /** The source of its rows: generated from statistics, generated from their types alone, or already there. */
    rows: z.enum(["statistics", "made-up", "own"]),
    /** The source and time of the statistics. Absent: there are none. */
    statsOf: z.string().optional(),
    statsAt: z.string().optional(),
    tables: z.array(
      z.object({
        table,
        rows: count,
        bytes: count,
        productionRows: count.optional(),
        productionBytes: count.optional(),
        /** Columns that are never NULL identify its rows. */
        hasKey: z.boolean().optional(),
      }),
    ),
    /** The extension pg_repack, by the statistics. Absent: unknown. */
    repack: z.enum(["installed", "missing"]).optional(),
    madeMs: z.number(),
    hasReplica: z.boolean(),
  }),
  traffic: z.object({
    /** Statements of the statistics; generated ones without statistics; requests to the user's own builds, or a script that sends them. */
    kind: z.enum(["statements", "probes", "builds", "script", "none"]),
    /** Requests per second; 0: the script's own rate. */
    rate: z.number(),
    /** Number of different statements, or requests for builds; 0: the script's own. */
    statements: count,
    /** Statements of the target that could not run here, by reason. */
    leftOut: z.array(z.object({ reason: z.string(), statements: count })),
  }),
  runs: z.array(run),
  /** Why query plans were not compared. Absent: they were. */
  replanned: z.array(replanned).optional(),
  explained: count,
  unplanned: z.string().optional(),
  /**
   * Whether both runs end with the same catalog. Unknown if the server rejected one of them (the ORM's own also on empty tables). Absent:
   * not compared.
   */
  ends: z.enum(["same", "elsewhere", "plan-refused", "migration-refused"]).optional(),
  /** Estimated duration of the plan's steps in production, if statistics have its size. */
  expected: z.array(z.object({ id: z.string(), ms: z.number(), leastMs: z.number(), mostMs: z.number() })).optional(),
  /** Empty: the application noticed nothing, and everything was as stated. Ids of findings, with their subjects. */
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
