import type { Concern, ConcernKind, Environment, Verdict } from "../model/index.js";

/** These a developer who writes the change knows: no notice is made of them alone. */
const expected: ReadonlySet<ConcernKind> = new Set(["narrows-writes", "widens-reads"]);

/** These leave the data as it is and running code in work; a server that is too old stops the deployment before anything runs. */
const bearable: ReadonlySet<ConcernKind> = new Set(["guards-less", "loses-index", "needs-server"]);

/** Whether a person should look at a statement: something waits, fails, goes, or is not known. */
export function isWorthANotice({ concerns, doubts }: Verdict, { server = 0 }: Environment = {}): boolean {
  const isKnown = (concern: Concern) => concern.kind === "needs-server" && concern.major <= server;
  // Which other tables are locked for an instant, nobody has to look at.
  return concerns.some((concern) => !expected.has(concern.kind) && !isKnown(concern)) || doubts.includes("statement");
}

/** What stops "safe with the app version before and after it"; empty: it is so. */
export function dangersOf({ concerns }: Verdict): readonly Concern[] {
  return concerns.filter(({ kind }) => !bearable.has(kind));
}
