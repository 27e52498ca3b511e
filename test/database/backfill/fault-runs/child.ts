/** A run in a process of its own, to be killed and suspended. argv: its input as JSON. Prints one event a line, and how it ended. */
import { runBackfill } from "../../../../core/src/backfill/runner.js";
import { inputOf, outcomeOf, type ProcessInput } from "./process-input.js";

const input = JSON.parse(process.argv[2]!) as ProcessInput;
if (input.skewMs !== undefined) {
  const { now } = Date;
  Date.now = () => now() + input.skewMs!;
}
const say = (line: object) => console.log(JSON.stringify(line));
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
say(await outcomeOf(runBackfill({ ...inputOf(input), signal: stop.signal, onEvent: say })));
