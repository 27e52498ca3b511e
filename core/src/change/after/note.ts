import { loadConfig, mentionsSetting } from "../../config/load.js";
import type { TableName } from "../../model/index.js";
import type { AddedColumn } from "../../plan/added-columns.js";
import type { Project } from "../../plugin/plugin.js";

/** What is printed, or asked, of a change once the ORM's own command has printed all. */
export interface AfterNote {
  readonly mode: "line" | "ask";
  /** Those that pass without a plan, and that the code may need. */
  readonly columns: readonly AddedColumn[];
  /** Whose prepared statements may fail. */
  readonly tables: readonly TableName[];
  /** As far as code is read: a note may stand in a file, and no URL of a database is in it. */
  readonly project: Project;
  /** Where the plugin is installed: absolute. */
  readonly packageFolder: string;
}

/**
 * What the process that looks through the code prints. `searched`: the prepared statements that fail; empty where there are none. `late`
 * stands for `counted` where counting fails or takes too long.
 */
export interface AfterText {
  readonly kind: "late" | "searched" | "counted";
  readonly text: string;
}

/**
 * The note of a change; undefined where there is nothing to look for. `code.afterSafe: "off"` is about new columns: statements that fail
 * are reported all the same.
 *
 * @param project only what reading code takes
 */
export async function afterNote(
  { added, reshaped }: { readonly added: readonly AddedColumn[]; readonly reshaped: readonly TableName[] },
  project: Project,
  packageFolder: string,
): Promise<AfterNote | undefined> {
  if (added.length + reshaped.length === 0) return undefined;
  const mode = added.length === 0 ? "line" : await modeIn(project.root);
  if (mode !== "off") return { mode, columns: added, tables: reshaped, project, packageFolder };
  return reshaped.length === 0 ? undefined : { mode: "line", columns: [], tables: reshaped, project, packageFolder };
}

/** Loading the configuration would keep the ORM waiting: only for those who have written the setting. */
async function modeIn(root: string): Promise<"line" | "ask" | "off"> {
  if (!mentionsSetting(root, "afterSafe")) return "line";
  return (await loadConfig(root)).code?.afterSafe ?? "line";
}
