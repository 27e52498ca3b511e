import { commandsOf, shellWords } from "./shell-words.js";

/** How a project runs TypeORM's CLI. */
export interface CommandLine {
  /** The words before the command of the CLI, without the option that names the data source. */
  readonly run: readonly string[];
  readonly dataSource: string | undefined;
  /** The command of the CLI: `migration:run`. Undefined if people add it themselves (`npm run typeorm -- migration:run`). */
  readonly command: string | undefined;
  /** The arguments after the command, without the data source: the path of a new migration, or nothing. */
  readonly rest: readonly string[];
  /** The script of package.json. */
  readonly script: string;
}

type Scripts = Readonly<Record<string, string>>;

/** The scripts of package.json that run TypeORM's CLI, those that run migrations first. */
export function typeormScripts(scripts: Scripts): CommandLine[] {
  return Object.keys(scripts)
    .flatMap((script) => {
      const words = wordsOf(script, scripts, 0);
      const line = words && readCommandLine(words);
      return line === undefined ? [] : [{ ...line, script }];
    })
    .sort((a, b) => rank(a) - rank(b));
}

function rank({ command }: CommandLine): number {
  const order = ["migration:run", "migration:generate", "migration:revert", "migration:show", undefined];
  const place = order.indexOf(command);
  return place === -1 ? order.length : place;
}

/** The words of a script's last command, with those of nested scripts. */
function wordsOf(script: string, scripts: Scripts, depth: number): string[] | undefined {
  const text = scripts[script];
  if (text === undefined || depth > 5) return undefined;
  const commands = commandsOf(text);
  const chosen = commands.find((command) => command.includes("migration:")) ?? commands.at(-1) ?? "";
  const words = shellWords(chosen);
  if (words === undefined) return undefined;
  const called = calledScript(words, scripts);
  if (called === undefined) return words;
  const inner = wordsOf(called.script, scripts, depth + 1);
  return inner && [...inner, ...called.rest];
}

/** `npm run typeorm -- migration:run` calls the script `typeorm`. */
function calledScript(
  words: readonly string[],
  scripts: Scripts,
): { readonly script: string; readonly rest: readonly string[] } | undefined {
  const [manager = "", ...others] = words;
  if (!/^(?:npm|yarn|pnpm|bun)$/.test(manager)) return undefined;
  const hasRun = others[0] === "run" || others[0] === "run-script";
  // Only npm requires the word.
  if (!hasRun && manager === "npm") return undefined;
  const rest = (hasRun ? others.slice(1) : others).filter((word) => !/^(?:-s|--silent)$/.test(word));
  const [script = "", ...more] = rest;
  if (scripts[script] === undefined) return undefined;
  const separator = more.indexOf("--");
  return { script, rest: separator === -1 ? more : [...more.slice(0, separator), ...more.slice(separator + 1)] };
}

/** Undefined when the words are not a call of TypeORM's CLI. */
export function readCommandLine(words: readonly string[]): Omit<CommandLine, "script"> | undefined {
  const { others, dataSource } = withoutDataSource(words);
  const at = others.findIndex((word) => cliCommand.test(word));
  if (at === 0 || (at === -1 && !others.some((word) => cli.test(word)))) return undefined;
  if (at === -1) return { run: others, dataSource, command: undefined, rest: [] };
  return { run: others.slice(0, at), dataSource, command: others[at], rest: others.slice(at + 1) };
}

const cliCommand = /^(?:migration:(?:run|generate|revert|show|create)|schema:(?:log|sync|drop)|cache:clear)$/;
const cli = /(?:^|[\\/])typeorm(?:-ts-node-(?:commonjs|esm))?(?:\.js|[\\/](?:cli(?:-ts-node-\w+)?(?:\.js)?))?$/;

function withoutDataSource(words: readonly string[]): { others: string[]; dataSource: string | undefined } {
  const others: string[] = [];
  let dataSource: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const joined = /^(?:--data-?source|-d)=(.*)$/i.exec(word)?.[1];
    if (joined !== undefined) dataSource = joined;
    else if (/^(?:--data-?source|-d)$/i.test(word)) dataSource = words[++at];
    else others.push(word);
  }
  return { others, dataSource };
}
