import type { Slot } from "../../dialect/load-signals.js";
import { sizeOption, sizeText } from "../run-option.js";
import { defineSignal } from "./signal.js";

/** If a slot loses its WAL, its replica or subscriber must be rebuilt. */
export default defineSignal({
  id: "slots",
  summary: "a replication slot is about to lose WAL that its consumer needs (PostgreSQL, `max_slot_wal_keep_size`)",
  rank: 2,
  options: {
    minSlotWal: sizeOption({
      description: "wait while a slot loses WAL after less than this",
      initial: "1GB",
    }),
  },
  everyMs: 1000,
  isPressure: true,
  start() {
    /** Slots lost before the run began: waiting does not help them. */
    let lost: ReadonlySet<string> | undefined;
    return async ({ connection, options, isHeld }) => {
      const slots = (await connection.dialect.live.loadSignals.slots?.(connection)) ?? [];
      lost ??= new Set(slots.flatMap(({ name, status }) => (status === "lost" ? [name] : [])));
      const held = slots.flatMap((slot) => {
        const reason = danger(slot, options.minSlotWal!, isHeld);
        return reason === undefined || lost?.has(slot.name)
          ? []
          : [`the replication slot ${slot.name} ${reason}${remedy(slot)}`];
      });
      if (held.length > 0) return { kind: "hold", reason: held.join("; ") };
      if (lost.size === 0) return undefined;
      return {
        kind: "blind",
        reason: `the replication slot ${[...lost].join(", ")} had lost its WAL before the run began`,
      };
    };
  },
});

function danger({ status, safeBytes, mostBytes = 0 }: Slot, wanted: number, isHeld: boolean): string | undefined {
  if (status === "lost") return "has lost WAL that its reader needs";
  if (status === "unreserved") return "loses WAL at the next checkpoint";
  // The server may keep less than the limit in total.
  const limit = Math.min(wanted, mostBytes / 2);
  return safeBytes !== undefined && safeBytes < limit * (isHeld ? 1.25 : 1)
    ? `loses WAL after ${sizeText(Math.max(0, safeBytes))} more, limit ${sizeText(limit)}`
    : undefined;
}

function remedy({ dropSql }: Slot): string {
  return dropSql === undefined ? "" : `; it has no consumer, ${dropSql} drops it`;
}
