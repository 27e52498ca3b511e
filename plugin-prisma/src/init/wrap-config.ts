import { LockstepError } from "@lockstep/core";
import { ts } from "@lockstep/core/codemods";
import { applySplices, lineBreak, type Splice } from "../schema/splice.js";

export interface WrapOptions {
  /**
   * Whether the project's tsconfig accepts a top-level await in this file. Prisma's loader does in every project and for
   * every extension. Default: true.
   */
  readonly isAwaitAccepted?: boolean;
}

const name = "withLockstep";
const packageName = "@lockstep/prisma";
const why = "// Guarded: where Lockstep is not installed, as in production images, Prisma runs without it.";
const expected =
  "// @ts-expect-error: Prisma's loader accepts the top-level await, the tsconfig of this project does not.";

/**
 * Wraps the exported Prisma config in `withLockstep(…)` and adds its guarded import; every other byte stays, and a config that is already
 * wrapped is unchanged.
 *
 * @param file its path, for messages; the extension determines whether types can be written
 * @throws LockstepError LS8007 for a form that cannot be edited, with the text to write
 * @example wrapConfig('export default { schema: "s.prisma" };', "prisma.config.ts")
 */
export function wrapConfig(
  text: string,
  file: string,
  { isAwaitAccepted = true }: WrapOptions = {},
): { readonly after: string } | { readonly unchanged: true } {
  const source = parse(text, file);
  if (isWrapped(source)) return { unchanged: true };
  const exported = exportedConfig(source);
  if (exported === undefined) throw cannotEdit(file, "it has no default export of a form that can be wrapped");
  const splices: Splice[] = [
    { start: exported.getStart(source), end: exported.getStart(source), text: `${name}(` },
    { start: exported.end, end: exported.end, text: ")" },
  ];
  if (!declaresWrapper(source)) splices.push(guard(source, isTypeScript(file), isAwaitAccepted));
  return { after: applySplices(text, splices) };
}

/**
 * Removes `withLockstep(…)` and its import: the exact reverse of `wrapConfig`.
 *
 * @throws LockstepError LS8007 when the file cannot be read
 */
export function unwrapConfig(text: string, file: string): { readonly after: string } | { readonly unchanged: true } {
  const source = parse(text, file);
  const splices = descendants(source)
    .filter((node) => isWrapperCall(node))
    .flatMap((call) => {
      const argument = call.arguments[0];
      if (argument === undefined) return [];
      const open = { start: call.getStart(source), end: argument.getStart(source), text: "" };
      return [open, { start: argument.end, end: call.end, text: "" }];
    });
  const declaration = source.statements.find((statement) => declares(statement, source));
  if (declaration !== undefined) splices.push(withSurroundings(declaration, source));
  return splices.length === 0 ? { unchanged: true } : { after: applySplices(text, splices) };
}

