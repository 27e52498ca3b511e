import type { Connection } from "../dialect/connection.js";
import { fingerprint } from "../lint/finding.js";
import { type GateStep, tableLabel } from "../model/index.js";
import { tablesWithRows } from "../operate/deploy/skipped-releases.js";
import type { OrmPlugin } from "../plugin/plugin.js";
import type { TargetState } from "../plugin/target-state.js";
import { mayRefuseInserts } from "../sql/session-value.js";
import { makersOf, type NewDefault, newDefaults } from "../sql/verdicts/new-defaults.js";
import { readTable } from "../target/facts/table.js";
import type { Invocation } from "./command.js";
import type { DeployGates } from "./deploy-gates.js";
import type { OwnMigrations } from "./own-migrations.js";
import { type GateResult, helpOf, passOn } from "./pass-gate.js";
import type { Target } from "./targets.js";

/** The gate for a default that the user's own migration sets. */
export interface OwnDefaultStep extends GateStep {
  readonly of: NewDefault;
}

/** Returns a step for each default in the user's own migrations that can fail in a session. Runs no query, so constants cost none. */
export function ownDefaultSteps(
  { migrations, done }: OwnMigrations,
  { dialect }: Connection,
): readonly OwnDefaultStep[] {
  return newDefaults([...done, ...migrations])
    .filter(({ migration }) => migrations.some(({ name }) => name === migration))
    .filter((each) => mayRefuseInserts(each, dialect.id, true))
    .map((of) => ({ gate: "inserts-allowed", table: of.table, column: of.column, of }));
}

/**
 * Tests these defaults on a target before any migration is applied, as the gate `inserts-allowed` does for planned columns. Does not report
 * defaults that work. A confirmation is valid only for the exact default expression.
 */
export async function askOwnDefaults(
  request: {
    readonly invocation: Invocation;
    readonly target: Target;
    readonly connection: Connection;
    readonly plugin: OrmPlugin;
    readonly state: TargetState;
    readonly own: OwnMigrations;
  },
  steps: readonly OwnDefaultStep[],
  confirmed: ReadonlySet<string>,
): Promise<Pick<DeployGates, "answers" | "help">> {
  const { invocation, target, connection, plugin, state, own } = request;
  const makers = makersOf(own.migrations);
  const said: (GateResult["answers"][number] & { readonly migration: string })[] = [];
  for (const step of steps) {
    const { migration, line, type, defaultSql, isRequired, isForRows, isPassing, isGuarded } = step.of;
    const table = await readTable(connection, step.table);
    const column = table?.columns.find(({ name }) => name === step.column);
    if (table === undefined || (isGuarded && column !== undefined)) continue;
    if ((await tablesWithRows(connection, [step.table])).length === 0) continue;
    const at = state.units.some((unit) => unit.migration === migration) ? migration : `${migration}:${line}`;
    const typeThere = type ?? column?.type;
    if (typeThere === undefined) {
      const name = `"${tableLabel(step.table)}"."${step.column}"`;
      const what = `${target.name}: the default of ${name}, ${defaultSql} (${at}), was not tried: the column does not exist yet, and its type is unknown`;
      invocation.io.err(`  ${invocation.io.colors.yellow("!")} ${what}`);
      continue;
    }
    const ownDefault = {
      at,
      type: typeThere,
      defaultSql,
      isRequired: isRequired || (type === undefined && column?.isNullable === false),
      by: [...(isForRows ? ["migration" as const] : []), ...(isPassing ? [] : ["insert" as const])],
    };
    if (!mayRefuseInserts({ defaultSql }, connection.dialect.id, ownDefault.isRequired)) continue;
    const facts = {
      plan: migration,
      evidence: `${migration} ${fingerprint(step.gate, defaultSql, 0)}`,
      target: target.name,
      connection,
      columns: [],
      ownDefault,
      makers,
      units: { applied: [], failed: [], pending: [migration] },
      deploy: plugin.words.deploy,
      recover: plugin.words.recover,
    };
    const answers = await passOn({ target, connection, facts }, [step], confirmed, invocation);
    said.push(...answers.map((answer) => ({ ...answer, migration })));
  }
  const answers = said
    .filter(({ isOpen, needsConfirmation, isUntried }) => !isOpen || needsConfirmation || isUntried)
    .map(({ migration, isOpen, statement }) => ({ migration, isOpen, statement }));
  const isClosed = answers.some(({ isOpen }) => !isOpen);
  return { answers, help: isClosed ? helpOf(said, `deploy --target ${target.name}`, invocation.io) : undefined };
}
