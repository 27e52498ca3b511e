/** A backfill in a process of its own, to be killed. argv: the input as JSON. Prints one event a line. */
import { runBackfill } from "../../../core/src/backfill/runner.js";
import { LockstepError } from "../../../core/src/base/errors.js";
import type { FillFunction } from "../../../core/src/config/fill-function.js";
import { systemClock } from "../../../core/src/dialect/db/clock.js";
import { lowerEmails, seeded } from "./fixture.js";

const { seed, ...input } = JSON.parse(process.argv[2]!) as { seed: number; url: string; plan: string; spec: never };
/** Long enough to be killed in. */
const slowly: FillFunction = async (rows, context) => {
  await systemClock.sleep(10);
  return lowerEmails(rows, context);
};
try {
  await runBackfill({
    // Slow enough that the table is not filled before it has been killed twenty times.
    options: { pauseMs: "15" },
    ...input,
    clock: systemClock,
    random: seeded(seed),
    functions: new Map([["User.handle", { reads: ["email"], fill: slowly }]]),
    batch: { startRows: 30, minRows: 15, maxRows: 60, targetMs: 20 },
    onEvent: (event) => console.log(JSON.stringify(event)),
  });
} catch (error) {
  console.log(JSON.stringify({ kind: "error", message: error instanceof LockstepError ? error.code : String(error) }));
  process.exitCode = 1;
}
