/** Three ways through the same minute: no change, the change by hand, the change by Lockstep. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { runBackfill } from "../../core/src/backfill/runner.js";
import { systemClock } from "../../core/src/db/clock.js";
import { type DeployedPhase, inFiles, type Plan } from "../../core/src/model/index.js";
import { unitsText } from "../../core/src/release/unit-files.js";
import { executionMode, runMigration } from "../../plugin-prisma/src/engine/run-migration.js";
import { planOf } from "../support/plan-fixture.js";
import type { Load } from "./load.js";

export interface Run {
  readonly url: string;
  readonly load: Load;
  /** How long the transaction of a reader is open, in milliseconds. */
  readonly readerMs: number;
}

const prismaVersion = "7.10.0";
/** After a change by hand, until the code that knows the column is deployed. */
const deploymentMs = 3_000;

/** As people write it: right in the end, and one transaction, so that a failure leaves nothing half done. */
const byHand = [
  `ALTER TABLE "User" ADD COLUMN "handle" TEXT`,
  `UPDATE "User" SET "handle" = lower("email")`,
  `ALTER TABLE "User" ALTER COLUMN "handle" SET NOT NULL`,
  `CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle")`,
];

/** The load and the readers alone, for as long as the change takes. */
export async function noChange({ url, load, readerMs }: Run, durationMs: number): Promise<void> {
  load.phase("no change");
  await Promise.all([read(url, readerMs).then((reader) => reader.ended), sleep(durationMs)]);
}

export async function changeByHand({ url, load, readerMs }: Run): Promise<void> {
  load.phase("migration");
  const reader = await read(url, readerMs);
  await migrate(url, [`BEGIN;\n${byHand.join(";\n")};\nCOMMIT;\n`]);
  await reader.ended;
  load.phase("deployment");
  await sleep(deploymentMs);
}

/** As the files of a real plan, run by Prisma: expand is deployed, then the code, then the backfill, then contract. */
export async function changeByLockstep({ url, load, readerMs }: Run): Promise<void> {
  const plan = await planOf({
    shape: { columns, generatedColumns: [], key: [{ column: "id", type: "integer" }] },
  });
  await deploy(plan, "expand", { url, load, readerMs });
  load.deploy();
  load.phase("backfill");
  for (const spec of plan.backfills)
    await runBackfill({ url, plan: plan.id, spec, clock: systemClock, random: Math.random });
  await deploy(plan, "contract", { url, load, readerMs });
  load.phase("afterwards");
  await sleep(500);
}

const columns = ["id", "email", "name", "createdAt", "updatedAt"];

/** Every deployment meets a long reader, not only the first. */
async function deploy(plan: Plan, phase: DeployedPhase, { url, load, readerMs }: Run): Promise<void> {
  const units = plan.units.filter((unit) => unit.phase === phase);
  const name = (index: number) => units[index]?.spec.kind ?? phase;
  load.phase(name(0));
  const reader = await read(url, readerMs);
  const files = inFiles(units).map((file) => unitsText(plan, file, phase));
  await migrate(url, files, (index) => load.phase(name(index)));
  await reader.ended;
}

/** Runs migration files one after the other on one connection, as the schema engine does. */
async function migrate(url: string, files: readonly string[], begin?: (index: number) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: "migration" });
  await client.connect();
  try {
    for (const [index, file] of files.entries()) {
      if (index > 0) begin?.(index);
      await runMigration(client, file, executionMode(prismaVersion, "main"));
    }
  } finally {
    await client.end();
  }
}

/** A report, a dump, a forgotten session: a transaction with a read lock. Resolves when the lock is held. */
async function read(url: string, durationMs: number): Promise<{ readonly ended: Promise<void> }> {
  const client = new pg.Client({ connectionString: url, application_name: "long reader" });
  await client.connect();
  await client.query(`BEGIN; SELECT FROM "User" LIMIT 1`);
  const end = async () => {
    await sleep(durationMs);
    await client.query("COMMIT");
    await client.end();
  };
  return { ended: end() };
}
