import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { Command, CommanderError } from "commander";
import { doing, watchWork } from "../base/at-work.js";
import { errorText, LockstepError } from "../base/errors.js";
import { commandsInJson, type Reading } from "../base/files/commands-here.js";
import type { ProjectLock } from "../base/files/project-lock.js";
import { leftOutText } from "../base/files/read-text.js";
import { isUnbroken } from "../base/to-its-end.js";
import { withoutPasswords } from "../base/url-text.js";
import type { OrmPlugin, PluginCommand } from "../plugin/plugin.js";
import { printable, printableJson } from "../review/printable.js";
import { AlreadyDone } from "./already-done.js";
import { type CliCommand, globalOptions, type Invocation } from "./command.js";
import { groupOf, groupSummaries, inOrder } from "./command-groups.js";
import { commands } from "./commands/index.js";
import { type Io, terminalIo } from "./io.js";
import { knownError } from "./known-error.js";

/** The version of the `--json` documents. */
const schemaVersion = 1;

export interface MainOptions {
  readonly plugins: readonly OrmPlugin[];
  readonly version: string;
  /** Arguments without node and script: `process.argv.slice(2)`. */
  readonly argv: readonly string[];
}

/**
 * Runs the `lockstep` command.
 *
 * @returns 0 success · 1 negative result · 2 usage or config · 3 database or environment · 4 our bug · 5 an anomaly · 130 cancelled
 */
