import { LockstepError } from "../base/errors.js";
import { named } from "../base/pattern-of.js";
import { addedBy, objectLabel, type Plan, type TableName, type Words } from "../model/index.js";
import type { NamedColumn, namedColumns } from "./follow-names.js";
import { dropGates } from "./next-phase.js";
import { planFolder } from "./plan-file.js";
import { releasesOf } from "./releases.js";
import { mayBeSame } from "./takes-and-needs.js";

/** A plan that drops a column or a table which the models of the same commit declare. */
export interface ReturnedField {
  readonly plan: string;
  /** The migration with the drop, from the root. Absent: none is listed. */
  readonly drop?: string;
  readonly error: LockstepError;
}

interface Request {
  readonly plans: readonly Plan[];
  /** In the order in which the ORM runs them. */
  readonly migrations: readonly string[];
  readonly declared: ReturnType<typeof namedColumns>;
  readonly words: Pick<Words, "develop">;
  textOf(file: string): string;
}

/**
 * Fields in the models whose column an undone plan drops, or whose column or table a plan's contract drops: a merge kept them. Code of this
 * commit would read a column that the database does not have. A column that a later plan or migration adds again is another one.
 */
export function returnedFields(request: Request): ReturnedField[] {
  return request.plans.flatMap((plan) => {
    const found = droppedBy(plan).flatMap(({ table, column }) => {
      const field = request.declared.find(
        (each) => mayBeSame(each.table, table) && (column === undefined || each.name === column),
      );
      return field === undefined ? [] : [{ table, column, field }];
    });
    const drop = dropOf(plan, request.migrations);
    const [first] = found.filter((each) => !isAddedAgain(each, plan, drop, request));
    return first === undefined
      ? []
      : [{ plan: plan.id, ...(drop && { drop }), error: errorOf(plan, first, drop, request) }];
  });
}

interface Dropped {
  readonly table: TableName;
  /** Absent: the table. */
  readonly column?: string | undefined;
}

/** What the released migrations of a plan drop. */
function droppedBy(plan: Plan): readonly Dropped[] {
  const { released } = plan.state;
  if (released === "contract") return plan.drops ?? [];
  if (released !== "undone") return [];
  const gates = plan.undo.expand.flatMap((unit) => dropGates(plan, unit));
  return addedBy(plan).flatMap(({ table, name }) =>
    gates.some((gate) => gate.column === name && mayBeSame(gate.table, table)) ? [{ table, column: name }] : [],
  );
}

/** The last of its migrations: nothing but a drop follows. */
function dropOf(plan: Plan, migrations: readonly string[]): string | undefined {
  const isUndone = plan.state.released === "undone";
  return releasesOf(plan)
    .filter(
      ({ kind, phase, isPast }) => !isPast && (isUndone ? kind === "undo" && phase === "expand" : phase === "contract"),
    )
    .map(({ file }) => file)
    .findLast((file) => migrations.includes(file));
}

function isAddedAgain(
  { table, column }: Dropped,
  plan: Plan,
  drop: string | undefined,
  { plans, migrations, textOf }: Request,
): boolean {
  const isOther = (other: Plan) =>
    other.id !== plan.id &&
    other.state.released !== "undone" &&
    other.columns.some((each) => each.name === column && mayBeSame(each.table, table));
  if (column !== undefined && plans.some(isOther)) return true;
  const written = new Set(plan.state.written.map(({ file }) => file));
  const later = migrations.slice(drop === undefined ? 0 : migrations.indexOf(drop) + 1);
  return later
    .filter((file) => !written.has(file))
    .map(textOf)
    .some((text) => /\b(?:ADD|CREATE|RENAME|CHANGE)/i.test(text) && named(column ?? table.name).test(text));
}

function errorOf(
  { id, state }: Plan,
  { table, column, field }: Dropped & { readonly field: NamedColumn },
  drop: string | undefined,
  { words }: Request,
): LockstepError {
  const name = column === undefined ? field.model : `${field.model}.${field.field}`;
  const what = objectLabel({ table, ...(column !== undefined && { column }) });
  const isUndone = state.released === "undone";
  const why = isUndone ? `plan ${id} is undone` : `the contract of plan ${id} is released`;
  const again = `Remove ${name} from the model and the code.\n       ${words.develop}   # or, after the drop has run everywhere: adds it again, empty`;
  return new LockstepError(
    "LS3024",
    `${name} is in the model, but ${why}: ${drop ?? "it"} drops ${what}, and no later migration adds it.`,
    {
      hint: isUndone
        ? `${again}\n       To keep its values where the undo has not run, take ${planFolder(id)} and its migrations from the branch where it is not undone.`
        : `npx lockstep abandon ${id}   # keeps ${what} where no database has run the drop\n       ${again}`,
    },
  );
}
