import { accessSync, chmodSync, constants, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { attempt, isUnreadable } from "@lockstep/core/text";
import { takeDatasourceUrl } from "./cli/datasource-url.js";
import { droppedVariables, findNative, foundEngineVariable, nativeEngineVariable } from "./engine/find-native.js";
import { tellAtEnd } from "./intercept/after.js";

const engineVariable = "PRISMA_SCHEMA_ENGINE_BINARY";
const proxy = fileURLToPath(new URL("../bin/schema-engine.js", import.meta.url));

/**
 * Puts Lockstep between the Prisma CLI and its schema engine, so that the stock `npx prisma migrate dev` plans unsafe column additions in
 * phases. Returns the config unchanged, unless `lockstep deploy` runs it for one of the targets: then `datasource.url` is that target's.
 *
 * The CLI evaluates its config before it searches for the engine, so naming ours here is enough. That applies to every command, `migrate
 * deploy` too. If a native engine is installed the proxy runs that one; otherwise it works over WASM, while the CLI on its own would first
 * try to download an engine and fail without a network. With `LOCKSTEP=off` and a native engine nothing is changed; without one the proxy
 * passes everything through.
 *
 * @example
 * // prisma.config.ts
 * export default withLockstep(defineConfig({ schema: "prisma/schema.prisma" }));
 */
// One signature without options: it must be the same type as the stand-in that `lockstep init` writes beside the import.
export function withLockstep<T>(config: T): T {
  const changes = ownEngine(process.env);
  Object.assign(process.env, changes);
  if (engineVariable in changes && isMigrateDev(process.argv)) tellAtEnd(process);
  const notice = notIntercepted(process.env, process.platform, process.argv, () => isSpawnable(proxy));
  if (notice !== undefined) console.warn(notice);
  const url = takeDatasourceUrl(process.env, process.argv);
  const { datasource } = config as { datasource?: object };
  // Prisma 6 uses its schema when the config has no datasource, and would ignore one that is added here.
  return url === undefined || datasource === undefined ? config : { ...config, datasource: { ...datasource, url } };
}

/** The environment variables that put Lockstep's engine between this process' CLI and its own; none if that is not possible. */
export function ownEngine(env: NodeJS.ProcessEnv): Record<string, string> {
  return engineEnvironment(env, {
    platform: process.platform,
    isTerminal: process.stdout.isTTY === true,
    columns: process.stdout.columns,
    isSpawnable,
    findNative: (chosen) => findNative(process.cwd(), chosen === undefined ? {} : { [nativeEngineVariable]: chosen }),
    proxy,
  });
}

/** Whether a CLI in this environment uses Lockstep's engine, and that engine intercepts. */
export function asksOwnEngine(env: NodeJS.ProcessEnv): boolean {
  const engine = env[engineVariable];
  return engine !== undefined && isLockstep(engine, proxy) && env.LOCKSTEP !== "off";
}

/** Windows starts no `#!` files, and a file may have lost its execute permission: then nothing is between the CLI and its engine. */
export function notIntercepted(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
  args: readonly string[],
  canStart: () => boolean = () => true,
): string | undefined {
  if (env.LOCKSTEP === "off" || !isMigrateDev(args)) return undefined;
  if (platform !== "win32")
    return canStart()
      ? undefined
      : `Lockstep: this run is not intercepted, ${proxy} cannot be started. Use npx lockstep prisma migrate dev instead, or install @lockstep/prisma again.`;
  return "Lockstep: this run is not intercepted on Windows. Use npx lockstep prisma migrate dev instead.";
}

function isMigrateDev(args: readonly string[]): boolean {
  return args.includes("migrate") && args.includes("dev");
}

/** The inputs of the decision besides the environment. */
export interface EngineSurroundings {
  readonly platform: NodeJS.Platform;
  readonly isTerminal: boolean;
  /** The width of the terminal. */
  readonly columns?: number | undefined;
  isSpawnable(path: string): boolean;
  /** @param chosen the engine that the user named */
  findNative(chosen: string | undefined): string | undefined;
  readonly proxy: string;
}

/** The environment variables to set; none when the CLI uses its own engine. */
export function engineEnvironment(env: NodeJS.ProcessEnv, around: EngineSurroundings): Record<string, string> {
  // Windows starts no `#!` files.
  if (around.platform === "win32") return {};
  const former = env[engineVariable];
  const isOurs = former !== undefined && isLockstep(former, around.proxy);
  const hasOther = former !== undefined && former !== "" && !isOurs;
  const native = around.findNative(hasOther ? former : env[nativeEngineVariable]);
  if (env.LOCKSTEP === "off" && !isOurs && (hasOther || native !== undefined)) return {};
  if (!around.isSpawnable(around.proxy)) return {};
  return {
    [engineVariable]: around.proxy,
    // Prisma resolves it in the CLI's folder; the engine can have another.
    ...(hasOther ? { [nativeEngineVariable]: resolve(former) } : {}),
    [foundEngineVariable]: native ?? "",
    ...dropped(env),
    // The CLI prints the engine's output, but the engine's own stdout is a pipe.
    LOCKSTEP_COLOR: hasColors(env, around.isTerminal) ? "1" : "0",
    ...(around.isTerminal && around.columns ? { LOCKSTEP_COLUMNS: String(around.columns) } : {}),
  };
}

/** The shell also drops functions that bash exported, but no engine uses them. */
function dropped(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter(([name]) => !/^([A-Za-z_]\w*$|BASH_FUNC_)/.test(name));
  return entries.length === 0 ? {} : { [droppedVariables]: JSON.stringify(Object.fromEntries(entries)) };
}

/** This proxy, or one of another installation: treated as the native engine, the two would start each other. */
function isLockstep(path: string, proxy: string): boolean {
  const real = (file: string) => attempt(() => realpathSync(file), isUnreadable) ?? file;
  return [path, real(path)].some(
    (each) =>
      each === proxy || each === real(proxy) || /[\\/]@lockstep[\\/]prisma[\\/]bin[\\/]schema-engine\.js$/.test(each),
  );
}

/** Package managers keep the execute permission; archives that were unpacked by hand may not. */
function isSpawnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // EACCES: not yet.
  }
  try {
    chmodSync(path, 0o755);
    return true;
  } catch {
    // EPERM, EROFS: another user owns the folder, or it is mounted read-only.
    return false;
  }
}

/** https://no-color.org and the FORCE_COLOR of Node. */
function hasColors(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTerminal && env.TERM !== "dumb";
}
