import { foldersUp } from "../base/files/folders-up.js";
import { planIds } from "../plan/plan-ids.js";
import { type CliCommand, globalOptions } from "./command.js";

/** A possible next word. */
export interface NextWord {
  readonly word: string;
  readonly description: string;
}

type Option = NonNullable<CliCommand["options"]>[number];

const help: Option = { flags: "--help", description: "how the command is used" };

/**
 * Returns possible next words for a command line.
 *
 * @param words the words after `lockstep`. The last one is incomplete and can be empty
 * @param commands all commands, including those of plugins
 * @param cwd folder to search for plans, together with its parents
 * @returns nothing for files and option values, which only the user knows
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

/** Parses the command so far, the words that are not options, and whether an option still needs its value. */
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

/** The next words of matching command names. `backfill` has several. */
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
