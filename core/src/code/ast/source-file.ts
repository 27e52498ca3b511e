import { ts } from "./compiler.js";

/** The file's style, which edits follow. */
export interface Style {
  readonly eol: "\n" | "\r\n";
  readonly quote: '"' | "'";
}

/** Facts about a file before it is parsed. */
export interface FileKind {
  /** Not compiled code: an API schema, SQL, a migration. Only document transforms read it. */
  readonly isDocument?: boolean;
  /** The command that generates it, or another description of its origin. Generated files are never edited. */
  readonly generatedBy?: string;
}

/** A node of a syntax tree, or the range of a part of a document. */
export type PlaceNode = ts.Node | TextRange;

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A parsed file. `ast` provides everything else; its positions are UTF-16 offsets into `text`. */
export interface SourceFile extends FileKind {
  /** Path from the project root, with `/`. */
  readonly file: string;
  readonly text: string;
  readonly ast: ts.SourceFile;
  readonly style: Style;
  /** A file without types: no casts, no `import type`. */
  readonly isJavaScript: boolean;
  /** All nodes of one kind, in text order. */
  nodes<K extends keyof NodeByKind>(kind: K): readonly NodeByKind[K][];
  /** All identifiers with this text, declarations included. */
  identifiers(name: string): readonly ts.Identifier[];
}

/** The kinds of nodes that transforms use. The file is walked once for all of them. */
interface NodeByKind {
  readonly [ts.SyntaxKind.CallExpression]: ts.CallExpression;
  readonly [ts.SyntaxKind.NewExpression]: ts.NewExpression;
  readonly [ts.SyntaxKind.ObjectLiteralExpression]: ts.ObjectLiteralExpression;
  readonly [ts.SyntaxKind.ArrayLiteralExpression]: ts.ArrayLiteralExpression;
  readonly [ts.SyntaxKind.ObjectBindingPattern]: ts.ObjectBindingPattern;
  readonly [ts.SyntaxKind.InterfaceDeclaration]: ts.InterfaceDeclaration;
  readonly [ts.SyntaxKind.TypeLiteral]: ts.TypeLiteralNode;
  readonly [ts.SyntaxKind.UnionType]: ts.UnionTypeNode;
  readonly [ts.SyntaxKind.TypeReference]: ts.TypeReferenceNode;
  readonly [ts.SyntaxKind.ClassDeclaration]: ts.ClassDeclaration;
  readonly [ts.SyntaxKind.ExpressionStatement]: ts.ExpressionStatement;
  readonly [ts.SyntaxKind.IfStatement]: ts.IfStatement;
  readonly [ts.SyntaxKind.VariableDeclaration]: ts.VariableDeclaration;
  readonly [ts.SyntaxKind.StringLiteral]: ts.StringLiteral;
  readonly [ts.SyntaxKind.NoSubstitutionTemplateLiteral]: ts.NoSubstitutionTemplateLiteral;
  readonly [ts.SyntaxKind.TemplateExpression]: ts.TemplateExpression;
  readonly [ts.SyntaxKind.ElementAccessExpression]: ts.ElementAccessExpression;
  readonly [ts.SyntaxKind.BinaryExpression]: ts.BinaryExpression;
}

/** The path that a tree was parsed under. A program gives the tree another name. */
const pathKey = Symbol.for("lockstep.path");

/** The file of a node, relative to the project root; undefined for a tree that was not parsed here. */
export function pathOfTree(node: ts.Node): string | undefined {
  return (node.getSourceFile() as { readonly [pathKey]?: string })[pathKey];
}

/** Parses a file's text into an AST. Never fails: a syntax error leaves gaps in the AST. */
export function parseSourceFile(file: string, text: string, kind: FileKind = {}): SourceFile {
  let parsed: ts.SourceFile | undefined;
  let byKind: Map<ts.SyntaxKind, ts.Node[]> | undefined;
  let byName: Map<string, ts.Identifier[]> | undefined;
  let style: Style | undefined;

  // Paths are looked up in more files than are parsed, and comments are never inspected.
  function ast(): ts.SourceFile {
    const options = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
    if (parsed === undefined) {
      parsed = ts.createSourceFile(file, text, options, true);
      Object.assign(parsed, { [pathKey]: file });
    }
    return parsed;
  }

  return {
    file,
    text,
    ...(kind.isDocument && { isDocument: true }),
    ...(kind.generatedBy !== undefined && { generatedBy: kind.generatedBy }),
    get ast() {
      return ast();
    },
    get style() {
      style ??= styleOf(text);
      return style;
    },
    isJavaScript: /\.[cm]?jsx?$/.test(file),
    nodes<K extends keyof NodeByKind>(kind: K): readonly NodeByKind[K][] {
      byKind ??= indexKinds(ast());
      return (byKind.get(kind as unknown as ts.SyntaxKind) ?? []) as unknown as readonly NodeByKind[K][];
    },
    identifiers(name) {
      // Every file is searched for names, and most files do not contain them. Escapes (`\u0061`) are another spelling.
      if (byName === undefined && !text.includes(name) && !text.includes("\\u")) return [];
      byName ??= indexNames(ast());
      return byName.get(name) ?? [];
    },
  };
}

