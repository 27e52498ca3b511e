import { connect } from "../databases/connect.js";
import type { Workspace } from "./command.js";

/**
 * Returns the migrations that a database has applied or started.
 *
 * @throws LS8004 the database is unreachable
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
