import type { OperationOf, Unit } from "../model/index.js";
import type { MigrationContent } from "../plugin.js";
import { unitIndex } from "../rules/steps.js";
import { createIndex } from "../sql/postgres/units/create-index.js";
import { header } from "../sql/postgres/units/header.js";
import { describeUnit, downStatements } from "../sql/postgres/units/index.js";

/**
 * A migration that builds one index concurrently, as a plan's would, for a change that needs no plan: the user has asked for it.
 *
 * @throws LS1003 when its name does not fit PostgreSQL's 63 bytes
 */
export function indexMigration(operation: OperationOf<"createIndex">): MigrationContent {
  const spec = { kind: "create-index", table: operation.table, index: unitIndex(operation) } as const;
  const unit: Unit = { id: spec.kind, phase: "expand", spec, ...describeUnit(spec) };
  return { units: [unit], sql: `${header([unit])}${createIndex(spec)}`, down: downStatements(unit, "") };
}
