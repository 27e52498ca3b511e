import type { OperationOf, TableName, Verdict } from "../../model/index.js";
import { combine, harmless, locksOn, verdict } from "../../sql/verdicts/combine.js";
import type { VerdictContext } from "../../sql/verdicts/context.js";
import { concurrently } from "../../sql/verdicts/transaction.js";

/** PostgreSQL checks its rows, unless a check constraint already proves the partition bounds. */
export function attachPartition(
  { table, partition }: OperationOf<"attachPartition">,
  context: VerdictContext,
): Verdict {
  const isNew = context.createdInThisChange(partition);
  if (context.createdInThisChange(table)) return isNew ? harmless : checked(false);
  const searched = searchedDefault(table, context);
  return isNew
    ? combine([verdict({ locks: locksOn("SHARE UPDATE EXCLUSIVE", [table], context) }), searched])
    : combine([checked(true), searched]);

  function checked(isLocked: boolean): Verdict {
    return verdict({
      locks: [
        ...locksOn("SHARE UPDATE EXCLUSIVE", isLocked ? [table] : [], context),
        ...locksOn("ACCESS EXCLUSIVE", [partition, ...(context.history?.relatives(partition)?.below ?? [])], context),
      ],
      held: "scan",
      concerns: [
        { kind: "scans", table: partition, why: "check" },
        { kind: "fails-on-rows", table: partition, why: "check" },
      ],
      doubts: ["former-constraints", ...(isLocked ? [] : (["other-tables"] as const))],
    });
  }
}

/** The default partition may contain rows of a new partition, so it is searched under a lock. */
export function searchedDefault(table: TableName, context: VerdictContext): Verdict {
  const relatives = context.history?.relatives(table);
  const searches = { kind: "searches-default-partition", table } as const;
  if (relatives === undefined) return verdict({ held: "scan", concerns: [searches], doubts: ["other-tables"] });
  const { defaultPartition } = relatives;
  if (defaultPartition === undefined) return verdict({ concerns: [searches] });
  const below = context.history?.relatives(defaultPartition)?.below ?? [];
  return verdict({
    locks: locksOn("ACCESS EXCLUSIVE", [defaultPartition, ...below], context),
    held: "scan",
    concerns: [searches, { kind: "fails-on-rows", table: defaultPartition, why: "check" }],
  });
}

export function detachPartition(operation: OperationOf<"detachPartition">, context: VerdictContext): Verdict {
  const { table, partition, isConcurrent, statement } = operation;
  if (context.createdInThisChange(table)) return harmless;
  const hidden = { kind: "hides-rows", table, partition } as const;
  const relatives = context.history?.relatives(table);
  const others = relatives?.defaultPartition === undefined ? [] : [relatives.defaultPartition];
  if (!isConcurrent)
    return verdict({
      locks: [
        ...locksOn("ACCESS EXCLUSIVE", [table], context),
        // Before 14, its readers did not wait.
        ...locksOn(
          context.environment.server === 13 ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE",
          [partition],
          context,
        ),
        ...locksOn("ACCESS EXCLUSIVE", [...(context.history?.relatives(partition)?.below ?? []), ...others], context),
      ],
      concerns: [hidden],
      doubts: relatives === undefined ? ["other-tables"] : [],
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
