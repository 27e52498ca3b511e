import { join } from "node:path";
import { largest, readTextUpTo } from "@lockstep/core";
import { parseSourceFile, readModuleConfigs, type SourceFile } from "@lockstep/core/codemods";
import { findFilesSync } from "@lockstep/core/files";
import type { TypeormProject } from "../project.js";

/** The code of a project and its migrations, and the settings that resolve its imports. Files are parsed on first use. */
export function readCode({
  root,
  generatedFolders,
  dataSourceFile,
}: Pick<TypeormProject, "root" | "generatedFolders" | "dataSourceFile">): readonly SourceFile[] {
  const isBuilt = /(?:^|\/)(?:dist|build)\//.test(dataSourceFile);
  const paths = findFilesSync(root, ["**/*.{ts,mts,cts,js,mjs,cjs}"], {
    ignore: [
      "**/*.d.{ts,mts,cts}",
      ...(isBuilt ? [] : ["**/{dist,build}/**"]),
      ...generatedFolders.map((folder) => `${folder}/**`),
    ],
  });
  const files = paths.flatMap((file) => {
    const text = readTextUpTo(join(root, file), largest.code);
    return text === undefined ? [] : [{ file, text }];
  });
  return [...files, ...readModuleConfigs(root, paths)].map(({ file, text }) => parseSourceFile(file, text));
}
