import type { Check } from "../check.js";
import codeRoots from "./code-roots.js";
import dependents from "./dependents.js";
import git from "./git.js";
import interruptedWrite from "./interrupted-write.js";
import ledger from "./ledger.js";
import monitoring from "./monitoring.js";
import node from "./node.js";
import openTransactions from "./open-transactions.js";
import pendingFills from "./pending-fills.js";
import planConflicts from "./plan-conflicts.js";
import planModels from "./plan-models.js";
import plans from "./plans.js";
import pooler from "./pooler.js";
import publications from "./publications.js";
import replicas from "./replicas.js";
import replicationSlots from "./replication-slots.js";
import rights from "./rights.js";
import rowSecurity from "./row-security.js";
import scaffolding from "./scaffolding.js";
import serverSettings from "./server-settings.js";
import serverVersion from "./server-version.js";
import settings from "./settings.js";
import targets from "./targets.js";
import typescript from "./typescript.js";
import unlisted from "./unlisted.js";
import upkeep from "./upkeep.js";

/** Every check of the core, in the order of their names. This file is generated: npm run lists. */
export const checks: readonly Check[] = [
  codeRoots,
  dependents,
  git,
  interruptedWrite,
  ledger,
  monitoring,
  node,
  openTransactions,
  pendingFills,
  planConflicts,
  planModels,
  plans,
  pooler,
  publications,
  replicas,
  replicationSlots,
  rights,
  rowSecurity,
  scaffolding,
  serverSettings,
  serverVersion,
  settings,
  targets,
  typescript,
  unlisted,
  upkeep,
];
