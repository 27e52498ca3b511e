import type { Growth } from "./growth.js";
import type { OthersState } from "./other-writers.js";

/** What a run tells whoever watches it. Plain data: printed, logged, counted. */
export type BackfillEvent =
  | {
      readonly kind: "started";
      readonly table: string;
      /** Estimated; more may come. */
      readonly total: number;
      /** Rows passed by earlier runs. */
      readonly rows: number;
      readonly isResumed: boolean;
      /** Of a run that begins the backfill: by how much the table may grow, in bytes, and what publishes each row. */
      readonly growthBytes?: number;
      readonly publications?: readonly string[];
    }
  | {
      readonly kind: "progress";
      /** Rows passed, by earlier runs too, and the estimate for all. */
      readonly rows: number;
      readonly total: number;
      /** Rows that this run has given a value. */
      readonly filled: number;
      readonly rowsPerSecond: number;
      readonly etaMs: number;
      readonly batchRows: number;
      /** How long its rows were locked. */
      readonly batchMs: number;
      /** Whether others write to the table, which says how long a batch may be; absent where an option does. */
      readonly others?: OthersState;
      /** How long functions took to compute its values, while nothing was locked. */
      readonly functionMs?: number;
    }
  /** The whole table is read, which may take long: to try the fills before the first batch, or to find rows that are left. */
  | { readonly kind: "reading"; readonly why: "fills" | "rest"; readonly total: number }
  /** Something to know that does not stop the run. */
  | { readonly kind: "notice"; readonly message: string }
  /** A batch was in somebody's way, or the session broke: it is tried again. */
  | {
      readonly kind: "retry";
      readonly reason: "conflict" | "locked" | "connection" | "busy" | "timeout" | "data" | "function";
      readonly message: string;
      readonly pauseMs: number;
    }
  /** No batch begins; told again each time that the signal was asked. */
  | {
      readonly kind: "waiting";
      readonly signal: string;
      readonly reason: string;
      readonly pauseMs: number;
      readonly forMs: number;
    }
  /** Batches go on. */
  | { readonly kind: "released"; readonly signal: string; readonly reason: string; readonly forMs: number }
  /** A signal cannot look. Told once for each reason. */
  | { readonly kind: "blind"; readonly signal: string; readonly reason: string }
  /** The table was passed; `rows` were left behind the cursor. */
  | { readonly kind: "sweep"; readonly round: number; readonly rows: number }
  /** The run ends with an error. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string }
  /** What it has done to the table is absent where it has written nothing. */
  | ({
      readonly kind: "finished";
      readonly status: "done" | "stopped";
      readonly rows: number;
      readonly filled: number;
    } & Partial<Growth>);
