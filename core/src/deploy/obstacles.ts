import type { Connection } from "../dialects/connection.js";
import { LockstepError } from "../errors.js";
import type { ReleasedUnit } from "../plan/migration-of.js";

/**
 * Whether a target takes the units that are pending, as far as that can be seen before the first of them.
 *
 * @throws LS7027 when it does not
 */
export async function requireNoObstacles(
  connection: Connection,
  units: readonly ReleasedUnit[],
  target: string,
): Promise<void> {
  const found = await connection.dialect.obstacles(
    connection,
    units.map(({ unit }) => unit.spec),
  );
  const [first] = found;
  if (first === undefined) return;
  const lines = found.map(
    ({ what, why = "", next }) => `  ✖ ${what}. ${why}${next === undefined ? "" : `\n    Do: ${next}`}`,
  );
  throw new LockstepError("LS7027", `${target} refuses what is pending:\n${lines.join("\n")}`, {
    hint: `${first.next ?? "Do what the lines say"}, then npx lockstep deploy --target ${target}`,
    details: { target, obstacles: found.map(({ what }) => what) },
  });
}
