import {
  commaListOf,
  declarationFrom,
  type EditFinding,
  indentAt,
  insertItem,
  isUsed,
  leadOf,
  type Project,
  quoted,
  removeItem,
  type SourceFile,
  ts,
} from "@lockstep/core/codemods";
import { type ClientImport, clientOwnerOf, localName, ownImports } from "./client-module.js";

/** The name of the `Prisma` namespace in a file, and the import that has to be added for it. */
export interface Namespace {
  readonly name: string;
  readonly edit: EditFinding | undefined;
}

const what = "import of the Prisma namespace";

/** Finds the namespace among the imports or extends them. Undefined if its name is taken or none can be extended. */
export function prismaNamespace(file: SourceFile, project: Project): Namespace | undefined {
  const imports = ownImports(file, project);
  const known = localName(imports, "Prisma");
  if (known !== undefined) return { name: known, edit: undefined };
  const all = imports.find((each) => each.namespace !== undefined);
  if (all !== undefined) return { name: `${all.namespace}.Prisma`, edit: undefined };
  if (declarationFrom(file.ast, "Prisma") !== undefined) return undefined;

  const edit = extended(imports, file) ?? added(file, project);
  return edit && { name: "Prisma", edit };
}

/** Removes the import, if only the cast uses it. */
export function dropNamespace(
  file: SourceFile,
  project: Project,
  without: readonly { start: number; end: number }[],
): EditFinding | undefined {
  for (const each of ownImports(file, project)) {
    const element = each.named?.elements.find((one) => one.name.text === "Prisma" && one.propertyName === undefined);
    if (element === undefined || each.named === undefined) continue;
    if (isUsed(element, file, without)) return undefined;
    const beside = each.declaration.importClause?.name;
    const list = commaListOf(each.named, file);
    if (list === undefined) return undefined;
    const splices =
      each.named.elements.length > 1
        ? removeItem(list, element, file)
        : [beside ? { start: beside.end, end: each.named.end, text: "" } : wholeLine(each.declaration, file)];
    return { kind: "edit", splices, what, text: "", replaces: element.getText(file.ast) };
  }
  return undefined;
}

/** `{ PrismaClient }` becomes `{ type Prisma, PrismaClient }`; an `import type` from the same module comes first. */
function extended(imports: readonly ClientImport[], file: SourceFile): EditFinding | undefined {
  const named = imports.filter((each) => each.named !== undefined);
  const source = named.find((each) => each.named?.elements.some((one) => nameIn(one) === "PrismaClient")) ?? named[0];
  const target =
    imports.find((each) => each.isTypeOnly && each.named && each.specifier === source?.specifier) ?? source;
  const list = target?.named && commaListOf(target.named, file);
  if (target?.named === undefined || list === undefined) return undefined;
  const text = target.isTypeOnly ? "Prisma" : "type Prisma";
  const next = target.named.elements.findIndex((each) => each.name.text.toLowerCase() > "prisma");
  const splices = insertItem(list, text, file, next === -1 ? undefined : next);
  return splices && { kind: "edit", splices, what, text };
}

/** A line of its own, if the class comes from `require` or a default import. */
function added(file: SourceFile, project: Project): EditFinding | undefined {
  const specifier = /(?:from|require\()\s*["']([^"']+)["']/g;
  const modules = [...file.text.matchAll(specifier)]
    .map((match) => match[1] ?? "")
    .filter((module) => clientOwnerOf(module, file, project) === "own");
  const from = modules.find((module) => /^@prisma\/client/.test(module)) ?? modules[0];
  const last = file.ast.statements.filter(ts.isImportDeclaration).at(-1);
  if (from === undefined) return undefined;
  const beside = ownImports(file, project).find((each) => each.specifier === from && isDefaultAlone(each));
  if (beside !== undefined) {
    const { name } = beside.declaration.importClause ?? {};
    const at = name?.end ?? 0;
    const text = "type Prisma";
    return { kind: "edit", splices: [{ start: at, end: at, text: `, { ${text} }` }], what, text };
  }
  const semicolon = last === undefined || file.text[last.end - 1] === ";" ? ";" : "";
  const text = `import type { Prisma } from ${quoted(from, file.style)}${semicolon}`;
  const at = last?.end ?? file.ast.statements[0]?.getStart(file.ast) ?? 0;
  const splice = last === undefined ? `${text}${file.style.eol}` : `${file.style.eol}${text}`;
  return { kind: "edit", splices: [{ start: at, end: at, text: splice }], what, text };
}

/** `import client from "@prisma/client"`, to which names can be added. */
function isDefaultAlone({ declaration: { importClause }, isTypeOnly }: ClientImport): boolean {
  return importClause?.name !== undefined && importClause.namedBindings === undefined && !isTypeOnly;
}

function wholeLine(declaration: ts.ImportDeclaration, file: SourceFile): { start: number; end: number; text: string } {
  const start = declaration.getStart(file.ast);
  const { brk } = leadOf(file.text, start);
  if (brk !== undefined) return { start: brk, end: declaration.end, text: "" };
  const rest = /^[ \t]*\r?\n/.exec(file.text.slice(declaration.end))?.[0].length ?? 0;
  return { start: start - indentAt(file.text, start).length, end: declaration.end + rest, text: "" };
}

function nameIn(element: ts.ImportSpecifier): string {
  return (element.propertyName ?? element.name).text;
}
