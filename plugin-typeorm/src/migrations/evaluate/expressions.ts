import { posix } from "node:path";
import { nameOf, pathOf, ts, unwrap } from "@lockstep/core/typescript";
import { Calls, top } from "./calls.js";
import { classOf } from "./modules.js";
import type { Hooks } from "./objects.js";
import { operate, regexpOf, typeOf } from "./operators.js";
import { force, isAssignment, type Scope } from "./scope.js";
import { is, isPrimitive, list, rec, textOf, truth, type Unknown, unknown, type Value } from "./values.js";

/** What an expression comes to. */
export abstract class Expressions extends Calls {
  protected abstract step(): void;

  evaluate(expression: ts.Expression, scope: Scope): Value {
    this.step();
    const node = unwrap(expression);
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isTemplateExpression(node)) return this.template(node, scope);
    if (ts.isIdentifier(node)) return this.identifier(node, scope);
    if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) {
      const receiver = this.evaluate(node.expression, scope);
      const name = this.nameIn(node, scope);
      return name === undefined ? unknown : this.property(receiver, name);
    }
    if (ts.isCallExpression(node)) return this.callExpression(node, scope);
    if (ts.isAwaitExpression(node)) return this.settle(this.evaluate(node.expression, scope));
    if (ts.isYieldExpression(node))
      return node.expression === undefined ? undefined : this.settle(this.evaluate(node.expression, scope));
    if (ts.isBinaryExpression(node)) return this.binary(node, scope);
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return this.functionOf(node, scope);
    if (ts.isArrayLiteralExpression(node)) {
      const made = list([]);
      for (const element of node.elements)
        if (ts.isSpreadElement(element)) {
          const spread = this.evaluate(element.expression, scope);
          if (is(spread, "list")) made.items.push(...spread.items);
          if (!is(spread, "list") || spread.isOpen) made.isOpen = true;
        } else made.items.push(this.evaluate(element, scope));
      return made;
    }
    if (ts.isObjectLiteralExpression(node)) return this.object(node, scope);
    if (ts.isNewExpression(node)) return this.construct(node, scope);
    if (ts.isConditionalExpression(node)) {
      const condition = truth(this.evaluate(node.condition, scope));
      if (condition !== undefined) return this.evaluate(condition ? node.whenTrue : node.whenFalse, scope);
      const values: Value[] = [];
      this.branches(
        [node.whenTrue, node.whenFalse].map((each) => () => void values.push(this.settle(this.evaluate(each, scope)))),
      );
      return values[0] === values[1] ? values[0] : this.opaque(node);
    }
    if (ts.isNumericLiteral(node)) return Number(node.text);
    if (ts.isBigIntLiteral(node)) return BigInt(node.text.replace(/n$/, ""));
    if (ts.isPrefixUnaryExpression(node)) return this.prefix(node, scope);
    if (ts.isPostfixUnaryExpression(node)) {
      const before = this.evaluate(node.operand, scope);
      const by = node.operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1;
      this.assign(node.operand, typeof before === "number" ? before + by : unknown, scope);
      return before;
    }
    if (ts.isTaggedTemplateExpression(node)) return this.tagged(node, scope);
    if (ts.isClassExpression(node)) return classOf(node, scope);
    if (ts.isRegularExpressionLiteral(node)) return regexpOf(node.text);
    if (ts.isVoidExpression(node)) {
      this.settle(this.evaluate(node.expression, scope));
      return undefined;
    }
    if (ts.isDeleteExpression(node)) {
      this.assign(node.expression, unknown, scope);
      return true;
    }
    if (ts.isTypeOfExpression(node)) return typeOf(this.evaluate(node.expression, scope));
    if (ts.isMetaProperty(node)) return { kind: "external", name: "import.meta" };
    switch (node.kind) {
      case ts.SyntaxKind.TrueKeyword:
        return true;
      case ts.SyntaxKind.FalseKeyword:
        return false;
      case ts.SyntaxKind.NullKeyword:
        return null;
      case ts.SyntaxKind.ThisKeyword:
        return scope.self;
      default:
        return unknown;
    }
  }

  protected opaque(node: ts.Node): Unknown {
    return { kind: "unknown", from: node };
  }

  protected identifier({ text }: ts.Identifier, scope: Scope): Value {
    const binding = scope.find(text);
    if (binding !== undefined) return force(binding, unknown);
    if (text === "undefined") return undefined;
    const { file } = scope.module;
    if (text === "__dirname") return posix.join(top, posix.dirname(file));
    if (text === "__filename") return posix.join(top, file);
    return { kind: "external", name: text };
  }

  protected template(node: ts.TemplateExpression, scope: Scope): Value {
    let text: string | undefined = node.head.text;
    for (const { expression, literal } of node.templateSpans) {
      const part = textOf(this.evaluate(expression, scope));
      text = text === undefined || part === undefined ? undefined : text + part + literal.text;
    }
    return text ?? this.opaque(node);
  }

  protected tagged(node: ts.TaggedTemplateExpression, scope: Scope): Value {
    const { template } = node;
    const tag = this.evaluate(node.tag, scope);
    const spans = ts.isTemplateExpression(template) ? template.templateSpans : [];
    const heads = ts.isTemplateExpression(template)
      ? [template.head, ...spans.map(({ literal }) => literal)]
      : [template];
    const isRaw = is(tag, "external") && tag.name === "String.raw";
    const texts = heads.map((part) => (isRaw ? (part.rawText ?? part.text) : part.text));
    const values = spans.map(({ expression }) => this.evaluate(expression, scope));
    if (is(tag, "function")) return this.call(tag, [list(texts), ...values], node);
    const receiver = ts.isPropertyAccessExpression(node.tag) ? this.evaluate(node.tag.expression, scope) : undefined;
    if (is(receiver, "host") && ts.isPropertyAccessExpression(node.tag))
      return this.hooks.call(receiver, `${node.tag.name.text}\``, [list(texts), ...values], node);
    const parts = values.map(textOf);
    // Of others nobody knows whether they make parameters of their values.
    if (!isRaw && parts.length > 0) return this.opaque(node);
    return (
      texts.reduce<string | undefined>((text, part, at) => {
        const between = at === 0 ? "" : parts[at - 1];
        return text === undefined || between === undefined ? undefined : text + between + part;
      }, "") ?? this.opaque(node)
    );
  }

  protected nameIn(node: ts.PropertyAccessExpression | ts.ElementAccessExpression, scope: Scope): string | undefined {
    if (ts.isPropertyAccessExpression(node)) return node.name.text;
    const name = this.evaluate(node.argumentExpression, scope);
    return isPrimitive(name) ? String(name) : undefined;
  }

  protected object(node: ts.ObjectLiteralExpression, scope: Scope): Value {
    const made = rec();
    for (const each of node.properties) {
      if (ts.isSpreadAssignment(each)) {
        const spread = this.evaluate(each.expression, scope);
        if (is(spread, "rec")) for (const [name, value] of spread.fields) made.fields.set(name, value);
        // Of nothing nothing comes: `...(isNew && { a })`.
        if (is(spread, "rec") ? spread.isOpen : !isPrimitive(spread)) made.isOpen = true;
        continue;
      }
      const computed =
        each.name !== undefined && ts.isComputedPropertyName(each.name)
          ? this.evaluate(each.name.expression, scope)
          : undefined;
      const literal = each.name !== undefined && ts.isNumericLiteral(each.name) ? each.name.text : nameOf(each.name);
      const name = literal ?? (isPrimitive(computed) && computed !== undefined ? String(computed) : undefined);
      if (name === undefined) made.isOpen = true;
      else if (ts.isPropertyAssignment(each)) made.fields.set(name, this.evaluate(each.initializer, scope));
      else if (ts.isShorthandPropertyAssignment(each)) made.fields.set(name, this.identifier(each.name, scope));
      else if (ts.isMethodDeclaration(each)) made.fields.set(name, this.functionOf(each, scope, made));
      else made.fields.set(name, unknown);
    }
    return made;
  }

  protected binary(node: ts.BinaryExpression, scope: Scope): Value {
    const kind = node.operatorToken.kind;
    if (kind === ts.SyntaxKind.EqualsToken) {
      const value = this.evaluate(node.right, scope);
      this.assign(node.left, value, scope);
      return value;
    }
    const left = this.evaluate(node.left, scope);
    const [isAnd, isOr, isNullish] = [
      [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.AmpersandAmpersandEqualsToken],
      [ts.SyntaxKind.BarBarToken, ts.SyntaxKind.BarBarEqualsToken],
      [ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.QuestionQuestionEqualsToken],
    ].map((kinds) => kinds.includes(kind));
    let value: Value;
    if (isAnd || isOr || isNullish) {
      const isKept = isNullish ? (is(left, "unknown") ? undefined : left !== null && left !== undefined) : truth(left);
      if (isKept === undefined) {
        this.branches([() => void this.settle(this.evaluate(node.right, scope)), () => undefined]);
        value = this.opaque(node);
      } else value = isKept === Boolean(isAnd) ? this.evaluate(node.right, scope) : left;
    } else if (kind === ts.SyntaxKind.InstanceOfKeyword) return instanceOf(this.hooks, left, node.right);
    else {
      const right = this.evaluate(node.right, scope);
      value = operate(kind, left, right);
      const isSame = is(value, "unknown")
        ? (this.ofDialect(node.left, node.right, right) ?? this.ofDialect(node.right, node.left, left))
        : undefined;
      const isNot = /^Exclamation/.test(ts.SyntaxKind[kind] ?? "");
      if (isSame !== undefined && (isNot || /^EqualsEquals/.test(ts.SyntaxKind[kind] ?? ""))) return isSame !== isNot;
    }
    if (isAssignment(kind)) this.assign(node.left, value, scope);
    if (is(value, "unknown") && value.from === undefined && kind === ts.SyntaxKind.PlusToken) return this.opaque(node);
    return value;
  }

  /**
   * `process.env.DB_TYPE === "mysql"`, `type === DatabaseType.mysql`: of what is not known, but is compared with the name of a database, this
   * is the one that is migrated.
   */
  protected ofDialect(asked: ts.Expression, node: ts.Expression, value: Value): boolean | undefined {
    if (!/type|dialect|driver|client|engine|vendor|db|database|connection/i.test(asked.getText())) return undefined;
    // `POSTGRES`, `BETTER_SQLITE3`, `better-sqlite3`, `auroraPostgres`.
    const word = (typeof value === "string" ? value : (pathOf(node).at(-1) ?? ""))
      .toLowerCase()
      .replace(/[^a-z\d]/g, "");
    const [, name] =
      /^(?:aurora|better)?(postgres(?:ql)?|pg|mysql2?|mariadb|sqlite3?|sqljs|mssql|oracle|cockroachdb|mongodb)$/.exec(
        word,
      ) ?? [];
    return name === undefined ? undefined : this.hooks.isDialect(name);
  }

  protected prefix(node: ts.PrefixUnaryExpression, scope: Scope): Value {
    const value = this.evaluate(node.operand, scope);
    if (node.operator === ts.SyntaxKind.ExclamationToken) {
      const held = truth(value);
      return held === undefined ? unknown : !held;
    }
    if (!isPrimitive(value) || typeof value === "bigint") return unknown;
    if (node.operator === ts.SyntaxKind.MinusToken) return -Number(value);
    if (node.operator === ts.SyntaxKind.PlusToken) return Number(value);
    if (node.operator === ts.SyntaxKind.TildeToken) return ~Number(value);
    const next = Number(value) + (node.operator === ts.SyntaxKind.PlusPlusToken ? 1 : -1);
    this.assign(node.operand, next, scope);
    return next;
  }
}

function instanceOf(hooks: Hooks, left: Value, right: ts.Expression): Value {
  return is(left, "host") ? hooks.property(left, `instanceof ${pathOf(right).at(-1) ?? ""}`) : unknown;
}
