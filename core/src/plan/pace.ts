import { LockstepError } from "../base/errors.js";
import type { LockstepConfig } from "../config/schema.js";
import type { Pace, Plan, PlannedColumn } from "../model/index.js";

/** The reason for the pace if neither the config nor the columns decide it. */
export const byDefault = "the default";

/** The pace of a new plan, and why. */
export function paceOf(config: Pick<LockstepConfig, "pace">): { readonly pace: Pace; readonly reason: string } {
  return config.pace === undefined
    ? { pace: "careful", reason: byDefault }
    : { pace: config.pace, reason: "pace in lockstep.config.ts" };
}

/** Why a plan must be careful; undefined: it can be brisk. */
export function whyCareful(columns: readonly PlannedColumn[]): string | undefined {
  const mirror = columns.find(({ fill }) => fill?.kind === "mirror");
  // Code writes the value only from switch on, and contract drops the trigger: the values are compared between the two.
  return (
    mirror && `${mirror.model}.${mirror.field} is a mirror: what code writes from switch on is compared before contract`
  );
}

/**
 * The plan at another pace.
 *
 * @throws LS8002 an unknown pace, or one that this plan does not support · LS3008 a phase after expand is released
 */
export function withPace(plan: Plan, pace: string | undefined): Plan {
  if (pace === undefined || pace === plan.pace) return plan;
  if (pace !== "careful" && pace !== "brisk")
    throw new LockstepError("LS8002", `--pace ${pace} is not valid.`, { hint: "Use careful or brisk." });
  if (plan.state.released !== "expand")
    throw new LockstepError(
      "LS3008",
      `Plan ${plan.id} is in ${plan.state.released}, but its pace can change only in expand.`,
      {
        hint: `npx lockstep next ${plan.id}, or first npx lockstep undo ${plan.id}`,
      },
    );
  const why = whyCareful(plan.columns);
  if (pace === "brisk" && why !== undefined)
    throw new LockstepError("LS8002", `--pace ${pace}: ${why}.`, { hint: "Remove --pace." });
  return { ...plan, pace, paceReason: `next --pace ${pace}` };
}
