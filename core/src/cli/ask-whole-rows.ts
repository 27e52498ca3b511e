import { named } from "../base/pattern-of.js";
import type { CodeSettings } from "../config/code-settings.js";
import { codeSqlOf } from "../databases/code-sql-of.js";
import type { Connection } from "../dialect/connection.js";
import type { EvidenceKey } from "../dialect/ledger-store.js";
import type { Routine } from "../dialect/system-catalog.js";
import type { TableFacts } from "../dialect/table.js";
import { type BrokenRoutine, brokenRoutines, type WholeRowRoutine } from "../dialect/whole-rows.js";
import { fingerprint } from "../lint/finding.js";
import { isSameTable, type Plan, type TableName, tableLabel } from "../model/index.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import type { TargetState } from "../plugin/target-state.js";
import { buildText, unsearchedBuildsText } from "../review/failing-statements.js";
import { addedColumns } from "../sql/verdicts/new-defaults.js";
import { wholeRowAdvice, wholeRowWords } from "../sql/whole-row-words.js";
import { readTable } from "../target/facts/table.js";
import { confirm, evidenceName, readEvidence } from "../target/ledger/evidence.js";
import { confirmedNames, type Invocation, textOption } from "./command.js";
import type { DeployGates } from "./deploy-gates.js";
import type { OwnMigrations } from "./own-migrations.js";
import { developmentTarget, type Target } from "./targets.js";
import { confirming, whoConfirms } from "./who.js";
import { wholeRowsInBuilds } from "./whole-rows-in-code.js";

/** `--confirm` name that accepts routines of a target that fail once their table has another column. */
export const wholeRowsAccepted = "whole-rows-accepted";

interface Asked {
  readonly invocation: Invocation;
  readonly target: Target;
  readonly connection: Connection;
  readonly plans: readonly Plan[];
  readonly state: TargetState;
  readonly own: OwnMigrations;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly code: CodeSettings;
}

/** A pending migration or plan, and a table that gets columns from it. */
interface Addition {
  readonly migration: string;
  readonly plan?: Plan;
  readonly table: TableName;
  readonly facts: TableFacts;
  readonly columns: readonly string[];
}

/**
 * Stops a deployment if triggers, functions, procedures or events of a target, or statements of the code, take the whole row of a table
 * that gets a column: the writes of every build, or these statements, fail from then on. A person mends them, or accepts them with
 * `--confirm whole-rows-accepted`. The target's ledger records the acceptance for the exact text. A pending migration that replaces the
 * routine counts.
 *
 * @throws LS7001, LS7002
 */
export async function askWholeRows(request: Asked): Promise<Pick<DeployGates, "answers" | "help">> {
  const { invocation, target, connection } = request;
  const { io } = invocation;
  const additions = await additionsOn(request);
  const asked = [...(await brokenOn(additions, request)), ...(await brokenInCode(additions, request))];
  const isConfirmed = confirmedNames(invocation).includes(wholeRowsAccepted);
  const open: Asking[] = [];
  for (const each of asked) if ((await readEvidence(connection, each.key)) === undefined) open.push(each);
  let isAccepted = isConfirmed;
  // Do not prompt for each of five hundred targets.
  if (open.length > 0 && !isConfirmed && io.isInteractive && target.group === undefined) {
    for (const { statement } of open) io.err(`  ${io.colors.yellow("!")} ${statement}`);
    isAccepted = await io.confirm(`${target.name}: add the column anyway?`);
  }
  if (isAccepted)
    for (const { key } of open) await confirm(connection, key, whoConfirms(invocation), textOption(invocation, "note"));
  const answers = asked.map((each) => {
    const isOpen = isAccepted || !open.includes(each);
    return { ...each.of, isOpen, statement: isOpen ? `${each.statement} (accepted)` : each.statement };
  });
  if (isAccepted || open.length === 0) return { answers, help: undefined };
  const command = `npx lockstep deploy --target ${target.name}`;
  const isInCode = open.some(({ isOfCode }) => isOfCode);
  const help = [
    `${wholeRowAdvice} ${isInCode ? "Deploy the code without it. " : ""}Then: ${command}`,
    confirming(
      `${command} --confirm ${wholeRowsAccepted}`,
      io,
      isInCode ? "if no build runs it, or it may fail" : "if it may fail",
    ),
  ].join("\n       ");
  return { answers, help };
}

/** A statement of a routine that needs an acceptance. */
interface Asking {
  readonly of: { readonly plan: string } | { readonly migration: string };
  readonly statement: string;
  readonly key: EvidenceKey;
  readonly isOfCode?: true;
}

