import type { UnitSpec } from "./plan.js";

type SpecOf<K extends UnitSpec["kind"]> = Extract<UnitSpec, { kind: K }>;

/** The maximum number of NULL rows that prove fills itself: they take some 40 ms per 1000. */
export const fillMax = 10_000;

/**
 * Whether the index is built first, concurrently, and then attached to its constraint. A partitioned table does not support this: there the
 * constraint is declared at once, and its partitions join.
 */
export function isAttachedLater({
  index,
  isPartitioned,
}: Pick<SpecOf<"create-index">, "index" | "isPartitioned">): boolean {
  return index.constraint !== undefined && isPartitioned !== true;
}

/**
 * Whether an interrupted run may leave the index INVALID. PostgreSQL drops an index of a partitioned table with those of its partitions,
 * and that of a constraint with the constraint: both in a transaction.
 */
export function isDroppedConcurrently({ index, isPartitioned }: SpecOf<"drop-index">): boolean {
  return isPartitioned !== true && index.constraint === undefined;
}

/** The prefix of an index that replaces another one of the same name, until that one is dropped. */
export const temporaryPrefix = "lockstep_new_";

/** Whether an index has such a name. */
export function isTemporaryIndex(name: string): boolean {
  return name.startsWith(temporaryPrefix);
}

/** A table that is read or copied quickly: writes wait no longer than for a short lock. */
export const smallTable = { rows: 10_000, bytes: 16 * 1024 * 1024 } as const;

/** The start of the message with which a unit leaves the copy to a tool. */
export const leftToTool = "Nothing is changed. Run: npx lockstep online run";

/** Whether a unit stopped because a tool has to copy its table first, and not because of an error. */
export function isLeftToTool({ kind }: Pick<UnitSpec, "kind">, message = ""): boolean {
  return kind === "online-copy" && message.includes(leftToTool);
}
