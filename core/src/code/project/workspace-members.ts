import { existsSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { findFiles } from "../../base/files/find-files.js";
import { isRecord, objectIn, patternsIn, pnpmFile, pnpmPatterns } from "./workspace-patterns.js";

/** A package of a workspace. */
export interface WorkspaceMember {
  /** From the workspace root: `packages/db`. */
  readonly folder: string;
  readonly name: string;
  /** Names of the packages that it depends on, and folders of those that it references by path. */
  readonly needs: ReadonlySet<string>;
}

/** The packages of the workspace whose root is this folder (npm, pnpm, yarn, bun), sorted by folder; empty if there is none. */
export async function workspaceMembers(top: string): Promise<readonly WorkspaceMember[]> {
  const textOf = (name: string) => (existsSync(join(top, name)) ? readFileSync(join(top, name), "utf8") : "");
  const patterns = [...patternsIn(objectIn("package.json", textOf("package.json"))), ...pnpmPatterns(textOf(pnpmFile))];
  const [excluded, included] = [true, false].map((isOut) =>
    patterns
      .filter((pattern) => pattern.startsWith("!") === isOut)
      .map((pattern) => `${pattern.replace(/^!?(?:\.\/)?/, "").replace(/\/$/, "")}/package.json`),
  ) as [string[], string[]];
  const files = await findFiles(top, included, { ignore: excluded, follow: true });
  return files.map((file) => {
    const folder = dirname(file).replaceAll("\\", "/");
    const manifest = objectIn(file, textOf(file));
    const name = typeof manifest.name === "string" ? manifest.name : folder;
    return { folder, name, needs: new Set(needsOf(manifest, folder)) };
  });
}

const kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

/** Ignores the version (`workspace:*`, `catalog:`, a range), except for an alias or a folder in it. */
function needsOf(manifest: Readonly<Record<string, unknown>>, folder: string): string[] {
  return kinds
    .map((kind) => manifest[kind])
    .filter(isRecord)
    .flatMap((list) => Object.entries(list))
    .map(([name, version]) => {
      const [, alias, path] =
        /^(?:(?:workspace|npm):(@?[^@\s*^~]+)@|(?:file|link|portal):(.*))/.exec(`${version}`) ?? [];
      return path === undefined ? (alias ?? name) : posix.join(folder, path).replace(/\/$/, "");
    });
}
