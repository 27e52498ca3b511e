import { LockstepError } from "../../base/errors.js";
import type { Finding } from "../../dialect/check.js";
import type { Connection } from "../../dialect/connection.js";
import type { ReleasedUnit } from "../../plan/migration-of.js";

/**
 * Checks whether a target can run the pending units, as far as that is visible before the first of them.
 *
 * @param others further findings
 * @throws LS7027 if it cannot
 */
export async function requireNoObstacles(
  connection: Connection,
  units: readonly ReleasedUnit[],
  target: string,
  others: readonly Finding[] = [],
): Promise<void> {
  const specs = units.map(({ unit }) => unit.spec);
  const found = [...(await connection.dialect.ops.obstacles(connection, specs)), ...others];
  const [first] = found;
  if (first === undefined) return;
  const lines = found.map(
    ({ what, why = "", next }) =>
      `  ✖ ${what}. ${why}${next === undefined ? "" : `\n    Do: ${next.replaceAll("\n", "\n        ")}`}`,
  );
  throw new LockstepError("LS7027", `${target} would reject pending migrations:\n${lines.join("\n")}`, {
    hint: `${first.next ?? "Follow the instructions above."}\nnpx lockstep deploy --target ${target}`,
    details: { target, obstacles: found.map(({ what }) => what) },
  });
}
