import type { Connection } from "../../dialect/connection.js";
import type { Unit } from "../../model/plan.js";

/** The major version of the server: 17. */
export function serverMajor({ serverVersion }: Connection): number {
  return Math.floor(serverVersion / 10_000);
}

/** The version of the server as `Environment.server` counts: 17, 80029, 101103. */
export function judgedVersion(connection: Connection): number {
  return connection.dialect.id === "postgresql" ? serverMajor(connection) : connection.serverVersion;
}

/** The version that a unit needs, as `Environment.server` counts: what the server must know to run its statements. */
export function neededServer({ verdict }: Unit): number | undefined {
  const needed = verdict.concerns.flatMap((concern) => (concern.kind === "needs-server" ? (concern.since ?? []) : []));
  return needed.length === 0 ? undefined : Math.max(...needed);
}
