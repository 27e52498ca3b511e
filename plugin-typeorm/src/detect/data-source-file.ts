import { join } from "node:path";
import { LockstepError, largest, readTextUpTo } from "@lockstep/core";
import { ts } from "@lockstep/core/codemods";
import { findFilesSync } from "@lockstep/core/files";
import { exportedValues } from "./exported-values.js";

const conventional = /(?:^|\/)(?:data-?source|ormconfig|typeorm(?:[.-]config)?)\.[cm]?[jt]s$/i;

/**
 * The file that exports the project's data source, if no script names it: the one that exports a `DataSource`, of several the one with a
 * usual name.
 *
 * @param generated folders to skip
 * @throws LS9061 when there is none, or there are several
 */
export function findDataSourceFile(root: string, generated: readonly string[]): string {
  const files = findFilesSync(root, ["**/*.{ts,cts,mts,js,cjs,mjs}"], {
    ignore: ["**/*.d.*", "**/*.{spec,test}.*", ...generated.map((folder) => `${folder}/**`)],
  });
  const made: string[] = [];
  const exported = files.filter((file) => {
    const text = readTextUpTo(join(root, file), largest.code) ?? "";
    const isMade = makesDataSource(text);
    if (isMade) made.push(file);
    return (isMade || conventional.test(file)) && exportsDataSource(file, text);
  });
  const found = exported.length > 0 ? exported : made;
  const usual = found.filter((file) => conventional.test(file));
  const [only, second] = found.length > 1 && usual.length > 0 ? usual : found;
  if (only !== undefined && second === undefined) return only;
  throw new LockstepError(
    "LS9061",
    only === undefined
      ? `No script of package.json names a data source (-d), and no file in ${root} exports one.`
      : `Several files export a data source: ${found.sort().join(", ")}.`,
  );
}

function makesDataSource(text: string): boolean {
  return /\bnew\s+DataSource\s*\(/.test(text) && /\bexport\b|\bexports\b/.test(text) && /["']typeorm["']/.test(text);
}

/** A value, not a function that creates one. */
function exportsDataSource(file: string, text: string): boolean {
  if (!/data_?source/i.test(text)) return false;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return exportedValues(source).some(({ isDataSource }) => isDataSource);
}
