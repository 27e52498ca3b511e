import type { DeployedPhase, Plan } from "../model/index.js";
import { phasesOf } from "./build-plan.js";

/** The phase that `lockstep next` writes; undefined when all are written or the plan was undone. */
export function nextPhase(plan: Plan): DeployedPhase | undefined {
  const { released } = plan.state;
  if (released === "undone") return undefined;
  const deployed = phasesOf(plan).filter((phase): phase is DeployedPhase => phase !== "backfill");
  return deployed[deployed.indexOf(released) + 1];
}
