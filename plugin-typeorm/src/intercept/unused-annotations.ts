import {
  isSameTable,
  LockstepError,
  type Operation,
  type Plan,
  sourcesMention,
  type TableName,
  tableLabel,
} from "@lockstep/core";
import { knownColumns } from "./columns.js";
import type { Interception } from "./interception.js";
import { colors } from "./notices.js";
import { say } from "./say.js";

/**
 * Tells which annotations nothing uses: their columns are in the database already and no plan fills them, so TypeORM generates nothing
 * for them.
 *
 * @param operations what TypeORM does generate: a column in it has been judged
 */
export async function tellUnused(
  about: Interception,
  plans: readonly Plan[],
  operations: readonly Operation[],
): Promise<void> {
  if (!(await sourcesMention(about.root, /@lockstep\.(?:backfill|mirror)[ \t]*\(/, ["lockstep"]))) return;
  const [{ planOf }, { columnSources }] = await Promise.all([
    import("@lockstep/core/planning"),
    import("../entities/sources.js"),
  ]);
  const known = knownColumns(about.call.dataSource);
  const source = columnSources(await about.entityFiles(), known);
  const lines = known
    .filter(({ table, name }) => planOf(plans, table, name) === undefined && !isNamed(operations, table, name))
    .flatMap(({ table, name }) => {
      const found = tolerant(() => source(table, name));
      if (found?.fill === undefined || found.skip !== undefined) return [];
      const { file, line, fill } = found;
      return `${file}:${line}: @lockstep.${fill.kind}(${fill.sql}) is not used: "${tableLabel(table)}"."${name}" is in the database already`;
    });
  if (lines.length === 0) return;
  const mark = colors().yellow("!");
  say(["Lockstep", ...[...new Set(lines)].map((line) => `  ${mark} ${line}`)].join("\n"));
}

function isNamed(operations: readonly Operation[], table: TableName, name: string): boolean {
  return operations.some((operation) => {
    if (!("table" in operation) || !isSameTable(operation.table, table)) return false;
    if (operation.kind === "createTable") return true;
    if (operation.kind === "renameColumn") return operation.newName === name;
    return operation.kind === "addColumn" ? operation.column.name === name : false;
  });
}

/** What cannot be understood is refused where it would be used. */
function tolerant<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof LockstepError) return undefined;
    throw error;
  }
}
