/** How good an answer about places is: what share of it is right, and what share of what is right it has. */

export interface Tally {
  /** Places that the commit extended. */
  readonly extended: number;
  /** Places that were named. */
  readonly named: number;
  /** Of these, places that the commit extended. */
  readonly right: number;
}

export const nothing: Tally = { extended: 0, named: 0, right: 0 };

/** Counts an answer against what a commit did. */
export function tally(extended: ReadonlySet<string>, named: ReadonlySet<string>): Tally {
  const right = [...named].filter((id) => extended.has(id)).length;
  return { extended: extended.size, named: named.size, right };
}

export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (all, each) => ({
      extended: all.extended + each.extended,
      named: all.named + each.named,
      right: all.right + each.right,
    }),
    nothing,
  );
}

/** Of what was named, the share that is right; undefined where nothing was. */
export function precision({ named, right }: Tally): number | undefined {
  return named === 0 ? undefined : right / named;
}

/** Of what was extended, the share that was named; undefined where nothing was. */
export function recall({ extended, right }: Tally): number | undefined {
  return extended === 0 ? undefined : right / extended;
}

/** `.84`, `1.0`; `-` where there is none. */
export function share(value: number | undefined): string {
  if (value === undefined) return "-";
  return value >= 0.995 ? "1.0" : value.toFixed(2).slice(1);
}
