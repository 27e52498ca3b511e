import type { LockstepConfig } from "../../config/schema.js";
import { defaultScorecard, type Scorecard } from "../contract/scorecard.js";

/** The effective scorecard: the settings of `code.scorecard`, and the measured defaults for the rest. */
export function scorecardOf(config: LockstepConfig): Scorecard {
  const { weights, likely, ...thresholds } = config.code?.scorecard ?? {};
  const said = Object.entries(thresholds).filter(([, value]) => value !== undefined);
  return {
    ...defaultScorecard,
    ...Object.fromEntries(said),
    weights: { ...defaultScorecard.weights, ...weights },
    likely: { ...defaultScorecard.likely, ...likely },
  };
}
