import { posix } from "node:path";
import { ts } from "../ast/compiler.js";
import { declarationFrom } from "../ast/scope.js";
import { quoted, type SourceFile, textOf } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import type { EditFinding } from "../contract/transform.js";
import { endOfComments, leadOf } from "../write/comma-list.js";
import { addNamedImports, dropNamedImports, importOf } from "../write/named-imports.js";
import { localsOf, type TemplateImport } from "./template.js";

/** Why an import cannot be added for a node; undefined if it can, or exists already. */
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

/** The edits that import what a file lacks; empty if everything is imported. Requires that `whyNotImported` returned undefined. */
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
  return [{ kind: "edit", ...importOf(specifier), ...insertImport(last, text, file) }];
}

/** The edits that remove imports of names which are unused once the ranges are removed. */
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
      // The check above ensured that nothing else uses it.
      const everything = [{ start: 0, end: file.text.length }];
      return unused.flatMap((name) => dropNamedImports(specifier, name, everything, file) ?? []);
    }
    const replaces = textOf(statement, file);
    const splices = removeImport(statement, file);
    return [{ kind: "edit", ...importOf(specifier), splices, text: "", replaces }];
  });
}

/** The edits that restore imports which contract removed, from its records. */
export function restoreImport(specifier: string, taken: string, file: SourceFile): readonly EditFinding[] {
  if (!taken.startsWith("import ")) return addNamedImports(specifier, [taken], file) ?? [];
  const last = importsOf(file).at(-1);
  const [statement] = ts.createSourceFile("import.ts", taken, ts.ScriptTarget.Latest, true).statements;
  const clause = statement && ts.isImportDeclaration(statement) ? statement.importClause : undefined;
  if (last === undefined || clause === undefined) return [];
  if (localsOf(clause).some((local) => declarationFrom(file.ast, local) !== undefined)) return [];
  const text = taken.replace(/;$/, "");
  return [{ kind: "edit", ...importOf(specifier), ...insertImport(last, text, file) }];
}

/** On a new line, with a semicolon if the previous import has one. */
function insertImport(last: ts.ImportDeclaration, text: string, file: SourceFile) {
  const written = file.text[last.end - 1] === ";" ? `${text};` : text;
  const tail = endOfComments(file.text, last.end);
  return { splices: [{ start: tail, end: tail, text: `${file.style.eol}${written}` }], text: written };
}

/** The exact reverse; somebody may have moved the import to the top. */
function removeImport(statement: ts.ImportDeclaration, file: SourceFile): readonly Splice[] {
  const start = statement.getStart(file.ast);
  const { brk } = leadOf(file.text, start);
  const after = /^[ \t]*(?:\r?\n)?/.exec(file.text.slice(statement.end))?.[0].length ?? 0;
  return [
    brk === undefined ? { start, end: statement.end + after, text: "" } : { start: brk, end: statement.end, text: "" },
  ];
}

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

/** `./src/flags` is relative to the project root. */
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
