import type { FileChange } from "@lockstep/core";
import { unlistedText, writeFiles } from "@lockstep/core/planning";
import type { TypeormProject } from "../project.js";
import { typeormFiles } from "../typeorm-files.js";
import { formatted } from "./formatted.js";
import { colors } from "./notices.js";

/** New migrations, and what is edited together with them. */
export interface NewMigrations {
  /** TypeORM's own, which stays as it is. */
  readonly own: NewFile;
  readonly beside: readonly NewFile[];
  readonly edited: readonly FileChange[];
}

interface NewFile {
  readonly file: string;
  readonly after: string;
}

/**
 * Writes new migrations and what belongs to them as one, with their place in the data source's list.
 *
 * @returns what a person has to do so that the data source finds them; empty: nothing
 */
export async function writeRegistered(
  project: TypeormProject,
  { own, beside, edited }: NewMigrations,
): Promise<string> {
  const added = [own, ...beside].map(({ file, after }) => ({ file, text: after }));
  const { changes = [], unlisted = [] } =
    (await typeormFiles.register?.(project, { added, removed: [] }, edited)) ?? {};
  const others = edited.filter(({ file }) => !changes.some((change) => change.file === file));
  const made = (each: NewFile) => ({ ...each, before: undefined });
  writeFiles(project.root, [
    made(own),
    ...(await formatted(project.root, [...beside.map(made), ...others, ...changes])),
  ]);
  return unlistedText(unlisted, colors());
}
