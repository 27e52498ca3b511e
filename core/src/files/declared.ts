import { readFileSync } from "node:fs";
import { join } from "node:path";
import { foldersUp } from "./folders-up.js";

type List = "dependencies" | "devDependencies";

/**
 * Whether the package.json of a folder, or one above it in its repository, names a package: a workspace may leave its dependencies to
 * the top.
 *
 * @param lists Default: both
 */
export function isDeclared(
  root: string,
  name: string,
  lists: readonly List[] = ["dependencies", "devDependencies"],
): boolean {
  return foldersUp(root).some((folder) => {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Partial<
        Record<List, Readonly<Record<string, string>>>
      >;
      return lists.some((list) => manifest[list]?.[name] !== undefined);
    } catch {
      // None, or one that says nothing.
      return false;
    }
  });
}