/** All kinds: nodes of a missing kind would never be found. */
const indexed = {
  [ts.SyntaxKind.CallExpression]: true,
  [ts.SyntaxKind.NewExpression]: true,
  [ts.SyntaxKind.ObjectLiteralExpression]: true,
  [ts.SyntaxKind.ArrayLiteralExpression]: true,
  [ts.SyntaxKind.ObjectBindingPattern]: true,
  [ts.SyntaxKind.InterfaceDeclaration]: true,
  [ts.SyntaxKind.TypeLiteral]: true,
  [ts.SyntaxKind.UnionType]: true,
  [ts.SyntaxKind.TypeReference]: true,
  [ts.SyntaxKind.ClassDeclaration]: true,
  [ts.SyntaxKind.ExpressionStatement]: true,
  [ts.SyntaxKind.VariableDeclaration]: true,
  [ts.SyntaxKind.StringLiteral]: true,
  [ts.SyntaxKind.NoSubstitutionTemplateLiteral]: true,
  [ts.SyntaxKind.TemplateExpression]: true,
  [ts.SyntaxKind.ElementAccessExpression]: true,
  [ts.SyntaxKind.IfStatement]: true,
  [ts.SyntaxKind.BinaryExpression]: true,
} satisfies Record<keyof NodeByKind, true>;

function indexKinds(ast: ts.SourceFile): Map<ts.SyntaxKind, ts.Node[]> {
  const byKind = new Map<ts.SyntaxKind, ts.Node[]>();
  const visit = (node: ts.Node): void => {
    if (node.kind in indexed) push(byKind, node.kind, node);
    ts.forEachChild(node, visit);
  };
  visit(ast);
  return byKind;
}

function indexNames(ast: ts.SourceFile): Map<string, ts.Identifier[]> {
  const byName = new Map<string, ts.Identifier[]>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) push(byName, node.text, node);
    ts.forEachChild(node, visit);
  };
  visit(ast);
  return byName;
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

/** The node's text in the file. */
export function textOf(node: PlaceNode, file: SourceFile): string {
  return file.text.slice(startOf(node, file), node.end);
}

/** The start offset of a place in its file. */
export function startOf(node: PlaceNode, file: SourceFile): number {
  return "getStart" in node ? node.getStart(file.ast) : node.start;
}

/** A string literal in the file's quotes. */
export function quoted(value: string, style: Style): string {
  const inDouble = JSON.stringify(value);
  if (style.quote === '"') return inDouble;
  return `'${inDouble.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function styleOf(text: string): Style {
  const crlf = text.split("\r\n").length - 1;
  const lf = text.split("\n").length - 1 - crlf;
  // Imports come first and follow the formatter. Without imports, the more frequent quote decides.
  const imported = /(?:from|import|require\()\s*(["'])/.exec(text)?.[1];
  const counted = text.split("'").length > text.split('"').length ? "'" : '"';
  return { eol: crlf > lf ? "\r\n" : "\n", quote: imported === "'" || imported === '"' ? imported : counted };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** The last parsed versions of each file: a phase is planned several times over the same files. */
const parsedLast = new Map<string, readonly SourceFile[]>();
const versions = 3;

/** Returns the same tree for the same text, so cached results for its nodes stay valid. */
export function parseOnce(file: string, text: string, kind: FileKind = {}): SourceFile {
  const before = parsedLast.get(file) ?? [];
  const same = before.find(
    (each) => each.text === text && each.isDocument === kind.isDocument && each.generatedBy === kind.generatedBy,
  );
  if (same !== undefined) return same;
  const parsed = parseSourceFile(file, text, kind);
  parsedLast.set(file, [parsed, ...before].slice(0, versions));
  return parsed;
}
