import type { Capabilities } from "../dialect/capabilities.js";

/** Of MySQL and of MariaDB. */
export const capabilities: Capabilities = {
  hasTransactionalDdl: false,
  buildsIndexesOnline: true,
  hasConcurrentIndexes: false,
  hasNotValidChecks: false,
  hasImplicitDefaults: true,
  readsDuringRewrites: true,
  locksWhatTriggersRead: true,
  hasCopyTools: true,
  namesIndexesByTable: true,
  keysNeedIndexes: true,
};