export async function main({ plugins, version, argv }: MainOptions): Promise<number> {
  let exitCode = 0;
  const program = new Command("lockstep")
    .description("Adds columns to live production tables in phases, without downtime.")
    .addHelpCommand(
      new Command("help").argument("[command]").description("show the options of a command").helpGroup("Help:"),
    )
    .helpOption("-h, --help", "show this help")
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .showHelpAfterError("(lockstep --help lists the commands)")
    .configureOutput({
      writeErr: (text) => void process.stderr.write(printable(text, false)),
      outputError: (text, write) => write(withLikelyCommands(text, argv)),
    })
    .exitOverride();
  for (const { flags, description } of globalOptions) program.option(flags, description);
  for (const command of inOrder(commands)) {
    register(program, command, async (args, options) => {
      const globals = program.opts<{ json?: boolean; ci?: boolean; cwd?: string; version?: boolean }>();
      const isJson = globals.json === true;
      const cwd = resolve(globals.cwd ?? "");
      if (globals.version) return void (await printVersions({ cwd, isJson }, plugins));
      const reading = readingIn(plugins, cwd);
      const ending = new Ending(command.endsItself === true);
      const io = terminalIo({ ci: globals.ci === true || isJson, signal: () => ending.signal, reading, isJson });
      const locks: ProjectLock[] = [];
      watchWork({ descriptor: 2, name: `lockstep ${command.name}` });
      const invocation: Invocation = {
        name: command.name,
        arguments: args,
        options,
        io,
        plugins,
        version,
        isJson,
        cwd,
        workspace: async (use = "look", folder = cwd, isNew = false) => {
          const { openWorkspace } = await import("./workspace.js");
          const typed = ["lockstep", command.name, ...args.filter((arg) => arg !== undefined)].join(" ");
          const opening = { command: typed, use, isNew, hold: (lock: ProjectLock) => locks.push(lock) };
          return openWorkspace(plugins, folder, io, opening);
        },
      };
      try {
        exitCode = await runCommand(
          command,
          invocation,
          io,
          isJson ? (value) => printableJson(commandsInJson({ schemaVersion, ...value }, reading)) : undefined,
        );
      } finally {
        for (const lock of locks) lock.release();
        ending.close();
        doing("");
      }
    });
  }
  // Plugin commands get the line as typed: commander would parse the ORM's options as its own.
  const own = plugins.flatMap((plugin) => plugin.commands ?? []);
  for (const { name, summary } of own) program.command(name, { hidden: true }).description(summary).helpOption(false);
  try {
    const typed = typedGlobals(argv);
    if (typed.isVersion) return await printVersions(typed, plugins);
    if (typed.rest.length === 0) await pointToStatus(program, typed.cwd);
    const command = own.find(({ name }) => name === typed.rest[0]);
    if (command !== undefined) return await runPluginCommand(command, typed, plugins);
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return exitCode;
}

/** The time that an interrupted command has to end by itself. */
const interruptedMs = 1_800;

/**
 * Handles Ctrl-C and SIGTERM. Installs its handlers when a command with `endsItself` first reads the signal. Before that, and for all other
 * commands, the system ends the process at once, even inside a parser, where no handler would run.
 */
class Ending {
  readonly #abort = new AbortController();
  #isArmed = false;

  constructor(readonly endsItself: boolean) {}

  get signal(): AbortSignal {
    if (this.endsItself && !this.#isArmed) {
      this.#isArmed = true;
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, this.#interrupt);
    }
    return this.#abort.signal;
  }

  close(): void {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, this.#interrupt);
  }

  readonly #interrupt = () => {
    // The second Ctrl-C ends the process immediately.
    if (this.#abort.signal.aborted) process.exit(130);
    this.#abort.abort();
    let leftMs = interruptedMs;
    const look = () => {
      leftMs = isUnbroken() ? interruptedMs : leftMs - 100;
      if (leftMs <= 0) process.exit(130);
    };
    setInterval(look, 100).unref();
    if (isUnbroken())
      process.stderr.write(
        "Interrupted. Lockstep ends when the running statements have finished. To end now, press Ctrl-C again.\n",
      );
  };
}

/** A command line with its leading global options. */
interface TypedGlobals {
  readonly cwd: string;
  readonly isJson: boolean;
  readonly isVersion: boolean;
  /** Arguments from the first other word on: `--cwd app prisma migrate dev` names a plugin's command. */
  readonly rest: readonly string[];
}

function typedGlobals(argv: readonly string[]): TypedGlobals {
  const found = { cwd: "", isJson: false, isVersion: false };
  for (let index = 0; ; index++) {
    const word = argv[index];
    if (word === "--cwd") found.cwd = argv[++index] ?? "";
    else if (word?.startsWith("--cwd=")) found.cwd = word.slice("--cwd=".length);
    else if (word === "--json") found.isJson = true;
    else if (word === "--version" || word === "-V") found.isVersion = true;
    else if (word !== "--ci") return { ...found, cwd: resolve(found.cwd), rest: argv.slice(index) };
  }
}

/** Without a command, the help of a project that is set up ends with the command that shows its state. */
async function pointToStatus(program: Command, cwd: string): Promise<void> {
  const { configFileOf } = await import("../config/load.js");
  if (configFileOf(cwd) !== undefined || existsSync(join(cwd, "lockstep")))
    program.addHelpText("after", "\nNext   npx lockstep status");
}

const neverAborted = () => new AbortController().signal;

async function printVersions(
  { cwd, isJson }: Pick<TypedGlobals, "cwd" | "isJson">,
  plugins: readonly OrmPlugin[],
): Promise<number> {
  const { versionsAt, versionsText } = await import("./versions.js");
  const versions = await versionsAt(plugins, cwd);
  const io = terminalIo({ ci: true, isJson, signal: neverAborted, reading: readingIn(plugins, cwd) });
  io.out(isJson ? printableJson({ schemaVersion, command: "version", ...versions }) : versionsText(versions));
  return 0;
}

async function runPluginCommand(
  command: PluginCommand,
  { cwd, rest: [, ...args] }: TypedGlobals,
  plugins: readonly OrmPlugin[],
): Promise<number> {
  const reading = readingIn(plugins, cwd);
  const io = terminalIo({ ci: false, isJson: false, signal: neverAborted, reading });
  watchWork({ descriptor: 2 });
  try {
    return await command.run(args, { cwd, env: io.env, out: io.out, err: io.err });
  } catch (error) {
    return reportError(error, io, undefined);
  }
}

/** Used until the project is found. */
function readingIn([own]: readonly OrmPlugin[], root: string): Reading {
  return { cwd: process.cwd(), root, packageName: own?.packageName ?? "lockstep", env: process.env };
}

type Action = (args: (string | undefined)[], options: Invocation["options"]) => Promise<void>;

/** Registers `backfill run` as the command `run` of the group `backfill`. */
function register(program: Command, command: CliCommand, action: Action): void {
  for (const name of [command.name, ...(command.aliases ?? [])]) {
    const words = name.split(" ");
    let parent = program;
    for (const word of words.slice(0, -1)) parent = groupIn(parent, word);
    const isListed = name === command.name && (parent !== program || groupOf(name) !== undefined);
    const bound = parent
      .command(words.at(-1) ?? "", { hidden: !isListed })
      .description(command.summary)
      .helpGroup(`${parent === program ? groupOf(name) : "Commands"}:`)
      .exitOverride();
    for (const argument of command.arguments ?? []) bound.argument(argument.name, argument.description);
    for (const option of command.options ?? []) bound.option(option.flags, option.description);
    bound.action(async (...given: unknown[]) => {
      const count = command.arguments?.length ?? 0;
      // A variadic argument is a list.
      await action(given.slice(0, count).flat() as (string | undefined)[], given[count] as Invocation["options"]);
    });
  }
}

/** Names the commands that begin with the typed word, in the order of the help: the parser names only the most similar ones. */
function withLikelyCommands(text: string, argv: readonly string[]): string {
  const [message, typed] = /^error: unknown command '(.+)'/.exec(text) ?? [];
  if (message === undefined || typed === undefined) return text;
  const { rest } = typedGlobals(argv);
  const before = rest.slice(0, rest.indexOf(typed));
  const likely = inOrder(commands)
    .filter(({ name }) => groupOf(name) !== undefined && name.startsWith([...before, typed].join(" ")))
    .map(({ name }) => name.split(" ")[before.length]);
  const names = [...new Set(likely)];
  if (names.length === 0) return text;
  return `${message}\n(Did you mean ${names.length === 1 ? "" : "one of "}${names.join(", ")}?)\n`;
}

function groupIn(parent: Command, word: string): Command {
  const known = parent.commands.find((candidate) => candidate.name() === word);
  if (known !== undefined) return known;
  return parent
    .command(word)
    .description(groupSummaries[word] ?? "")
    .helpGroup(`${groupOf(word)}:`)
    .exitOverride();
}

/** The text of the document that `--json` prints; undefined without it. */
type DocumentText = ((value: Readonly<Record<string, unknown>>) => string) | undefined;

async function runCommand(
  command: CliCommand,
  invocation: Invocation,
  io: Io,
  documentText: DocumentText,
): Promise<number> {
  try {
    const result = await command.run(invocation);
    io.progress.end();
    sayLeftOut(io, invocation.cwd);
    const document = documentText?.({ command: command.name, ...result.json });
    if (document === undefined && result.patch) io.out(result.patch, "patch");
    if (document !== undefined || result.text !== "" || !result.patch)
      io.out(document ?? result.text, document === undefined && result.isCommands === true ? "commands" : "text");
    return result.exitCode;
  } catch (error) {
    io.progress.end();
    sayLeftOut(io, invocation.cwd);
    if (error instanceof AlreadyDone) return reportDone(command.name, error.files, io, documentText);
    return reportError(error, io, documentText);
  }
}

/** Warns about files that could be relevant but were too large to read. */
function sayLeftOut(io: Io, cwd: string): void {
  const text = leftOutText((path) => relative(cwd, path).replaceAll("\\", "/"));
  if (text !== undefined) io.err(io.colors.yellow(text));
}

async function reportDone(
  command: string,
  files: readonly string[],
  io: Io,
  documentText: DocumentText,
): Promise<number> {
  const { nextText } = await import("../review/terminal.js");
  const next = "npx lockstep status";
  io.out(
    documentText?.({ command, finished: true, files, next }) ??
      `Completed the interrupted run, and did nothing else. To use other options, run the command again.\n${nextText(`${next}\nReview and commit.`, io.colors)}`,
  );
  return 0;
}

/** A known error in three lines; anything else is our bug, with its stack. */
function reportError(thrown: unknown, io: Io, documentText: DocumentText): number {
  const error = knownError(thrown);
  if (error instanceof LockstepError) {
    const { code, message, why, hint, details } = error;
    if (documentText !== undefined) io.out(documentText({ error: { code, message, why, next: hint, details } }));
    else io.err(coloured(error, io));
    return error.exitCode;
  }
  const hide = (text: string) => withoutPasswords(text, io.env);
  const message = hide(error instanceof Error ? error.message : String(error));
  if (documentText !== undefined) io.out(documentText({ error: { code: "BUG", message } }));
  io.err(`${io.colors.red("This is a bug of Lockstep.")} Please report it with what you did and this text:`);
  io.err(hide(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  return 4;
}

function coloured(error: LockstepError, io: Io): string {
  const [first = "", ...rest] = errorText(error).split("\n");
  return [io.colors.red(first), ...rest].join("\n");
}
