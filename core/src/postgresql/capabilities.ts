import type { Capabilities } from "../dialect/capabilities.js";

export const capabilities: Capabilities = {
  hasTransactionalDdl: true,
  buildsIndexesOnline: false,
  hasConcurrentIndexes: true,
  hasNotValidChecks: true,
  hasImplicitDefaults: false,
  readsDuringRewrites: false,
  locksWhatTriggersRead: false,
  hasCopyTools: false,
  namesIndexesByTable: false,
  keysNeedIndexes: false,
};
