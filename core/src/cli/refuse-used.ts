import { LockstepError } from "../base/errors.js";
import { named } from "../base/pattern-of.js";
import { checkingOf } from "../databases/checking-of.js";
import { SchemaState } from "../lint/schema-state.js";
import { type Dependent, type Operation, tableLabel, type Unit } from "../model/index.js";
import type { OrmPlugin } from "../plugin/plugin.js";
import { contextOf } from "../rules/judge.js";
import { type Migrations, type ReadMigration, readMigrations, readUnit } from "./read-migrations.js";

interface Commanding extends Migrations {
  readonly plugin: Migrations["plugin"] & Pick<OrmPlugin, "words">;
}

/**
 * Rejects migrations that no new database could apply: they drop a column or table that an object of the repository's own migrations uses.
 *
 * @param units whose migrations are written next
 * @param command that writes them
 * @throws LS7033
 */
export async function refuseUsed(units: readonly Unit[], command: string, migrations: Commanding): Promise<void> {
  const { project, plugin } = migrations;
  const checking = await checkingOf(project.dialect);
  if (checking === undefined || !units.some(mayDrop)) return;
  const state = new SchemaState(checking.judging, checking.bodies);
  const history = await readMigrations(checking, plugin.listMigrations(project), migrations);
  for (const { operations } of history) {
    if (operations === undefined) state.forget("");
    else state.apply(operations);
  }
  const drops = units.flatMap(({ ddl, id }) => readUnit(ddl, id, checking));
  const context = contextOf(drops, { judging: checking.judging, ...state.known(), isAsWritten: true });
  for (const operation of drops) {
    const { concerns } = checking.judging.verdictOf(operation, context);
    const used = concerns.flatMap((each) => (each.kind === "fails-always" && each.why === "used" ? [each.by] : []));
    const [by] = used;
    if (by !== undefined) throw usedError(operation, by, history, command, plugin.words.develop);
    state.apply([operation]);
  }
}

const mayDrop = ({ spec: { kind } }: Unit) => kind === "drop-column" || kind === "undo-expand" || kind === "original";

function usedError(
  operation: Operation,
  { what, name, table }: Dependent,
  history: readonly ReadMigration[],
  command: string,
  develop: string,
): LockstepError {
  const maker = history.findLast(({ operations = [] }) =>
    operations.some(({ sql }) => !/^\s*DROP\b/i.test(sql) && named(name).test(sql)),
  );
  const user = `the ${what} "${name}"${table === undefined ? "" : ` of "${tableLabel(table)}"`}`;
  const from = maker === undefined ? "" : ` of migration ${maker.name}`;
  const taken =
    operation.kind === "dropColumn"
      ? `"${tableLabel(operation.table)}"."${operation.column}"`
      : operation.sql.replace(/\s+/g, " ");
  return new LockstepError("LS7033", `${taken} cannot be dropped: ${user}${from} uses it.`, {
    hint: `Write a migration that drops or re-creates ${user} without it: ${develop}\n${command}`,
    details: { used: taken, by: name, ...(maker && { migration: maker.name }) },
  });
}
