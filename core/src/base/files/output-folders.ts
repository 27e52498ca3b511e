import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Build output and code of others in a package; elsewhere a module of the app may be called so: `src/vendor/vendor.service.ts`. */
export const outputNames = ["dist", "build", "coverage", "vendor", "vendors"];

/** Code of others and what tools write, wherever it stands; hidden folders too. */
const foreign = /^(?:node_modules|generated|__\w+__|migrations|\..*)$/;

/**
 * Whether nothing in a folder is code of the app: for its name, or because a package has a folder of this name beside its
 * `package.json`.
 *
 * @param root of the project, whose own folders are taken for those of a package
 */
export function isForeignFolder(root: string, folder: string, name: string): boolean {
  return foreign.test(name) || isOutput(root, folder, name);
}

/**
 * The build output, or code of others, that a file is in: the path of that folder from the root.
 *
 * @param file path from the root, with `/`; may lead out of it
 */
export function outputFolderOf(root: string, file: string): string | undefined {
  const names = file.split("/").slice(0, -1);
  const at = names.findIndex((name, index) => isOutput(root, join(root, ...names.slice(0, index)), name));
  return at < 0 ? undefined : names.slice(0, at + 1).join("/");
}

/** Whether a folder of the path has a name that build output has, too. */
export function mayBeOutput(file: string): boolean {
  return dirname(file)
    .split("/")
    .some((name) => outputNames.includes(name));
}

function isOutput(root: string, folder: string, name: string): boolean {
  return outputNames.includes(name) && (folder === root || existsSync(join(folder, "package.json")));
}
