import { relative, sep } from "node:path";
import { type FileChange, LockstepError } from "@lockstep/core";
import { writeFiles } from "@lockstep/core/planning";
import { typeormFiles } from "../typeorm-files.js";
import { formatted } from "./formatted.js";
import type { Interception } from "./interception.js";
import type { Restore } from "./open-plans.js";
import type { Output } from "./output.js";
import { say } from "./say.js";
import { writeRegistered } from "./write-registered.js";

/** What the user is told of entities that follow their plans again. */
export function restoredText({ names, plans }: Restore): string {
  return `Lockstep: as before, ${names.join(", ")}.\nNext   to go on: ${plans.map(({ id }) => `npx lockstep next ${id}`).join(", ")}`;
}

/**
 * Makes the entities follow their plans where a change does nothing else: the CLI writes no file then, and nothing of ours is called.
 *
 * @throws LS9055 where nothing may be written, or where nobody knows whether it may
 */
export async function restoreAlone(restore: Restore, about: Interception): Promise<void> {
  if (about.command === undefined || about.command.isDry)
    throw new LockstepError("LS9055", `It should be as before: ${restore.names.join(", ")}.`);
  await about.write(async () =>
    writeFiles(about.root, await formatted(about.root, await restoredModels(restore, about))),
  );
  say(restoredText(restore));
}

/** The same beside a safe change, together with TypeORM's own migration. */
export function restoreBeside(restore: Restore, about: Interception): Output {
  return {
    async write(file, text) {
      const edited = await restoredModels(restore, about);
      const path = relative(about.root, file).split(sep).join("/");
      const own = { file: path, after: text };
      const unlisted = await writeRegistered(await about.project(), { own, beside: [], edited });
      say(restoredText(restore));
      if (unlisted !== "") say(unlisted);
    },
  };
}

/** The entities as their plans have them. */
export async function restoredModels(restore: Restore, about: Interception): Promise<readonly FileChange[]> {
  return typeormFiles.editModels(await about.project(), restore.edits);
}
