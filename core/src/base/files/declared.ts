import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, isSyntaxError, isUnreadable } from "../expected-errors.js";
import { foldersUp } from "./folders-up.js";

type List = "dependencies" | "devDependencies";
type Manifest = Partial<Record<List, Readonly<Record<string, string>>>>;

/**
 * Whether the package.json of a folder, or one above it in its repository, names a package: a workspace may declare its dependencies at the
 * top.
 *
 * @param lists Default: both
 */
export function isDeclared(
  root: string,
  name: string,
  lists: readonly List[] = ["dependencies", "devDependencies"],
): boolean {
  return foldersUp(root).some((folder) => {
    const text = attempt(() => readFileSync(join(folder, "package.json"), "utf8"), isUnreadable) ?? "{}";
    const manifest = attempt(() => JSON.parse(text) as Manifest | null, isSyntaxError);
    return lists.some((list) => manifest?.[list]?.[name] !== undefined);
  });
}
