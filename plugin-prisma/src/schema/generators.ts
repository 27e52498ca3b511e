import { dirname, relative, resolve, sep } from "node:path";
import { type PrismaSchema, stringValue } from "./model.js";

/** The output folders of the schema's generators, from the root: code in them is generated again, never edited. */
export function generatedFolders(schema: PrismaSchema, root: string): string[] {
  return schema.settings
    .filter((block) => block.kind === "generator")
    .flatMap((block) => {
      const output = stringValue(block.settings.output);
      if (output === undefined) return [];
      const folder = relative(root, resolve(root, dirname(block.file), output))
        .split(sep)
        .join("/");
      return folder.startsWith("..") ? [] : [folder];
    });
}
