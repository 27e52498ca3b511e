import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";

/** The compiler's own list of what a file imports, in every form; not in its declarations. */
type WithImports = compiler.SourceFile & { readonly imports?: readonly compiler.StringLiteralLike[] };

/**
 * The files whose types can be other ones after some have changed: those, and whoever imports them, directly or not.
 *
 * @param changed absolute paths. A file that stopped to import another is among them itself, so the imports of now are enough
 * @returns undefined when it can be all: one of them declares something for every file
 */
export function affectedBy(changed: readonly string[], program: compiler.Program): ReadonlySet<string> | undefined {
  if (changed.length === 0) return new Set();
  const importers = importersIn(program);
  const affected = new Set(changed);
  for (const file of affected) {
    const source = program.getSourceFile(file);
    if (source !== undefined && declaresForAll(source)) return undefined;
    for (const importer of importers.get(file) ?? []) affected.add(importer);
  }
  return affected;
}

function importersIn(program: compiler.Program): ReadonlyMap<string, readonly string[]> {
  const checker = program.getTypeChecker();
  const importers = new Map<string, string[]>();
  for (const source of program.getSourceFiles() as readonly WithImports[]) {
    if (source.fileName.includes("/node_modules/")) continue;
    for (const specifier of source.imports ?? [])
      for (const declaration of checker.getSymbolAtLocation(specifier)?.declarations ?? []) {
        const file = declaration.getSourceFile().fileName;
        importers.set(file, [...(importers.get(file) ?? []), source.fileName]);
      }
  }
  return importers;
}

function declaresForAll(source: compiler.SourceFile): boolean {
  return !ts.isExternalModule(source) || /\bdeclare\s+(?:global|module)\b/.test(source.text);
}
