import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import { type DialectId, dialectLabels } from "../../model/dialect.js";

/**
 * Checks that a target uses the database system of the plan. MySQL and MariaDB are different systems.
 *
 * @throws LS7005 if it does not
 */
export function requireSystem(
  { dialect, serverVersion }: Connection,
  plan: { readonly id: string; readonly dialect: DialectId },
  target: string,
): void {
  if (plan.dialect === dialect.id) return;
  throw new LockstepError(
    "LS7005",
    `Plan ${plan.id} is for ${dialectLabels[plan.dialect]}, but ${target} is ${dialect.versionText(serverVersion)}.`,
    { details: { plan: plan.id, dialect: plan.dialect, target, server: dialect.id } },
  );
}
