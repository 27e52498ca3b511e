/**
 * At most so many points: neighbours are merged into one.
 *
 * @param merge what several points come to, in order; at least one
 */
export function thinned<T>(points: readonly T[], most: number, merge: (neighbours: readonly T[]) => T): readonly T[] {
  if (points.length <= most) return points;
  const size = Math.ceil(points.length / most);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, at) =>
    merge(points.slice(at * size, (at + 1) * size)),
  );
}
