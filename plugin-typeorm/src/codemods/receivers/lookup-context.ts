import type { EntityModel } from "@lockstep/core";
import type { Project, TransformContext } from "@lockstep/core/codemods";

/** What names are followed with. */
export type LookupContext = Pick<TransformContext, "project" | "models">;

const kept = new WeakMap<Project, { readonly models: readonly EntityModel[]; readonly values: Map<string, unknown> }>();

/** Computes once per snapshot of the files what is the same for every column and transform of a change. */
export function once<T>({ project, models }: LookupContext, key: string, make: () => T): T {
  const known = kept.get(project);
  const { values } = known?.models === models ? known : { values: new Map<string, unknown>() };
  if (known?.values !== values) kept.set(project, { models, values });
  if (!values.has(key)) values.set(key, make());
  return values.get(key) as T;
}
