import type { AnswerGroup, Io } from "../../core/src/cli/io.js";
import { colorsFor } from "../../core/src/review/colors.js";

/** What a person at the terminal does; a test gives as much as it expects to be asked. */
export interface Person {
  /** Ticks in the checklist, given the groups as they are shown; undefined: Esc. */
  tick?(groups: readonly AnswerGroup[], question: string): readonly string[] | undefined;
  /** Answers who sets and sees a column; undefined: Ctrl-C. */
  pick?(question: string): string | undefined;
  /** Picks the column that the new one is most like, by its name; undefined: none. */
  like?(columns: readonly string[]): string | undefined;
  /** Aborted by the first Ctrl-C while nothing is asked. */
  readonly signal?: AbortSignal;
  /** Says a few words; undefined: Ctrl-C. */
  text?(question: string): string | undefined;
  /** Answers a yes-or-no question. */
  confirm?(question: string): boolean;
}

export interface PersonIo {
  readonly io: Io;
  /** All questions that were asked so far. */
  readonly asked: readonly string[];
  /** What went to stderr so far: the messages, and the progress that a slow machine shows more of. */
  said(): { readonly messages: string; readonly progress: string };
}

/** The world outside for a command that runs in this process; without a person there is no terminal. */
export function personIo(
  person: Person | undefined,
  { env, cwd }: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string },
): PersonIo {
  const asked: string[] = [];
  let messages = "";
  let progress = "";
  const io: Io = {
    out: () => undefined,
    err: (text) => {
      messages += `${text}\n`;
    },
    speakOf: () => undefined,
    screen: { show: () => undefined },
    progress: {
      isLive: true,
      update: (line) => {
        progress += `${line}\n`;
      },
      end: () => undefined,
    },
    colors: colorsFor(false),
    isInteractive: person !== undefined,
    async confirm(question) {
      asked.push(question);
      if (person?.confirm === undefined) throw new Error(`nobody expected ${question}`);
      return person.confirm(question);
    },
    async pick(question, answers) {
      asked.push(question);
      if (/ most like\?$/.test(question))
        return (person?.like?.(answers.map(({ value }) => value)) ?? "none") as (typeof answers)[number]["value"];
      if (person?.pick === undefined) throw new Error(`nobody expected ${question}`);
      return person.pick(question) as never;
    },
    async text(question) {
      asked.push(question);
      if (person?.text === undefined) throw new Error(`nobody expected ${question}`);
      return person.text(question);
    },
    async tick(question, groups) {
      asked.push(question);
      if (person?.tick === undefined) throw new Error(`nobody expected ${question}`);
      return person.tick(groups, question);
    },
    env,
    cwd,
    now: () => new Date(Date.UTC(2026, 11, 2)),
    signal: person?.signal ?? new AbortController().signal,
  };
  return { io, asked, said: () => ({ messages, progress }) };
}
