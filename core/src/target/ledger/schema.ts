import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import { refused } from "../../dialect/db/refused.js";
import { errorCode } from "../../dialect/db/retry.js";

/** The version of the ledger's tables. A later version adds its steps to those of each dialect, and increases this. */
export const ledgerVersion = 7;

/**
 * Creates the ledger or upgrades it to this version. Can be called at any time and by several sessions at once.
 * @throws LS7001 if the role cannot create or use it, LS7003 if a newer version of Lockstep created it
 */
export async function ensureLedger(connection: Connection): Promise<void> {
  let found: number | undefined;
  try {
    found = await versionOf(connection);
    if (found !== ledgerVersion) await connection.dialect.live.ledger.build(connection);
  } catch (error) {
    throw ledgerError(connection, error, found);
  }
}

/** Whether a ledger exists. Reading never creates one. */
export async function hasLedger(connection: Connection): Promise<boolean> {
  try {
    return (await versionOf(connection)) !== undefined;
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

async function versionOf(connection: Connection): Promise<number | undefined> {
  const version = await connection.dialect.live.ledger.version(connection);
  if (version === undefined || version <= ledgerVersion) return version;
  throw new LockstepError(
    "LS7003",
    `The ledger on ${connection.label} has version ${version}, but this Lockstep supports ${ledgerVersion}`,
  );
}

/**
 * Missing privileges get their own code, because the user only needs a GRANT.
 * @param found the version of the ledger that was being upgraded
 */
export function ledgerError(connection: Connection, error: unknown, found?: number): unknown {
  const isForbidden = errorCode(error) === "42501" && !(error instanceof LockstepError);
  const what = `The ledger (${connection.dialect.live.ledger.place}) on ${connection.label}`;
  if (!isForbidden) return refused(error, what);
  const { grant } = connection.dialect.live.ledger;
  const hint =
    found === undefined
      ? grant
      : `An earlier Lockstep has made it (version ${found}, today ${ledgerVersion}): run one command, such as npx lockstep deploy, as a role that may change its tables (on PostgreSQL their owner), which adds what is new. ${grant}`;
  return refused(error, what, "LS7001", hint);
}
