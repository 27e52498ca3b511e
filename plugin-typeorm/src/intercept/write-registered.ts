import type { Restore } from "@lockstep/core";
import { laidOutOnce, restoredText, unlistedText, writeFiles } from "@lockstep/core/planning";
import type { TypeormProject } from "../project.js";
import { typeormFiles } from "../typeorm-files.js";
import { say } from "./say.js";
import { colors } from "./tell.js";

/** New migrations, and the files that are written together with them. */
export interface NewMigrations {
  /** TypeORM's own, unchanged. */
  readonly own: NewFile;
  readonly beside: readonly (NewFile & { readonly title: string })[];
  /** Re-applies the plans to the entities. */
  readonly restore: Restore | undefined;
}

interface NewFile {
  readonly file: string;
  readonly after: string;
}

/** Writes new migrations and their files as one, lists them in the data source, and reports it. */
export async function writeRegistered(project: TypeormProject, { own, beside, restore }: NewMigrations): Promise<void> {
  const edited = restore === undefined ? [] : await typeormFiles.editModels(project, restore.edits);
  const added = [own, ...beside].map(({ file, after }) => ({ file, text: after }));
  const { changes = [], unlisted = [] } =
    (await typeormFiles.register?.(project, { added, removed: [] }, edited)) ?? {};
  const others = edited.filter(({ file }) => !changes.some((change) => change.file === file));
  const made = ({ file, after }: NewFile) => ({ file, after, before: undefined });
  const more = await laidOutOnce(project.root, [...beside.map(made), ...others, ...changes], colors());
  writeFiles(project.root, [made(own), ...more.changes]);
  for (const line of more.lines) say(line);
  if (restore !== undefined) say(restoredText(restore));
  for (const { file, title } of beside) say(`Also written: ${file} (${title})`);
  if (unlisted.length > 0) say(unlistedText(unlisted, colors()));
}
