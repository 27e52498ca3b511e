import type { Capabilities } from "../dialect/capabilities.js";

/** For MySQL and MariaDB. */
export const capabilities: Capabilities = {
  hasTransactionalDdl: false,
  buildsIndexesOnline: true,
  hasConcurrentIndexes: false,
  hasNotValidChecks: false,
  locksWhatTriggersRead: true,
  hasCopyTools: true,
  namesIndexesByTable: true,
  keysNeedIndexes: true,
};
