import type { Check } from "../../dialect/check.js";
import ledger from "./ledger.js";
import monitoring from "./monitoring.js";
import openTransactions from "./open-transactions.js";
import pooler from "./pooler.js";
import publications from "./publications.js";
import replicas from "./replicas.js";
import replicationSlots from "./replication-slots.js";
import rights from "./rights.js";
import rowSecurity from "./row-security.js";
import serverSettings from "./server-settings.js";
import serverVersion from "./server-version.js";
import upkeep from "./upkeep.js";

/** Checks of a PostgreSQL target, in the order of their names. This file is generated: npm run lists. */
export const checks: readonly Check[] = [
  ledger,
  monitoring,
  openTransactions,
  pooler,
  publications,
  replicas,
  replicationSlots,
  rights,
  rowSecurity,
  serverSettings,
  serverVersion,
  upkeep,
];
