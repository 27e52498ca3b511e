import { loadConfig, mentionsSetting } from "../../config/load.js";
import type { AddedColumn } from "../../plan/added-columns.js";
import type { Project } from "../../plugin.js";

/** What is told, or asked, of columns that pass without a plan, once the ORM's own command has said all. */
export interface AfterNote {
  readonly mode: "line" | "ask";
  readonly columns: readonly AddedColumn[];
  /** As far as code is read: a note may stand in a file, and no URL of a database is in it. */
  readonly project: Project;
  /** Where the plugin is installed: absolute. */
  readonly packageFolder: string;
}

/**
 * The note of a change; undefined where it adds no column to a table that was there, or the configuration wants nothing told.
 *
 * @param project only what reading code takes
 */
export async function afterNote(
  columns: readonly AddedColumn[],
  project: Project,
  packageFolder: string,
): Promise<AfterNote | undefined> {
  if (columns.length === 0) return undefined;
  const mode = await modeIn(project.root);
  return mode === "off" ? undefined : { mode, columns, project, packageFolder };
}

/** Loading the configuration would keep the ORM waiting: only for those who have written the setting. */
async function modeIn(root: string): Promise<"line" | "ask" | "off"> {
  if (!mentionsSetting(root, "afterSafe")) return "line";
  return (await loadConfig(root)).code?.afterSafe ?? "line";
}
