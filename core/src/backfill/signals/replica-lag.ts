import { isBlind, type KnownReplica } from "../../dialects/pressure.js";
import { type NamedReplica, NamedReplicas } from "../named-replicas.js";
import { flagOf, namesOption, sizeOption, sizeText, timeOption, timeText } from "../run-option.js";
import { defineSignal, type OptionValues, type SignalContext } from "./signal.js";

const options = {
  maxReplicaLag: sizeOption({
    description: "wait while a streaming replica of PostgreSQL has more than this to replay",
    initial: "32MB",
  }),
  maxReplicaDelay: timeOption({ description: "wait while a replica is later than this", initial: "10s" }),
  watchReplica: namesOption({ description: "watch these replicas alone, by their application_name" }),
  ignoreReplica: namesOption({ description: "replicas that may fall behind, by their application_name" }),
  replicaUrlFrom: namesOption({
    description: "environment variables with URLs of replicas to ask: MySQL and MariaDB tell a primary nothing",
  }),
} as const;

type Context = SignalContext<OptionValues<typeof options>>;
type Replica = Pick<KnownReplica, "name" | "bytes" | "seconds" | "stopped">;

/** Readers of a replica see old data while it replays what the run has written. */
export default defineSignal({
  id: "replica-lag",
  summary: "a replica falls behind: it has too much to replay, is too late, or has stopped",
  rank: 2,
  options,
  // After every batch: so a replica is never further behind than the limit and one batch.
  everyMs: 0,
  isPressure: true,
  start(atEnd) {
    const named = new NamedReplicas(atEnd);
    /** How far each one was behind when it was seen first. */
    const first = new Map<string, Replica>();
    let seen = new Set<string>();
    let noneAtMs = Number.NEGATIVE_INFINITY;
    return async (context) => {
      const { options, connection, isHeld, clock } = context;
      // Where there is no replica, whether there is one now is asked once a second.
      if (clock.now() - noneAtMs < 1000) return undefined;
      const known = await connection.dialect.pressure.replicas(connection);
      const asked = (await named.ask(context)).filter((each) => isBlind(each) || !ignored(each.name, options));
      // Whoever names replicas to ask knows that the primary cannot tell.
      if (isBlind(known) && options.replicaUrlFrom === undefined) return known;
      if (!isBlind(known) && known.length + asked.length + seen.size === 0) noneAtMs = clock.now();
      const watched: NamedReplica[] = [
        ...(isBlind(known) ? [] : known.filter((each) => isWatched(each, options))),
        ...asked,
      ];
      // What was held at the limit is let go at a quarter of it, so that a run does not stop and go with every batch.
      const share = isHeld ? 0.25 : 1;
      const held: string[] = [];
      for (const replica of watched) {
        if (isBlind(replica)) continue;
        if (!first.has(replica.name)) first.set(replica.name, replica);
        const reason = lateness(replica, options, share);
        if (reason !== undefined) held.push(`${reason}${advice(replica, first.get(replica.name)!, options)}`);
      }
      if (held.length > 0) return { kind: "hold", reason: held.join("; "), pauseMs: 100 };
      const blind = watched.find(isBlind);
      if (blind !== undefined) return blind;
      const names = new Set(watched.flatMap((each) => (isBlind(each) ? [] : [each.name])));
      const gone = (options.watchReplica ?? [...seen]).filter((name) => !names.has(name) && !ignored(name, options));
      seen = new Set([...seen, ...names]);
      if (gone.length === 0) return undefined;
      return {
        kind: "blind",
        reason: `the replica ${gone.join(", ")} is not connected, so nobody knows how far behind it is`,
      };
    };
  },
});

/** Who reads changes row by row is watched by name alone: it confirms them when it likes, and slots are watched for it. */
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
  const { name, bytes, seconds = 0, stopped } = replica;
  if (stopped !== undefined) return `the replica ${name} has stopped replaying: ${stopped}`;
  if (bytes !== undefined && bytes > maxReplicaLag! * share)
    return `the replica ${name} is ${sizeText(bytes)} behind, limit ${sizeText(maxReplicaLag!)}`;
  if (seconds * 1000 > maxReplicaDelay! * share)
    return `the replica ${name} is ${timeText(seconds * 1000)} behind, limit ${timeText(maxReplicaDelay!)}`;
  return undefined;
}

/** One that was as far behind before the run began may be so on purpose. */
function advice({ name, bytes = 0, seconds = 0 }: Replica, first: Replica, options: Context["options"]): string {
  if (lateness(first, options, 1) === undefined) return "";
  const isAsEver = bytes >= (first.bytes ?? 0) / 2 && seconds >= (first.seconds ?? 0) / 2;
  return isAsEver
    ? `. It was when the run began: if that is on purpose, ${flagOf("ignoreReplica")} ${name} leaves it out`
    : "";
}
