import type { OperationOf, Verdict } from "../../model/index.js";
import { harmless, locksOn, verdict } from "../../sql/verdicts/combine.js";
import type { VerdictContext } from "../../sql/verdicts/context.js";
import { concurrently } from "../../sql/verdicts/transaction.js";

/** Its rows are looked at, unless a check of its own says where they belong. */
export function attachPartition(
  { table, partition }: OperationOf<"attachPartition">,
  context: VerdictContext,
): Verdict {
  const isNew = context.createdInThisChange(partition);
  if (context.createdInThisChange(table)) return isNew ? harmless : checked();
  return isNew
    ? verdict({
        locks: locksOn("SHARE UPDATE EXCLUSIVE", [table], context),
        held: "scan",
        concerns: [{ kind: "searches-default-partition", table }],
        doubts: ["other-tables"],
      })
    : checked();

  function checked(): Verdict {
    return verdict({
      locks: [
        ...locksOn("SHARE UPDATE EXCLUSIVE", [table], context),
        ...locksOn("ACCESS EXCLUSIVE", [partition], context),
      ],
      held: "scan",
      concerns: [
        { kind: "scans", table: partition, why: "check" },
        { kind: "fails-on-rows", table: partition, why: "check" },
      ],
      doubts: ["former-constraints", "other-tables"],
    });
  }
}

export function detachPartition(operation: OperationOf<"detachPartition">, context: VerdictContext): Verdict {
  const { table, partition, isConcurrent, statement } = operation;
  if (context.createdInThisChange(table)) return harmless;
  const hidden = { kind: "hides-rows", table, partition } as const;
  if (!isConcurrent)
    return verdict({
      locks: locksOn("ACCESS EXCLUSIVE", [table, partition], context),
      concerns: [hidden],
      doubts: ["other-tables"],
    });
  const { concerns, doubts } = concurrently(statement, context);
  return verdict({
    locks: [
      ...locksOn("SHARE UPDATE EXCLUSIVE", [table], context),
      ...locksOn("ACCESS EXCLUSIVE", [partition], context),
    ],
    concerns: [hidden, ...concerns],
    doubts,
  });
}
