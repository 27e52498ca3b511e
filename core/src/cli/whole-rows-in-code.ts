import { commitBefore } from "../base/files/git.js";
import { failingStatements, wholeRowsAt } from "../change/release/failing-statements.js";
import { modelsOrNone } from "../change/release/still-named.js";
import { migrationFiles } from "../change/release/verify-plans.js";
import type { WholeRowStatement } from "../code/raw-sql/whole-rows.js";
import type { CodeSettings } from "../config/code-settings.js";
import { isSameTable, type TableName } from "../model/index.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";

/** A statement of the code that fails once a pending migration has run. */
export interface StatementOfBuilds extends WholeRowStatement {
  /** The commit whose builds contain it, if this checkout no longer does. */
  readonly before?: string;
}

interface Searched {
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly code: CodeSettings;
}

export interface StatementsOfBuilds {
  readonly found: readonly StatementOfBuilds[];
  /** Migrations whose history is unknown: the code from before them was not searched. */
  readonly unsearched: readonly string[];
}

/**
 * Finds the statements in this checkout, and in the code from before the migrations came into it, that take the whole row of a table that
 * gets a column: builds of both may run while the migrations do.
 *
 * @param additions the pending migrations by name, each with a table that gets columns from it
 */
export async function wholeRowsInBuilds(
  additions: readonly { readonly migration: string; readonly table: TableName }[],
  { project, plugin, code }: Searched,
): Promise<StatementsOfBuilds> {
  if (additions.length === 0) return { found: [], unsearched: [] };
  const models = () => modelsOrNone(project, plugin);
  const growing = additions.map(({ table }) => ({ ...table, grows: true }));
  const tables = growing.filter((table, at) => growing.findIndex((other) => isSameTable(other, table)) === at);
  const { wholeRows } = await failingStatements(tables, project, plugin, code, models);
  const names = plugin.listMigrations(project);
  const commits = new Map(
    migrationFiles(project, plugin).flatMap((file, at) => {
      const name = names[at] ?? "";
      return additions.some(({ migration }) => migration === name) ? [[name, commitBefore(project.root, file)]] : [];
    }),
  );
  const earlier: StatementOfBuilds[] = [];
  for (const before of new Set(commits.values())) {
    if (before === undefined || before === "none") continue;
    for (const each of await wholeRowsAt(before, tables, project, models))
      if (![...wholeRows, ...earlier].some(isSame(each))) earlier.push({ ...each, before });
  }
  const unsearched = [...commits].flatMap(([name, before]) => (before === undefined ? [name] : []));
  return { found: [...wholeRows, ...earlier], unsearched };
}

const isSame = (one: WholeRowStatement) => (other: WholeRowStatement) =>
  one.file === other.file && one.sql === other.sql;
