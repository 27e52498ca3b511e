import { findUnfinished, finishInterrupted, LockstepError } from "@lockstep/core";
import { wordsOf } from "../words.js";
import type { Interception } from "./interception.js";
import { say } from "./say.js";

/**
 * Finishes the write of an earlier run that was killed.
 *
 * @throws LS9056 when there was one: this run has loaded the entities from before; if it was the same command, the CLI ends here · LS3009,
 *   LS3011 when it cannot be finished, LS3012 when writing is not allowed
 */
export async function finishEarlierRun(about: Interception): Promise<void> {
  const { root, typed, command } = about;
  const left = findUnfinished(root);
  // Writing is not allowed.
  if (command?.isDry === true && left !== undefined && left.unfinished.length + left.foreign.length > 0)
    throw new LockstepError("LS3012", `A write was interrupted: ${[...left.unfinished, ...left.foreign].join(", ")}.`);
  const recovery = await finishInterrupted(root, typed);
  if (recovery.kind === "none") return;
  if (recovery.command === typed && command !== undefined) await endDone(recovery.files, about);
  if (recovery.files.length > 0) throw new LockstepError("LS9056", `Finished files: ${recovery.files.join(", ")}.`);
}

/** Everything that the same command was to write exists now, and TypeORM would continue with entities from before. */
async function endDone(files: readonly string[], about: Interception): Promise<never> {
  say(`Lockstep: finished this command, which was interrupted: ${files.join(", ") || "every file was written"}.`);
  say(`Next\n  1. Review and commit.\n  2. ${wordsOf(await about.project()).deploy}`);
  await about.call.dataSource.destroy();
  process.exit(0);
}
