import { wordsOf } from "../words.js";
import type { Interception } from "./interception.js";
import { say } from "./say.js";

/**
 * Ends the CLI: the same command was interrupted before, and everything that it was to write is there now. TypeORM would go on to
 * compare entities from before it.
 */
export async function endDone(files: readonly string[], about: Interception): Promise<never> {
  say(`Lockstep: finished this command, which was interrupted: ${files.join(", ") || "every file was written"}.`);
  say(`Next   review and commit, then ${wordsOf(await about.project()).deploy}`);
  await about.call.dataSource.destroy();
  process.exit(0);
}
