import type { TrafficStatement } from "../../dialects/rehearsing.js";
import type { Sample } from "../../rehearse/figures.js";

/** What the process that makes the traffic is told. */
export type TrafficOrder =
  | {
      readonly kind: "open";
      readonly url: string;
      readonly applicationName: string;
      readonly statements: readonly TrafficStatement[];
      /** Requests a second. */
      readonly rate: number;
      readonly sessions: number;
    }
  /** No more requests; it ends when the last one was answered. */
  | { readonly kind: "stop" };

export type TrafficAnswer =
  | { readonly kind: "opened" }
  | { readonly kind: "samples"; readonly samples: readonly Sample[]; readonly waiting: number }
  | { readonly kind: "failed"; readonly message: string };
