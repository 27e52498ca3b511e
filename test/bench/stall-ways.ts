/** Three ways through the same minute: no change, the change by hand, the change by Lockstep. */
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
