import type { Growth } from "./growth.js";
import type { OthersState } from "./other-writers.js";

/** Events of a run as plain data: printed, logged, counted. */
export type BackfillEvent =
  | {
      readonly kind: "started";
      readonly table: string;
      /** Estimate. Rows may be added. */
      readonly total: number;
      /** Rows passed by earlier runs. */
      readonly rows: number;
      readonly isResumed: boolean;
      /** If the run starts the backfill: how much the table may grow, in bytes, and what publishes each row. */
      readonly growthBytes?: number;
      readonly publications?: readonly string[];
    }
  | {
      readonly kind: "progress";
      /** Rows passed, including earlier runs, and the estimated total. */
      readonly rows: number;
      readonly total: number;
      /** Rows that this run has filled. */
      readonly filled: number;
      readonly rowsPerSecond: number;
      readonly etaMs: number;
      readonly batchRows: number;
      /** How long its rows were locked. */
      readonly batchMs: number;
      /** Whether others write to the table, which determines the batch duration. Absent if an option sets it. */
      readonly others?: OthersState;
      /** How long functions computed its values, while nothing was locked. */
      readonly functionMs?: number;
    }
  /** The run reads the whole table, which can take long: to test the fills before the first batch, or to find the remaining rows. */
  | { readonly kind: "reading"; readonly why: "fills" | "rest"; readonly total: number }
  /** Information that does not stop the run. */
  | { readonly kind: "notice"; readonly message: string }
  /** A batch blocked others, or the session broke. The run retries it. */
  | {
      readonly kind: "retry";
      readonly reason: "conflict" | "locked" | "connection" | "busy" | "timeout" | "data" | "function";
      readonly message: string;
      readonly pauseMs: number;
    }
  /** No batch starts. Repeated after each probe of the signal. */
  | {
      readonly kind: "waiting";
      readonly signal: string;
      readonly reason: string;
      readonly pauseMs: number;
      readonly forMs: number;
    }
  /** Batches resume. */
  | { readonly kind: "released"; readonly signal: string; readonly reason: string; readonly forMs: number }
  /** A signal cannot be measured. Emitted once per reason. */
  | { readonly kind: "blind"; readonly signal: string; readonly reason: string }
  /** The pass over the table is complete. It left `rows` rows behind the cursor. */
  | { readonly kind: "sweep"; readonly round: number; readonly rows: number }
  /** The run ends with an error. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  /** The growth is absent if the run wrote nothing. */
  | ({
      readonly kind: "finished";
      readonly status: "done" | "stopped";
      readonly rows: number;
      readonly filled: number;
    } & Partial<Growth>);
