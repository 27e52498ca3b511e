import { addCommand } from "../../base/files/commands-here.js";
import { packageManager } from "../../base/files/package-manager.js";
import { runTool } from "../../base/run-tool.js";

/** A package that the project needs. */
export interface NeededPackage {
  readonly name: string;
  /** `prod`: the application itself loads it. */
  readonly kind: "dev" | "prod";
}

/** The result of an installation. */
export interface Installed {
  /** Names, in the requested order. */
  readonly installed: readonly string[];
  /** The command that failed; undefined if all of them are installed. */
  readonly failed?: { readonly command: string; readonly why: string };
}

/**
 * Adds packages to a project by its own package manager, one command after the other.
 *
 * @param onStart receives each command
 * @example await install("/app", [{ name: "@lockstep/prisma", kind: "dev" }], process.env, say) // pnpm add --save-dev @lockstep/prisma
 */
export async function install(
  root: string,
  packages: readonly NeededPackage[],
  env: Readonly<Record<string, string | undefined>>,
  onStart: (command: string) => void,
): Promise<Installed> {
  const manager = packageManager(root, env);
  const installed: string[] = [];
  for (const { name, kind } of packages) {
    const command = addCommand(root, manager, kind === "dev", name);
    onStart(command);
    const why = await failure(command, root, env);
    if (why !== undefined) return { installed, failed: { command, why } };
    installed.push(name);
  }
  return { installed };
}

async function failure(
  command: string,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  // On Windows, package managers are scripts, which only a shell can run.
  const [program = "", ...args] = [...(process.platform === "win32" ? ["cmd", "/d", "/c"] : []), ...command.split(" ")];
  try {
    const { exitCode, output } = await runTool(program, args, { cwd, env });
    return exitCode === 0 ? undefined : output.split("\n").slice(-20).join("\n");
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
