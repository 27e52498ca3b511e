import type { Connection } from "../../dialect/connection.js";
import type { Unit } from "../../model/plan.js";

/** The major version of the server: 17. */
export function serverMajor({ serverVersion }: Connection): number {
  return Math.floor(serverVersion / 10_000);
}

/** The version of the server as `Environment.server` counts: 17, 10.11, 11.08. */
export function judgedVersion({ dialect, serverVersion }: Connection): number {
  const major = Math.floor(serverVersion / 10_000);
  return dialect.id === "postgresql" ? major : major + (Math.floor(serverVersion / 100) % 100) / 100;
}

/** The version that a unit needs: what the server must know to run its statements. */
export function neededServer({ verdict }: Unit): number | undefined {
  const needed = verdict.concerns.flatMap((concern) => (concern.kind === "needs-server" ? [concern.major] : []));
  return needed.length === 0 ? undefined : Math.max(...needed);
}
