import { connect } from "../databases/connect.js";
import type { Workspace } from "./command.js";

/**
 * The migrations that a database has, or has begun.
 *
 * @throws LS8004 when it cannot be reached
 */
export async function appliedNames(url: string, { project, plugin }: Workspace): Promise<readonly string[]> {
  const connection = await connect(url, { applicationName: "lockstep", needsSession: false, isReadOnly: true });
  try {
    const { applied, failed } = await plugin.readApplied(connection, project);
    return [...applied, ...failed];
  } finally {
    await connection.close();
  }
}
