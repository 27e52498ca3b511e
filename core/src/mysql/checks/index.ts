import type { Check } from "../../dialect/check.js";
import ledger from "./ledger.js";
import monitoring from "./monitoring.js";
import openTransactions from "./open-transactions.js";
import replicas from "./replicas.js";
import rights from "./rights.js";
import serverSettings from "./server-settings.js";
import serverVersion from "./server-version.js";
import tables from "./tables.js";

/** Checks of a MySQL or MariaDB target, in the order of their names. This file is generated: npm run lists. */
export const checks: readonly Check[] = [
  ledger,
  monitoring,
  openTransactions,
  replicas,
  rights,
  serverSettings,
  serverVersion,
  tables,
];
