/**
 * Limits the number of points by merging neighbours.
 *
 * @param merge combines several points, in order; at least one
 */
export function thinned<T>(points: readonly T[], most: number, merge: (neighbours: readonly T[]) => T): readonly T[] {
  if (points.length <= most) return points;
  const size = Math.ceil(points.length / most);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, at) =>
    merge(points.slice(at * size, (at + 1) * size)),
  );
}
