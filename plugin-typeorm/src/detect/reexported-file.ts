import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

const reexport = /^export\s+(?:\*|\{[^}]*\})\s*from\s*["'](\.[^"']*)["'];?[ \t]*$/gm;
const extensions = ["ts", "mts", "cts", "js", "mjs", "cjs"];

/** The file whose value a file re-exports: `export { dataSource } from "./database"`. The same file if it contains anything else. */
export function reexportedFile(root: string, file: string): string {
  const text = readFileSync(join(root, file), "utf8");
  const [only, second] = [...text.matchAll(reexport)];
  const rest = text.replace(reexport, "").replace(/\/\/.*|\/\*[\s\S]*?\*\/|import\s*["'][^"']*["'];?/g, "");
  if (only?.[1] === undefined || second !== undefined || rest.trim() !== "") return file;
  const path = posix.join(posix.dirname(file), only[1]);
  const bare = path.replace(/\.[cm]?js$/, "");
  const candidates = [...extensions.flatMap((end) => [`${bare}.${end}`, `${path}/index.${end}`]), path];
  const found = candidates.find((each) => existsSync(join(root, each)));
  return found === undefined || found === file ? file : reexportedFile(root, found);
}
