import pc from "picocolors";
import { clipped, withoutColours, wrapped } from "./wrap.js";

const margin = "     ";

type Kind = "heading" | "text" | "command" | "output" | "result" | "figures";

/** What the audience sees: narration, commands with their output, and one live line at the bottom of a terminal. */
export class Screen {
  readonly #isTerminal = process.stdout.isTTY === true && process.env.TERM !== "dumb";
  readonly #columns = Math.max(60, Math.min(process.stdout.columns ?? 100, 120));
  #render: (() => string) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isLiveShown = false;
  #last: Kind | undefined;

  headline(text: string, below: string): void {
    this.#print("heading", [`  ${pc.bold(text)}`, `  ${pc.dim(below)}`]);
  }

  /** A part of the story. */
  act(number: number, title: string): void {
    this.#print("heading", ["", `  ${pc.bold(pc.cyan(`${number}  ${title}`))}`]);
  }

  /** What happens and why, in plain words. */
  say(text: string): void {
    this.#marked("text", "", text);
  }

  /** A command that a user would type. */
  command(text: string, where?: string): void {
    const note = where === undefined ? "" : `   ${pc.dim(`# ${where}`)}`;
    this.#marked("command", `${pc.dim("$")} `, pc.bold(text) + note);
  }

  /** A line that a command printed. */
  output(line: string): void {
    const room = this.#columns - margin.length - 2;
    this.#print(
      "output",
      wrapped(line, room).map((part) => `${margin}${pc.dim("│")} ${part}`),
    );
  }

  good(text: string): void {
    this.#marked("result", `${pc.green("✔")} `, text);
  }

  bad(text: string): void {
    this.#marked("result", `${pc.red("✖")} `, text);
  }

  /** Lines as they are: tables, sums. */
  figures(...lines: readonly string[]): void {
    this.#print(
      "figures",
      lines.map((line) => clipped(margin + line, this.#columns)),
    );
  }

  /** The line at the bottom, drawn anew ten times a second. Without a terminal there is none. */
  live(render: (() => string) | undefined): void {
    this.#clear();
    clearInterval(this.#timer);
    this.#render = render;
    if (!this.#isTerminal || render === undefined) return;
    this.#timer = setInterval(() => {
      this.#clear();
      this.#draw();
    }, 100).unref();
    this.#draw();
  }

  /** Text behind a mark; its further lines hang below its first one. */
  #marked(kind: Kind, mark: string, text: string): void {
    const indent = " ".repeat(withoutColours(mark).length);
    const lines = wrapped(text, this.#columns - margin.length - indent.length - 1);
    this.#print(
      kind,
      lines.map((line, index) => margin + (index === 0 ? mark : indent) + line.trimStart()),
    );
  }

  /** One empty line between things of different kinds; what a command printed follows it at once. */
  #print(kind: Kind, lines: readonly string[]): void {
    const isClose =
      kind === this.#last ? kind !== "figures" && kind !== "text" : this.#last === "command" && kind === "output";
    this.#last = kind;
    this.#clear();
    for (const line of isClose ? lines : ["", ...lines]) process.stdout.write(`${line.trimEnd()}\n`);
    this.#draw();
  }

  #draw(): void {
    if (!this.#isTerminal || this.#render === undefined) return;
    process.stdout.write(`\n${clipped(margin + this.#render(), this.#columns - 1)}`);
    this.#isLiveShown = true;
  }

  #clear(): void {
    // Two lines: the live one and the empty one above it.
    if (this.#isLiveShown) process.stdout.write("\r\u001b[2K\u001b[1A\u001b[2K\r");
    this.#isLiveShown = false;
  }
}
