import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";
import type { Splice } from "../ast/splice.js";
import { type FieldSymbols, parametersOf, type Share } from "./field-symbols.js";
import { Aliases } from "./query-strings.js";

/** The uses of a field in a file. */
export interface Uses {
  readonly splices: readonly Splice[];
  readonly open: readonly { readonly offset: number; readonly reason: string }[];
  readonly untyped: number;
}

/** Lists of keys: those of types that have the field, and those of other types. */
export interface KeySets {
  readonly own: ReadonlySet<string>;
  readonly others: ReadonlySet<string>;
}

/** A list of keys, in any order. */
export function keySet(names: readonly string[]): string {
  return [...new Set(names)].sort().join("\n");
}

/** Finds the uses of a field in a file by their symbols. Text alone is never enough. */
export function usesIn(source: compiler.SourceFile, field: FieldSymbols, newName: string, keys: KeySets): Uses {
  const finder = new Finder(source, field, newName, keys);
  finder.visit(source);
  return finder;
}

class Finder implements Uses {
  readonly splices: Splice[] = [];
  readonly open: { offset: number; reason: string }[] = [];
  untyped = 0;
  readonly #checker: compiler.TypeChecker;
  readonly #aliases: Aliases;

  constructor(
    readonly source: compiler.SourceFile,
    readonly field: FieldSymbols,
    readonly newName: string,
    readonly keys: KeySets,
  ) {
    this.#checker = field.checker;
    this.#aliases = new Aliases(source, field);
  }

