import { connect } from "../databases/connect.js";
import type { Connection } from "../dialect/connection.js";
import type { BackfillId } from "../dialect/ledger-store.js";
import type { BackfillSpec, Plan } from "../model/index.js";
import { recordOf } from "../target/facts/record-of.js";
import { requireSystem } from "../target/facts/same-system.js";
import { type BackfillRecord, readBackfills } from "../target/ledger/backfills.js";
import { atOnce } from "./at-once.js";
import type { Invocation } from "./command.js";
import { textOption } from "./command.js";
import type { Target } from "./targets.js";

/** A backfill of a plan on a target, as recorded in its ledger. */
export interface TargetBackfill {
  readonly target: string;
  /** The config name of the target group that this target belongs to. */
  readonly group?: string;
  readonly spec: BackfillSpec;
  readonly connection: Connection;
  readonly id: BackfillId;
  readonly record: BackfillRecord;
}

/**
 * Visits the started backfills of the plan, target by target, over one connection each.
 *
 * @param isReadOnly false: `visit` writes the ledger
 * @throws LS8004 a target is unreachable · LS7005 the plan is for another database system
 */
export async function eachBackfill<T>(
  invocation: Invocation,
  visit: (backfill: TargetBackfill) => Promise<T>,
  isReadOnly = true,
): Promise<{
  readonly plan: Plan;
  readonly results: readonly T[];
  /** Targets and tables whose backfill has not started. */
  readonly notBegun: readonly { readonly target: string; readonly group?: string; readonly spec: BackfillSpec }[];
}> {
  const { project, config } = await invocation.workspace();
  const { chooseTargets, developmentTarget } = await import("./targets.js");
  const name =
    textOption(invocation, "target") ?? (Object.keys(config.targets).length === 0 ? developmentTarget : undefined);
  const targets = await chooseTargets(config, project, invocation.io, name, true);
  const plan = await planAtWork(invocation, project.root, targets);
  const results: T[] = [];
  const notBegun: { target: string; group?: string; spec: BackfillSpec }[] = [];
  await atOnce(targets, async (target) => {
    const connection = await connect(target.url, { applicationName: "lockstep", needsSession: false, isReadOnly });
    try {
      requireSystem(connection, plan, target.name);
      const records = await readBackfills(connection, plan.id);
      for (const spec of plan.backfills) {
        const record = await recordOf(connection, records, spec);
        if (record === undefined)
          notBegun.push({ target: target.name, ...(target.group !== undefined && { group: target.group }), spec });
        else {
          const { table, once } = record;
          const id = { plan: plan.id, table, once };
          const group = target.group === undefined ? {} : { group: target.group };
          results.push(await visit({ target: target.name, ...group, spec, connection, id, record }));
        }
      }
    } finally {
      await connection.close();
    }
  });
  return { plan, results, notBegun };
}

/**
 * The plan whose backfill a command is about. If several plans are open, that is the only one with a backfill that has started and not
 * ended: somebody who has to slow one down should not have to look for its name.
 *
 * @throws LS3005 · LS3006 several are possible
 */
async function planAtWork(invocation: Invocation, root: string, targets: readonly Target[]): Promise<Plan> {
  const [{ planOf }, { isOpen, listPlans }] = await Promise.all([import("./plan-of.js"), import("../plan/store.js")]);
  const open = invocation.arguments[0] === undefined ? listPlans(root).filter(isOpen) : [];
  if (open.length < 2) return planOf(invocation, root);
  const begun = new Set<Plan>();
  await atOnce(targets, async (target) => {
    const connection = await connect(target.url, {
      applicationName: "lockstep",
      needsSession: false,
      isReadOnly: true,
    });
    try {
      for (const plan of open) {
        const records = await readBackfills(connection, plan.id);
        if (records.some(({ finishedAt, status }) => finishedAt === null && status !== "done")) begun.add(plan);
      }
    } finally {
      await connection.close();
    }
  });
  const [only, ...others] = begun;
  return only === undefined || others.length > 0 ? planOf(invocation, root) : only;
}
