import type { ts as compiler } from "@ts-morph/common";
import { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import type { RenamedName } from "./request.js";
import { selectedColumns } from "./selected-rows.js";

/** How many of a property's declarations are the field's. A value of two models has `some`. */
export type Share = "all" | "some" | "none";

/** Not in the compiler's declarations: the expected type does not depend on the node itself. */
const ignoringNode = 4;

/** Whether a property is the renamed field, by its declarations: rows, inputs, literals that select it, and types derived from them. */
export class FieldSymbols {
  readonly checker: compiler.TypeChecker;
  readonly name: string;
  readonly #declares: (node: compiler.Node) => boolean;
  readonly #owns: (node: compiler.Declaration) => boolean;
  readonly #known = new Map<compiler.Node, Share | undefined>();

  constructor(checker: compiler.TypeChecker, name: RenamedName, isIn: (file: string) => boolean) {
    this.checker = checker;
    this.name = name.name;
    this.#declares = declaresIn(name, isIn);
    const types = new RegExp(name.types);
    this.#owns = (node) =>
      isIn(node.getSourceFile().fileName) && types.test((node as ts.TypeAliasDeclaration).name?.text ?? "");
  }

  of(symbol: compiler.Symbol | undefined): Share {
    // A mapped type with `as` takes the declaration of another property.
    const roots = (symbol === undefined ? [] : this.checker.getRootSymbols(symbol)).filter(
      ({ name }) => name === this.name,
    );
    return together(
      roots.flatMap((root) =>
        root.declarations === undefined
          ? selectedColumns(root, this.checker).map((type) => this.in(type))
          : root.declarations.map((node) => this.#ofDeclaration(node)),
      ),
    );
  }

  /** The property of a type: of every part of a union that has it. */
  in(type: compiler.Type | undefined): Share {
    const shares = this.#partsOf(type).map((part) => {
      const property = this.checker.getPropertyOfType(part, this.name);
      // `UserSelect` and `UserOmit` are computed from keys, so their properties have no declaration.
      if (property !== undefined && this.#isComputed(part)) return "all";
      return property && this.of(property);
    });
    return together(shares);
  }

  /** The property of the type that is expected at an expression. */
  expectedAt(node: compiler.Expression): Share {
    const direct = this.in(this.checker.getContextualType(node));
    const constrained = direct === "none" ? this.in(this.expected(node)) : direct;
    return constrained === "none" ? this.in(this.#expectedElement(node)) : constrained;
  }

  /** `data: emails.map((email) => ({ email }))`: an element of what is expected of the list. */
  #expectedElement(node: compiler.Expression): compiler.Type | undefined {
    let value: compiler.Node = node;
    while (ts.isParenthesizedExpression(value.parent)) value = value.parent;
    const { parent } = value;
    const isReturned = ts.isReturnStatement(parent) && ts.isBlock(parent.parent);
    const maker = isReturned ? parent.parent.parent : parent;
    const call = ts.isArrowFunction(maker) ? maker.parent : undefined;
    if (call === undefined || !ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression))
      return undefined;
    if (!/^(?:map|from)$/.test(call.expression.name.text)) return undefined;
    const list = this.expected(call);
    const parts = list?.isUnion() ? list.types : [list];
    const [found] = parts.flatMap((part) => (part && this.checker.isArrayType(part) ? [part] : []));
    return found && this.checker.getTypeArguments(found as compiler.TypeReference)[0];
  }

  /** The expected type, in a generic call its constraint. */
  expected(node: compiler.Expression): compiler.Type | undefined {
    const { checker } = this;
    const flagged = checker.getContextualType as (at: compiler.Expression, flags: number) => compiler.Type | undefined;
    return flagged.call(checker, node, ignoringNode);
  }

  #isComputed({ aliasSymbol }: compiler.Type): boolean {
    const isOwn = (node: compiler.Declaration) => this.#owns(node);
    return /(?:Select\w*|Omit)$/.test(aliasSymbol?.name ?? "") && aliasSymbol?.declarations?.some(isOwn) === true;
  }

  /** Functions have a `name`, and lists a `length`. */
  #partsOf(type: compiler.Type | undefined): readonly compiler.Type[] {
    if (type === undefined) return [];
    const bound = type.isTypeParameter() ? (this.checker.getBaseConstraintOfType(type) ?? type) : type;
    if (bound.isUnion()) return bound.types.flatMap((part) => this.#partsOf(part));
    const isObject =
      (bound.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection | ts.TypeFlags.Instantiable)) !== 0;
    const isCalled = bound.getCallSignatures().length + bound.getConstructSignatures().length > 0;
    return !isObject || isCalled || this.checker.isArrayLikeType(bound) ? [] : [bound];
  }

  /** Undefined while it is computed: a literal can be its own expected type. */
  #ofDeclaration(node: compiler.Node): Share | undefined {
    if (this.#known.has(node)) return this.#known.get(node);
    this.#known.set(node, undefined);
    const share = this.#declares(node) ? "all" : this.#ofMember(node);
    this.#known.set(node, share);
    return share;
  }

  /** A member of an object literal or an element is the property that its expected type declares. */
  #ofMember(node: compiler.Node): Share {
    if (ts.isJsxAttribute(node)) return this.expectedAt(node.parent as unknown as compiler.Expression);
    if (ts.isPropertySignature(node)) return this.in(this.#constraint(node));
    const isMember = ts.isObjectLiteralElementLike(node) && ts.isObjectLiteralExpression(node.parent);
    return isMember ? this.expectedAt(node.parent as compiler.ObjectLiteralExpression) : "none";
  }

  /** For `name` of `UserGetPayload<{ select: { name: true } }>`: the part of the type parameter's constraint that has it. */
  #constraint(node: compiler.PropertySignature): compiler.Type | undefined {
    const path: string[] = [];
    let at: compiler.Node = node;
    while (ts.isPropertySignature(at) && ts.isTypeLiteralNode(at.parent)) {
      path.unshift(nameOf(at.name as ts.PropertyName) ?? "");
      at = at.parent;
      if (ts.isPropertySignature(at.parent)) at = at.parent;
    }
    const { parent } = at;
    if (!ts.isTypeReferenceNode(parent)) return undefined;
    const parameter = parametersOf(parent, this.checker)[parent.typeArguments?.indexOf(at as compiler.TypeNode) ?? -1];
    let type = parameter?.constraint && this.checker.getTypeFromTypeNode(parameter.constraint);
    for (const name of path.slice(0, -1)) type = type && this.#member(type, name);
    return type;
  }

  #member(type: compiler.Type, name: string): compiler.Type | undefined {
    const [found] = this.#partsOf(type).flatMap((part) => this.checker.getPropertyOfType(part, name) ?? []);
    return found && this.checker.getTypeOfSymbol(found);
  }
}

