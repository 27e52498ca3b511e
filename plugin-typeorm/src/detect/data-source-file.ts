import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LockstepError } from "@lockstep/core";
import { globSync } from "tinyglobby";

const conventional = /(?:^|\/)(?:data-?source|ormconfig|typeorm(?:[.-]config)?)\.[cm]?[jt]s$/i;

/**
 * The file that exports the project's data source, where no script names it: the one that makes a `DataSource`, of several the one
 * with a usual name.
 *
 * @param generated folders that are not looked into
 * @throws LS9061 when there is none, or there are several
 */
export function findDataSourceFile(root: string, generated: readonly string[]): string {
  const files = globSync("**/*.{ts,cts,mts,js,cjs,mjs}", {
    cwd: root,
    ignore: ["**/node_modules/**", "**/*.d.*", "**/*.{spec,test}.*", ...generated.map((folder) => `${folder}/**`)],
  }).filter((file) => makesDataSource(readFileSync(join(root, file), "utf8")));
  const usual = files.filter((file) => conventional.test(file));
  const [only, second] = files.length > 1 && usual.length > 0 ? usual : files;
  if (only !== undefined && second === undefined) return only;
  throw new LockstepError(
    "LS9061",
    only === undefined
      ? `No script of package.json names a data source (-d), and no file in ${root} exports one.`
      : `Several files export a data source: ${files.sort().join(", ")}.`,
  );
}

function makesDataSource(text: string): boolean {
  return /\bnew\s+DataSource\s*\(/.test(text) && /\bexport\b|\bexports\b/.test(text) && /["']typeorm["']/.test(text);
}
