import { fstatSync } from "node:fs";
import { doing, hasSaid } from "../base/at-work.js";
import { codingAgent } from "../base/coding-agent.js";
import { commandsHere, type Reading } from "../base/files/commands-here.js";
import type { OrmPlugin } from "../plugin/plugin.js";
import { type Colors, colorsFor } from "../review/colors.js";
import { printable, withoutControls } from "../review/printable.js";

/** A command's access to the outside world. It is a parameter of `run`, so that tests can pass their own. */
export interface Io {
  /**
   * Prints the result.
   *
   * @param form `commands`: workflow commands of a CI server, already escaped by their format · `patch`: lines of files, with their line
   * ends. Default: text
   */
  out(text: string, form?: "text" | "commands" | "patch"): void;
  /** Prints progress and questions. */
  err(text: string): void;
  /** Sets the project. Later texts print commands in the form that it uses. @param plugin Default: unknown yet */
  speakOf(root: string, plugin?: Pick<OrmPlugin, "packageName">): void;
  /** Rewrites the last progress line. Without a terminal, prints a line every 30 seconds. */
  progress: Progress;
  /** Rewrites its previous text. Without a terminal, prints only changed texts. */
  readonly screen: { show(text: string): void };
  readonly colors: Colors;
  /** Whether prompts are allowed: a person, not an agent, uses the terminal. */
  readonly isInteractive: boolean;
  /** Asks for yes or no. Only when isInteractive. */
  confirm(question: string): Promise<boolean>;
  /** Asks for one of a few answers. Only when isInteractive. @returns undefined when cancelled */
  pick<T extends string>(question: string, answers: readonly Answer<T>[]): Promise<T | undefined>;
  /** Asks for a short text. Only when isInteractive. @returns undefined when cancelled */
  text(question: string): Promise<string | undefined>;
  /** Shows a grouped checklist. Only when isInteractive. @returns the ticked values, or undefined when cancelled */
  tick(question: string, groups: readonly AnswerGroup[]): Promise<readonly string[] | undefined>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  now(): Date;
  /** Aborted by Ctrl-C and SIGTERM, for commands with `endsItself`. */
  readonly signal: AbortSignal;
}

/** A line that can be picked or ticked. */
export interface Answer<T extends string = string> {
  readonly value: T;
  readonly label: string;
  /** Shown next to the line under the cursor. */
  readonly hint?: string;
  /** In a checklist: ticked initially. */
  readonly isTicked?: boolean;
}

export interface AnswerGroup {
  readonly name: string;
  readonly answers: readonly Answer[];
}

export interface Progress {
  /** true: a line is rewritten in place. false: lines are appended to a log. */
  readonly isLive: boolean;
  update(line: string): void;
  end(): void;
}

export interface TerminalOptions {
  readonly ci: boolean;
  /** Called when work starts that needs a clean end. */
  signal(): AbortSignal;
  /** Output is a JSON document. */
  readonly isJson: boolean;
  /** Determines how commands are written in texts for people. */
  readonly reading: Reading;
}

/** Writes the patch unchanged to a file, for `git apply`. For a terminal or pipe, escapes its control characters. */
function printPatch(patch: string, hasColor: boolean): void {
  hasSaid();
  if (fstatSync(1).isFile()) return void process.stdout.write(patch);
  const told = printable(patch, hasColor);
  process.stdout.write(told);
  if (told === patch || process.stdout.isTTY) return;
  process.stderr.write(
    "Control characters in this patch are escaped, so it does not apply. Redirect the output to a file, or use --json.\n",
  );
}

