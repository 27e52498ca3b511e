import { LockstepError } from "../../base/errors.js";
import type { Toggle } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { parseSourceFile, quoted, type SourceFile, textOf } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";

/** The parsed `toggle` of the config: an expression with a gap for the flag's name, and the import that it needs. */
export interface ToggleTemplate {
  /** The names that must be in scope. */
  readonly names: readonly string[];
  /** `flags` of `this.flags.isOn({name})` */
  readonly member: string | undefined;
  readonly import: TemplateImport | undefined;
  readonly isAsync: boolean;
  flagOf(context: Pick<TransformContext, "model" | "field">): string;
  /** `flags.isOn("user-handle-read")`, in the file's quotes. */
  ask(flag: string, file: SourceFile): string;
}

/** `{ flags }` from `@/flags` */
export interface TemplateImport {
  readonly clause: string;
  readonly specifier: string;
  readonly locals: readonly string[];
}

const gap = "{name}";
const example = `read: "flags.isOn({name})", import: 'import { flags } from "@/flags"'`;
const known = new WeakMap<Toggle, ToggleTemplate>();

/**
 * Parses the templates of the config.
 *
 * @throws LS4004 not an expression, without the flag's name or with more than one, or an import that does not provide the needed names
 */
export function readToggle(toggle: Toggle): ToggleTemplate {
  const template = known.get(toggle) ?? parse(toggle);
  known.set(toggle, template);
  return template;
}

function parse(toggle: Toggle): ToggleTemplate {
  const { read, isAsync } = toggle;
  if (!["{model}", "{field}"].every((part) => toggle.name.includes(part)))
    throw wrong("name", toggle.name, "flags of two columns would have one name", 'name: "{model}-{field}-read"');
  const parts = read.split(gap);
  if (parts.length !== 2) throw wrong("read", read, "{name} has to stand in it once, for the flag's name", example);
  const { ast, expression } = expressionOf(parts.join(JSON.stringify(gap)));
  if (expression === undefined || !hasGap(expression)) {
    const why = "it is no expression; {name} stands without quotes, they are added";
    throw wrong("read", read, why, example);
  }
  if (ts.isAwaitExpression(expression))
    throw wrong(
      "read",
      read,
      "await is written where it is possible",
      `read: "${read.replace(/^\s*await\s+/, "")}", isAsync: true`,
    );
  if (!ts.isLeftHandSideExpression(expression) && (isAsync || !ts.isBinaryExpression(expression)))
    throw wrong("read", read, "it has to be a call", example);
  const imported = toggle.import === undefined ? undefined : importOf(toggle.import);
  const names = freeNames(expression);
  if (imported !== undefined && !imported.locals.some((local) => names.includes(local)))
    throw wrong("import", toggle.import ?? "", `read has none of what it brings: ${read}`, example);
  return {
    names,
    member: memberOfThis(expression, ast),
    import: imported,
    isAsync,
    flagOf: ({ model, field }) =>
      toggle.name.replaceAll("{model}", kebab(model.name)).replaceAll("{field}", kebab(field.name)),
    ask: (flag, { style }) => parts.join(quoted(flag, style)).trim(),
  };
}

function wrong(key: keyof Toggle, written: string, why: string, instead: string): LockstepError {
  return new LockstepError("LS4004", `toggle.${key} in lockstep.config.ts is \`${written}\`: ${why}.`, {
    hint: `For example: toggle: { ${instead} }`,
    details: { key: `toggle.${key}` },
  });
}

function expressionOf(text: string): { readonly ast: ts.SourceFile; readonly expression: ts.Expression | undefined } {
  const ast = parsed(`(${text}\n)`);
  const [statement] = ast.statements;
  const isOne = ast.statements.length === 1 && statement !== undefined && ts.isExpressionStatement(statement);
  const inner =
    isOne && ts.isParenthesizedExpression(statement.expression) ? statement.expression.expression : undefined;
  return { ast, expression: hasErrors(ast) ? undefined : inner };
}

function importOf(text: string): TemplateImport {
  const file = parseSourceFile("toggle.ts", text);
  const [statement] = file.ast.statements;
  const isOne = file.ast.statements.length === 1 && statement !== undefined && ts.isImportDeclaration(statement);
  const clause = isOne ? statement.importClause : undefined;
  if (!isOne || hasErrors(file.ast) || clause === undefined || clause.phaseModifier !== undefined)
    throw wrong("import", text, "it is no import of a value", example);
  const specifier = (statement.moduleSpecifier as ts.StringLiteral).text;
  return { clause: textOf(clause, file), specifier, locals: localsOf(clause) };
}

/** The names that an import declares in its file. */
export function localsOf({ name, namedBindings: bindings }: ts.ImportClause): readonly string[] {
  const own = name === undefined ? [] : [name.text];
  if (bindings === undefined) return own;
  if (ts.isNamespaceImport(bindings)) return [...own, bindings.name.text];
  return [...own, ...bindings.elements.map((element) => element.name.text)];
}

function hasGap(node: ts.Node): boolean {
  return (
    (ts.isStringLiteral(node) && node.text === gap) ||
    ts.forEachChild(node, (child) => hasGap(child) || undefined) === true
  );
}

/** The free names of an expression, which its surroundings must declare. */
export function freeNames(expression: ts.Node): readonly string[] {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    const { parent } = node;
    const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
    const isKey = ts.isPropertyAssignment(parent) && parent.name === node;
    if (ts.isIdentifier(node) && !isMember && !isKey) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(expression);
  return [...found];
}

function memberOfThis(expression: ts.Node, ast: ts.SourceFile): string | undefined {
  if (ts.isPropertyAccessExpression(expression) && expression.expression.kind === ts.SyntaxKind.ThisKeyword)
    return expression.name.text;
  return ts.forEachChild(expression, (child) => memberOfThis(child, ast));
}

function parsed(text: string): ts.SourceFile {
  return ts.createSourceFile("toggle.ts", text, ts.ScriptTarget.Latest, true);
}

function hasErrors(ast: ts.SourceFile): boolean {
  return (ast as unknown as { readonly parseDiagnostics: readonly unknown[] }).parseDiagnostics.length > 0;
}

/** `order-item` of `OrderItem` and `order_item` */
function kebab(name: string): string {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1-$2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
}
