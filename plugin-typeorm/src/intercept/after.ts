import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type AddedColumn, afterNote, type ReshapedTable } from "@lockstep/core";
import { tellAfter } from "@lockstep/core/after";
import type { Interception } from "./interception.js";
import type { Output } from "./output.js";

/** Makes the CLI report the change's consequences for the code, after it has written its file and reported it. */
export function tellAtEnd(
  output: Output | undefined,
  changed: { readonly added: readonly AddedColumn[]; readonly reshaped: readonly ReshapedTable[] },
  about: Interception,
): Output {
  const written = async (given: string, text: string) => {
    await output?.written?.(given, text);
    const project = {
      root: about.root,
      migrationsFolder: about.fromRoot(dirname(given)),
      ormVersion: "",
      dialect: about.dialect.id,
      developmentUrl: undefined,
      generatedFolders: [],
    };
    const note = await afterNote(changed, project, fileURLToPath(new URL("../..", import.meta.url)));
    if (note === undefined) return;
    process.once("exit", (code) => {
      if (code === 0) tellAfter(note, (line) => process.stdout.write(`${line}\n`));
    });
  };
  return { ...output, written };
}
