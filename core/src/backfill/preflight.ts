import type { ErrorCode } from "../base/errors.js";
import type { Connection } from "../dialect/connection.js";
import { canBeFollowed, type TableFacts, type UserTrigger } from "../dialect/table.js";
import type { FillProblem } from "../dialect/validation.js";
import { tableLabel } from "../model/names.js";
import type { BackfillSpec } from "../model/plan.js";
import { childObstacles } from "../target/facts/children.js";
import { fillProblemText, isOfExpression, withoutValues } from "../target/facts/fill-problem.js";
import { validateFill } from "../target/facts/validate-fill.js";
import { validateReference } from "../target/facts/validate-reference.js";
import { validateUnique } from "../target/facts/validate-unique.js";
import type { RunSettings } from "./input.js";

/** A problem that prevents a backfill. It becomes an error if the backfill is started anyway. */
export interface PreflightProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** It affects only some rows. The others can be filled. */
  readonly isOfRows?: true;
}

export interface StructureOptions {
  /** The user has seen which triggers of theirs will fire. */
  readonly allowTriggers: boolean;
  /** Default: true. False for fills that no trigger can compute. */
  readonly needsFillTrigger?: boolean;
}

/**
 * Checks whether expand is applied on the target, and what an UPDATE of the table would trigger. Reads only the catalog.
 * @param table from `readTable`. Undefined if it does not exist
 */
export async function checkStructure(
  connection: Connection,
  spec: BackfillSpec,
  table: TableFacts | undefined,
  options: StructureOptions,
): Promise<readonly PreflightProblem[]> {
  const label = tableLabel(spec.table);
  if (table === undefined) return [notApplied(`${connection.label} has no table "${label}"`)];
  const problems: PreflightProblem[] = [
    ...checkEngine(table, connection.label),
    ...checkKey(table, spec),
    ...checkChildren(table, spec),
  ];
  for (const planned of spec.columns) {
    const found = table.columns.find(({ name }) => name === planned.name);
    const name = `"${label}"."${planned.name}" on ${connection.label}`;
    if (found === undefined) {
      problems.push(notApplied(`${name} does not exist`));
    } else if (
      found.type !== (await connection.dialect.live.systemCatalog.printedType(connection, planned.type)) ||
      found.isGenerated
    ) {
      problems.push({
        ...notApplied(`${name} is ${found.type}${found.isGenerated ? " and generated" : ""}, not ${planned.type}`),
        hint: "npx lockstep drift   # lists what was changed outside the migrations",
      });
    } else if (
      found.isNullable &&
      planned.fill !== undefined &&
      planned.fill.withoutTrigger === undefined &&
      spec.once !== true &&
      (options.needsFillTrigger ?? true)
    ) {
      // Once the column is required, contract is done and has dropped the trigger.
      const flaw = await connection.dialect.live.systemCatalog.fillTriggerFlaw(connection, table, planned.name);
      if (flaw !== undefined)
        problems.push({
          ...notApplied(`${name} has ${flaw}`),
          hint: "npx lockstep repair   # enables or recreates it; if expand has not run there: npx lockstep deploy",
        });
    }
    problems.push(...checkIndexes(table, planned.name, name));
  }
  problems.push(...checkUniqueKeys(table, spec, connection.label));
  const triggers = firing(table, spec);
  if (triggers.length > 0 && !options.allowTriggers) {
    problems.push({
      code: "LS5005",
      message: `Each filled row of "${label}" on ${connection.label} sets off: ${triggers.map(words).join(", ")}`,
      details: { triggers },
    });
  }
  return problems;
}

/** The user's triggers and rules that the backfill's UPDATEs fire. */
export function firing(table: TableFacts, spec: BackfillSpec): readonly UserTrigger[] {
  const planned = new Set(spec.columns.map(({ name }) => name));
  return table.userTriggers.filter(({ columns }) => columns.length === 0 || columns.some((name) => planned.has(name)));
}

/**
 * Tests the fills on all rows of the target. Reads the whole table.
 * @param run the plan is for the hints: its expressions are already in migrations
 * @returns `problems` prevent the backfill. `notices` could not be checked in time
 */
