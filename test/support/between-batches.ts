import type { Answer, Signal, SignalContext } from "../../core/src/backfill/signals/signal.js";

/** Something that happens between two batches, or holds them. */
export type Between = (context: SignalContext<Readonly<Record<string, unknown>>>) => Promise<Answer | undefined>;

/** As signals of a run. */
export function signalsOf(each: readonly Between[] | undefined): { readonly signals?: readonly Signal[] } {
  if (each === undefined) return {};
  return {
    signals: each.map((look, at) => ({
      id: `test-${at}`,
      summary: "",
      rank: 3,
      options: {},
      everyMs: 0,
      isPressure: false,
      start: () => look,
    })),
  };
}
