import { unitsOf } from "../../databases/units.js";
import type { OperationOf, Unit } from "../../model/index.js";
import type { MigrationContent } from "../../plugin/plugin.js";
import { unitIndex } from "../../rules/steps.js";

/**
 * A migration that builds one index concurrently, like that of a plan, for a change without a plan: at the user's request.
 *
 * @throws LS1003 if its name exceeds PostgreSQL's 63 bytes
 */
export function indexMigration(operation: OperationOf<"createIndex">): MigrationContent {
  const units = unitsOf("postgresql");
  const spec = { kind: "create-index", table: operation.table, index: unitIndex(operation) } as const;
  const unit: Unit = { id: spec.kind, phase: "expand", spec, ...units.describe(spec) };
  return { units: [unit], sql: units.renderFile([unit]), down: units.downOf([unit], "") };
}
