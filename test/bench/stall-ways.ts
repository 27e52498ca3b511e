/** The ways through one change: none, by hand in one migration, by hand in batches, by Lockstep. */
import { setTimeout as sleep } from "node:timers/promises";
import { runBackfill } from "../../core/src/backfill/runner.js";
import { systemClock } from "../../core/src/dialect/db/clock.js";
import { addedBy, type DeployedPhase, inFiles, type Plan } from "../../core/src/model/index.js";
import { unitsText } from "../../core/src/plan/unit-files.js";
import type { Load } from "./load.js";
import type { BenchSystem } from "./systems/system.js";

export interface Run {
  readonly system: BenchSystem;
  readonly url: string;
  readonly load: Load;
  /** How long the transaction of a reader is open, in milliseconds. */
  readonly readerMs: number;
}

/** After a change by hand, until the code that knows the column is deployed. */
const deploymentMs = 3_000;
/** Rows of one UPDATE, as guides recommend. */
const batchSize = 10_000;

/** The change as a careful person writes it: a nullable column, batches, an online index, and NOT NULL last. */
export interface ByBatches {
  readonly add: string;
  /** Fills the rows with ids after `from` and up to `to`. */
  batch(from: number, to: number): string;
  readonly lastId: string;
  /** Each runs alone. */
  readonly index: string;
  readonly enforce: string;
}

/** The load and the readers alone, for as long as the change takes. */
export async function noChange(run: Run, durationMs: number): Promise<void> {
  run.load.phase("no change");
  await Promise.all([read(run).then((reader) => reader.ended), sleep(durationMs)]);
}

export async function changeByHand(run: Run): Promise<void> {
  const { system, url, load } = run;
  load.phase("migration");
  const reader = await read(run);
  await system.query(url, system.byHand);
  await reader.ended;
  load.phase("deployment");
  await sleep(deploymentMs);
}

/** Each deployment meets a reader, as with the other ways. Rows of old code that follow the last batch are filled before NOT NULL. */
export async function changeInBatches(run: Run, ways: ByBatches): Promise<void> {
  const { system, url, load } = run;
  const deployed = async (phase: string, file: string) => {
    load.phase(phase);
    const reader = await read(run);
    await system.migrate(url, [file]);
    await reader.ended;
  };
  await deployed("add", ways.add);
  load.deploy();
  load.phase("batches");
  await updateInBatches(system, url, ways);
  await deployed("index", ways.index);
  await deployed("enforce", ways.enforce);
}

/** One UPDATE after the other on one connection, each with its own transaction. */
export async function updateInBatches(system: BenchSystem, url: string, ways: ByBatches): Promise<void> {
  const [found] = await system.query(url, ways.lastId);
  const last = Number(found?.id);
  const count = Math.ceil(last / batchSize);
  const batches = Array.from({ length: count }, (_, at) => ways.batch(at * batchSize, (at + 1) * batchSize));
  await system.migrate(url, batches);
}

/**
 * As the files of a real plan, run as the ORM does: expand is deployed, then the code that writes new columns, then the backfill, then
 * contract.
 */
export async function changeByLockstep(run: Run): Promise<void> {
  const plan = await run.system.plan();
  await deploy(plan, "expand", run);
  if (addedBy(plan).length > 0) run.load.deploy();
  if (plan.backfills.length > 0) run.load.phase("backfill");
  await backfill(plan, run.url);
  if (plan.units.some(({ phase }) => phase === "contract")) await deploy(plan, "contract", run);
  run.load.phase("afterwards");
  await sleep(500);
}

export async function backfill(plan: Plan, url: string): Promise<void> {
  for (const spec of plan.backfills)
    await runBackfill({ url, plan: plan.id, spec, clock: systemClock, random: Math.random });
}

/** The files of a phase. */
export function filesOf(plan: Plan, phase: DeployedPhase): readonly string[] {
  return inFiles(plan.units.filter((unit) => unit.phase === phase)).map((file) => unitsText(plan, file, phase));
}

/** Every deployment meets a long reader, not only the first. */
async function deploy(plan: Plan, phase: DeployedPhase, run: Run): Promise<void> {
  const { system, url, load } = run;
  const units = plan.units.filter((unit) => unit.phase === phase);
  const name = (index: number) => units[index]?.spec.kind ?? phase;
  load.phase(name(0));
  const reader = await read(run);
  await system.migrate(url, filesOf(plan, phase), (index) => load.phase(name(index)));
  await reader.ended;
}

/** A report, a dump, a forgotten session: a transaction with a read lock. Resolves when the lock is held. */
async function read({ system, url, readerMs }: Run): Promise<{ readonly ended: Promise<void> }> {
  const end = await system.read(url);
  return { ended: sleep(readerMs).then(end) };
}
