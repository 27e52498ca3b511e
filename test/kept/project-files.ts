/** The files of a project that people have in version control. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Files } from "./kept.js";

/** Every file of the user's, with its text. */
export function filesOf(root: string): Files {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll("\\", "/"),
    )
    .filter((file) => !/^(node_modules|\.git|\.clients|src\/generated)\//.test(file))
    .sort();
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
}

/** Puts these files, and no other, into a project. A folder that they leave empty goes, as git does it. */
export function putFiles(root: string, files: Files): void {
  for (const file of Object.keys(filesOf(root)).filter((each) => !(each in files))) {
    rmSync(join(root, file));
    for (let folder = dirname(join(root, file)); folder !== root; folder = dirname(folder)) {
      if (readdirSync(folder).length > 0) break;
      rmdirSync(folder);
    }
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
}
