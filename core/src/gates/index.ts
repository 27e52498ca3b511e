import backfillDone from "./backfill-done.js";
import columnUnused from "./column-unused.js";
import type { Gate } from "./gate.js";
import insertsAllowed from "./inserts-allowed.js";
import mirrorAgrees from "./mirror-agrees.js";
import noMissingValues from "./no-missing-values.js";
import phaseApplied from "./phase-applied.js";
import readsSteady from "./reads-steady.js";
import tableUnused from "./table-unused.js";
import translationAgrees from "./translation-agrees.js";
import writersAware from "./writers-aware.js";

/** All gates by their id. This file is generated: npm run lists. */
export const gates: Readonly<Record<string, Gate>> = {
  "backfill-done": backfillDone,
  "column-unused": columnUnused,
  "inserts-allowed": insertsAllowed,
  "mirror-agrees": mirrorAgrees,
  "no-missing-values": noMissingValues,
  "phase-applied": phaseApplied,
  "reads-steady": readsSteady,
  "table-unused": tableUnused,
  "translation-agrees": translationAgrees,
  "writers-aware": writersAware,
};
