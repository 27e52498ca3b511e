import type { Concern, ConcernKind, Verdict } from "../model/index.js";

/** These a developer who writes the change knows: no notice is made of them alone. */
const expected: ReadonlySet<ConcernKind> = new Set(["narrows-writes", "widens-reads"]);

/** These leave the data as it is and running code in work. */
const bearable: ReadonlySet<ConcernKind> = new Set(["guards-less", "loses-index"]);

/** Whether a person should look at a statement: something waits, fails, goes, or is not known. */
export function isWorthANotice({ concerns, doubts }: Verdict): boolean {
  // Which other tables are locked for an instant, nobody has to look at.
  return concerns.some(({ kind }) => !expected.has(kind)) || doubts.includes("statement");
}

/** What stops "safe with the app version before and after it"; empty: it is so. */
export function dangersOf({ concerns }: Verdict): readonly Concern[] {
  return concerns.filter(({ kind }) => !bearable.has(kind));
}
