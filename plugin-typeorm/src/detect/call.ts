import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, sep } from "node:path";
import { isDeclared, type LockstepConfig } from "@lockstep/core";
import { attempt, isNotInstalled } from "@lockstep/core/text";
import type { CliCall } from "../cli/typeorm-cli.js";
import type { Compilation } from "./compiled.js";
import { installedCopy } from "./copies.js";
import { type CommandLine, typeormScripts } from "./scripts.js";
import { shellWords } from "./shell-words.js";

/** The part of package.json that is read. */
export interface Manifest {
  readonly type?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The call of the CLI, and the scripts that contain it. */
export interface FoundCall extends CliCall {
  readonly scripts: readonly CommandLine[];
}

/** package.json of a folder; empty if there is none. */
export function readManifest(root: string): Manifest {
  const file = join(root, "package.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : {};
}

/**
 * How the project calls TypeORM's CLI: by lockstep.config.*, else by its scripts, else with the installed loader.
 *
 * @throws LS9061 when none of them contains the data source
 */
export async function findCall(
  root: string,
  manifest: Manifest,
  { typeorm = {} }: Pick<LockstepConfig, "typeorm">,
  { outDir }: Compilation,
): Promise<FoundCall> {
  // Only a shell expands variables.
  const isPlain = (words: readonly string[]) => !words.some((word) => /[$`]/.test(word));
  const scripts = typeormScripts(manifest.scripts ?? {}).filter(({ run }) => isPlain(run));
  const dataSource =
    typeorm.dataSource ??
    scripts.find((line) => line.dataSource !== undefined && isPlain([line.dataSource]))?.dataSource ??
    (await import("./data-source-file.js")).findDataSourceFile(root, outDir === undefined ? [] : [outDir]);
  const run =
    (typeorm.run === undefined ? undefined : shellWords(typeorm.run)) ??
    scripts[0]?.run ??
    defaultRun(root, dataSource, manifest.type === "module");
  return { root, run, dataSource: dataSource.replace(/^\.\//, ""), scripts };
}

/** The TypeScript loader that the project has installed. */
function defaultRun(root: string, dataSource: string, isEsm: boolean): readonly string[] {
  if (!/\.[cm]?ts$/.test(dataSource)) return ["npx", "typeorm"];
  const { resolve } = createRequire(join(root, "package.json"));
  const has = (name: string) => attempt(() => resolve(`${name}/package.json`), isNotInstalled) !== undefined;
  const installed = ["tsx", "ts-node"].filter(has);
  // Another package may have installed the other one, and tsx does not support `emitDecoratorMetadata`.
  const loader = installed.find((name) => isDeclared(root, name)) ?? installed[0];
  if (loader === "tsx")
    return [
      "npx",
      "tsx",
      relative(root, join(cliFolder(root), "cli.js"))
        .split(sep)
        .join("/"),
    ];
  if (loader === "ts-node") return ["npx", isEsm ? "typeorm-ts-node-esm" : "typeorm-ts-node-commonjs"];
  return ["npx", "typeorm"];
}

/** As the project sees it: a resolved link would not be the path that people type. */
function cliFolder(root: string): string {
  const own = join(root, "node_modules", "typeorm");
  return existsSync(own) ? own : installedCopy(root).folder;
}
