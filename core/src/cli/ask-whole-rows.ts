import { named } from "../base/pattern-of.js";
import { codeSqlOf } from "../databases/code-sql-of.js";
import type { Connection } from "../dialect/connection.js";
import type { EvidenceKey } from "../dialect/ledger-store.js";
import type { Routine } from "../dialect/system-catalog.js";
import type { TableFacts } from "../dialect/table.js";
import { type BrokenRoutine, brokenRoutines, type WholeRowRoutine } from "../dialect/whole-rows.js";
import { fingerprint } from "../lint/finding.js";
import { isSameTable, type Plan, type TableName, tableLabel } from "../model/index.js";
import type { TargetState } from "../plugin/target-state.js";
import { addedColumns } from "../sql/verdicts/new-defaults.js";
import { wholeRowAdvice, wholeRowWords } from "../sql/whole-row-words.js";
import { readTable } from "../target/facts/table.js";
import { confirm, evidenceName, readEvidence } from "../target/ledger/evidence.js";
import { confirmedNames, type Invocation, textOption } from "./command.js";
import type { DeployGates } from "./deploy-gates.js";
import type { OwnMigrations } from "./own-migrations.js";
import type { Target } from "./targets.js";
import { confirming, whoConfirms } from "./who.js";

/** `--confirm` name that accepts routines of a target that fail once their table has another column. */
export const wholeRowsAccepted = "whole-rows-accepted";

interface Asked {
  readonly invocation: Invocation;
  readonly target: Target;
  readonly connection: Connection;
  readonly plans: readonly Plan[];
  readonly state: TargetState;
  readonly own: OwnMigrations;
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
 * Stops a deployment if triggers, functions, procedures or events of a target take the whole row of a table that gets a column: the writes
 * of every build fail from then on. A person mends the routine, or accepts it with `--confirm whole-rows-accepted`. The target's ledger
 * records the acceptance for the exact text of the routine. A pending migration that replaces the routine counts.
 *
 * @throws LS7001, LS7002
 */
export async function askWholeRows(request: Asked): Promise<Pick<DeployGates, "answers" | "help">> {
  const { invocation, target, connection } = request;
  const { io } = invocation;
  const asked = await brokenOn(request);
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
  const help = [
    `${wholeRowAdvice} Then: ${command}`,
    confirming(`${command} --confirm ${wholeRowsAccepted}`, io, "if it may fail"),
  ].join("\n       ");
  return { answers, help };
}

/** A statement of a routine that needs an acceptance. */
interface Asking {
  readonly of: { readonly plan: string } | { readonly migration: string };
  readonly statement: string;
  readonly key: EvidenceKey;
}

async function brokenOn(request: Asked): Promise<readonly Asking[]> {
  const { connection, target } = request;
  const additions = await additionsOn(request);
  if (additions.length === 0) return [];
  const tables = additions.map(({ table }) => table);
  const users = await connection.dialect.live.systemCatalog.users(connection, withoutRepeated(tables));
  const found: Asking[] = [];
  for (const addition of additions) {
    const { facts, columns, migration, plan } = addition;
    const own = users.filter(({ routine, uses }) => uses.length > 0 && isSameTable(routine.table, addition.table));
    const names = columns.map((column) => `"${tableLabel(addition.table)}"."${column}"`).join(", ");
    for (const broken of await stillBroken(own, addition, request))
      found.push({
        of: plan === undefined ? { migration } : { plan: plan.id },
        statement: `${target.name}: ${wholeRowWords(broken)} It blocks ${names}`,
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

/** Without routines that pending migrations up to this one replace or drop. */
async function stillBroken(
  users: readonly WholeRowRoutine<Routine>[],
  { table, migration }: Addition,
  { connection, state, own }: Asked,
): Promise<readonly BrokenRoutine[]> {
  if (users.length === 0) return [];
  const order = [...state.failed, ...state.pending];
  const before = own.migrations.filter(({ name }) => order.indexOf(name) <= order.indexOf(migration));
  const texts = before.flatMap(({ statements }) => statements.map(({ sql }) => sql));
  const codeSql = codeSqlOf[connection.dialect.id];
  await codeSql.load();
  const written = codeSql.routinesWritten(texts, { ...table, columns: [] });
  const isDropped = ({ name, kind }: Routine) =>
    texts.some((text) => new RegExp(`^\\s*drop\\s+${kind}\\b`, "i").test(text) && named(name).test(text)) &&
    !written.some((each) => each.name === name);
  return users.flatMap((user) => {
    if (isDropped(user.routine)) return [];
    const now = written.find(({ name, kind }) => name === user.routine.name && kind === user.routine.kind);
    if (now === undefined) return brokenRoutines([user]);
    const { triggers, row } = user.routine;
    const [read] = codeSql.routineRows([{ ...now, triggers, ...(row && { row }) }], { ...table, columns: [] });
    return brokenRoutines([{ routine: user.routine, uses: read?.uses ?? [] }]);
  });
}
