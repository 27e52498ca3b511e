import type { Connection } from "../../dialect/connection.js";
import type { Unit } from "../../model/plan.js";

/** The major version of the server: 17. */
export function serverMajor({ serverVersion }: Connection): number {
  return Math.floor(serverVersion / 10_000);
}

/** The version of the server in the format of `Environment.server`: 17, 80029, 101103. */
export function judgedVersion(connection: Connection): number {
  return connection.dialect.id === "postgresql" ? serverMajor(connection) : connection.serverVersion;
}

/** The server version that the statements of a unit need, in the format of `Environment.server`. */
export function neededServer({ verdict }: Unit): number | undefined {
  const needed = verdict.concerns.flatMap((concern) => (concern.kind === "needs-server" ? (concern.since ?? []) : []));
  return needed.length === 0 ? undefined : Math.max(...needed);
}
