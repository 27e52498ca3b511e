/** What the replayed apps have in common with real ones: how often people extended places of which something was known. */
import type { Column } from "./ranking-columns.js";
import type { ColumnAdded, LookAlike } from "./ranking-growth.js";
import { share } from "./ranking-scores.js";
import type { Kind } from "./ranking-teams.js";

/** Without the column these do not compile, or are tests: nothing about them is a matter of evidence. */
const others: ReadonlySet<Kind> = new Set(["create", "fixture", "test"]);

/** Whether the kind of a place leaves it to people where a new column goes. */
export function isOpen(kind: Kind): boolean {
  return !others.has(kind);
}

interface Sign {
  readonly title: string;
  /** The share in 17 open-source apps. */
  readonly measured: number;
  holds(place: LookAlike, added: ColumnAdded): boolean;
}

const signs: readonly Sign[] = [
  { title: "all", measured: 0.125, holds: () => true },
  { title: "half of the core columns", measured: 0.44, holds: (place, added) => held(place, added) >= 0.5 },
  { title: "three quarters of them", measured: 0.57, holds: (place, added) => held(place, added) >= 0.75 },
  { title: "less than a third", measured: 0.01, holds: (place, added) => held(place, added) < 0.3 },
  { title: "the newest column", measured: 0.4, holds: (place, { columns }) => has(place, columns.slice(-1)) },
  { title: "not the newest", measured: 0.01, holds: (place, { columns }) => !has(place, columns.slice(-1)) },
  { title: "the newest three", measured: 0.69, holds: (place, { columns }) => has(place, columns.slice(-3)) },
];

export interface Share {
  readonly title: string;
  readonly measured: number;
  /** In the replayed apps. */
  readonly replayed: number;
}

/** Of the places that each sign is true of, the share that got the new column. */
export function sharesOf(commits: readonly ColumnAdded[]): readonly Share[] {
  const all = commits.flatMap((added) =>
    added.places.filter(({ kind }) => isOpen(kind)).map((place) => ({ place, added })),
  );
  return signs.map(({ title, measured, holds }) => {
    const those = all.filter(({ place, added }) => holds(place, added));
    const extended = those.filter(({ place }) => place.isExtended);
    return { title, measured, replayed: those.length === 0 ? 0 : extended.length / those.length };
  });
}

/** `all .13 (.13), half of the core columns .61 (.44)` */
export function sharesText(shares: readonly Share[]): string {
  return shares.map(({ title, measured, replayed }) => `${title} ${share(replayed)} (${share(measured)})`).join(", ");
}

function held({ names }: LookAlike, { columns }: ColumnAdded): number {
  const core = columns.filter(({ isKey, type }) => !isKey && type !== "datetime");
  return core.filter(({ name }) => names.includes(name)).length / core.length;
}

function has({ names }: LookAlike, columns: readonly Column[]): boolean {
  return columns.every(({ name }) => names.includes(name));
}
