import type { Connection } from "../dialects/connection.js";
import { LockstepError } from "../errors.js";
import { neededServer } from "../facts/server-version.js";
import type { ReleasedUnit } from "../plan/migration-of.js";

/**
 * Whether a target's server knows the statements of the units that are pending: the server that the plan was made with may be newer.
 *
 * @throws LS7025 when it does not
 */
export async function requireServer(
  connection: Connection,
  units: readonly ReleasedUnit[],
  target: string,
): Promise<void> {
  const needs = units.flatMap(({ unit, migration }) => {
    const major = neededServer(unit);
    return major === undefined ? [] : [{ migration, major }];
  });
  if (needs.length === 0) return;
  const server = Math.floor(connection.serverVersion / 10_000);
  const missing = needs.find(({ major }) => major > server);
  if (missing === undefined) return;
  const { label } = connection.dialect;
  throw new LockstepError(
    "LS7025",
    `${missing.migration} needs ${label} ${missing.major} or later, ${target} is ${label} ${server}. Nothing was applied.`,
    { details: { migration: missing.migration, target, server, needs: missing.major } },
  );
}
