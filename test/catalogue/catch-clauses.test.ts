import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folders = ["core/src", "plugin-prisma/src", "plugin-typeorm/src", "plugin-typeorm/wrapper/src"];

/** Where a `catch` ignores its error, throws nothing, and has no comment that names the expected error. */
function silentCatches(file: string, text: string): readonly string[] {
  if (!/\bcatch\b|\.then\(/.test(text)) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const handler = handlerIn(node);
    if (
      handler !== undefined &&
      ignoresError(handler) &&
      !hasComment(ts.isCatchClause(node) ? node : statementOf(node))
    )
      found.push(`${file}:${source.getLineAndCharacterOfPosition(node.getEnd()).line + 1}`);
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

/** `catch { … }`, `.catch(() => …)`, and the second function of `.then()`. A function with a name explains itself. */
function handlerIn(node: ts.Node): { readonly error: ts.Node | undefined; readonly body: ts.Node } | undefined {
  if (ts.isCatchClause(node)) return { error: node.variableDeclaration?.name, body: node.block };
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const given = node.arguments[["catch", "then"].indexOf(node.expression.name.text)];
  if (given === undefined || !(ts.isArrowFunction(given) || ts.isFunctionExpression(given))) return undefined;
  return { error: given.parameters[0]?.name, body: given.body };
}

function ignoresError({ error, body }: { readonly error: ts.Node | undefined; readonly body: ts.Node }): boolean {
  const uses = (node: ts.Node): boolean =>
    ts.isThrowStatement(node) ||
    (ts.isIdentifier(node) && node.text === error?.getText()) ||
    node.forEachChild((child) => uses(child) || undefined) === true;
  return (error === undefined || ts.isIdentifier(error)) && !uses(body);
}

/** Comments are between tokens. */
function hasComment(node: ts.Node): boolean {
  const tokens = node.getChildren();
  if (tokens.length > 0) return tokens.some(hasComment);
  return node.getFullText().slice(0, node.getLeadingTriviaWidth()).trim() !== "";
}

/** The statement of a block, with the `if` or `for` before it. */
function statementOf(node: ts.Node): ts.Node {
  const isOfBlock = (each: ts.Node) =>
    ts.isStatement(each) && (ts.isBlock(each.parent) || ts.isSourceFile(each.parent));
  return ts.findAncestor(node, isOfBlock) ?? node;
}

test("a catch that ignores its error names the error that it expects", () => {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.c?ts$/.test(file))
      .map((file) => join(root, folder, file)),
  );
  expect(files.length).toBeGreaterThan(1000);
  expect(files.flatMap((file) => silentCatches(relative(root, file), readFileSync(file, "utf8")))).toEqual([]);
});

test.each([
  ["try { read(); } catch (error) { return undefined; }", 1],
  ["await close().catch(() => undefined);", 1],
  ["try { read(); } catch { /* The user's function may throw anything. */ }", 0],
  ["try { read(); } catch (error) { if (!isUnreadable(error)) throw error; }", 0],
  ["// The session is gone.\nif (isOpen) await close().catch(() => undefined);", 0],
  ["await close().catch(duringCleanUp);", 0],
])("%j: %i", (code, count) => {
  expect(silentCatches("example.ts", code)).toHaveLength(count);
});
