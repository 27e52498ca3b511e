import type { TrafficStatement } from "../../../dialect/rehearsing.js";
import type { Sample } from "../../results/figures.js";

/** Of the application's sessions, in the server's list. */
export const applicationName = "rehearsed application";

/** The requests, and their destination. */
export type Load =
  | {
      readonly kind: "statements";
      readonly url: string;
      readonly applicationName: string;
      readonly statements: readonly TrafficStatement[];
    }
  | {
      readonly kind: "requests";
      /** `http://127.0.0.1:3000` of each running build: they take turns. */
      readonly origins: readonly string[];
      readonly requests: readonly string[];
      /** The first number of `{n}`. */
      readonly from: number;
    }
  | {
      readonly kind: "script";
      readonly origins: readonly string[];
      /** Run by a shell. */
      readonly command: string;
      readonly cwd: string;
    };

/** Messages to the process that sends the traffic. */
export type TrafficOrder =
  | {
      readonly kind: "open";
      readonly load: Load;
      /** Requests a second. */
      readonly rate: number;
      /** Maximum number of concurrent requests. */
      readonly sessions: number;
    }
  /** Sends no more requests; it ends when the last one was answered. */
  | { readonly kind: "stop" };

export type TrafficAnswer =
  | { readonly kind: "opened" }
  | { readonly kind: "samples"; readonly samples: readonly Sample[]; readonly waiting: number }
  | { readonly kind: "failed"; readonly message: string };
