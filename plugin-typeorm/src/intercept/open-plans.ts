import {
  findUnfinished,
  finishInterrupted,
  LockstepError,
  type ModelEdit,
  type Operation,
  type Plan,
} from "@lockstep/core";
import {
  filledOptionals,
  followNames,
  isOpen,
  listPlans,
  modelEdit,
  refuseSecondChange,
} from "@lockstep/core/planning";
import type { Query } from "@lockstep/typeorm-wrapper/internal";
import { endDone } from "./already-done.js";
import { findColumns, knownColumns } from "./columns.js";
import type { Interception } from "./interception.js";

/** The open plans of a project, as far as they answer a change. */
export interface OpenPlans {
  readonly plans: readonly Plan[];
  /** Columns that an entity has required although their plan has them optional: put back by hand or by a merge. */
  readonly ahead: ReturnType<typeof findColumns>;
  /** Whether a statement takes a unique constraint away that its plan keeps until contract. */
  isKept(query: Query): boolean;
  /**
   * What makes the entities follow their plans again; undefined when they do.
   * @param queries TypeORM's own, with the columns that are ahead optional
   */
  restoring(queries: readonly Query[]): Restore | undefined;
  /** @throws LS3004 when the change touches what has an open plan · LS2012 when it takes away what an open plan's fill reads */
  refuseSecondPlan(operations: readonly Operation[]): void;
}

export interface Restore {
  readonly edits: readonly ModelEdit[];
  /** `User.handle optional until contract (plan …, phase expand)` */
  readonly names: readonly string[];
  readonly plans: readonly Plan[];
}

/**
 * Reads the plans of the project, and finishes the write of an earlier run that was killed.
 *
 * @throws LS9056 when there was one: this run has loaded the entities from before; where it was the same command, the CLI ends here · LS3009, LS3011 when it cannot be finished, LS3012 when nothing may be written · LS3001, LS3002,
 * LS3007 a plan that cannot be read
 */
export async function openPlans(about: Interception): Promise<OpenPlans | undefined> {
  const { root, typed, call } = about;
  const { dataSource } = call;
  const left = findUnfinished(root);
  // Nothing may be written.
  if (about.command?.isDry === true && left !== undefined && left.unfinished.length + left.foreign.length > 0)
    throw new LockstepError("LS3012", `A write was interrupted: ${[...left.unfinished, ...left.foreign].join(", ")}.`);
  const recovery = await finishInterrupted(root, typed);
  if (recovery.kind === "finished" && recovery.command === typed && about.command !== undefined)
    await endDone(recovery.files, about);
  if (recovery.kind === "finished" && recovery.files.length > 0)
    throw new LockstepError("LS9056", `Written now: ${recovery.files.join(", ")}.`);
  const open = listPlans(root).filter(isOpen);
  if (open.length === 0) return undefined;
  const declared = knownColumns(dataSource);
  const plans = open.map((plan) => followNames(plan, declared));
  const ahead = plans.flatMap((plan) =>
    plan.columns
      .filter(({ isRelaxed }) => isRelaxed)
      .map((column) => ({ plan, column, found: findColumns(dataSource, column) }))
      .filter(({ found }) => found.some(({ isNullable }) => !isNullable)),
  );
  const kept = plans.flatMap((plan) => (plan.keptUniques ?? []).map((unique) => ({ plan, unique })));
  return {
    plans,
    ahead: ahead.flatMap(({ found }) => found),
    isKept: (query) => kept.some(({ unique }) => isAbout(query, unique.index.name)),
    restoring(queries) {
      const gone = kept.filter(({ unique }) => queries.some((query) => isAbout(query, unique.index.name)));
      if (ahead.length === 0 && gone.length === 0) return undefined;
      const touched = [...new Set([...ahead, ...gone].map(({ plan }) => plan))];
      // By themselves open reads are no difference that TypeORM would see; what put back the one has put back the other.
      const read = touched
        .filter(({ state }) => state.released === "expand")
        .flatMap((plan) => filledOptionals(plan).map((column) => ({ plan, column })))
        .filter(({ column }) =>
          findColumns(dataSource, column).some(({ isSelect, isVirtual }) => isSelect && !isVirtual),
        );
      return {
        edits: [
          ...ahead.flatMap(({ plan, column }) => [
            modelEdit("makeOptional", plan, column),
            ...(plan.state.released === "expand" ? [] : [modelEdit("openReads", plan, column)]),
          ]),
          ...read.map(({ plan, column }) => modelEdit("closeReads", plan, column)),
          ...gone.map(({ unique }): ModelEdit => ({ kind: "keepUnique", unique })),
        ],
        names: [
          ...ahead.map(({ plan, column }) => `${column.model}.${column.field} optional until contract ${ofPlan(plan)}`),
          ...read.map(({ plan, column }) => `${column.model}.${column.field} kept from reads ${ofPlan(plan)}`),
          ...gone.map(
            ({ plan, unique }) =>
              `${unique.model} unique on (${unique.fields.join(", ")}) until contract ${ofPlan(plan)}`,
          ),
        ],
        plans: touched,
      };
    },
    refuseSecondPlan: (operations) => refuseSecondChange(plans, operations),
  };
}

function ofPlan({ id, state }: Plan): string {
  return `(plan ${id}, phase ${state.released})`;
}

/** Whether a statement drops the constraint or index of that name, or makes it again to take that back. */
export function isAbout({ query }: Query, name: string): boolean {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  return (
    query.includes(quoted) &&
    /\bDROP (?:CONSTRAINT|INDEX)\b|\bADD CONSTRAINT\b|^\s*CREATE (?:UNIQUE )?INDEX\b/.test(query)
  );
}
