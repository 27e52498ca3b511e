import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";

/** The compiler's own list of a file's imports, in every form; missing in its public types. */
type WithImports = compiler.SourceFile & { readonly imports?: readonly compiler.StringLiteralLike[] };

/**
 * The files whose types may differ after some have changed: these, without those that keep their types, and the files that import them,
 * directly or indirectly.
 *
 * @param changed absolute paths. A file that no longer imports another one is included itself, so the current imports are enough
 * @param keepsTypes whether the change of a file keeps its types for the files that import it. Default: no
 * @returns undefined if it may be all: one of them has global declarations, or belongs to a package
 */
export function affectedBy(
  changed: readonly string[],
  program: compiler.Program,
  keepsTypes: (source: compiler.SourceFile) => boolean = () => false,
): ReadonlySet<string> | undefined {
  if (changed.length === 0) return new Set();
  // A generated client: imports inside packages are not followed.
  if (changed.some((file) => file.includes("/node_modules/"))) return undefined;
  const importers = importersIn(program);
  const kept = new Set<string>();
  for (const file of changed) {
    const source = program.getSourceFile(file);
    if (source !== undefined && !declaresForAll(source) && keepsTypes(source)) kept.add(file);
  }
  const affected = new Set(changed.filter((file) => !kept.has(file)));
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
