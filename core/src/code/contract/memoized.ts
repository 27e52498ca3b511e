import type { TransformContext } from "./transform.js";

/**
 * A function whose result is computed once per file snapshot and intent.
 *
 * @example export const producersIn = memoized((context) => context.project.files.flatMap((file) => producersOf(file, context)));
 */
export function memoized<T>(compute: (context: TransformContext) => T): (context: TransformContext) => T {
  return (context) => context.memo(compute, undefined, () => compute(context));
}

/** Like `memoized`, per key: a file, a node, a transform. */
export function memoizedBy<K, T>(
  compute: (key: K, context: TransformContext) => T,
): (key: K, context: TransformContext) => T {
  return (key, context) => context.memo(compute, key, () => compute(key, context));
}

/** The cache of a context. */
export function memory(): TransformContext["memo"] {
  const kept = new Map<object, Map<unknown, unknown>>();
  return <T>(fn: object, key: unknown, compute: () => T, whileComputing?: T): T => {
    const known = kept.get(fn) ?? new Map<unknown, unknown>();
    kept.set(fn, known);
    if (known.has(key)) return known.get(key) as T;
    if (whileComputing !== undefined) known.set(key, whileComputing);
    const made = compute();
    known.set(key, made);
    return made;
  };
}
