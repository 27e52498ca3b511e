import type { Connection } from "../dialects/connection.js";

/** Why the run should wait before its next batch, and for how long until it asks again. */
export interface Hold {
  readonly reason: string;
  readonly pauseMs: number;
}

/**
 * Asked between batches, while the runner holds no locks on rows. Undefined: go on.
 * An error ends the run; a throttle that cannot tell decides for itself which of the two is safer.
 */
export type Throttle = (context: {
  readonly connection: Connection;
  readonly signal?: AbortSignal;
}) => Promise<Hold | undefined>;
