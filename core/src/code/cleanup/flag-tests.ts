import { ts } from "../ast/compiler.js";
import { pathOf } from "../ast/expressions.js";
import { parseSourceFile, type SourceFile } from "../ast/source-file.js";
import { freeNames } from "../flags/template.js";
import { wordsOf } from "../names/similar-name.js";
import { withParentheses } from "./tree.js";

/** Code behind a flag: `flags.isOn("…") ? a : b`, `if (flags.isOn("…")) a;`. */
export type Toggled = ts.ConditionalExpression | ts.IfStatement;

/** The strings that equal the flag's name. */
export function* flagNamesIn(
  file: SourceFile,
  flag: string,
): Iterable<ts.StringLiteral | ts.NoSubstitutionTemplateLiteral> {
  if (!file.text.includes(flag)) return;
  const { StringLiteral, NoSubstitutionTemplateLiteral } = ts.SyntaxKind;
  for (const kind of [StringLiteral, NoSubstitutionTemplateLiteral] as const)
    for (const node of file.nodes(kind)) if (node.text === flag) yield node;
}

/** The code that a flag alone controls; undefined if its name means something else, or other conditions also matter. */
export function toggledBy(name: ts.Node): Toggled | undefined {
  let at = name;
  while (isPartOfAnswer(at)) at = at.parent;
  const condition = withParentheses(at);
  const { parent } = condition;
  if (ts.isConditionalExpression(parent) && parent.condition === condition) return parent;
  return ts.isIfStatement(parent) && parent.expression === condition ? parent : undefined;
}

/** The names that a text uses to check flags. */
export function namesAsking(text: string, flags: ReadonlySet<string>): readonly string[] {
  const names = new Set<string>();
  for (const source of [`({ ${text} });`, text]) {
    const file = parseSourceFile("asking.ts", source);
    for (const flag of flags) {
      for (const name of flagNamesIn(file, flag)) {
        const toggled = toggledBy(name);
        const condition = toggled && (ts.isIfStatement(toggled) ? toggled.expression : toggled.condition);
        for (const each of condition === undefined ? [] : freeNames(condition)) names.add(each);
      }
    }
  }
  return [...names];
}

/** Whether a node is an argument, a callee or a side of a comparison in an expression that is true when the flag is on. */
function isPartOfAnswer({ parent }: ts.Node): boolean {
  if (ts.isCallExpression(parent)) return !asksForOff(parent.expression);
  if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) return !asksForOff(parent);
  if (ts.isAwaitExpression(parent) || ts.isParenthesizedExpression(parent) || ts.isNonNullExpression(parent))
    return true;
  if (!ts.isBinaryExpression(parent)) return false;
  const { EqualsEqualsToken, EqualsEqualsEqualsToken } = ts.SyntaxKind;
  const { kind } = parent.operatorToken;
  const isEqual = kind === EqualsEqualsToken || kind === EqualsEqualsEqualsToken;
  return isEqual && (saysOn(parent.left) || saysOn(parent.right));
}

/** `flags.isOff`, `not`, `isDisabled`: the branches are swapped. */
function asksForOff(callee: ts.Expression): boolean {
  return wordsOf(pathOf(callee).at(-1) ?? "").some((word) => offWords.has(word));
}

const offWords = new Set(["off", "not", "isnt", "disabled", "disable", "inactive", "absent", "missing", "without"]);

function saysOn(node: ts.Expression): boolean {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  return ts.isStringLiteralLike(node) && /^(?:on|true|yes|1|enabled|active|treatment|new)$/i.test(node.text);
}
