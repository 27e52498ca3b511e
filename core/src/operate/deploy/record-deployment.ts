import { connect } from "../../databases/connect.js";
import type { DeploymentEntry } from "../../dialect/ledger-store.js";
import type { ReleasedUnit } from "../../plan/migration-of.js";
import { recordDeployment } from "../../target/ledger/deployments.js";

/**
 * Writes down in the target what was deployed there, for each plan that had a part in it. A target that does not take it says so nowhere:
 * what a person has asked for is done.
 *
 * @param units those that were pending
 * @param migrations those that count: that were applied, or of a deployment that failed all
 */
export async function recordDeployments(
  url: string,
  units: readonly ReleasedUnit[],
  migrations: readonly string[],
  how: Omit<DeploymentEntry, "phases" | "migrations">,
): Promise<void> {
  const own = units.filter(({ migration }) => migrations.includes(migration));
  if (own.length === 0) return;
  try {
    const connection = await connect(url, { applicationName: "lockstep deploy", needsSession: false });
    try {
      for (const plan of new Set(own.map((unit) => unit.plan.id))) {
        const of = own.filter((unit) => unit.plan.id === plan);
        await recordDeployment(connection, plan, {
          ...how,
          phases: [...new Set(of.map(({ phase }) => phase))],
          migrations: [...new Set(of.map(({ migration }) => migration))],
        });
      }
    } finally {
      await connection.close();
    }
  } catch {
    // The deployment is done and must not fail over its record. The report lacks it, and says that it may.
  }
}
