import { connect } from "../../databases/connect.js";
import type { DeploymentEntry } from "../../dialect/ledger-store.js";
import type { ReleasedUnit } from "../../plan/migration-of.js";
import { recordDeployment } from "../../target/ledger/deployments.js";

/**
 * Records in the target what was deployed there, for each plan that took part. If the target rejects the record, it reports no error: the
 * deployment itself is done.
 *
 * @param units the pending units before the deployment
 * @param migrations the ones to record: those that were applied, or all of a failed deployment
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
    // The deployment is done and must not fail because of its record. The report lacks it, and states that it may.
  }
}
