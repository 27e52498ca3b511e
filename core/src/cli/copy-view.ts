import { shellWord } from "../base/shell-word.js";
import type { SpecOf } from "../dialect/units.js";
import { tableLabel } from "../model/index.js";
import type { CopyEvent } from "../mysql/online/run-copy.js";
import { counted } from "../review/counted.js";
import { bar, duration } from "../review/progress.js";
import type { Io } from "./io.js";

/** Shows the progress of a tool that copies a table. */
export class CopyView {
  readonly #label: string;
  readonly #io: Io;
  readonly #target: string;
  readonly #isJson: boolean;

  constructor(io: Io, target: string, { table }: SpecOf<"online-copy">, isJson: boolean) {
    this.#io = io;
    this.#target = target;
    this.#label = `"${tableLabel(table)}"`;
    this.#isJson = isJson;
  }

  show(event: CopyEvent): void {
    const io = this.#io;
    switch (event.kind) {
      case "preconditions":
        io.err(`${this.#target}: ${this.#label}`);
        for (const { isMet, statement, help } of event.all)
          io.err(
            isMet
              ? `  ${io.colors.green("✔")} ${statement}`
              : `  ${io.colors.red("✖")} ${statement}${help === undefined ? "" : `\n    ${help}`}`,
          );
        return;
      case "command":
        io.err(`  ${[event.program, ...event.arguments].map(shellWord).join(" ")}`);
        return;
      case "progress": {
        if (this.#isJson) {
          const { rows, total, rowsPerSecond, etaMs } = event;
          io.err(
            JSON.stringify({ target: this.#target, rows, total, rowsPerSecond: Math.round(rowsPerSecond), etaMs }),
          );
          return;
        }
        const percent = event.total === 0 ? 100 : Math.floor((event.rows / event.total) * 100);
        const rate = counted(Math.round(event.rowsPerSecond), "row");
        io.progress.update(
          `  ${bar(percent)} ${String(percent).padStart(3)} %  of about ${counted(event.total, "row")}  ${rate}/s  ETA ${duration(event.etaMs)}`,
        );
        return;
      }
      case "line":
        io.progress.end();
        io.err(`  ${event.text}`);
        return;
      default:
        event satisfies never;
    }
  }

  verdict(result: "copied" | "was-done" | "tried"): string {
    const words = {
      copied: "copied and changed; it has every row, and no leftovers remain",
      "was-done": "already has its planned definition",
      tried: "all requirements of the copy are met; nothing was changed",
    } as const;
    return `${this.#io.colors.green("✔")} ${this.#target}: ${this.#label} — ${words[result]}`;
  }
}
