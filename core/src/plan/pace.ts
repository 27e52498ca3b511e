import type { LockstepConfig } from "../config/schema.js";
import { LockstepError } from "../errors.js";
import type { Pace, Plan } from "../model/index.js";

/** The pace of a new plan, and why. */
export function paceOf(config: Pick<LockstepConfig, "pace">): { readonly pace: Pace; readonly reason: string } {
  return config.pace === undefined
    ? { pace: "careful", reason: "the default" }
    : { pace: config.pace, reason: "pace in lockstep.config.ts" };
}

/**
 * The plan at another pace.
 *
 * @throws LS8002 no such pace · LS3008 more than expand is released
 */
export function withPace(plan: Plan, pace: string | undefined): Plan {
  if (pace === undefined || pace === plan.pace) return plan;
  if (pace !== "careful" && pace !== "brisk")
    throw new LockstepError("LS8002", `--pace ${pace}: there is no such pace.`, { hint: "Use careful or brisk." });
  if (plan.state.released !== "expand")
    throw new LockstepError(
      "LS3008",
      `Plan ${plan.id} is in ${plan.state.released}: its pace can change in expand only.`,
      {
        hint: `npx lockstep next ${plan.id}, or first npx lockstep undo ${plan.id}`,
      },
    );
  return { ...plan, pace, paceReason: `next --pace ${pace}` };
}
