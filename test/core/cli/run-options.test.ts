import { expect, it } from "vitest";
import { refuseUnknownOptions } from "../../../core/src/cli/run-options.js";

it.each([
  [{ batchRows: 500, pauseMs: "0", maxDuration: "2h", maxRowsPerSecond: 5000 }, undefined],
  [{ batchRow: 3 }, /backfill\.batchRow: there is no such setting; settings: batchRows, /],
  [{ batchRows: 0 }, /backfill\.batchRows: a whole number of rows, 1 or more is needed/],
  [{ maxDuration: "2 hours" }, /backfill\.maxDuration: a time, as in 500ms, 10s, 5min or 2h is needed/],
])("settings of lockstep.config.ts: %o", (backfill, message) => {
  const check = () => refuseUnknownOptions({ targets: {}, backfill });
  if (message === undefined) expect(check).not.toThrow();
  else expect(check).toThrow(message);
});
