import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "../base/errors.js";
import { named } from "../base/pattern-of.js";
import { checkingOf } from "../databases/checking-of.js";
import { addedBy, flattened, objectLabel, operationsOfKind } from "../model/index.js";
import type { PlansAndMigrations } from "./contradictions.js";
import { type Course, isDropped, lostTo, type TextsBetween } from "./courses.js";
import { isOpen } from "./store.js";
import type { TakenFromOthers } from "./taken-from-others.js";
import { mayBeSame, takenText, takingsIn } from "./takes-and-needs.js";

/** The SQL of migrations that no plan wrote, by file, as far as their texts contain it. */
export type SqlOf = (files: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** What the user's own migrations take from open plans, and the columns of plans that they add as well. */
export async function takenByOwn(
  { root, migrations, plans }: Omit<PlansAndMigrations, "damaged">,
  courses: readonly Course[],
  textsBetween: TextsBetween,
  sqlOf: SqlOf,
): Promise<TakenFromOthers[]> {
  const written = new Set(plans.flatMap(({ state }) => state.written.map(({ file }) => file)));
  const texts = migrations
    .filter((file) => !written.has(file) && existsSync(join(root, file)))
    .map((file) => [file, readFileSync(join(root, file), "utf8")] as const);
  const found: TakenFromOthers[] = [];
  for (const course of courses) {
    const { plan, needs, first } = course;
    const names = [...new Set(needs.flatMap(({ index, column, table }) => [index ?? column ?? [], table.name].flat()))];
    const mayConcern = texts.filter(([, text]) => mayConcernPlan(text, names)).map(([file]) => file);
    if (mayConcern.length === 0) continue;
    const { read } = (await checkingOf(plan.dialect))!;
    const own = [...(await sqlOf(mayConcern))].map(([file, sql]): OwnMigration => {
      const operations = flattened(read(sql, file).operations);
      return { file, at: migrations.indexOf(file), operations };
    });
    const error = lostError(course, own, textsBetween) ?? addedError(course, own, textsBetween);
    if (error === undefined) continue;
    const due = [error.file, ...(first === undefined ? [] : [migrations[first]!])];
    found.push({ plan: plan.id, files: [error.file], error: error.error, due });
  }
  return found;
}

interface OwnMigration {
  readonly file: string;
  readonly at: number;
  readonly operations: ReturnType<typeof flattened>;
}

interface OwnError {
  readonly file: string;
  readonly error: LockstepError;
}

/** What an open plan needs is dropped, renamed or retyped. */
function lostError(course: Course, own: readonly OwnMigration[], textsBetween: TextsBetween): OwnError | undefined {
  const { plan } = course;
  if (!isOpen(plan)) return undefined;
  const takings = own.flatMap(({ file, at, operations }) =>
    takingsIn(operations).map((taking) => ({ ...taking, file, at })),
  );
  const lost = lostTo(takings, course, textsBetween);
  if (lost === undefined) return undefined;
  const { file, does } = lost.taking;
  const error = new LockstepError("LS3023", `${file} ${does} ${takenText(lost, plan.id)}`, {
    hint: `Remove the statement from ${file} where no database has run it, and repeat it when the plan is done.\n       npx lockstep abandon ${plan.id}   # otherwise`,
  });
  return { file, error };
}

/** A column that a plan adds is added a second time: the server rejects it, or the plan takes over the other column. */
function addedError(
  { plan, first: start, dropped }: Course,
  own: readonly OwnMigration[],
  textsBetween: TextsBetween,
): OwnError | undefined {
  if (start === undefined || (plan.state.released === "undone" && dropped === -1)) return undefined;
  const end = plan.state.released === "undone" ? dropped : Number.POSITIVE_INFINITY;
  for (const { file, at, operations } of own) {
    if (at > end) continue;
    const column = addedBy(plan).find(({ table, name }) =>
      operationsOfKind(operations, "addColumn").some(
        (each) => each.column.name === name && mayBeSame(each.table, table),
      ),
    );
    if (column === undefined) continue;
    // Dropped in between, it is another column.
    const [from, to] = at < start ? [at - 1, start] : [start, at + 1];
    if (textsBetween(from, to, plan).some((text) => isDropped(text, [column.name]))) continue;
    const label = objectLabel({ table: column.table, column: column.name });
    const error = new LockstepError("LS3020", `${label} is the column of plan ${plan.id}, and ${file} adds it, too.`, {
      hint: `Remove the statement from ${file} where no database has run it.\n       npx lockstep abandon ${plan.id}   # otherwise`,
    });
    return { file, error };
  }
  return undefined;
}

/** A quick search, so that few files are parsed. */
function mayConcernPlan(text: string, names: readonly string[]): boolean {
  return /DROP|RENAME|TYPE|CHANGE|ADD/i.test(text) && names.some((name) => named(name).test(text));
}
