import type { Concern, ConcernKind, Environment, Verdict } from "../../model/index.js";

/** These a developer who writes the change knows: no notice is made of them alone. */
const expected: ReadonlySet<ConcernKind> = new Set(["narrows-writes", "widens-reads", "changes-access"]);

/** These leave the data as it is and running code in work; a server that is too old stops the deployment before anything runs. */
const bearable: ReadonlySet<ConcernKind> = new Set(["guards-less", "loses-index", "needs-server"]);

/** What whoever writes the change knows of it. */
export function isExpected(concern: Concern): boolean {
  return expected.has(concern.kind) && !(concern.kind === "changes-access" && concern.takes !== undefined);
}

/** Whether every server that it reaches is known to be new enough. */
export function isKnownServer(concern: Concern, { server = 0 }: Environment): boolean {
  return concern.kind === "needs-server" && concern.major <= server;
}

/** Whether a person should look at a statement: something waits, fails, goes, or is not known. */
export function needsNotice({ concerns, doubts }: Verdict, environment: Environment = {}): boolean {
  // Which other tables are locked for an instant, nobody has to look at.
  return (
    concerns.some((concern) => !isExpected(concern) && !isKnownServer(concern, environment)) ||
    doubts.includes("statement")
  );
}

/** What stops "safe with the app version before and after it"; empty: it is so. */
export function dangersOf({ concerns }: Verdict): readonly Concern[] {
  return concerns.filter(
    (concern) => !bearable.has(concern.kind) && !(concern.kind === "session-default" && !concern.mayFail),
  );
}
