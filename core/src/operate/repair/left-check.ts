import type { Finding, Repair } from "./repair.js";

/** The check of a killed prove rejects rows, although nothing requires the column yet. */
export const leftCheck: Repair = {
  id: "left-check",
  async find({ plan, connection, state, target }) {
    const proves = plan.units.flatMap(({ phase, spec }) =>
      phase === "contract" && spec.kind === "prove" ? [spec] : [],
    );
    const leftovers = await connection.dialect.ops.leftovers();
    const running = { target: target.name, pid: state.deploying };
    const findings: (Finding | undefined)[] = [];
    for (const { table, columns } of proves)
      for (const { name } of columns) findings.push(await leftovers.leftCheck(connection, table, name, running));
    return findings.filter((finding) => finding !== undefined);
  },
};