/** The real terminal. Colours: FORCE_COLOR, else NO_COLOR, else whether stdout is a TTY. No prompts with `--ci`, CI, an agent or no TTY. */
export function terminalIo(options: TerminalOptions): Io {
  const { reading } = options;
  const { env } = process;
  const isTty = process.stdout.isTTY === true;
  const hasColor = env.FORCE_COLOR ? env.FORCE_COLOR !== "0" : !env.NO_COLOR && isTty && env.TERM !== "dumb";
  const isInteractive =
    isTty && process.stdin.isTTY === true && !options.ci && !env.CI && codingAgent(env) === undefined;
  return {
    out: (text, form) => {
      if (form === "patch") return void printPatch(text, hasColor);
      const told = options.isJson ? text : commandsHere(text, reading);
      hasSaid();
      process.stdout.write(`${form === "commands" ? withoutControls(told) : printable(told, hasColor)}\n`);
    },
    err(text) {
      hasSaid();
      process.stderr.write(`${printable(commandsHere(text, reading), hasColor)}\n`);
    },
    speakOf(root, plugin) {
      reading.root = root;
      if (plugin !== undefined) reading.packageName = plugin.packageName;
    },
    progress: process.stderr.isTTY === true && !env.CI ? liveProgress() : plainProgress,
    screen: screen(process.stderr.isTTY === true && !env.CI),
    colors: colorsFor(hasColor, isTty ? process.stdout.columns : undefined),
    isInteractive,
    async confirm(question) {
      const { confirm, isCancel } = await import("@clack/prompts");
      const answer = await asked(() => confirm({ message: printable(question), initialValue: false }));
      return !isCancel(answer) && answer;
    },
    async pick<T extends string>(question: string, answers: readonly Answer<T>[]) {
      const { select, isCancel } = await import("@clack/prompts");
      const options = answers.map((answer) => shownAnswer(answer));
      const answer = await asked(() => select<string>({ message: printable(question), options }));
      return isCancel(answer) ? undefined : (answer as T);
    },
    async text(question) {
      const { text, isCancel } = await import("@clack/prompts");
      const answer = await asked(() => text({ message: printable(question) }));
      return isCancel(answer) ? undefined : (answer ?? "");
    },
    async tick(question, groups) {
      const { groupMultiselect, isCancel } = await import("@clack/prompts");
      const options = {
        message: printable(question),
        options: Object.fromEntries(groups.map(({ name, answers }) => [name, answers.map(shownAnswer)])),
        initialValues: groups.flatMap(({ answers }) =>
          answers.filter(({ isTicked }) => isTicked).map(({ value }) => value),
        ),
        maxItems: 20,
        required: false,
      };
      const answer = await asked(() => groupMultiselect<string>(options));
      return isCancel(answer) ? undefined : answer;
    },
    env,
    cwd: process.cwd(),
    now: () => new Date(),
    get signal() {
      return options.signal();
    },
  };
}

function shownAnswer({ value, label, hint }: Answer): { value: string; label: string; hint?: string } {
  return { value, label: printable(label), ...(hint === undefined ? {} : { hint: printable(hint) }) };
}

/** Redraws several lines in place. */
function screen(isLive: boolean): Io["screen"] {
  let height = 0;
  let before = "";
  return {
    show(text) {
      if (!isLive) {
        if (text !== before) process.stderr.write(`${printable(text)}\n`);
        before = text;
        return;
      }
      const width = Math.max(20, (process.stderr.columns ?? 80) - 1);
      const lines = text.split("\n").map((line) => printable(line).slice(0, width));
      process.stderr.write(
        `${height > 0 ? `\u001b[${height}A` : ""}${lines.map((line) => `\u001b[2K${line}\n`).join("")}\u001b[0J`,
      );
      height = lines.length;
    },
  };
}

function liveProgress(): Progress {
  let isOpen = false;
  return {
    isLive: true,
    update(line) {
      isOpen = true;
      hasSaid();
      process.stderr.write(`\r\u001b[2K${printable(line).slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1))}`);
    },
    end() {
      if (isOpen) process.stderr.write("\n");
      isOpen = false;
    },
  };
}

/** Writes the newest line to a log every 30 seconds, from the thread that reports current work. */
const plainProgress: Progress = { isLive: false, update: (line) => doing(line.trim()), end: () => doing() };

/** Reports no current work while a prompt waits for the person. */
async function asked<T>(ask: () => Promise<T>): Promise<T> {
  doing("");
  return ask().finally(() => doing());
}
