import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import { versionText } from "../../model/newer-forms.js";
import type { ReleasedUnit } from "../../plan/migration-of.js";
import { judgedVersion, neededServer } from "../../target/facts/server-version.js";

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
    const since = neededServer(unit);
    return since === undefined ? [] : [{ migration, since }];
  });
  if (needs.length === 0) return;
  const server = judgedVersion(connection);
  const { dialect, serverVersion } = connection;
  const missing = needs.find(({ since }) => since > server);
  if (missing === undefined) return;
  throw new LockstepError(
    "LS7025",
    `${missing.migration} needs ${dialect.label} ${versionText(missing.since, dialect.id)} or later, but ${target} is ${dialect.versionText(serverVersion)}. Nothing was applied.`,
    { details: { migration: missing.migration, target, server, needs: missing.since } },
  );
}
