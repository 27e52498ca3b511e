import { Console } from "node:console";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { resolvedFrom } from "../base/files/installed.js";
import type { OrmPlugin } from "../plugin/plugin.js";
import { main } from "./main.js";

export type { CliCommand, CommandResult, Invocation, Workspace } from "./command.js";
export type { Io } from "./io.js";
export { type MainOptions, main } from "./main.js";

export interface ProcessOptions {
  readonly plugin: OrmPlugin;
  readonly version: string;
  /** Packages of other plugins: the project has one command for all installed plugins. */
  readonly others: readonly string[];
  /** The calling module: other plugins may be installed next to it. */
  readonly from: string;
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/**
 * Runs the process of the `lockstep` command, from its arguments to its exit.
 *
 * @example await runProcess({ plugin: prismaPlugin, version, others: ["@lockstep/typeorm"], from: import.meta.url });
 */
export async function runProcess(options: ProcessOptions): Promise<never> {
  const { plugin, version, others, from } = options;
  const argv = process.argv.slice(2);
  // stdout is for the result: output of functions in lockstep.config.ts goes to stderr.
  globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });
  // The reader may close the output early (`lockstep plan | head`). The command continues without it.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosedPipe);
  const find = argv.includes("check") ? besideOwn : inProject;
  const installed = await Promise.all(others.map((name) => pluginAt(find(name, from))));
  const plugins = [plugin, ...installed.filter((other) => other !== undefined)];
  process.exitCode = await main({ plugins, version, argv });
  // Exit after all output is written, even if an open socket, stdin or a pool in user code would keep the process alive.
  await flush(process.stdout);
  await flush(process.stderr);
  process.exit();
}

/** The file of another plugin as the project resolves it, otherwise as this one does. */
function inProject(name: string, from: string): string | undefined {
  const project = pathToFileURL(join(process.cwd(), "package.json")).href;
  return resolvedFrom(project, `${name}/plugin`) ?? resolvedFrom(from, `${name}/plugin`);
}

/**
 * The same for `check`: an untrusted branch may contain `node_modules` anywhere between Lockstep and the current folder. So it uses only a
 * package in the `node_modules` that contains the command itself, or the package manager's link to it.
 */
function besideOwn(name: string, from: string): string | undefined {
  // Plug'n'Play resolves packages by the map of the installation that started this process.
  if (process.versions.pnp !== undefined) return resolvedFrom(from, `${name}/plugin`);
  const folders = [process.argv[1] ?? "", fileURLToPath(from)].flatMap(
    (file) => /^(.*[\\/]node_modules)[\\/]/.exec(file)?.[1] ?? [],
  );
  const manifests = folders.map((folder) => join(folder, name, "package.json"));
  const own = manifests.find((file) => existsSync(file));
  return own && resolvedFrom(own, `${name}/plugin`);
}

/** The plugin in a module. Undefined if there is none. */
async function pluginAt(file: string | undefined): Promise<OrmPlugin | undefined> {
  if (file === undefined) return undefined;
  const exported: unknown[] = Object.values((await import(pathToFileURL(file).href)) as object);
  return exported.find((value): value is OrmPlugin => typeof (value as Partial<OrmPlugin>).findProject === "function");
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded) resolve();
    else stream.write("", () => resolve());
  });
}
