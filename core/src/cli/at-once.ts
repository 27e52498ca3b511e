/** So many connections at once are no burden to a server. */
const most = 8;

/** Does the same to each, some at once. Results are in the order of what was given; the first error ends it. */
export async function atOnce<T, R>(all: readonly T[], act: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < all.length; at = next++) results[at] = await act(all[at]!);
  };
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, lane));
  return results;
}
