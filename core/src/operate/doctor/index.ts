// The public entry for plugins with their own checks.

export { isAccepted, isTested } from "../../base/supported-versions.js";
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
} from "../../dialect/check.js";
export { names } from "../../dialect/format-values.js";
