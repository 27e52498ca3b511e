import { isBlind, type KnownReplica } from "../../dialect/load-signals.js";
import { NamedReplicas } from "../named-replicas.js";
import { flagOf, namesOption, sizeOption, sizeText, timeOption, timeText } from "../run-option.js";
import { defineSignal, type OptionValues, type SignalContext } from "./signal.js";

const options = {
  maxReplicaLag: sizeOption({
    description: "wait while a PostgreSQL replica has more to replay",
    initial: "32MB",
  }),
  maxReplicaDelay: timeOption({ description: "wait while a replica lags by more than this", initial: "10s" }),
  watchReplica: namesOption({ description: "watch only these replicas, by their application_name" }),
  ignoreReplica: namesOption({ description: "replicas that may lag, by their application_name" }),
  replicaUrlFrom: namesOption({
    description: "environment variables with URLs of replicas to watch",
  }),
} as const;

type Context = SignalContext<OptionValues<typeof options>>;
type Replica = Pick<KnownReplica, "name" | "bytes" | "seconds" | "stopped">;

/** Readers of a replica see old data while it replays what the run has written. */
export default defineSignal({
  id: "replica-lag",
  summary: "a replica has too much to replay, lags by too much time, or has stopped replaying",
  rank: 2,
  options,
  // After every batch: so a replica is never further behind than the limit and one batch.
  everyMs: 0,
  isPressure: true,
  start(atEnd) {
    const named = new NamedReplicas(atEnd);
    /** Lag of each replica at its first probe. */
    const first = new Map<string, Replica>();
    /** Most replicas seen at once per name, because several can share a name. */
    const most = new Map<string, number>();
    /** Reasons of late replicas, from the last probe that saw all of the name. */
    const late = new Map<string, string>();
    let noneAtMs = Number.NEGATIVE_INFINITY;
    return async (context) => {
      const { options, connection, isHeld, clock } = context;
      // Without replicas, check for new ones only once a second.
      if (clock.now() - noneAtMs < 1000) return undefined;
      const known = await connection.dialect.live.loadSignals.replicas(connection);
      const asked = (await named.ask(context)).filter(({ name }) => !ignored(name, options));
      // With --replica-url-from the primary's own list is optional.
      if (isBlind(known) && options.replicaUrlFrom === undefined) return known;
      if (!isBlind(known) && known.length + asked.length + most.size === 0) noneAtMs = clock.now();
      const watched: Replica[] = [
        ...(isBlind(known) ? [] : known.filter((each) => isWatched(each, options))),
        ...asked.flatMap((each) => (isBlind(each) ? [] : [each])),
      ];
      // Resume at a quarter of the limit, so that the run does not stop and start with every batch.
      const share = isHeld ? 0.25 : 1;
      const counts = new Map<string, number>();
      const lateNow = new Map<string, string>();
      const held: string[] = [];
      for (const replica of watched) {
        const { name } = replica;
        const count = (counts.get(name) ?? 0) + 1;
        counts.set(name, count);
        const key = `${name} ${count}`;
        if (!first.has(key)) first.set(key, replica);
        const reason = lateness(replica, options, share);
        if (reason === undefined) continue;
        lateNow.set(name, reason);
        held.push(`the replica ${name} ${reason}${advice(replica, first.get(key)!, options)}`);
      }
      const expected = options.watchReplica ?? [...most.keys()];
      const gone = [...new Set([...expected, ...asked.map(({ name }) => name)])].filter(
        (name) => !ignored(name, options) && (counts.get(name) ?? 0) < (most.get(name) ?? 1),
      );
      for (const [name, count] of counts) {
        if (gone.includes(name)) continue;
        most.set(name, count);
        const reason = lateNow.get(name);
        if (reason === undefined) late.delete(name);
        else late.set(name, reason);
      }
      // The run's writes may have brought it down, and it may return with more lag.
      for (const name of gone) {
        const reason = late.get(name);
        if (reason !== undefined)
          held.push(
            `${missingText(name, counts, most)} (last seen: it ${reason}); if it does not come back, ${flagOf("ignoreReplica")} ${name} leaves it out`,
          );
      }
      if (held.length > 0) return { kind: "hold", reason: held.join("; "), pauseMs: 100 };
      const [unasked] = asked.flatMap((each) => (isBlind(each) ? [each.reason] : []));
      if (unasked !== undefined) return { kind: "blind", reason: unasked };
      if (gone.length === 0) return undefined;
      const missing = gone.map((name) => missingText(name, counts, most)).join("; ");
      return { kind: "blind", reason: `${missing}, so its lag is unknown` };
    };
  },
});

type Counts = ReadonlyMap<string, number>;

/** `the replica reports is not connected` */
function missingText(name: string, counts: Counts, most: Counts): string {
  const left = counts.get(name) ?? 0;
  return `the replica ${name} is not connected${left === 0 ? "" : ` (${left} of ${most.get(name)} with this name are)`}`;
}

/** Logical subscribers are watched only by name: they confirm changes at their own pace. Their slots are always watched. */
function isWatched({ name, isLogical }: KnownReplica, options: Context["options"]): boolean {
  return !ignored(name, options) && (options.watchReplica?.includes(name) ?? !isLogical);
}

function ignored(name: string, { ignoreReplica = [] }: Context["options"]): boolean {
  return ignoreReplica.includes(name);
}

function lateness(
  replica: Replica,
  { maxReplicaLag, maxReplicaDelay }: Context["options"],
  share: number,
): string | undefined {
  const { bytes, seconds = 0, stopped } = replica;
  if (stopped !== undefined) return `has stopped replaying: ${stopped}`;
  if (bytes !== undefined && bytes > maxReplicaLag! * share)
    return `is ${sizeText(bytes)} behind, limit ${sizeText(maxReplicaLag!)}`;
  if (seconds * 1000 > maxReplicaDelay! * share)
    return `is ${timeText(seconds * 1000)} behind, limit ${timeText(maxReplicaDelay!)}`;
  return undefined;
}

/** A replica that was as late before the run may be delayed on purpose. */
function advice({ name, bytes = 0, seconds = 0 }: Replica, first: Replica, options: Context["options"]): string {
  if (lateness(first, options, 1) === undefined) return "";
  const isAsEver = bytes >= (first.bytes ?? 0) / 2 && seconds >= (first.seconds ?? 0) / 2;
  return isAsEver
    ? `. It was when the run began: if that is on purpose, ${flagOf("ignoreReplica")} ${name} leaves it out`
    : "";
}
