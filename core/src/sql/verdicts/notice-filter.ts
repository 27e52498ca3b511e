import type { Concern, ConcernKind, Environment, Verdict } from "../../model/index.js";

/** Concerns that the author of a change expects: they cause no notice alone. */
const expected: ReadonlySet<ConcernKind> = new Set(["narrows-writes", "widens-reads", "changes-access"]);

/** Concerns that neither change data nor break running code. A server that is too old stops the deployment before anything runs. */
const bearable: ReadonlySet<ConcernKind> = new Set(["guards-less", "loses-index", "needs-server"]);

/** Whether the author of the change expects it. */
export function isExpected(concern: Concern): boolean {
  return expected.has(concern.kind) && !(concern.kind === "changes-access" && concern.takes !== undefined);
}

/** Whether every target's server is known to be new enough. */
export function isKnownServer(concern: Concern, { server = 0 }: Environment): boolean {
  return concern.kind === "needs-server" && concern.since !== undefined && concern.since <= server;
}

/** Whether a person should review a statement: it blocks, fails, loses something, or is not understood. */
export function needsNotice({ concerns, doubts }: Verdict, environment: Environment = {}): boolean {
  // Unknown tables that are locked only for an instant need no review.
  return (
    concerns.some((concern) => !isExpected(concern) && !isKnownServer(concern, environment)) ||
    doubts.includes("statement")
  );
}

/** The concerns that contradict "safe with the app version before and after it"; empty: it is safe. */
export function dangersOf({ concerns }: Verdict): readonly Concern[] {
  return concerns.filter(
    (concern) => !bearable.has(concern.kind) && !(concern.kind === "session-default" && !concern.mayFail),
  );
}
