import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LockstepError } from "../errors.js";
import { attempt, isNotInstalled } from "../expected-errors.js";

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * Checks that a package which cannot be bundled into ours has the version that ours names: an application's `overrides` and `resolutions`
 * replace it, and Lockstep would trust its results.
 *
 * @param url `import.meta.url` of the file that loads it
 * @throws LS8011
 */
export function assertInstalled(name: string, url: string): void {
  const own = manifestAbove(
    dirname(fileURLToPath(url)),
    (manifest) => manifest.name?.startsWith("@lockstep/") === true,
  );
  const wanted = own?.dependencies?.[name];
  const found = installedVersion(name, url);
  // The package manager enforces a range.
  if (wanted === undefined || !/^\d/.test(wanted) || found === wanted) return;
  const what = found === undefined ? `${name} is not installed` : `${name} is installed in version ${found}`;
  throw new LockstepError("LS8011", `${what}, and ${own?.name} ${own?.version} needs ${wanted}.`, {
    hint: `Remove ${name} from "overrides" (pnpm, yarn: also "resolutions") in the package.json at the root of the repository, then install again.`,
    details: { package: name, wanted, ...(found === undefined ? {} : { found }) },
  });
}

/**
 * The path to which the code of a file resolves a module. Undefined if it is not installed.
 *
 * @example resolvedFrom(join(root, "package.json"), "eslint/package.json")
 */
export function resolvedFrom(file: string, specifier: string): string | undefined {
  return attempt(() => createRequire(file).resolve(specifier), isNotInstalled);
}

function installedVersion(name: string, url: string): string | undefined {
  const entry = resolvedFrom(url, name);
  return entry && manifestAbove(dirname(entry), (manifest) => manifest.name === name)?.version;
}

/** The version of a package that code in this folder resolves. */
export function versionFrom(folder: string, name: string): string | undefined {
  const load = createRequire(join(folder, "package.json"));
  return attempt(() => load(`${name}/package.json`) as Manifest, isNotInstalled)?.version;
}

function manifestAbove(folder: string, isIt: (manifest: Manifest) => boolean): Manifest | undefined {
  const file = join(folder, "package.json");
  if (existsSync(file)) {
    const manifest = JSON.parse(readFileSync(file, "utf8")) as Manifest;
    if (isIt(manifest)) return manifest;
  }
  const parent = dirname(folder);
  return parent === folder ? undefined : manifestAbove(parent, isIt);
}