function parse(text: string, file: string): ts.SourceFile {
  const kind = isTypeScript(file) ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
  const [problem] = (source as unknown as { parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics;
  if (problem === undefined) return source;
  const { line } = source.getLineAndCharacterOfPosition(problem.start);
  throw cannotEdit(file, `line ${line + 1}: ${ts.flattenDiagnosticMessageText(problem.messageText, " ")}`);
}

/** The expression of `export default`, `export =` or `module.exports =`. */
function exportedConfig(source: ts.SourceFile): ts.Expression | undefined {
  for (const statement of source.statements) {
    if (ts.isExportAssignment(statement)) return statement.expression;
    if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) continue;
    const { left, operatorToken, right } = statement.expression;
    const isAssignment = operatorToken.kind === ts.SyntaxKind.EqualsToken;
    if (isAssignment && left.getText(source) === "module.exports") return right;
  }
  return undefined;
}

function isWrapped(source: ts.SourceFile): boolean {
  return descendants(source).some((node) => isWrapperCall(node));
}

function isWrapperCall(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name;
}

function declaresWrapper(source: ts.SourceFile): boolean {
  return source.statements.some((statement) => declares(statement, source));
}

/** `import { withLockstep } from …` or `const { withLockstep } = …`. */
function declares(statement: ts.Statement, source: ts.SourceFile): boolean {
  if (!ts.isImportDeclaration(statement) && !ts.isVariableStatement(statement)) return false;
  return statement.getText(source).includes(packageName) && new RegExp(`\\b${name}\\b`).test(statement.getText(source));
}

/** The guarded import, after the existing imports, in the file's own style. */
function guard(source: ts.SourceFile, isTyped: boolean, isAwaitAccepted: boolean): Splice {
  const { text } = source;
  const eol = lineBreak(text);
  const quote = (text.match(/'/g)?.length ?? 0) > (text.match(/"/g)?.length ?? 0) ? "'" : '"';
  const semicolon = source.statements.some((statement) => statement.getText(source).endsWith(";")) ? ";" : "";
  // With its types: an import by a computed name is `any`, which type-aware linters report.
  const specifier = `${quote}${packageName}${quote}`;
  const standIn = isTyped ? "<T>(config: T): T => config" : "(config) => config";
  const lines = [
    why,
    ...(isTyped && !isAwaitAccepted ? [expected] : []),
    `const { ${name} } = await import(${specifier}).catch(() => ({ ${name}: ${standIn} }))${semicolon}`,
  ].join(eol);
  const imports = source.statements.filter((statement) => isImport(statement, source));
  const last = imports.at(-1);
  if (last !== undefined) {
    const end = endOfLine(text, last.end);
    return { start: end, end, text: `${eol}${eol}${lines}` };
  }
  const start = startOfFirst(source);
  return { start, end: start, text: `${lines}${eol}${eol}` };
}

function isImport(statement: ts.Statement, source: ts.SourceFile): boolean {
  if (ts.isImportDeclaration(statement) || ts.isImportEqualsDeclaration(statement)) return true;
  // require("dotenv").config(), const { defineConfig } = require("prisma/config")
  const isPlain = ts.isVariableStatement(statement) || ts.isExpressionStatement(statement);
  return (
    isPlain &&
    /^[^{]*(?:\{[^}]*\}\s*=\s*)?require\(/.test(statement.getText(source)) &&
    !/module\.exports/.test(statement.getText(source))
  );
}

/** The first statement and its comment; directives, and comments for tools at the top of the file, stay above. */
function startOfFirst(source: ts.SourceFile): number {
  const { text } = source;
  const first = source.statements.find(
    (statement) => !ts.isExpressionStatement(statement) || !ts.isStringLiteral(statement.expression),
  );
  if (first === undefined) return text.length;
  let start = first.getStart(source);
  for (const comment of [...(ts.getLeadingCommentRanges(text, first.pos) ?? [])].reverse()) {
    const between = text.slice(comment.end, start);
    const isForTools = /@ts-(?:no)?check|eslint-(?:disable|enable)(?!-next)|biome-ignore-all|copyright|license/i.test(
      text.slice(comment.pos, comment.end),
    );
    if (isForTools || between.split(/\r\n|\n|\r/).length > 2) break;
    start = comment.pos;
  }
  return start;
}

/** The statement with our comments above it and the blank line that was added with it. */
function withSurroundings(statement: ts.Statement, source: ts.SourceFile): Splice {
  const { text } = source;
  const index = source.statements.indexOf(statement);
  let start = statement.getStart(source);
  for (const comment of [...(ts.getLeadingCommentRanges(text, statement.pos) ?? [])].reverse()) {
    if (![why, expected].includes(text.slice(comment.pos, comment.end))) break;
    start = comment.pos;
  }
  const before = source.statements[index - 1];
  const eol = lineBreak(text);
  if (before !== undefined && isImport(before, source) && text.slice(0, start).endsWith(eol + eol)) {
    return { start: start - 2 * eol.length, end: statement.end, text: "" };
  }
  let { end } = statement;
  for (let breaks = 0; breaks < 2 && text.startsWith(eol, end); breaks++) end += eol.length;
  return { start, end, text: "" };
}

function endOfLine(text: string, from: number): number {
  const length = text.slice(from).search(/\r\n|\n|\r/);
  return length === -1 ? text.length : from + length;
}

function descendants(node: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  node.forEachChild((child) => {
    found.push(child, ...descendants(child));
  });
  return found;
}

function isTypeScript(file: string): boolean {
  return /\.[cm]?ts$/.test(file);
}

function cannotEdit(file: string, reason: string): LockstepError {
  const specifier = `"${packageName}"`;
  const standIn = isTypeScript(file) ? "<T>(config: T): T => config" : "(config) => config";
  return new LockstepError("LS8007", `${file} cannot be edited: ${reason}`, {
    hint: [
      `Write this yourself in ${file}:`,
      `  const { ${name} } = await import(${specifier}).catch(() => ({ ${name}: ${standIn} }));`,
      `  export default ${name}(/* your config */);`,
    ].join("\n"),
  });
}
