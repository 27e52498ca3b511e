/** Few enough connections not to burden a server. */
const most = 8;

/** Runs `act` for each item, several at a time. Returns results in input order. Rejects on the first error. */
export async function atOnce<T, R>(all: readonly T[], act: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < all.length; at = next++) results[at] = await act(all[at]!);
  };
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, lane));
  return results;
}
