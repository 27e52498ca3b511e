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
  /** Packages of other plugins: the one command of a project knows all of those that are installed. */
  readonly others: readonly string[];
  /** The module that this is called from: other plugins may be installed beside it. */
  readonly from: string;
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/**
 * The process of the command `lockstep`, from its arguments to its end.
 *
 * @example await runProcess({ plugin: prismaPlugin, version, others: ["@lockstep/typeorm"], from: import.meta.url });
 */
export async function runProcess(options: ProcessOptions): Promise<never> {
  const { plugin, version, others } = options;
  const argv = process.argv.slice(2);
  // stdout is the answer: what functions of lockstep.config.ts print goes to stderr.
  globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });
  // The reader may close the output early (`lockstep plan | head`). The command continues without it.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosedPipe);
  const places = placesOf(options, argv);
  const installed = await Promise.all(others.map((name) => installedPlugin(name, places)));
  const plugins = [plugin, ...installed.filter((other) => other !== undefined)];
  process.exitCode = await main({ plugins, version, argv });
  // Once everything is written: a socket that does not close, stdin, a pool of the user's own code must not keep it.
  await flush(process.stdout);
  await flush(process.stderr);
  process.exit();
}

/**
 * Where other plugins are looked for. Above the folder of the project too, except by `check` of a Lockstep that is not the project's own:
 * a branch of a stranger may bring `node_modules` along.
 */
function placesOf({ plugin, from }: ProcessOptions, argv: readonly string[]): readonly string[] {
  const project = pathToFileURL(join(process.cwd(), "package.json")).href;
  const [own, ours] = [project, from].map((place) => resolvedFrom(place, `${plugin.packageName}/plugin`));
  return argv.includes("check") && own !== ours ? [from] : [project, from];
}

/** The plugin of a package; undefined when it is installed in none of the places. */
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
