import { dirname, relative, resolve, sep } from "node:path";
import type { SchemaFile } from "./model.js";
import { envValue, parseConfig } from "./parse.js";

/** The output folders of the schema's generators, from the root: their code is regenerated, never edited. */
export function generatedFolders({ files }: { readonly files: readonly SchemaFile[] }, root: string): string[] {
  return parseConfig(files).generators.flatMap((generator) => {
    const output = envValue(generator.output);
    if (output === undefined) return [];
    const folder = relative(root, resolve(root, dirname(generator.sourceFilePath), output))
      .split(sep)
      .join("/");
    return folder.startsWith("..") ? [] : [folder];
  });
}
