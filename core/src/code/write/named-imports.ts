import { ts } from "../ast/compiler.js";
import { declarationFrom } from "../ast/scope.js";
import type { SourceFile } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import { compact, type EditFinding } from "../contract/transform.js";
import { commaListOf, indentAt, insertItem, removeItem } from "./comma-list.js";

/**
 * The edits that add names to the braces of an existing import; undefined if the module has none, or a name means something else in the
 * file. Skips names that are already imported. A sorted list stays sorted.
 */
export function addNamedImports(
  specifier: string,
  names: readonly string[],
  file: SourceFile,
): readonly EditFinding[] | undefined {
  const declarations = namedImports(specifier, file);
  const known = new Set(declarations.flatMap(({ elements }) => elements.map((each) => each.name.text)));
  const missing = [...new Set(names)].filter((name) => !known.has(name)).sort(compareNames);
  if (missing.length === 0) return [];
  const [target] = declarations;
  const list = target && commaListOf(target, file);
  const last = target?.elements.at(-1);
  if (list === undefined || last === undefined) return undefined;
  if (missing.some((name) => declarationFrom(file.ast, name) !== undefined)) return undefined;
  const listed = target?.elements.map((each) => each.name.text) ?? [];
  const isSorted = listed.every((name, at) => at === 0 || compareNames(listed[at - 1] ?? "", name) <= 0);
  const groups = new Map<number, string[]>();
  for (const name of missing) {
    const next = isSorted ? listed.findIndex((each) => compareNames(each, name) > 0) : -1;
    groups.set(next, [...(groups.get(next) ?? []), name]);
  }
  const start = last.getStart(file.ast);
  const isStacked = file.text.slice(list.open, start).includes("\n");
  const separator = isStacked ? `,${file.style.eol}${indentAt(file.text, start)}` : ", ";
  const edits = [...groups].map(([index, group]): EditFinding | undefined => {
    const text = group.join(separator);
    const splices = insertItem(list, text, file, index === -1 ? undefined : index);
    return splices && { kind: "edit", splices, ...importOf(specifier), text };
  });
  return edits.every((edit) => edit !== undefined) ? edits : undefined;
}

function compareNames(a: string, b: string): number {
  const [lower, other] = [a.toLowerCase(), b.toLowerCase()];
  return lower < other ? -1 : lower > other ? 1 : 0;
}

/** Removes names that `addNamedImports` added, if only the removed texts use them. */
export function dropNamedImports(
  specifier: string,
  written: string,
  without: readonly Pick<Splice, "start" | "end">[],
  file: SourceFile,
): EditFinding | undefined {
  const names = compact(written).split(",");
  for (const named of namedImports(specifier, file)) {
    const first = named.elements.findIndex((each) => each.name.text === names[0]);
    const elements = first === -1 ? [] : named.elements.slice(first, first + names.length);
    const [from, to] = [elements[0], elements.at(-1)];
    const list = commaListOf(named, file);
    if (from === undefined || to === undefined || list === undefined) continue;
    if (elements.map((each) => each.name.text).join(",") !== names.join(",")) continue;
    if (elements.some((element) => isUsed(element, file, without))) return undefined;
    const splices = removeItem(list, from, file, to);
    return { kind: "edit", splices, ...importOf(specifier), text: "", replaces: written };
  }
  return undefined;
}

/** Whether a file uses an import outside the removed texts. Re-exports from a module, members and properties of that name do not count. */
export function isUsed(
  { name }: ts.ImportSpecifier,
  file: SourceFile,
  without: readonly Pick<Splice, "start" | "end">[],
): boolean {
  const isAnother = (use: ts.Identifier) => {
    const { parent } = use;
    if (ts.isExportSpecifier(parent)) return parent.parent.parent.moduleSpecifier !== undefined;
    if (ts.isQualifiedName(parent)) return parent.right === use;
    const isMember = ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent);
    return ts.isNamespaceExport(parent) || (isMember && parent.name === use);
  };
  return file
    .identifiers(name.text)
    .some(
      (use) => use !== name && !isAnother(use) && !without.some(({ start, end }) => use.pos >= start && use.end <= end),
    );
}

/** Whether an edit adds an import, which other code may use by now. */
export function isImportEdit({ role }: Pick<EditFinding, "role">): boolean {
  return role === "import";
}

/** The identity of an import edit. */
export function importOf(specifier: string): Pick<EditFinding, "what" | "role" | "owner"> {
  return { what: `import from ${specifier}`, role: "import", owner: { kind: "module", name: specifier } };
}

function namedImports(specifier: string, file: SourceFile): readonly ts.NamedImports[] {
  return file.ast.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    const { importClause, moduleSpecifier } = statement;
    const isType = importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    const named = importClause?.namedBindings;
    if (moduleSpecifier.text !== specifier || isType || named === undefined || !ts.isNamedImports(named)) return [];
    return [named];
  });
}