/** The type parameters of the alias, interface or class that a reference names. */
export function parametersOf(
  { typeName }: compiler.TypeReferenceNode,
  checker: compiler.TypeChecker,
): readonly compiler.TypeParameterDeclaration[] {
  const symbol = checker.getSymbolAtLocation(typeName);
  const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  for (const each of target?.declarations ?? [])
    if (ts.isTypeAliasDeclaration(each) || ts.isInterfaceDeclaration(each) || ts.isClassDeclaration(each))
      return [...(each.typeParameters ?? [])];
  return [];
}

/** Whether a node declares the field: a property of one of its types. In a payload, only columns count. */
export function declaresIn({ name, types }: RenamedName, isIn: (file: string) => boolean) {
  const pattern = new RegExp(types);
  return (node: compiler.Node): boolean => {
    const isProperty = ts.isPropertySignature(node) || ts.isPropertyDeclaration(node) || ts.isPropertyAssignment(node);
    if (!isProperty || nameOf(node.name as ts.PropertyName) !== name) return false;
    if (!isIn(node.getSourceFile().fileName)) return false;
    const owner = ownerOf(node);
    if (owner === undefined || ts.isClassDeclaration(owner) !== ts.isPropertyDeclaration(node)) return false;
    const around = (ts.findAncestor(node.parent, ts.isPropertySignature) as compiler.PropertySignature | undefined)
      ?.name;
    const named = nameOfOwner(owner);
    return pattern.test(named) && around?.getText() === (named.startsWith("$") ? "scalars" : undefined);
  };
}

type Owner =
  | compiler.TypeAliasDeclaration
  | compiler.InterfaceDeclaration
  | compiler.ClassDeclaration
  | compiler.VariableDeclaration;

export function nameOfOwner({ name }: Owner): string {
  return name?.getText() ?? "default";
}

/** The declaration around a node. */
export function ownerOf(node: compiler.Node): Owner | undefined {
  for (let at: compiler.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    const isOwner = ts.isTypeAliasDeclaration(at) || ts.isInterfaceDeclaration(at) || ts.isClassDeclaration(at);
    if (isOwner || ts.isVariableDeclaration(at)) return at as Owner;
  }
  return undefined;
}

function together(shares: readonly (Share | undefined)[]): Share {
  const known = shares.filter((share) => share !== undefined);
  if (known.length === 0 || known.every((share) => share === "none")) return "none";
  return known.every((share) => share === "all") ? "all" : "some";
}
