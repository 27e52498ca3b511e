import { duringCleanUp } from "../../../base/expected-errors.js";
import { connect } from "../../../databases/connect.js";
import { textWithoutValues } from "../../../dialect/db/without-values.js";
import type { TrafficStatement } from "../../../dialect/rehearsing.js";
import type { Load } from "./messages.js";
import type { Sender } from "./sender.js";

/** Sends statements as an application's pool does. @throws LS8004 the database cannot be reached */
export async function statementSender(
  { url, applicationName, statements }: Extract<Load, { kind: "statements" }>,
  sessions: number,
): Promise<Sender> {
  const all = await Promise.all(
    Array.from({ length: sessions }, () => connect(url, { applicationName, statementTimeoutMs: 0 })),
  );
  const free = [...all];
  const calls = new Calls(statements);
  return {
    next() {
      const { text, values } = calls.next();
      return async () => {
        const session = free.pop()!;
        try {
          await session.query(text, values);
          return undefined;
        } catch (error) {
          return textWithoutValues(error);
        } finally {
          free.push(session);
        }
      };
    },
    async close() {
      await Promise.all(all.map((session) => session.close().catch(duringCleanUp)));
    },
  };
}

interface Call {
  readonly text: string;
  readonly values: readonly (string | null)[];
}

/** Selects the next statement: in the same order each time, in proportion to the weights. */
class Calls {
  readonly #credits: number[];
  readonly #sent: number[];
  readonly #total: number;

  constructor(private readonly statements: readonly TrafficStatement[]) {
    this.#credits = statements.map(() => 0);
    this.#sent = statements.map(() => 0);
    this.#total = statements.reduce((sum, { weight }) => sum + weight, 0);
  }

  next(): Call {
    let best = 0;
    for (const [at, { weight, addsRows, parameters }] of this.statements.entries()) {
      const isUsedUp = addsRows && this.#sent[at]! >= parameters.length;
      this.#credits[at] = isUsedUp ? Number.NEGATIVE_INFINITY : this.#credits[at]! + weight;
      if (this.#credits[at]! > this.#credits[best]!) best = at;
    }
    this.#credits[best]! -= this.#total;
    const { text, parameters } = this.statements[best]!;
    const call = this.#sent[best]!;
    this.#sent[best] = call + 1;
    return { text, values: parameters[call % parameters.length] ?? [] };
  }
}
