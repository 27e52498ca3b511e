import { LockstepError } from "../base/errors.js";
import { ts } from "../code/index.js";

/**
 * Returns a setting from the text of a configuration without running it: literals, constants of the file, and spreads of these.
 *
 * @param file for messages
 * @returns undefined if the setting does not exist
 * @throws LS8002 a syntax error, or a value that requires running the file
 */
export function writtenSetting(file: string, text: string, name: string): unknown {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const [wrong] = (source as unknown as { parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics;
  if (wrong !== undefined)
    throw new LockstepError(
      "LS8002",
      `${at(source, wrong.start)} cannot be read: ${ts.flattenDiagnosticMessageText(wrong.messageText, " ")}`,
      { hint: `Correct ${file}.` },
    );
  const config = exported(source);
  if (config === undefined)
    throw new LockstepError("LS8002", `${file} has no default export.`, { hint: `Correct ${file}.` });
  const setting = propertyOf(config, name, source);
  return setting && literal(setting, name, source);
}

/** The default export of a module. */
function exported(source: ts.SourceFile): ts.Expression | undefined {
  for (const statement of source.statements) {
    if (ts.isExportAssignment(statement)) return statement.expression;
    if (!ts.isExpressionStatement(statement)) continue;
    const { expression } = statement;
    const isExport =
      ts.isBinaryExpression(expression) && /^(?:module\.)?exports(?:\.default)?$/.test(expression.left.getText());
    if (isExport) return expression.right;
  }
  return undefined;
}

/** The expression inside parentheses, types, `defineConfig(…)` and constants. */
function plain(node: ts.Expression, source: ts.SourceFile): ts.Expression {
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isTypeAssertionExpression(node)
  )
    return plain(node.expression, source);
  if (ts.isCallExpression(node) && /^defineConfig$/.test(node.expression.getText())) {
    const [config] = node.arguments;
    return config === undefined ? node : plain(config, source);
  }
  if (!ts.isIdentifier(node)) return node;
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement) || !(statement.declarationList.flags & ts.NodeFlags.Const)) continue;
    const own = statement.declarationList.declarations.find(
      ({ name }) => ts.isIdentifier(name) && name.text === node.text,
    );
    // Only constants declared earlier, because two could refer to each other, and only those that no statement can change.
    const isFirm = own !== undefined && own.end < node.pos && !isNamedBeside(node, source);
    if (isFirm && own.initializer !== undefined) return plain(own.initializer, source);
  }
  return node;
}

/** Whether a separate statement names a constant: `waivers.push(…)`, `config.check = …`. */
function isNamedBeside(node: ts.Identifier, source: ts.SourceFile): boolean {
  const isIn = (statement: ts.Node) => statement.pos <= node.pos && node.end <= statement.end;
  return source.statements.some(
    (each) =>
      ts.isExpressionStatement(each) &&
      !isIn(each) &&
      each
        .getText()
        .split(/[^\w$]+/)
        .includes(node.text),
  );
}

/** The value of a property, also from spread objects. @throws LS8002 if a computed object may contain it */
function propertyOf(node: ts.Expression, name: string, source: ts.SourceFile): ts.Expression | undefined {
  const object = plain(node, source);
  if (!ts.isObjectLiteralExpression(object)) throw computed(undefined, object, source);
  // The last one takes effect.
  for (const property of [...object.properties].reverse()) {
    if (ts.isSpreadAssignment(property)) {
      const found = propertyOf(property.expression, name, source);
      if (found !== undefined) return found;
    } else if (property.name !== undefined && ts.isComputedPropertyName(property.name)) {
      throw computed(undefined, property, source);
    } else if (property.name?.getText().replace(/^["']|["']$/g, "") === name) {
      if (ts.isPropertyAssignment(property)) return property.initializer;
      if (ts.isShorthandPropertyAssignment(property)) return property.name;
      throw computed(name, property, source);
    }
  }
  return undefined;
}

/** @throws LS8002 the value requires running code */
function literal(node: ts.Expression, way: string, source: ts.SourceFile): unknown {
  const value = plain(node, source);
  if (ts.isStringLiteralLike(value)) return value.text;
  if (ts.isNumericLiteral(value)) return Number(value.text);
  if (value.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (value.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (ts.isIdentifier(value) && value.text === "undefined") return undefined;
  if (ts.isArrayLiteralExpression(value))
    return value.elements.flatMap((each): unknown[] => {
      if (!ts.isSpreadElement(each)) return [literal(each, way, source)];
      const list = literal(each.expression, way, source);
      if (Array.isArray(list)) return list;
      throw computed(way, each, source);
    });
  if (!ts.isObjectLiteralExpression(value)) throw computed(way, value, source);
  const object: Record<string, unknown> = {};
  for (const property of value.properties) {
    if (ts.isSpreadAssignment(property)) {
      Object.assign(object, literal(property.expression, way, source));
      continue;
    }
    const { name } = property;
    const key = name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) ? name.text : undefined;
    const own = ts.isPropertyAssignment(property)
      ? property.initializer
      : ts.isShorthandPropertyAssignment(property)
        ? property.name
        : undefined;
    if (key === undefined || own === undefined) throw computed(way, property, source);
    object[key] = literal(own, `${way}.${key}`, source);
  }
  return object;
}

/** @param what the setting. Undefined: it may be inside */
function computed(what: string | undefined, node: ts.Node, source: ts.SourceFile): LockstepError {
  const place = at(source, node.getStart(source));
  return new LockstepError(
    "LS8002",
    `${place}: ${what ?? "the configuration"} is computed, but check runs no code of the repository.`,
    {
      hint:
        what === undefined
          ? "Add check after it as a literal: { ...computed, check: {} }"
          : "Write the value as a literal: objects, lists, strings and numbers.",
    },
  );
}

function at(source: ts.SourceFile, position: number): string {
  return `${source.fileName}:${source.getLineAndCharacterOfPosition(position).line + 1}`;
}
