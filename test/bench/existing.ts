/** The longest wait of an application's query while an index, a key or NOT NULL comes to existing columns: as the ORM writes it, and by Lockstep. */

import { planOf } from "../support/plan-fixture.js";
import { milliseconds, whole } from "./figures.js";
import type { Options } from "./options.js";
import type { BenchReport } from "./report.js";
import { failed, type Round, runRound } from "./stall.js";
import { postgresql } from "./systems/postgresql.js";
import { type BenchServer, type BenchSystem, columns } from "./systems/system.js";

/** Beyond a run without a change. */
const mostMs = 150;

interface Kind {
  readonly name: string;
  /** As the ORM writes it. */
  readonly sql: string;
  /** Before the load begins. */
  readonly setup?: string;
  /** Returns a row if the change is there. */
  readonly isThere: string;
}

const key = (name: string, onDelete: string) =>
  `ALTER TABLE "User" ADD CONSTRAINT "${name}" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE ${onDelete} ON UPDATE CASCADE;`;
const isKey = (onDelete: string) =>
  `SELECT FROM pg_constraint WHERE conname = 'User_teamId_fkey' AND confdeltype = '${onDelete}' AND convalidated`;
const isIndex = (name: string) => `SELECT FROM pg_index WHERE indexrelid = '"${name}"'::regclass AND indisvalid`;

const kinds: readonly Kind[] = [
  {
    name: "index",
    sql: `CREATE INDEX "User_name_idx" ON "User"("name");`,
    isThere: isIndex("User_name_idx"),
  },
  {
    name: "unique index",
    sql: `CREATE UNIQUE INDEX "User_name_email_key" ON "User"("name", "email");`,
    isThere: isIndex("User_name_email_key"),
  },
  { name: "foreign key", sql: key("User_teamId_fkey", "CASCADE"), isThere: isKey("c") },
  {
    name: "required column",
    sql: `ALTER TABLE "User" ALTER COLUMN "note" SET NOT NULL;`,
    isThere: `SELECT FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attname = 'note' AND attnotnull`,
  },
  {
    name: "replaced foreign key",
    setup: key("User_teamId_fkey", "CASCADE"),
    sql: `ALTER TABLE "User" DROP CONSTRAINT "User_teamId_fkey";\n${key("User_teamId_fkey", "RESTRICT")}`,
    isThere: isKey("r"),
  },
];

export async function benchExisting(options: Options["stall"], progress: (text: string) => void): Promise<BenchReport> {
  progress(`making ${whole(options.rows)} rows`);
  const server = await postgresql.start(options.rows);
  const rounds: { readonly kind: Kind; readonly round: Round }[] = [];
  try {
    for (const kind of kinds) {
      const bench = { system: systemOf(kind), server: withSetup(server, kind), options };
      const round = await runRound(bench, (way) => progress(`${kind.name}, ${way}`));
      rounds.push({ kind, round });
    }
  } finally {
    await server.stop();
  }
  return report(rounds, options);
}

function systemOf({ sql, isThere }: Kind): BenchSystem {
  return {
    ...postgresql,
    byHand: sql,
    byBatches: undefined,
    plan: () =>
      planOf({
        sql,
        shape: {
          columns: [...columns, "teamId", "note"],
          types: new Map([...columns, "teamId", "note"].map((name) => [name, "text"])),
          generatedColumns: [],
          key: [{ column: "id", type: "integer" }],
        },
      }),
    isChanged: async (url) => (await postgresql.query(url, isThere)).length === 1,
  };
}

/** Every copy of the table has the columns that the changes are about, and values in them. */
function withSetup(server: BenchServer, { setup }: Kind): BenchServer {
  return {
    ...server,
    copy: async (name) => {
      const url = await server.copy(name);
      await postgresql.query(
        url,
        `CREATE TABLE "Team" ("id" INTEGER PRIMARY KEY); INSERT INTO "Team" VALUES (1);
         ALTER TABLE "User" ADD COLUMN "teamId" INTEGER DEFAULT 1, ADD COLUMN "note" TEXT DEFAULT 'none'; ${setup ?? ""}`,
      );
      return url;
    },
  };
}

function report(
  rounds: readonly { readonly kind: Kind; readonly round: Round }[],
  { rows, rate, readerMs }: Options["stall"],
): BenchReport {
  return {
    name: "existing",
    title: `PostgreSQL: longest wait of an application's query, existing columns: ${whole(rows)} rows, ${rate} operations a second`,
    table: [
      ["change", "no change", "as written", "beyond", "Lockstep", "beyond", "ratio", "failed Lockstep"],
      ...rounds.map(({ kind, round }) => [
        kind.name,
        milliseconds(round.baseline.longestMs),
        milliseconds(round.naive.longestMs),
        milliseconds(round.naiveBeyondMs),
        milliseconds(round.lockstep.longestMs),
        milliseconds(round.lockstepBeyondMs),
        `${whole(round.ratio)} x`,
        whole(failed(round.lockstep)),
      ]),
    ],
    notes: [`Just before each deployment, a transaction reads the table and stays open for ${readerMs / 1000} s.`],
    bounds: rounds.map(({ kind, round }) => ({
      promise: `PostgreSQL, ${kind.name}: longest stall at least ${postgresql.leastRatio} times shorter than as written, and under ${mostMs} ms`,
      measured: `${whole(round.ratio)} times, ${milliseconds(round.lockstepBeyondMs)}, ${failed(round.lockstep)} queries failed`,
      isMet: round.ratio >= postgresql.leastRatio && round.lockstepBeyondMs < mostMs && failed(round.lockstep) === 0,
    })),
    measurements: rounds.map(({ kind, round }) => ({ kind: kind.name, ...round })),
  };
}
