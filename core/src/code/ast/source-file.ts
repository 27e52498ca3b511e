import { ts } from "./compiler.js";

/** How the file is written: what an edit has to look like. */
export interface Style {
  readonly eol: "\n" | "\r\n";
  readonly quote: '"' | "'";
}

/** What is known of a file before it is read. */
export interface FileKind {
  /** It is no code to compile: a schema of an API, SQL, a migration. Only transforms of documents look at it. */
  readonly isDocument?: boolean;
  /** The command that writes it, or how else it comes about: it is never edited. */
  readonly generatedBy?: string;
}

/** A node of a syntax tree, or where a part of a document stands. */
export type PlaceNode = ts.Node | TextRange;

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A parsed file. Everything else about it is looked up in `ast`, whose positions are UTF-16 offsets into `text`. */
export interface SourceFile extends FileKind {
  /** Path from the project root, with `/`. */
  readonly file: string;
  readonly text: string;
  readonly ast: ts.SourceFile;
  readonly style: Style;
  /** A file without types: no casts, no `import type`. */
  readonly isJavaScript: boolean;
  /** All nodes of one kind, in the order of the text. */
  nodes<K extends keyof NodeByKind>(kind: K): readonly NodeByKind[K][];
  /** All identifiers with this text, declarations included. */
  identifiers(name: string): readonly ts.Identifier[];
}

/** The kinds of nodes that transforms look for; the file is walked once for all of them. */
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

/** Where a tree keeps the path that it was parsed under: a program gives it another name. */
const pathKey = Symbol.for("lockstep.path");

/** The file that a node stands in, from the project root; undefined for a tree that was not parsed here. */
export function pathOfTree(node: ts.Node): string | undefined {
  return (node.getSourceFile() as { readonly [pathKey]?: string })[pathKey];
}

/** Reads a file's text into an AST; never fails, a syntax error leaves an AST with holes. */
export function parseSourceFile(file: string, text: string, kind: FileKind = {}): SourceFile {
  let parsed: ts.SourceFile | undefined;
  let byKind: Map<ts.SyntaxKind, ts.Node[]> | undefined;
  let byName: Map<string, ts.Identifier[]> | undefined;
  let style: Style | undefined;

  // Paths are looked up among more files than are read, and no comment is looked into.
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
      // Names are asked of every file; most of them do not have it. Escapes (`\u0061`) are another spelling.
      if (byName === undefined && !text.includes(name) && !text.includes("\\u")) return [];
      byName ??= indexNames(ast());
      return byName.get(name) ?? [];
    },
  };
}

/** All of them: one that is left out would never be found. */
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

/** The node as it stands in the file. */
export function textOf(node: PlaceNode, file: SourceFile): string {
  return file.text.slice(startOf(node, file), node.end);
}

/** Where a place begins in its file. */
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
  // Imports come first and follow the formatter; only a file without any is decided by counting.
  const imported = /(?:from|import|require\()\s*(["'])/.exec(text)?.[1];
  const counted = text.split("'").length > text.split('"').length ? "'" : '"';
  return { eol: crlf > lf ? "\r\n" : "\n", quote: imported === "'" || imported === '"' ? imported : counted };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** The texts that files had last: a phase is planned several times over the same files. */
const parsedLast = new Map<string, readonly SourceFile[]>();
const versions = 3;

/** The same tree for the same text, so that what is known of its nodes stays known. */
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