  visit(node: compiler.Node): void {
    if (ts.isIdentifier(node)) {
      if (node.text === this.field.name) this.#identifier(node);
    } else if (ts.isStringLiteralLike(node) && node.text === this.field.name) this.#string(node);
    else if (ts.isComputedPropertyName(node)) this.#computed(node);
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) this.#query(node);
    ts.forEachChild(node, (child) => this.visit(child));
  }

  #identifier(node: compiler.Identifier): void {
    const { parent } = node;
    if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
      const symbol = this.#checker.getSymbolAtLocation(node);
      if (symbol === undefined && this.#isAny(parent.expression)) this.untyped += 1;
      this.#apply(this.field.of(symbol), node);
    } else if (ts.isQualifiedName(parent) && parent.right === node)
      this.#apply(this.field.of(this.#checker.getSymbolAtLocation(node)), node);
    else if (ts.isBindingElement(parent)) this.#binding(parent, node);
    else this.#declared(parent, node);
  }

  /** A name of a property, as an identifier or in quotes. */
  #declared(parent: compiler.Node, node: compiler.Identifier | compiler.StringLiteralLike): void {
    const isNamed =
      ts.isPropertyAssignment(parent) ||
      ts.isShorthandPropertyAssignment(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isJsxAttribute(parent);
    if (!isNamed || parent.name !== node) return;
    // In an assignment pattern, the expected type is that of the assigned value.
    const symbol = this.#checker.getSymbolAtLocation(node);
    const symbolOfMember = ts.isShorthandPropertyAssignment(parent) ? memberSymbol(parent) : symbol;
    const text = ts.isShorthandPropertyAssignment(parent) ? `${this.newName}: ${node.text}` : this.newName;
    const share = this.field.of(symbolOfMember);
    const literal = parent.parent;
    this.#apply(share === "none" && literal !== undefined ? this.#aliases.whereShare(literal) : share, node, text);
  }

  #binding(parent: compiler.BindingElement, node: compiler.Identifier): void {
    const { parent: pattern, propertyName, dotDotDotToken } = parent;
    if (!ts.isObjectBindingPattern(pattern) || dotDotDotToken !== undefined) return;
    if (node !== (propertyName ?? parent.name)) return;
    const share = this.field.in(this.#checker.getTypeAtLocation(pattern));
    this.#apply(share, node, propertyName === undefined ? `${this.newName}: ${node.text}` : this.newName);
  }

  #string(node: compiler.StringLiteralLike): void {
    const { parent } = node;
    const share = this.#shareOfKey(node);
    if (share !== undefined) this.#apply(share, node);
    else if (ts.isBindingElement(parent) && parent.propertyName === node) {
      this.#apply(this.field.in(this.#checker.getTypeAtLocation(parent.parent)), node);
    } else this.#declared(parent, node);
  }

  /** A string that names a property: `user["name"]`, `User["name"]`, `"name" in user`, `Pick<User, "name">`, a key of the model. */
  #shareOfKey(node: compiler.StringLiteralLike): Share | undefined {
    const { parent } = node;
    if (ts.isElementAccessExpression(parent)) return this.field.of(this.#checker.getSymbolAtLocation(node));
    if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InKeyword)
      return parent.left === node ? this.field.in(this.#checker.getTypeAtLocation(parent.right)) : undefined;
    if (ts.isLiteralTypeNode(parent)) return this.#shareOfType(parent);
    return ts.isExpression(node) ? this.#shareOfValue(node) : undefined;
  }

  #shareOfType(literal: compiler.LiteralTypeNode): Share | undefined {
    let at: compiler.TypeNode = literal;
    while (ts.isUnionTypeNode(at.parent) || ts.isParenthesizedTypeNode(at.parent)) at = at.parent;
    const { parent } = at;
    if (ts.isIndexedAccessTypeNode(parent) && parent.indexType === at)
      return this.field.in(this.#checker.getTypeFromTypeNode(parent.objectType));
    if (!ts.isTypeReferenceNode(parent)) return undefined;
    const index = parent.typeArguments?.indexOf(at) ?? -1;
    const parameters = parametersOf(parent, this.#checker);
    const constraint = parameters[index]?.constraint?.getText() ?? "";
    const isOmit = parent.typeName.getText() === "Omit" && index === 1;
    const of = isOmit ? 0 : parameters.findIndex(({ name }) => constraint === `keyof ${name.text}`);
    const owner = parent.typeArguments?.[of];
    if (owner !== undefined) return this.field.in(this.#checker.getTypeFromTypeNode(owner));
    const [first] = parent.typeArguments ?? [];
    const isOfKeys = /^(?:Exclude|Extract)$/.test(parent.typeName.getText()) && index === 1 && first !== undefined;
    return isOfKeys ? this.#shareOfKeys(this.#checker.getTypeFromTypeNode(first)) : undefined;
  }

  /** A value whose type is exactly the keys of the model: `orderBy: "name"`, `key === "name"`. */
  #shareOfValue(node: compiler.StringLiteralLike): Share | undefined {
    const { parent } = node;
    const isCompared = ts.isBinaryExpression(parent) && /^[!=]==?$/.test(parent.operatorToken.getText());
    const other = isCompared ? (parent.left === node ? parent.right : parent.left) : undefined;
    const switched = ts.isCaseClause(parent) ? parent.parent.parent.expression : undefined;
    const compared = other ?? switched;
    if (compared !== undefined) return this.#shareOfKeys(this.#checker.getTypeAtLocation(compared));
    return (
      this.#shareOfKeys(this.field.expected(node), node) ??
      this.#shareOfKeys(this.#checker.getContextualType(node), node)
    );
  }

  #shareOfKeys(type: compiler.Type | undefined, node?: compiler.Node): Share | undefined {
    const all = type?.isUnion() ? type.types : [];
    // An element of `Key | Key[]` can be a letter of a key too.
    const isElement = node !== undefined && ts.isArrayLiteralExpression(node.parent);
    const parts = isElement ? all.filter((part) => (part.flags & ts.TypeFlags.String) === 0) : all;
    const names = parts.flatMap((part) => (part.isStringLiteral() ? [part.value] : []));
    const isOnlyKeys = parts.every((part) => part.isStringLiteral() || (part.flags & noString) !== 0);
    const set = keySet(names);
    if (!isOnlyKeys || !this.keys.own.has(set)) return undefined;
    return this.keys.others.has(set) ? "some" : "all";
  }

  #computed(node: compiler.ComputedPropertyName): void {
    const literal = node.parent.parent;
    if (ts.isStringLiteralLike(node.expression) || !ts.isObjectLiteralExpression(literal)) return;
    const type = this.#checker.getTypeAtLocation(node.expression);
    const parts = type.isUnion() ? type.types : [type];
    const mayBeIt = parts.some((part) =>
      part.isStringLiteral() ? part.value === this.field.name : part.flags & anyText,
    );
    if (mayBeIt && this.field.expectedAt(literal) === "all")
      this.#list(node, `the computed key can be "${this.field.name}"`);
  }

  #query(node: compiler.StringLiteralLike | compiler.TemplateExpression): void {
    for (const { offset, share } of this.#aliases.namesIn(node)) {
      const end = offset + this.field.name.length;
      if (share === "all") this.splices.push({ start: offset, end, text: this.newName });
      else this.open.push({ offset, reason: "the query builder's alias may be this model" });
    }
  }

  #apply(share: Share, node: compiler.Identifier | compiler.StringLiteralLike, text = this.newName): void {
    if (share === "some") this.#list(node, "its type is this model or another one");
    if (share !== "all") return;
    const start = node.getStart(this.source);
    const inQuotes = ts.isIdentifier(node) ? 0 : 1;
    this.splices.push({ start: start + inQuotes, end: node.end - inQuotes, text });
  }

  #list(node: compiler.Node, reason: string): void {
    this.open.push({ offset: node.getStart(this.source), reason });
  }

  #isAny(node: compiler.Expression): boolean {
    return (this.#checker.getTypeAtLocation(node).flags & ts.TypeFlags.Any) !== 0;
  }
}

const anyText = ts.TypeFlags.String | ts.TypeFlags.Any | ts.TypeFlags.TemplateLiteral;
const noString = ~(ts.TypeFlags.StringLike | ts.TypeFlags.Any | ts.TypeFlags.Unknown);

/** The property of a shorthand, whose name also is a variable. */
function memberSymbol(node: compiler.ShorthandPropertyAssignment): compiler.Symbol | undefined {
  return (node as { readonly symbol?: compiler.Symbol }).symbol;
}
