import { Console } from "node:console";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
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
  const { plugin, version, others } = options;
  const argv = process.argv.slice(2);
  // stdout is for the result: output of functions in lockstep.config.ts goes to stderr.
  globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });
  // The reader may close the output early (`lockstep plan | head`). The command continues without it.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosedPipe);
  const places = placesOf(options, argv);
  const installed = await Promise.all(others.map((name) => installedPlugin(name, places)));
  const plugins = [plugin, ...installed.filter((other) => other !== undefined)];
  process.exitCode = await main({ plugins, version, argv });
  // Exit after all output is written, even if an open socket, stdin or a pool in user code would keep the process alive.
  await flush(process.stdout);
  await flush(process.stderr);
  process.exit();
}

/**
 * Where to search for other plugins. Includes the folders above the project, except for `check` of a Lockstep outside the project: an
 * untrusted branch may contain `node_modules`.
 */
function placesOf({ plugin, from }: ProcessOptions, argv: readonly string[]): readonly string[] {
  const project = pathToFileURL(join(process.cwd(), "package.json")).href;
  const [own, ours] = [project, from].map((place) => resolvedFrom(place, `${plugin.packageName}/plugin`));
  return argv.includes("check") && own !== ours ? [from] : [project, from];
}

/** The plugin of a package. Undefined if it is not installed in any of the places. */
async function installedPlugin(name: string, places: readonly string[]): Promise<OrmPlugin | undefined> {
  const file = places.map((place) => resolvedFrom(place, `${name}/plugin`)).find((found) => found !== undefined);
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
