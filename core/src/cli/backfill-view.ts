import type { BackfillEvent } from "../backfill/events.js";
import type { BackfillResult } from "../backfill/runner.js";
import { type BackfillSpec, tableLabel } from "../model/index.js";
import { counted } from "../review/counted.js";
import { aheadText, growthText, isGrowth } from "../review/growth.js";
import { bar, duration } from "../review/progress.js";
import type { Io } from "./io.js";

/** Shows a running backfill: one line that is rewritten, and a permanent line for each notable event. */
export class BackfillView {
  readonly #io: Io;
  readonly #target: string;
  /** `"User"."handle"` */
  readonly label: string;
  readonly #isOnce: boolean;
  #total = 0;
  #isPaused = false;

  constructor(io: Io, target: string, spec: BackfillSpec) {
    this.#io = io;
    this.#target = target;
    this.#isOnce = spec.once === true;
    this.label = `"${tableLabel(spec.table)}".${spec.columns.map((column) => `"${column.name}"`).join(", ")}`;
  }

  /** Whether the run waits for `backfill resume`. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Records the table size and a pause from an event, even if another view shows the event. */
  note(event: BackfillEvent): void {
    if (event.kind === "started") this.#total = event.total;
    else if (event.kind === "waiting" || event.kind === "released")
      this.#isPaused = event.kind === "waiting" && event.signal === "paused";
    else if (event.kind === "progress" || event.kind === "reading") this.#total = Math.max(this.#total, event.total);
  }

  show(event: BackfillEvent): void {
    const io = this.#io;
    this.note(event);
    switch (event.kind) {
      case "started":
        io.err(
          event.isResumed
            ? `${this.#target}: resuming ${this.label} at ${this.position(event.rows)}`
            : `${this.#target}: filling ${this.label}, about ${counted(event.total, "row")}${aheadText(event)}`,
        );
        return;
      case "progress": {
        const percent = this.#total === 0 ? 100 : Math.min(100, Math.floor((event.rows / this.#total) * 100));
        const rate = counted(Math.round(event.rowsPerSecond), "row");
        io.progress.update(
          `  ${bar(percent)} ${String(percent).padStart(3)} %  ${this.position(event.rows)}  ${rate}/s  ETA ${duration(event.etaMs)}`,
        );
        return;
      }
      case "reading":
        io.progress.update(
          event.why === "fills" ? "  trying the fill on every row …" : "  scanning for remaining rows …",
        );
        return;
      case "sweep":
        io.progress.end();
        io.err(`  second pass: ${counted(event.rows, "row")} without a value`);
        return;
      case "notice":
        io.progress.end();
        io.err(`  ${event.message}`);
        return;
      case "retry":
        // Yielding to another writer is expected, and refused rows are named elsewhere. A lost connection is worth a line.
        if (event.reason === "conflict" || event.reason === "locked" || event.reason === "data") return;
        io.progress.end();
        io.err(`  retrying (${event.reason}): ${event.message}`);
        return;
      case "waiting":
        io.progress.update(`  waiting: ${event.reason}`);
        return;
      case "released":
        // Rate-limit pauses occur with every batch.
        if (event.forMs < 5000) return;
        io.progress.end();
        io.err(`  resuming after ${duration(event.forMs)}: ${event.reason}`);
        return;
      case "blind":
        io.progress.end();
        io.err(`  not watched: ${event.reason}`);
        return;
      // The command prints the error.
      case "failed":
      case "finished":
        io.progress.end();
        if (event.kind === "finished" && isGrowth(event)) io.err(`  ${growthText(event)}`);
        return;
      default:
        event satisfies never;
    }
  }

  /** `1 200 of about 5 000 rows` */
  position(rows: number): string {
    return `${counted(rows, "row").replace(/ rows?$/, "")} of about ${counted(Math.max(this.#total, rows), "row")}`;
  }

  verdict(result: BackfillResult): string {
    const passed = result.upTo === undefined ? "the pass is done" : `every row up to ${result.upTo} was passed`;
    const left = this.#isOnce ? passed : "none is left";
    const done =
      result.filled === 0
        ? this.#isOnce
          ? `${passed}, no row was filled twice`
          : "every row has its value"
        : `${counted(result.filled, "row")} filled in ${counted(result.batches, "batch").replace("batchs", "batches")}, ${left}`;
    return `${this.#io.colors.green("✔")} ${this.#target}: ${this.label} — ${done}`;
  }
}
