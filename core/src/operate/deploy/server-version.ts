import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import type { ReleasedUnit } from "../../plan/migration-of.js";
import { neededServer, serverMajor } from "../../target/facts/server-version.js";

/**
 * Checks whether a target's server supports the statements of the pending units: the plan may have been made with a newer server.
 *
 * @throws LS7025 if it does not
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
  const server = serverMajor(connection);
  const { label, versionText } = connection.dialect;
  const missing = needs.find(({ major }) => major > server);
  if (missing === undefined) return;
  throw new LockstepError(
    "LS7025",
    `${missing.migration} needs ${label} ${missing.major} or later, but ${target} is ${versionText(connection.serverVersion)}. Nothing was applied.`,
    { details: { migration: missing.migration, target, server, needs: missing.major } },
  );
}
