import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import type { DataSource, SqlInMemory } from "./typeorm.cjs";

/** The wrapper's view of `@lockstep/typeorm/generate`: a development dependency of the application, not one of this package. */
interface Plugin {
  interceptGenerate(call: {
    readonly dataSource: DataSource;
    readonly commandFile: string;
    readonly synchronizes: boolean;
    ask(): Promise<SqlInMemory>;
  }): Promise<SqlInMemory>;
}

/**
 * Loads the planning code from the project that `typeorm migration:generate` runs in. Not by a literal: bundlers would include all of it in
 * the application.
 *
 * @param args of the process: the data source of `-d` may be in another workspace than the process
 * @throws an error that the CLI prints when it is not installed; nothing has been written
 */
export async function loadPlugin(args: readonly string[]): Promise<Plugin> {
  const name = ["@lockstep", "typeorm", "generate"].join("/");
  let file: string;
  try {
    file = createRequire(__filename).resolve(name, { paths: [process.cwd(), ...dataSourceFolder(args), __dirname] });
  } catch (cause) {
    throw notInstalled(cause);
  }
  return import(pathToFileURL(file).href) as Promise<Plugin>;
}

function dataSourceFolder(args: readonly string[]): string[] {
  const at = args.findIndex((word) => /^(?:-d|--dataSource)(?:=|$)/.test(word));
  const named = at < 0 ? undefined : args[at]?.includes("=") ? args[at].split("=")[1] : args[at + 1];
  return named === undefined ? [] : [dirname(resolve(named))];
}

/** With the text of the error table, which is not part of this package; the CLI prints an error with `inspect`. */
function notInstalled(cause: unknown): Error {
  const code = "LS9064";
  const text = [
    `${code} @lockstep/typeorm is not installed in ${process.cwd()}.`,
    "The data source is wrapped, and what plans migrations is a package of its own, for development only.",
    "Next   npm install --save-dev @lockstep/typeorm; LOCKSTEP=off leaves the migration to TypeORM alone",
  ].join("\n");
  return Object.assign(new Error(text, { cause }), { [inspect.custom]: () => text });
}
