// The public entry for plugins that bring checks of their own.

export { names } from "../dialects/words.js";
export { isAccepted, isTested } from "../supported-versions.js";
export {
  type Check,
  type Finding,
  ok,
  type ProjectCheck,
  type ProjectFacts,
  problem,
  type TargetCheck,
  type TargetFacts,
  warning,
} from "./check.js";
