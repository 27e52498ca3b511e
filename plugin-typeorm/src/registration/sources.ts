import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSourceFile, readModuleConfigs, type SourceFile } from "@lockstep/core/codemods";
import { globSync } from "tinyglobby";
import type { TypeormProject } from "../project.js";

/** The code of a project with its migrations, and what says where its imports lead. Nothing is parsed before somebody looks into it. */
export function readCode({
  root,
  generatedFolders,
  dataSourceFile,
}: Pick<TypeormProject, "root" | "generatedFolders" | "dataSourceFile">): readonly SourceFile[] {
  const isBuilt = /(?:^|\/)(?:dist|build)\//.test(dataSourceFile);
  const paths = globSync("**/*.{ts,mts,cts,js,mjs,cjs}", {
    cwd: root,
    ignore: [
      "**/node_modules/**",
      "**/*.d.{ts,mts,cts}",
      ...(isBuilt ? [] : ["**/{dist,build}/**"]),
      ...generatedFolders.map((folder) => `${folder}/**`),
    ],
  });
  const files = paths.map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
  return [...files, ...readModuleConfigs(root, paths)].map(({ file, text }) => parseSourceFile(file, text));
}
