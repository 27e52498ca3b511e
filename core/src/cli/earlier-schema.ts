import { checkingOf } from "../databases/checking-of.js";
import { SchemaState } from "../lint/schema-state.js";
import type { Migration, Operation, OperationOf } from "../model/index.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import type { VerdictContext } from "../sql/verdicts/context.js";

/** What the earlier migrations created, as far as a rewrite depends on it. */
export interface EarlierSchema extends Pick<VerdictContext, "provenBy"> {
  readonly isNeverNull?: VerdictContext["isNeverNull"] | undefined;
  /** Adds tables that the migrations created to those read from the database. */
  orFormerTable(asked: VerdictContext["formerTable"]): VerdictContext["formerTable"];
  /** Removes statements that would add an existing column: they take their lock and do nothing else. */
  withoutIdle(migration: Migration): Migration;
}

/**
 * Reads the earlier migrations if this one depends on them: it validates a check, or makes a column NOT NULL, changes its default, or adds
 * it IF NOT EXISTS. A migration that cannot be read resets what is known.
 *
 * @param earlier names of the migrations, in order
 */
export async function earlierSchema(
  { operations }: Migration,
  earlier: readonly string[],
  project: Project,
  plugin: Pick<OrmPlugin, "readStatements">,
): Promise<EarlierSchema> {
  const checking = operations.some(isAsked) ? await checkingOf(project.dialect) : undefined;
  if (checking === undefined) return unknown;
  const state = new SchemaState(checking.judging, checking.bodies);
  const checks: OperationOf<"addCheck">[] = [];
  for (const name of earlier) {
    const statements = await plugin.readStatements(project, name);
    const read = checking.read(statements?.up.map((each) => `${each}\n;`).join("\n") ?? "", name);
    state.apply(read.operations);
    if (statements === undefined) state.forget("");
    checks.push(...read.operations.flatMap((each) => (each.kind === "addCheck" ? [each] : [])));
  }
  const { isNeverNull, formerTable } = state.known();
  return {
    // Includes checks on tables that these migrations did not create.
    provenBy: (table, constraint) =>
      checks.findLast((each) => each.name === constraint && each.table.name === table.name)?.notNull,
    isNeverNull,
    orFormerTable: (asked) => (table) => asked(table) ?? formerTable?.(table),
    withoutIdle: (migration) => ({
      ...migration,
      operations: migration.operations.flatMap((each) =>
        each.kind === "addColumn" ? (state.asRun(each) ?? []) : [each],
      ),
    }),
  };
}

const unknown: EarlierSchema = {
  provenBy: () => undefined,
  orFormerTable: (asked) => asked,
  withoutIdle: (migration) => migration,
};

function isAsked({ kind, sql }: Operation): boolean {
  if (kind === "addColumn") return /\bIF\s+NOT\s+EXISTS\b/i.test(sql);
  return kind === "validateConstraint" || kind === "setNotNull" || kind === "setDefault";
}
