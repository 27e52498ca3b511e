import { posix } from "node:path";
import { ts } from "../compiler.js";
import { addNamedImports, dropNamedImports } from "../named-imports.js";
import { declarationFrom } from "../scope.js";
import { quoted, type SourceFile, textOf } from "../source-file.js";
import type { Splice } from "../splice.js";
import { insertStatement, removeStatement } from "../statements.js";
import type { EditFinding } from "../transform.js";
import { localsOf, type TemplateImport } from "./template.js";

/** Why an import cannot be added for a node; undefined where it can, or is there. */
export function whyNotImported(needed: TemplateImport, node: ts.Node, file: SourceFile): string | undefined {
  const imports = importsOf(file);
  for (const local of needed.locals) {
    const declaration = declarationFrom(node, local);
    if (declaration === undefined) continue;
    const statement = ts.findAncestor(declaration, ts.isImportDeclaration);
    if (statement === undefined || specifierOf(statement) !== specifierIn(needed, file))
      return `\`${local}\` is something else there`;
    if (statement.importClause?.phaseModifier !== undefined) return `\`${local}\` is imported as a type there`;
  }
  return imports.length === 0 ? "the file has no imports that show how they are written" : undefined;
}

/** The edits that import what a file lacks; nothing where it is there. `whyNotImported` has been asked before. */
export function addImport(needed: TemplateImport, file: SourceFile): readonly EditFinding[] {
  if (needed.locals.every((local) => declarationFrom(file.ast, local) !== undefined)) return [];
  const specifier = specifierIn(needed, file);
  const isNamed = needed.clause.startsWith("{") && !needed.clause.includes(" as ");
  const hasBraces = importsOf(file).some((each) => {
    const bindings = each.importClause?.namedBindings;
    return specifierOf(each) === specifier && bindings !== undefined && ts.isNamedImports(bindings);
  });
  const added = isNamed && hasBraces ? addNamedImports(specifier, needed.locals, file) : undefined;
  if (added !== undefined) return added;
  const last = importsOf(file).at(-1);
  if (last === undefined) return [];
  const text = `import ${needed.clause} from ${quoted(specifier, file.style)}`;
  return [{ kind: "edit", what: `${importOf}${specifier}`, ...insertStatement(last, text, file) }];
}

/** The edits that take imports of names out which nothing uses once the ranges are gone. */
export function dropImports(
  names: readonly string[],
  gone: readonly Pick<Splice, "start" | "end">[],
  file: SourceFile,
): readonly EditFinding[] {
  return importsOf(file).flatMap((statement): readonly EditFinding[] => {
    const clause = statement.importClause;
    const own = clause === undefined ? [] : localsOf(clause);
    const unused = own.filter((name) => names.includes(name) && !isUsed(name, statement, gone, file));
    if (unused.length === 0) return [];
    const specifier = specifierOf(statement);
    if (unused.length < own.length) {
      return unused.flatMap((name) => dropNamedImports(specifier, name, gone, file) ?? []);
    }
    const replaces = textOf(statement, file);
    const splices = removeStatement(statement, file);
    return [{ kind: "edit", what: `${importOf}${specifier}`, splices, text: "", replaces }];
  });
}

/** The edits that put imports back which contract took out, as its records have them. */
export function restoreImport(what: string, taken: string, file: SourceFile): readonly EditFinding[] {
  const specifier = what.slice(importOf.length);
  if (!taken.startsWith("import ")) return addNamedImports(specifier, [taken], file) ?? [];
  const last = importsOf(file).at(-1);
  const [statement] = ts.createSourceFile("import.ts", taken, ts.ScriptTarget.Latest, true).statements;
  const clause = statement && ts.isImportDeclaration(statement) ? statement.importClause : undefined;
  if (last === undefined || clause === undefined) return [];
  if (localsOf(clause).some((local) => declarationFrom(file.ast, local) !== undefined)) return [];
  const text = taken.replace(/;$/, "");
  return [{ kind: "edit", what, ...insertStatement(last, text, file) }];
}

const importOf = "import from ";

function isUsed(
  name: string,
  statement: ts.ImportDeclaration,
  gone: readonly Pick<Splice, "start" | "end">[],
  file: SourceFile,
): boolean {
  return file.identifiers(name).some((use) => {
    const isInImport = use.pos >= statement.pos && use.end <= statement.end;
    return !isInImport && !gone.some(({ start, end }) => use.getStart(file.ast) >= start && use.end <= end);
  });
}

/** `./src/flags` counts from the project's root. */
function specifierIn({ specifier }: TemplateImport, { file }: SourceFile): string {
  if (!specifier.startsWith("./")) return specifier;
  const path = posix.relative(posix.dirname(file), posix.normalize(specifier));
  return path.startsWith(".") ? path : `./${path}`;
}

function specifierOf({ moduleSpecifier }: ts.ImportDeclaration): string {
  return ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : "";
}

function importsOf(file: SourceFile): readonly ts.ImportDeclaration[] {
  return file.ast.statements.filter(ts.isImportDeclaration);
}
