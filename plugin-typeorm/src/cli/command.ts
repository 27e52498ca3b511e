import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** A command to run without a shell. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Environment;
}

/**
 * The command of a script's words: applies preceding environment settings, and finds commands of packages as npm's scripts do. Omits `npx`
 * if the package is installed: it would only search for it.
 *
 * @example commandOf(["NODE_ENV=test", "npx", "tsx", "cli.js"], "/app", process.env)
 */
export function commandOf(words: readonly string[], root: string, env: Environment): Command {
  const settings: Record<string, string> = {};
  let rest = [...words];
  for (;;) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(rest[0] ?? "") ?? [];
    if (name !== undefined) settings[name] = value ?? "";
    else if (rest[0] !== "cross-env") break;
    rest = rest.slice(1);
  }
  const folders = binFolders(root);
  const [called, ...args] = withoutNpx(rest, folders);
  const path = [...folders, env.PATH ?? env.Path ?? ""].join(delimiter);
  return { file: called ?? "", args, env: { ...env, ...settings, PATH: path } };
}

/** The command folders of installed packages, from the project upwards. */
function binFolders(root: string): string[] {
  const folders: string[] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    folders.push(join(folder, "node_modules", ".bin"));
    if (folder === dirname(folder)) return folders.filter((each) => existsSync(each));
  }
}

function withoutNpx(words: readonly string[], folders: readonly string[]): readonly string[] {
  const called = /^(?:npx|(?:npm|pnpm|yarn) exec)(?: (?:--|--no-install|--no|-y|--yes))* /.exec(
    `${words.join(" ")} `,
  )?.[0];
  if (called === undefined) return words;
  const rest = words.slice(called.trim().split(" ").length);
  return folders.some((folder) => existsSync(join(folder, rest[0] ?? ""))) ? rest : words;
}
