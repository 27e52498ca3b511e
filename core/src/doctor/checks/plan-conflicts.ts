import { isSameTable, tableLabel } from "../../model/index.js";
import { takeOut } from "../../plan/guard-undo.js";
import { isOpen } from "../../plan/store.js";
import { type Check, ok, problem } from "../check.js";

export default {
  id: "plan-conflicts",
  title: "two plans on one column",
  on: "project",
  async run({ plans }) {
    const open = plans.filter(isOpen);
    const conflicts = open.flatMap((plan, index) =>
      open.slice(0, index).flatMap((earlier) =>
        plan.columns
          .filter((column) =>
            earlier.columns.some((other) => other.name === column.name && isSameTable(other.table, column.table)),
          )
          .map((column) =>
            problem(`"${tableLabel(column.table)}"."${column.name}" has two open plans: ${earlier.id} and ${plan.id}`, {
              why: "They came together in a merge. Undoing one would drop the column of the other.",
              next: takeOut(plan),
            }),
          ),
      ),
    );
    return conflicts.length > 0 ? conflicts : [ok("no column has two open plans")];
  },
} satisfies Check;
