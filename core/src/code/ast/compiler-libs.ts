import { createRequire } from "node:module";

interface LibFile {
  readonly fileName: string;
  readonly text: string;
}

/** The compiler bundles the declarations of the language and resolves them under this folder; they are not on disk. */
export const libFolder = "/node_modules/typescript/lib";

/** Their texts by path. */
export const libs: ReadonlyMap<string, string> = new Map(
  (createRequire(import.meta.url)("#compiler-libs") as { getLibFiles(): readonly LibFile[] })
    .getLibFiles()
    .map(({ fileName, text }) => [`${libFolder}/${fileName}`, text]),
);
