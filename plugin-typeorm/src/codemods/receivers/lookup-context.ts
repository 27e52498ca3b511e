import type { EntityModel } from "@lockstep/core";
import { memory, type Project, type TransformContext } from "@lockstep/core/codemods";

/** The context for resolving names. */
export type LookupContext = Pick<TransformContext, "project" | "models">;

type Memory = TransformContext["memo"];

const kept = new WeakMap<Project, { readonly models: readonly EntityModel[]; readonly memo: Memory }>();

/** `TransformContext.memo` for results that are the same for every column and transform of a change: once per snapshot of the files. */
export function once<T>(
  { project, models }: LookupContext,
  asked: object,
  of: unknown,
  make: () => T,
  meanwhile?: T,
): T {
  const known = kept.get(project);
  const memo = known?.models === models ? known.memo : memory();
  if (known?.memo !== memo) kept.set(project, { models, memo });
  return memo(asked, of, make, meanwhile);
}
