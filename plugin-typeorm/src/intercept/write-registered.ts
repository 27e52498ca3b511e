import type { FileChange } from "@lockstep/core";
import { formatOnce, loadConfig, unlistedText, writeFiles } from "@lockstep/core/planning";
import type { TypeormProject } from "../project.js";
import { typeormFiles } from "../typeorm-files.js";
import { colors } from "./notices.js";

/**
 * Writes new migrations and what belongs to them as one, with their place in the data source's list.
 *
 * @returns what a person has to do so that the data source finds them; empty: nothing
 */
export async function writeRegistered(
  project: TypeormProject,
  migrations: readonly { readonly file: string; readonly after: string }[],
  edited: readonly FileChange[],
): Promise<string> {
  const added = migrations.map(({ file, after }) => ({ file, text: after }));
  const registered = await typeormFiles.register?.(project, { added, removed: [] }, edited);
  const { unlisted = [] } = registered ?? {};
  const { code } = await loadConfig(project.root);
  const { changes } = await formatOnce(project.root, code?.format, registered?.changes ?? []);
  const others = edited.filter(({ file }) => !changes.some((change) => change.file === file));
  writeFiles(project.root, [...migrations.map((each) => ({ ...each, before: undefined })), ...others, ...changes]);
  return unlistedText(unlisted, colors());
}
