import { posix } from "node:path";
import { ts } from "../ast/compiler.js";
import { declarationOf } from "../ast/scope.js";
import { pathOfTree, type SourceFile } from "../ast/source-file.js";
import type { GeneratedClients } from "./generated-clients.js";
import { routesOf } from "./routes.js";
import type { Types } from "./type-facts.js";

/** The candidate files of one project, and the import graph between them. */
export interface Project {
  readonly files: readonly SourceFile[];
  /** Non-code files that name fields. Imports do not resolve to them. */
  readonly documents: readonly SourceFile[];
  /** The candidate that a specifier resolves to; undefined for packages, generated code and other files. */
  resolve(from: SourceFile, specifier: string): SourceFile | undefined;
  /** The paths that a specifier can resolve to, candidates or not; empty if they are not known. */
  pathsOf(from: SourceFile, specifier: string): readonly string[];
  /** Set if the repository also generates clients of other schemas. */
  readonly clients: GeneratedClients | undefined;
  /** The compiler's types for these files; undefined if no dependencies are installed. */
  readonly types: Types | undefined;
}

/** Compiles a snapshot of the files on first use. */
export type Compile = (project: Project) => Types | undefined;

/** The target of a top-level name of a file, after following imports and re-exports. */
export type Resolved =
  | { readonly kind: "declaration"; readonly file: SourceFile; readonly node: TopLevel }
  | { readonly kind: "external"; readonly file: SourceFile; readonly specifier: string; readonly name: string };

export type TopLevel =
  | ts.VariableDeclaration
  | ts.FunctionDeclaration
  | ts.ClassDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.EnumDeclaration;

/** A name can be a type and a value at once: `const User = z.object({})` beside `type User = …`. */
export type Space = "type" | "value";

const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/** Files that imports can resolve to. The other files configure the resolution. */
const source = /\.[cm]?[jt]sx?$/;

/**
 * A snapshot of files with name resolution.
 * @param given candidates, and any tsconfig.json and package.json of the folders around them
 */
