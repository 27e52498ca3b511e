import type { Check } from "../../../dialect/check.js";
import applicationRoles from "./application-roles.js";
import codeRoots from "./code-roots.js";
import dependents from "./dependents.js";
import drift from "./drift.js";
import git from "./git.js";
import interruptedWrite from "./interrupted-write.js";
import node from "./node.js";
import pendingFills from "./pending-fills.js";
import planModels from "./plan-models.js";
import plans from "./plans.js";
import reads from "./reads.js";
import scaffolding from "./scaffolding.js";
import server from "./server.js";
import settings from "./settings.js";
import targets from "./targets.js";
import typescript from "./typescript.js";
import unlisted from "./unlisted.js";

/** Every check of the core, in the order of their names. This file is generated: npm run lists. */
export const checks: readonly Check[] = [
  applicationRoles,
  codeRoots,
  dependents,
  drift,
  git,
  interruptedWrite,
  node,
  pendingFills,
  planModels,
  plans,
  reads,
  scaffolding,
  server,
  settings,
  targets,
  typescript,
  unlisted,
];