export async function validateFills(
  connection: Connection,
  run: Pick<RunSettings, "spec" | "plan" | "scanTimeoutMs">,
  table: TableFacts,
): Promise<{ readonly problems: readonly PreflightProblem[]; readonly notices: readonly string[] }> {
  const { spec, scanTimeoutMs: timeoutMs } = run;
  const problems: PreflightProblem[] = [];
  const notices: string[] = [];
  const add = (found: FillProblem, column: BackfillSpec["columns"][number]) => {
    const problem = withoutValues(found);
    const { code, message } = fillProblemText(problem, spec.table, column);
    if (code === undefined) return void notices.push(message);
    const hint = hintOnTarget(problem, run.plan);
    const isOfRows = isOfExpression(problem) ? {} : { isOfRows: true as const };
    problems.push({ code, message: `${message}, on ${connection.label}`, ...hint, details: { problem }, ...isOfRows });
  };
  const failing = new Set<string>();
  for (const column of spec.columns) {
    // A function is not tested on all rows of production. It reports errors when the run reaches a row.
    if (column.fill === undefined) {
      failing.add(column.name);
      continue;
    }
    for (const problem of await validateFill(connection, {
      table,
      column,
      fill: column.fill,
      columnExists: true,
      timeoutMs,
    })) {
      // In a column that stays optional, NULL is a value.
      if (spec.once && problem.kind === "null") continue;
      add(problem, column);
      if (notComputed.has(problem.kind)) failing.add(column.name);
    }
  }
  // The unique indexes exist, and report each row that they refuse. Check it for a single pass, which would stop at such a row.
  for (const key of spec.once === true ? spec.uniqueKeys : []) {
    const column = spec.columns.find(({ name }) => key.includes(name))!;
    if (key.some((name) => failing.has(name))) continue;
    for (const problem of await validateUnique(connection, { table, key, columns: spec.columns, timeoutMs }))
      add(problem, column);
  }
  for (const foreignKey of spec.foreignKeys ?? []) {
    const column = spec.columns.find(({ name }) => foreignKey.columns.includes(name));
    if (column === undefined || foreignKey.columns.some((name) => failing.has(name))) continue;
    for (const problem of await validateReference(connection, { table, foreignKey, columns: spec.columns, timeoutMs }))
      add(problem, column);
  }
  return { problems, notices };
}

/** Values that cannot be computed cannot be compared. */
const notComputed = new Set<FillProblem["kind"]>(["missing-columns", "type", "fails"]);

/** The annotation is in released migrations, so editing it would change nothing. */
function hintOnTarget(problem: FillProblem, plan: string): { readonly hint?: string } {
  if (problem.kind === "missing-columns") return {};
  const abandon = `npx lockstep abandon ${plan}`;
  const over = `${abandon}   # or start over with another plan`;
  // A wrong type affects the whole expression, so there are no rows to correct.
  if (problem.kind === "type") return { hint: `${abandon}   # to start over with another plan` };
  if (problem.kind === "scans")
    return {
      hint: `Create the index, then run the same command again.\n${over}`,
    };
  if (problem.kind === "missing-rows")
    return {
      hint: `Insert the missing rows in "${tableLabel(problem.references)}".\n${over}`,
    };
  return { hint: `Correct the named rows.\n${over}` };
}

function notApplied(message: string): PreflightProblem {
  return { code: "LS5001", message };
}

/** A batch that is interrupted would leave only part of its rows written, under a lock on all of them. */
function checkEngine({ name, engineWithoutTransactions: engine }: TableFacts, target: string): PreflightProblem[] {
  if (engine === undefined) return [];
  return [
    {
      code: "LS5011",
      message: `"${name}" on ${target} uses the engine ${engine}, which does not support transactions`,
    },
  ];
}

/** The batches follow the key: it must be unique, have no NULLs and an index in its order. */
function checkKey(table: TableFacts, { key, table: name }: BackfillSpec): readonly PreflightProblem[] {
  const columns = key.map(({ column }) => column);
  if (table.uniqueKeys.some((each) => isOver(columns, each.columns) && canBeFollowed(table, each))) return [];
  const shown = columns.map((column) => `"${column}"`).join(", ");
  return [{ code: "LS2009", message: `(${shown}) of "${tableLabel(name)}" is not a unique key without NULLs` }];
}

function checkChildren(table: TableFacts, { key }: BackfillSpec): readonly PreflightProblem[] {
  return childObstacles(
    table,
    key.map(({ column }) => column),
  ).map((message) => ({ code: "LS2021", message }));
}

function isOver(key: readonly string[], columns: readonly string[]): boolean {
  return JSON.stringify(key) === JSON.stringify(columns);
}

function checkIndexes(table: TableFacts, column: string, name: string): readonly PreflightProblem[] {
  const broken = table.invalidIndexes.find(({ columns }) => columns.includes(column));
  if (broken === undefined) return [];
  return [
    {
      ...notApplied(`The index "${broken.name}" of ${name} is not valid: its build was interrupted or is not finished`),
      hint: table.isPartitioned
        ? "Deploy the expand migrations again: the one that checks this index prints the statements that build it."
        : "npx lockstep repair   # shows the session that builds it, or rebuilds it while reads and writes continue",
    },
  ];
}

/** Without its unique index, duplicate values could be written during the backfill. An invalid index is reported separately. */
function checkUniqueKeys(table: TableFacts, spec: BackfillSpec, target: string): readonly PreflightProblem[] {
  return spec.uniqueKeys
    .filter(
      (key) =>
        !table.uniqueKeys.some(({ columns, isValid, isTotal }) => isValid && isTotal && isOver(key, columns)) &&
        !table.invalidIndexes.some(({ columns }) => isOver(key, columns)),
    )
    .map((key) => {
      const [first, second] = key.map((name) => `"${name}"`);
      const columns = second === undefined ? `.${first}` : ` (${key.map((name) => `"${name}"`).join(", ")})`;
      return notApplied(`"${tableLabel(spec.table)}"${columns} on ${target} has no unique index yet`);
    });
}

function words(trigger: UserTrigger): string {
  return `${trigger.kind} "${trigger.name}"${trigger.calls === "" ? "" : ` (${trigger.calls})`}`;
}
