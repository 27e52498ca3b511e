import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { isDeclared } from "./declared.js";
import { foldersUp } from "./folders-up.js";
import { type PackageManager, packageManager } from "./package-manager.js";

/** The reader of a text, and the project of the text. */
export interface Reading {
  /** The working directory of the process. */
  readonly cwd: string;
  /** The project's root, once it is known. Default: cwd. */
  root?: string;
  /** The package that provides the command `lockstep`, for projects that have not installed it: that of the project's ORM, once it is known. */
  packageName: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const runners = { npm: "npx", pnpm: "pnpm exec", yarn: "yarn", bun: "bunx" } as const;
const fetchers = { npm: "npx", pnpm: "pnpm dlx", yarn: "npx", bun: "bunx" } as const;
const adders = { pnpm: "pnpm add", yarn: "yarn add", bun: "bun add" } as const;

const settings = String.raw`(?:[A-Z_]+=(?:"[^"]*"|[^\s"]+) )*`;
const tools = "lockstep|prisma|typeorm(?:-ts-node-(?:commonjs|esm))?|tsc|tsx|ts-node";
const commands = new RegExp(
  String.raw`(?<![\w/@-])(${settings})(?:npx (${tools})(?![\w/@-])|npm install --save-(dev|prod) ([@\w/.-]*\w)|npm (install)(?= *(?:$|[,.;)]))|((?:npm|pnpm|yarn|bun) run [\w:./-]*\w))`,
  "g",
);
/** A changed line of a diff; not an item of a list. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const isChange = /^(?:\u001b\[\d+m)*[+-](?! \S)/;

/**
 * Messages contain commands in npm's form: `npx lockstep status`. This turns them into commands that work in the message's project: with
 * its package manager, with the package's own name if the project has not installed it (`npx lockstep` would download any package of that
 * name), and in its folder. Only for output: a file of the repository is the same on every machine.
 *
 * @example commandsHere("Next   npx lockstep next", reading) // in a project of pnpm: "Next   pnpm exec lockstep next"
 */
export function commandsHere(text: string, reading: Reading): string {
  if (!mentions(text)) return text;
  const { cwd, root = cwd, env, packageName } = reading;
  const manager = packageManager(root, env);
  const folder = folderFrom(shellFolder(cwd, env), root);
  const lockstep = isInstalled(root) ? `${runners[manager]} lockstep` : `${fetchers[manager]} ${packageName}`;
  return renamed(text, root, manager, lockstep, folder === "" ? "" : `cd ${folder} && `);
}

/** Commands in a file of the repository, which is the same on every machine: depends only on the package manager. */
export function commandsInRepository(text: string, root: string): string {
  const manager = packageManager(root);
  return manager === "npm" || !mentions(text) ? text : renamed(text, root, manager, `${runners[manager]} lockstep`, "");
}

function mentions(text: string): boolean {
  commands.lastIndex = 0;
  return commands.test(text);
}

/** A later step of a list: it is typed in the same shell as the first. */
const isLaterStep = /^ +(?:[2-9]|\d\d+)\. /;

/** @param way to the project's folder: before the first command of a line, and of the steps of a list */
function renamed(text: string, root: string, manager: PackageManager, lockstep: string, way: string): string {
  let before = way;
  return text
    .split("\n")
    .map((line) => {
      if (isChange.test(line)) return line;
      if (!isLaterStep.test(line)) before = way;
      return line.replace(
        commands,
        (_, set: string, tool?: string, kind?: string, added?: string, install?: string, script?: string) => {
          const run = tool === "lockstep" ? lockstep : `${runners[manager]} ${tool}`;
          const other = install === undefined ? script : `${manager} install`;
          const command = tool === undefined ? (other ?? addCommand(root, manager, kind === "dev", added ?? "")) : run;
          const said = `${before}${set}${command}`;
          before = "";
          return said;
        },
      );
    })
    .join("\n");
}

/** Keys of texts that are in files, or are written to them. */
const ofFiles: ReadonlySet<string> = new Set(["diff", "text"]);

/** `commandsHere` for every text in a document that is for people. */
export function commandsInJson<T>(value: T, reading: Reading): T {
  if (typeof value === "string") return commandsHere(value, reading) as T;
  if (Array.isArray(value)) return value.map((each) => commandsInJson<unknown>(each, reading)) as T;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, ofFiles.has(key) ? each : commandsInJson<unknown>(each, reading)]),
  ) as T;
}

/** Searches the project and its parent folders, as package managers do. Yarn's Plug'n'Play has no folder for commands. */
function isInstalled(root: string): boolean {
  const packages = ["@lockstep/prisma", "@lockstep/typeorm"];
  if (foldersUp(root).some((folder) => existsSync(join(folder, ".pnp.cjs"))))
    return packages.some((name) => isDeclared(root, name));
  const names = [".bin/lockstep", ...packages];
  for (let folder = root; ; folder = dirname(folder)) {
    if (names.some((name) => existsSync(join(folder, "node_modules", name)))) return true;
    if (folder === dirname(folder)) return false;
  }
}

/** The command that adds a package to a project, typed in its folder. */
export function addCommand(root: string, manager: PackageManager, isDev: boolean, name: string): string {
  if (manager === "npm") return `npm install --save-${isDev ? "dev" : "prod"} ${name}`;
  // pnpm adds a package to the root of a workspace only with this flag.
  const top = manager === "pnpm" && existsSync(join(root, "pnpm-workspace.yaml")) ? " -w" : "";
  const dev = isDev ? (manager === "pnpm" ? " --save-dev" : " --dev") : "";
  return `${adders[manager]}${top}${dev} ${name}`;
}

/** The folder of the shell that ran the command: scripts run in the folder of their package. */
function shellFolder(cwd: string, { INIT_CWD }: Reading["env"]): string {
  return INIT_CWD !== undefined && cwd.startsWith(`${INIT_CWD}${sep}`) ? INIT_CWD : cwd;
}

function folderFrom(cwd: string, root: string): string {
  const folder = relative(cwd, root).split(sep).join("/");
  return /^[\w@%+=:,./-]*$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`;
}
