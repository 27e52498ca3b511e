import { NamedReplicas } from "../../../backfill/named-replicas.js";
import { isBlind, type ReplicaLag } from "../../../dialect/load-signals.js";
import { defineProbe, type Point } from "./probe.js";

/** Readers of a replica see old data until it has replayed the writes. */
export default defineProbe({
  id: "replica-lag",
  summary: "lag of the replicas that the server reports, and of those in backfill.replicaUrlFrom",
  start({ replicas: { ignored, urlsFrom }, clock, env, atEnd }) {
    const named = new NamedReplicas(atEnd);
    const known = new Map<string, number>();
    const stoppedMs = new Map<string, number>();
    return async (connection) => {
      const found = await connection.dialect.live.loadSignals.replicas(connection);
      const asked = await named.ask({ options: { replicaUrlFrom: urlsFrom }, isHeld: false, clock, env });
      const blind: string[] = [];
      const points: Point[] = [];
      const seen = new Map<string, number>();
      const note = ({ name, bytes, seconds, stopped }: ReplicaLag & { readonly name: string }) => {
        if (ignored.includes(name)) return;
        const count = (seen.get(name) ?? 0) + 1;
        seen.set(name, count);
        // Several may share a name: without an explicit one, it is the name of the program that receives WAL.
        const id = count === 1 ? name : `${name} ${count}`;
        if (stopped === undefined) stoppedMs.delete(id);
        else if (!stoppedMs.has(id)) stoppedMs.set(id, clock.now());
        // A primary reports no lag for an up-to-date replica: that counts as not late, as a reference for later values. A replica that
        // reports none itself has not replayed anything yet.
        const isUnknown = bytes === undefined && seconds === undefined && stopped === undefined;
        const late = isUnknown ? undefined : lateMs(id, seconds);
        const more = stopped === undefined ? {} : { detail: `it has stopped: ${stopped}` };
        if (bytes !== undefined) points.push({ measure: "replica-bytes", id, subject: name, value: bytes, ...more });
        if (late !== undefined) points.push({ measure: "replica-time", id, subject: name, value: late, ...more });
      };
      const lateMs = (id: string, seconds = 0) =>
        Math.max(seconds * 1000, clock.now() - (stoppedMs.get(id) ?? clock.now()));
      // If the user lists replicas, the primary's missing answer is expected.
      if (!isBlind(found)) found.filter(({ isLogical }) => !isLogical).forEach(note);
      else if (urlsFrom.length === 0) blind.push(found.reason);
      for (const replica of asked)
        if (isBlind(replica)) blind.push(replica.reason);
        else note(replica);
      const gone = [...known].flatMap(([name, count]) => ((seen.get(name) ?? 0) < count ? [name] : []));
      if (gone.length > 0) blind.push(`the replica ${gone.join(", ")} is not connected, so its lag is unknown`);
      for (const [name, count] of seen) known.set(name, Math.max(count, known.get(name) ?? 0));
      const isNone = points.length === 0 && blind.length === 0 && seen.size === 0;
      return { points, blind, ...(isNone ? { needless: ["no replica is connected"] } : {}) };
    };
  },
});
