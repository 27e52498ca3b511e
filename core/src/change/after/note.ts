import { loadConfig, mentionsSetting } from "../../config/load.js";
import { isSameTable, type TableName } from "../../model/index.js";
import type { AddedColumn, ReshapedTable } from "../../plan/added-columns.js";
import type { Project } from "../../plugin/plugin.js";

/** What to print or ask about a change after the ORM's own command has printed everything. */
export interface AfterNote {
  readonly mode: "line" | "ask";
  /** Columns that pass without a plan, and that the code may need. */
  readonly columns: readonly AddedColumn[];
  /** The tables whose statements may fail. */
  readonly tables: readonly ReshapedTable[];
  /** The tables that get a column: routines in the migrations may take their whole rows. */
  readonly extended: readonly TableName[];
  /** Only what reading code needs: a note may be in a file, and must not contain a database URL. */
  readonly project: Project;
  /** The plugin's installation folder: absolute. */
  readonly packageFolder: string;
}

/**
 * The output of the process that searches migrations and code. `routines`: those that take a whole row. `searched`: the statements in
 * the code that fail. Both are empty if there are none. `late` replaces
 * `counted` if counting fails or takes too long.
 */
export interface AfterText {
  readonly kind: "routines" | "late" | "searched" | "counted";
  readonly text: string;
}

/**
 * The note of a change; undefined if there is nothing to search for. `code.afterSafe: "off"` only concerns new columns: failing statements
 * are reported anyway.
 *
 * @param project only what reading code needs
 */
export async function afterNote(
  { added, reshaped }: { readonly added: readonly AddedColumn[]; readonly reshaped: readonly ReshapedTable[] },
  project: Project,
  packageFolder: string,
): Promise<AfterNote | undefined> {
  if (added.length + reshaped.length === 0) return undefined;
  const mode = added.length === 0 ? "line" : await modeIn(project.root);
  const known = { tables: reshaped, extended: tablesOf(added), project, packageFolder };
  return mode === "off" ? { mode: "line", columns: [], ...known } : { mode, columns: added, ...known };
}

function tablesOf(added: readonly AddedColumn[]): readonly TableName[] {
  const tables = added.map(({ table }) => table);
  return tables.filter((table, at) => tables.findIndex((other) => isSameTable(other, table)) === at);
}

/** Loading the configuration would delay the ORM's command, so it is only loaded if it contains the setting. */
async function modeIn(root: string): Promise<"line" | "ask" | "off"> {
  if (!mentionsSetting(root, "afterSafe")) return "line";
  return (await loadConfig(root)).code?.afterSafe ?? "line";
}
