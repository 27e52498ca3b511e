import { ts } from "../ast/compiler.js";
import { declarationOf } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import { lookUp, type Project } from "../project/project.js";

/** The declared value of a name, in this file or in the one that it is imported from. */
export function constantOf(
  name: ts.Identifier,
  file: SourceFile,
  project: Project,
): { readonly value: ts.Expression; readonly file: SourceFile } | undefined {
  const local = declarationOf(name);
  if (local !== undefined && ts.isVariableDeclaration(local))
    return local.initializer && { value: local.initializer, file };
  const found = lookUp(project, file, name.text, "value");
  if (found?.kind !== "declaration" || !ts.isVariableDeclaration(found.node)) return undefined;
  return found.node.initializer && { value: found.node.initializer, file: found.file };
}

/** Like `constantOf`, including constants in files that only the compiler has read. Nodes of such a file belong to no `SourceFile`. */
export function constantValue(name: ts.Identifier, file: SourceFile, project: Project): ts.Expression | undefined {
  const known = constantOf(name, file, project);
  const checker = project.types?.checker;
  if (known !== undefined || checker === undefined) return known?.value;
  const symbol = checker.getSymbolAtLocation(name);
  const isAlias = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  const declared = (isAlias ? checker.getAliasedSymbol(symbol) : symbol)?.valueDeclaration;
  return declared !== undefined && ts.isVariableDeclaration(declared) ? declared.initializer : undefined;
}
