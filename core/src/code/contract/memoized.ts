import type { TransformContext } from "./transform.js";

/**
 * A function whose answer is computed once for each snapshot of the files and intent.
 *
 * @example export const producersIn = memoized((context) => context.project.files.flatMap((file) => producersOf(file, context)));
 */
export function memoized<T>(compute: (context: TransformContext) => T): (context: TransformContext) => T {
  return (context) => context.memo(compute, undefined, () => compute(context));
}

/** The same of one thing each: a file, a node, a transform. */
export function memoizedBy<K, T>(
  compute: (of: K, context: TransformContext) => T,
): (of: K, context: TransformContext) => T {
  return (of, context) => context.memo(compute, of, () => compute(of, context));
}

/** What a context remembers. */
export function memory(): TransformContext["memo"] {
  const kept = new Map<object, Map<unknown, unknown>>();
  return <T>(asked: object, of: unknown, make: () => T, meanwhile?: T): T => {
    const known = kept.get(asked) ?? new Map<unknown, unknown>();
    kept.set(asked, known);
    if (known.has(of)) return known.get(of) as T;
    if (meanwhile !== undefined) known.set(of, meanwhile);
    const made = make();
    known.set(of, made);
    return made;
  };
}
