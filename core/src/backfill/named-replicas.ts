import { LockstepError } from "../base/errors.js";
import { duringCleanUp } from "../base/expected-errors.js";
import { connect } from "../databases/connect.js";
import type { Connection } from "../dialect/connection.js";
import { type Blind, isBlind, type ReplicaLag } from "../dialect/load-signals.js";
import type { SignalContext } from "./signals/signal.js";

/** A replica that Lockstep connects to, named by the variable that holds its URL. */
export type NamedReplica = (ReplicaLag | Blind) & { readonly name: string };

/** The part of the signal's context that it needs. */
type Asking = Pick<
  SignalContext<{ readonly replicaUrlFrom: readonly string[] | undefined }>,
  "options" | "isHeld" | "clock" | "env"
>;

/** How long an answer is valid while nothing is held, and how long an unreachable replica is left alone. */
const answerMs = 1000;
const restMs = 60_000;

/** Connections to replicas, one each, open for the duration of the run. */
export class NamedReplicas {
  readonly #asked = new Map<string, { connection?: Connection; answer: NamedReplica; untilMs: number }>();
  #isFirst = true;

  constructor(atEnd: (close: () => Promise<void>) => void) {
    atEnd(async () => {
      for (const { connection } of this.#asked.values()) await connection?.close();
    });
  }

  /** @throws only at the first probe: LS8003 a variable is not set · LS8004 unreachable · LS8002 not a replica */
  async ask(context: Asking): Promise<readonly NamedReplica[]> {
    const { options, isHeld, clock } = context;
    const answers: NamedReplica[] = [];
    for (const name of options.replicaUrlFrom ?? []) {
      const known = this.#asked.get(name);
      const isFresh = known !== undefined && clock.now() < known.untilMs && !(isHeld && !isBlind(known.answer));
      answers.push(isFresh ? known.answer : await this.#ask(name, known?.connection, context));
    }
    this.#isFirst = false;
    return answers;
  }

  async #ask(
    name: string,
    open: Connection | undefined,
    { env, clock }: Pick<Asking, "env" | "clock">,
  ): Promise<NamedReplica> {
    let connection = open;
    try {
      const url = env[name];
      if (url === undefined || url === "")
        throw new LockstepError("LS8003", `The URL of a replica comes from ${name}, which is not set.`);
      connection ??= await connect(url, {
        applicationName: "lockstep backfill lag",
        needsSession: false,
        statementTimeoutMs: 2000,
      });
      const lag = await connection.dialect.live.loadSignals.lag(connection);
      if (lag === undefined)
        throw new LockstepError("LS8002", `${name}: the server at ${connection.label} is not a replica.`);
      const answer = { ...lag, name };
      this.#asked.set(name, { connection, answer, untilMs: clock.now() + answerMs });
      return answer;
    } catch (error) {
      await connection?.close().catch(duringCleanUp);
      // Omit the cause: it concerns the replica, and would make the run's own session reconnect.
      if (this.#isFirst)
        throw error instanceof LockstepError
          ? new LockstepError(error.code, error.message, { hint: error.hint, details: error.details })
          : new LockstepError("LS8004", `The replica of ${name} cannot be reached: ${(error as Error).message}`);
      // An unreachable replica does not hold the run, because it may be gone for good.
      const why = error instanceof LockstepError ? error.message : "it does not respond";
      const answer = { kind: "blind", name, reason: `the replica of ${name} cannot be reached: ${why}` } as const;
      this.#asked.set(name, { answer, untilMs: clock.now() + restMs });
      return answer;
    }
  }
}