export function createProject(
  given: readonly SourceFile[],
  clients?: GeneratedClients,
  compile: Compile = () => undefined,
): Project {
  const documents = given.filter((file) => file.isDocument);
  const files = given.filter(({ file, isDocument }) => !isDocument && source.test(file));
  const byPath = new Map(files.map((file) => [file.file, file]));
  const routes = routesOf(given.filter(({ file, isDocument }) => !isDocument && !source.test(file)));
  let suffixes: ReadonlyMap<string, string | undefined> | undefined;

  function atPath(path: string): SourceFile | undefined {
    const exact = byPath.get(path);
    if (exact !== undefined) return exact;
    const stem = path.replace(/\.([cm]?)jsx?$/, "");
    for (const base of stem === path ? [path] : [stem, path]) {
      for (const extension of extensions) {
        const found = byPath.get(base + extension) ?? byPath.get(posix.join(base, `index${extension}`));
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  const isRelative = (specifier: string) => specifier.startsWith(".");
  const joined = (from: SourceFile, specifier: string) => posix.join(posix.dirname(from.file), specifier);

  let compiled: { readonly types: Types | undefined } | undefined;
  const project: Project = {
    files,
    documents,
    clients,
    get types() {
      compiled ??= { types: compile(project) };
      return compiled.types;
    },
    pathsOf: (from, specifier) =>
      isRelative(specifier) ? [joined(from, specifier)] : (routes(from.file, specifier)?.paths ?? []),
    resolve(from, specifier) {
      if (isRelative(specifier)) return atPath(joined(from, specifier));
      const route = routes(from.file, specifier);
      for (const path of route?.paths ?? []) {
        const found = atPath(path);
        if (found !== undefined) return found;
      }
      if (route?.isSure) return undefined;
      // `@/users/schemas`, `~/users/schemas`, `src/users/schemas`: an alias of a bundler, matched by its end if that is unique.
      const alias = /^(?:[@~#]\/?|(?=src\/))(.+)$/.exec(specifier)?.[1]?.replace(/\.[cm]?jsx?$/, "");
      if (alias === undefined || (specifier.startsWith("@") && !specifier.startsWith("@/"))) return undefined;
      suffixes ??= suffixesOf(files);
      return byPath.get(suffixes.get(alias) ?? "");
    },
  };
  return project;
}

/** The candidate that contains a node. */
export function fileOf(node: ts.Node, { files }: Project): SourceFile | undefined {
  const path = pathOfTree(node);
  return files.find(({ file }) => file === path);
}

let latest:
  | { readonly paths: readonly string[]; readonly suffixes: ReadonlyMap<string, string | undefined> }
  | undefined;

/** The file with this path suffix, if it is unique. Edits change texts, not paths, so it is the same for every snapshot of a project. */
function suffixesOf(files: readonly SourceFile[]): ReadonlyMap<string, string | undefined> {
  const paths = files.map(({ file }) => file);
  if (latest?.paths.length === paths.length && latest.paths.every((path, at) => path === paths[at]))
    return latest.suffixes;
  const suffixes = new Map<string, string | undefined>();
  for (const path of paths) {
    const stem = path.replace(/\.[cm]?[jt]sx?$/, "").replace(/\/index$/, "");
    for (let at = 0; at !== -1; at = next(stem, at)) {
      const suffix = stem.slice(at);
      suffixes.set(suffix, suffixes.has(suffix) ? undefined : path);
    }
  }
  latest = { paths, suffixes };
  return suffixes;
}

/** Follows a top-level name to its declaration, or to an import from outside the candidates. */
export function lookUp(project: Project, file: SourceFile, name: string, space: Space): Resolved | undefined {
  return lookUpIn(project, file, name, space, new Set());
}

/** The target of `users.createUser` after `import * as users from "./users"`; undefined if the owner is not such a name. */
export function lookUpMember(
  project: Project,
  file: SourceFile,
  owner: ts.Node,
  name: string,
  space: Space,
): Resolved | undefined {
  const bound = ts.isIdentifier(owner) ? declarationOf(owner) : undefined;
  if (bound === undefined || !ts.isNamespaceImport(bound)) return undefined;
  const { moduleSpecifier } = bound.parent.parent;
  const target = ts.isStringLiteral(moduleSpecifier) ? project.resolve(file, moduleSpecifier.text) : undefined;
  return target && lookUpExport(project, target, name, space);
}

/** Follows a name that a file exports, as for `import * as` and `require`. */
export function lookUpExport(project: Project, file: SourceFile, name: string, space: Space): Resolved | undefined {
  return exported(project, file, name, space, new Set());
}

function lookUpIn(
  project: Project,
  file: SourceFile,
  name: string,
  space: Space,
  seen: Set<string>,
): Resolved | undefined {
  const key = `${file.file} ${name}`;
  if (seen.has(key)) return undefined;
  seen.add(key);

  const own = declaredAtTop(file, name, space);
  if (own !== undefined) return { kind: "declaration", file, node: own };
  for (const statement of file.ast.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const imported = importedName(statement.importClause, name);
    if (imported !== undefined) return follow(project, file, statement.moduleSpecifier.text, imported, space, seen);
  }
  return undefined;
}

function follow(
  project: Project,
  file: SourceFile,
  specifier: string,
  name: string,
  space: Space,
  seen: Set<string>,
): Resolved | undefined {
  const target = project.resolve(file, specifier);
  if (target === undefined) return { kind: "external", file, specifier, name };
  return exported(project, target, name, space, seen);
}

function exported(
  project: Project,
  file: SourceFile,
  name: string,
  space: Space,
  seen: Set<string>,
): Resolved | undefined {
  const stars: string[] = [];
  for (const statement of file.ast.statements) {
    if (name === "default") {
      const found = exportedAsDefault(statement);
      if (typeof found === "string") return lookUpIn(project, file, found, space, seen);
      if (found !== undefined) return { kind: "declaration", file, node: found };
    }
    if (!ts.isExportDeclaration(statement)) continue;
    const specifier = statement.moduleSpecifier;
    const from = specifier !== undefined && ts.isStringLiteral(specifier) ? specifier.text : undefined;
    if (statement.exportClause === undefined) {
      if (from !== undefined) stars.push(from);
      continue;
    }
    if (!ts.isNamedExports(statement.exportClause)) continue;
    const element = statement.exportClause.elements.find((each) => each.name.text === name);
    if (element === undefined) continue;
    const original = (element.propertyName ?? element.name).text;
    return from === undefined
      ? lookUpIn(project, file, original, space, seen)
      : follow(project, file, from, original, space, seen);
  }
  const own = lookUpIn(project, file, name, space, seen);
  if (own !== undefined) return own;
  for (const specifier of stars) {
    const found = follow(project, file, specifier, name, space, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `export default class User {}`; for `export default User` the name. */
function exportedAsDefault(statement: ts.Statement): TopLevel | string | undefined {
  if (ts.isExportAssignment(statement)) {
    const { expression, isExportEquals } = statement;
    return isExportEquals !== true && ts.isIdentifier(expression) ? expression.text : undefined;
  }
  const isDeclaration =
    ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement) || ts.isInterfaceDeclaration(statement);
  const isDefault =
    isDeclaration && statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword) === true;
  return isDefault ? statement : undefined;
}

function declaredAtTop(file: SourceFile, name: string, space: Space): TopLevel | undefined {
  for (const statement of file.ast.statements) {
    if (ts.isVariableStatement(statement)) {
      if (space === "type") continue;
      const found = statement.declarationList.declarations.find((each) => isNamed(each.name, name));
      if (found !== undefined) return found;
    } else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      if (space === "type" && statement.name.text === name) return statement;
    } else if (ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) {
      if (statement.name?.text === name) return statement;
    } else if (ts.isFunctionDeclaration(statement)) {
      if (space === "value" && statement.name?.text === name) return statement;
    }
  }
  return undefined;
}

function importedName(clause: ts.ImportClause | undefined, name: string): string | undefined {
  if (clause === undefined) return undefined;
  if (clause.name?.text === name) return "default";
  if (clause.namedBindings === undefined || !ts.isNamedImports(clause.namedBindings)) return undefined;
  const element = clause.namedBindings.elements.find((each) => each.name.text === name);
  return element === undefined ? undefined : (element.propertyName ?? element.name).text;
}

function isNamed(name: ts.BindingName, text: string): boolean {
  return ts.isIdentifier(name) && name.text === text;
}

/** The offset after the next `/`, or -1. */
function next(stem: string, at: number): number {
  const slash = stem.indexOf("/", at);
  return slash === -1 ? -1 : slash + 1;
}
