import { expect, it } from "vitest";
import { readOption } from "../../../core/src/backfill/run-option.js";
import maxRowsPerSecond from "../../../core/src/backfill/signals/max-rows-per-second.js";
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

it("a rate of zero is a pause", () => {
  const read = (text: string, plan?: string) =>
    readOption("maxRowsPerSecond", maxRowsPerSecond.options.maxRowsPerSecond, text, plan);
  expect(() => read("0")).toThrow(expect.objectContaining({ code: "LS8002", hint: "npx lockstep backfill pause" }));
  expect(() => read("0", "p")).toThrow(expect.objectContaining({ hint: "npx lockstep backfill pause p" }));
  expect(() => read("x")).toThrow(expect.objectContaining({ hint: "Write --max-rows-per-second <rows>." }));
});
