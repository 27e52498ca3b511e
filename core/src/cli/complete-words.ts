import { foldersUp } from "../base/files/folders-up.js";
import { planIds } from "../plan/plan-ids.js";
import { type CliCommand, globalOptions } from "./command.js";

/** A word that may come next. */
export interface NextWord {
  readonly word: string;
  readonly description: string;
}

type Option = NonNullable<CliCommand["options"]>[number];

const help: Option = { flags: "--help", description: "how the command is used" };

/**
 * What may come next on a command line.
 *
 * @param words what is typed behind `lockstep`; the last one is being typed, and may be empty
 * @param commands by their names, those of plugins among them
 * @param cwd where plans are looked for, and above
 * @returns nothing where only the user knows: files, values of options
 */
export function completeWords(
  words: readonly string[],
  commands: readonly Pick<CliCommand, "name" | "summary" | "arguments" | "options">[],
  cwd: string,
): readonly NextWord[] {
  const current = words.at(-1) ?? "";
  const { command, rest, isValue, given } = readWords(words.slice(0, -1), commands);
  if (isValue) return [];
  const isStarted = ({ word }: NextWord) => word.startsWith(current);
  if (current.startsWith("-"))
    return [...(command?.options ?? []), ...globalOptions, help]
      .map((option) => ({ word: nameOf(option), description: option.description }))
      .filter(({ word }) => !given.includes(word))
      .filter(isStarted);
  const argument = command?.arguments?.[rest.length - command.name.split(" ").length]?.name ?? "";
  const plans = /^.plans?\b/.test(argument) ? plansAt(cwd) : [];
  return [...wordsOfNames(rest, commands), ...plans].filter(isStarted);
}

/** The command that is typed so far, the words that are no options, and whether an option waits for its value. */
function readWords<T extends Pick<CliCommand, "name" | "options">>(words: readonly string[], commands: readonly T[]) {
  const rest: string[] = [];
  const given: string[] = [];
  const commandOf = () => commands.findLast(({ name }) => name.split(" ").every((word, index) => word === rest[index]));
  let isValue = false;
  for (const word of words) {
    if (isValue) isValue = false;
    else if (word.startsWith("-")) {
      given.push(word);
      const option = [...(commandOf()?.options ?? []), ...globalOptions].find((each) => nameOf(each) === word);
      isValue = option?.flags.includes("<") === true;
    } else rest.push(word);
  }
  return { command: commandOf(), rest, isValue, given };
}

/** The next words of the names that begin so: `backfill` has several. */
function wordsOfNames(
  before: readonly string[],
  commands: readonly Pick<CliCommand, "name" | "summary">[],
): readonly NextWord[] {
  const found = new Map<string, string>();
  for (const { name, summary } of commands) {
    const words = name.split(" ");
    const word = words[before.length];
    if (word === undefined || !before.every((each, index) => words[index] === each)) continue;
    const isWhole = words.length === before.length + 1;
    found.set(word, isWhole ? summary : (found.get(word) ?? `${[...before, word].join(" ")} …`));
  }
  return [...found].map(([word, description]) => ({ word, description }));
}

function plansAt(cwd: string): readonly NextWord[] {
  const ids =
    foldersUp(cwd)
      .map(planIds)
      .find(({ length }) => length > 0) ?? [];
  return ids.map((word) => ({ word, description: "plan" }));
}

/** `--target <name...>` → `--target` */
function nameOf({ flags }: Option): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}
