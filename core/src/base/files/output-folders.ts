import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Build output and third-party code in a package; elsewhere a module of the app may have this name: `src/vendor/vendor.service.ts`. */
export const outputNames = ["dist", "build", "coverage", "vendor", "vendors"];

/** Third-party code and tool output, anywhere; hidden folders too. */
const foreign = /^(?:node_modules|generated|__\w+__|migrations|\..*)$/;

/**
 * Whether a folder contains no code of the app: by its name, or because a package has a folder of this name beside its `package.json`.
 *
 * @param root of the project, whose own folders count as those of a package
 */
export function isForeignFolder(root: string, folder: string, name: string): boolean {
  return foreign.test(name) || isOutput(root, folder, name);
}

/**
 * The folder of build output, or of third-party code, that contains a file: its path from the root.
 *
 * @param file path from the root, with `/`; may be outside of it
 */
export function outputFolderOf(root: string, file: string): string | undefined {
  const names = file.split("/").slice(0, -1);
  const at = names.findIndex((name, index) => isOutput(root, join(root, ...names.slice(0, index)), name));
  return at < 0 ? undefined : names.slice(0, at + 1).join("/");
}

/** Whether a folder in the path has a name of build output. */
export function mayBeOutput(file: string): boolean {
  return dirname(file)
    .split("/")
    .some((name) => outputNames.includes(name));
}

function isOutput(root: string, folder: string, name: string): boolean {
  return outputNames.includes(name) && (folder === root || existsSync(join(folder, "package.json")));
}
