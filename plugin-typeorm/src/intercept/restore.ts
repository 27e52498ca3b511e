import { LockstepError, type Restore } from "@lockstep/core";
import { restoreModels } from "@lockstep/core/planning";
import { typeormFiles } from "../typeorm-files.js";
import type { Interception } from "./interception.js";
import type { Output } from "./output.js";
import { say } from "./say.js";
import { colors } from "./tell.js";
import { writeRegistered } from "./write-registered.js";

/**
 * Re-applies the plans to the entities if a change contains nothing else: the CLI writes no file then, and calls none of our hooks.
 *
 * @throws LS9055 if writing is not allowed, or if that is unknown
 */
export async function restoreAlone(restore: Restore, about: Interception): Promise<void> {
  if (about.command === undefined || about.command.isDry)
    throw new LockstepError("LS9055", `Expected the previous declaration of ${restore.names.join(", ")}.`);
  const project = await about.project();
  const text = await about.write(() => restoreModels(restore, project, typeormFiles, colors()));
  if (text !== undefined) say(text);
}

/** The same beside a safe change, together with TypeORM's own migration. */
export function restoreBeside(restore: Restore, about: Interception): Output {
  return {
    async write(file, after) {
      await writeRegistered(await about.project(), { own: { file: about.fromRoot(file), after }, beside: [], restore });
    },
  };
}
