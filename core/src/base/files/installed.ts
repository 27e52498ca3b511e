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
 * Makes sure that a package which cannot go into ours is the one that ours names: `overrides` and `resolutions` of an application put
 * others in its place, and what it answers then would be taken for true.
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
  // A range is for the package manager to keep.
  if (wanted === undefined || !/^\d/.test(wanted) || found === wanted) return;
  const what = found === undefined ? `${name} is not installed` : `${name} is installed in version ${found}`;
  throw new LockstepError("LS8011", `${what}, and ${own?.name} ${own?.version} needs ${wanted}.`, {
    hint: `Remove ${name} from "overrides" (pnpm, yarn: also "resolutions") in the package.json at the root of the repository, then install again.`,
    details: { package: name, wanted, ...(found === undefined ? {} : { found }) },
  });
}

/**
 * Where a module is for the code of a file; undefined where it is not installed.
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

/** The version of a package as code in this folder resolves it. */
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
