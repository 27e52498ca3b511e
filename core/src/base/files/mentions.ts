import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isForeignFolder } from "./output-folders.js";
import { largest, readTextUpTo } from "./read-text.js";

const source = /(?<!\.d)\.[cm]?[jt]sx?$/;

/**
 * Whether the sources of a project contain some words, before anything is parsed or planned. Reads each file once, and loads no module.
 *
 * @param exclude folders from the root, besides dependencies, build output, generated code and migrations
 * @example await sourcesMention(root, /@lockstep\./, ["lockstep"])
 */
export async function sourcesMention(root: string, words: RegExp, exclude: readonly string[]): Promise<boolean> {
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const at = folder;
    const entries = await readdir(at, { withFileTypes: true });
    const isExcluded = (name: string) => exclude.includes(relative(root, join(at, name)).split(sep).join("/"));
    folders.push(
      ...entries
        .filter((entry) => entry.isDirectory() && !isForeignFolder(root, at, entry.name) && !isExcluded(entry.name))
        .map(({ name }) => join(at, name)),
    );
    const files = entries.filter((entry) => entry.isFile() && source.test(entry.name));
    if (files.some(({ name }) => words.test(readTextUpTo(join(at, name), largest.code) ?? ""))) return true;
  }
  return false;
}
