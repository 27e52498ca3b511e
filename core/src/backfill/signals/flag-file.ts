import { existsSync } from "node:fs";
import { textOption } from "../run-option.js";
import { defineSignal } from "./signal.js";

/** A file on the machine of the run, which any script can make and remove. */
export default defineSignal({
  id: "flag-file",
  summary: "the file exists on the machine of the run",
  rank: 1,
  options: { throttleFile: textOption("path", { description: "wait while this file exists" }) },
  everyMs: 200,
  isPressure: false,
  start:
    () =>
    ({ options: { throttleFile } }) =>
      throttleFile !== undefined && existsSync(throttleFile)
        ? { kind: "hold", reason: `the file ${throttleFile} exists`, pauseMs: 200 }
        : undefined,
});