async function brokenOn(additions: readonly Addition[], request: Asked): Promise<readonly Asking[]> {
  const { connection, target } = request;
  if (additions.length === 0) return [];
  const tables = additions.map(({ table }) => table);
  const users = await connection.dialect.live.systemCatalog.users(connection, withoutRepeated(tables));
  const found: Asking[] = [];
  for (const addition of additions) {
    const { facts, migration, plan } = addition;
    const own = users.filter(({ routine }) => isSameTable(routine.table, addition.table));
    for (const broken of await stillBroken(own, addition, request))
      found.push({
        of: plan === undefined ? { migration } : { plan: plan.id },
        statement: `${target.name}: ${wholeRowWords(broken)} It blocks ${labelsOf(addition)}`,
        key: {
          plan: plan === undefined ? migration : evidenceName(plan),
          gate: `${wholeRowsAccepted} ${fingerprint(broken.routine, broken.statement, 0)}`,
          table: facts,
          column: "",
        },
      });
  }
  return found;
}

const labelsOf = ({ table, columns }: Addition) =>
  columns.map((column) => `"${tableLabel(table)}"."${column}"`).join(", ");

/** The statements of running builds, as far as this repository shows them. The development database has its own code. */
async function brokenInCode(additions: readonly Addition[], request: Asked): Promise<readonly Asking[]> {
  const { target, invocation } = request;
  if (target.name === developmentTarget) return [];
  const { found, unsearched } = await wholeRowsInBuilds(additions, request);
  const { io } = invocation;
  for (const migration of unsearched)
    io.err(`  ${io.colors.yellow("!")} ${target.name}: ${unsearchedBuildsText(migration)}`);
  return additions.flatMap((addition): readonly Asking[] => {
    const { plan, migration, facts } = addition;
    return found
      .filter(({ table }) => isSameTable(table, addition.table))
      .map((each) => ({
        of: plan === undefined ? { migration } : { plan: plan.id },
        isOfCode: true,
        statement: `${target.name}: ${buildText(each)} It blocks ${labelsOf(addition)}`,
        key: {
          plan: plan === undefined ? migration : evidenceName(plan),
          gate: `${wholeRowsAccepted} ${fingerprint(each.file, each.sql, 0)}`,
          table: facts,
          column: "",
        },
      }));
  });
}

const withoutRepeated = (tables: readonly TableName[]) =>
  tables.filter((table, at) => tables.findIndex((other) => isSameTable(other, table)) === at);

/** The tables that pending migrations extend, without columns that the target has. */
async function additionsOn({ connection, plans, state, own }: Asked): Promise<readonly Addition[]> {
  const expands = plans.flatMap((plan) => {
    const last = state.units.findLast(
      (unit) => unit.plan.id === plan.id && unit.phase === "expand" && unit.kind === "phase",
    );
    if (last === undefined || plan.state.released === "undone") return [];
    return plan.columns.map(({ table, name }) => ({ table, name, plan, migration: last.migration }));
  });
  const others = own.migrations.flatMap((each) =>
    addedColumns([each]).map((column) => ({ ...column, plan: undefined, migration: each.name })),
  );
  const found: Addition[] = [];
  for (const { table, name, migration, plan } of [...expands, ...others]) {
    const facts = await readTable(connection, table);
    if (facts === undefined || facts.columns.some((column) => column.name === name)) continue;
    const at = found.findIndex((each) => each.migration === migration && isSameTable(each.table, table));
    const known = found[at];
    if (known === undefined) found.push({ table, facts, columns: [name], migration, ...(plan && { plan }) });
    else found[at] = { ...known, columns: [...known.columns, name] };
  }
  return found;
}

/** Those of the target and of pending migrations up to this one, which may replace or drop them. */
async function stillBroken(
  users: readonly WholeRowRoutine<Routine>[],
  { table, migration }: Addition,
  { connection, state, own }: Asked,
): Promise<readonly BrokenRoutine[]> {
  const order = [...state.failed, ...state.pending];
  const before = own.migrations.filter(({ name }) => order.indexOf(name) <= order.indexOf(migration));
  const texts = before.flatMap(({ statements }) => statements.map(({ sql }) => sql));
  const codeSql = codeSqlOf[connection.dialect.id];
  await codeSql.load();
  const written = codeSql.routinesWritten(texts, { ...table, columns: [] });
  const isSame = (one: Pick<Routine, "name" | "kind">, { name, kind }: Pick<Routine, "name" | "kind">) =>
    one.name === name && one.kind === kind;
  const isDropped = ({ name, kind }: Routine) =>
    texts.some((text) => new RegExp(`^\\s*drop\\s+${kind}\\b`, "i").test(text) && named(name).test(text));
  const made = written.map((routine) => {
    const triggers = users.find((user) => isSame(user.routine, routine))?.routine.triggers ?? [];
    return { ...routine, triggers: [...triggers, ...routine.triggers] };
  });
  const left = users.filter(({ routine }) => !made.some((each) => isSame(each, routine)) && !isDropped(routine));
  return brokenRoutines([...left, ...codeSql.routineRows(made, { ...table, columns: [] })]);
}
