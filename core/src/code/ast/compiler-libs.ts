import { createRequire } from "node:module";

interface LibFile {
  readonly fileName: string;
  readonly text: string;
}

/** The compiler has the declarations of the language in itself, not on disk: it finds them under this folder. */
export const libFolder = "/node_modules/typescript/lib";

/** Their texts by path. */
export const libs: ReadonlyMap<string, string> = new Map(
  (createRequire(import.meta.url)("#compiler-libs") as { getLibFiles(): readonly LibFile[] })
    .getLibFiles()
    .map(({ fileName, text }) => [`${libFolder}/${fileName}`, text]),
);
