import type { ts as compiler } from "@ts-morph/common";
import { patternOf } from "../../base/pattern-of.js";
import { ts } from "../ast/compiler.js";
import type { FieldSymbols, Share } from "./field-symbols.js";

const joins = /^(?:left|inner)Join(?:AndSelect|AndMapOne|AndMapMany)?$/;
const starts = /^(?:createQueryBuilder|from|addFrom|update|insert|delete|into)$/;

/**
 * The aliases of query builders in a file, and the rows that they stand for. A query builder resolves `user.name` in its strings as a
 * property, and leaves quoted names to the database.
 */
export class Aliases {
  readonly #field: FieldSymbols;
  readonly #source: compiler.SourceFile;
  readonly #pattern: RegExp;
  #known: ReadonlyMap<string, readonly compiler.Type[]> | undefined;

  constructor(source: compiler.SourceFile, field: FieldSymbols) {
    this.#source = source;
    this.#field = field;
    this.#pattern = new RegExp(`(?<![\\w$."])([A-Za-z_]\\w*)\\.${patternOf(field.name)}(?![\\w$])`, "g");
  }

  /** The field's names in a string that a query builder receives, by the alias before each. */
  namesIn(
    node: compiler.StringLiteralLike | compiler.TemplateExpression,
  ): readonly { readonly offset: number; readonly share: Share }[] {
    const parts = ts.isTemplateExpression(node)
      ? [node.head, ...node.templateSpans.map(({ literal }) => literal)]
      : [node];
    const found = parts.flatMap((part) =>
      // Without the opening quote or brace.
      [...part.getText(this.#source).slice(1).matchAll(this.#pattern)].map((match) => ({
        alias: match[1] ?? "",
        offset: part.getStart(this.#source) + 1 + match.index + match[0].length - this.#field.name.length,
      })),
    );
    if (found.length === 0 || this.#builderAround(node) === undefined) return [];
    return found.flatMap(({ alias, offset }) => {
      const share = this.#shareOf(alias);
      return share === "none" ? [] : [{ offset, share }];
    });
  }

  /** The field's share in the rows of `.where({ name })`, whose type is any object. */
  whereShare(literal: compiler.Node): Share {
    const call = literal.parent;
    if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return "none";
    if (call.arguments[0] !== literal || !/^(?:where|andWhere|orWhere)$/.test(call.expression.name.text)) return "none";
    return this.#field.in(rowsOf(this.#field.checker.getTypeAtLocation(call.expression.expression), this.#field));
  }

  #shareOf(alias: string): Share {
    this.#known ??= this.#read();
    const types = this.#known.get(alias);
    if (types === undefined) return "some";
    const shares = types.map((type) => this.#field.in(type));
    if (shares.every((share) => share === "none")) return "none";
    return shares.every((share) => share === "all") ? "all" : "some";
  }

  #builderAround(node: compiler.Node): compiler.CallExpression | undefined {
    for (let at = node; !ts.isStatement(at); at = at.parent) {
      const call = at.parent;
      if (!ts.isCallExpression(call) || !call.arguments.some((argument) => argument === at)) continue;
      const { expression } = call;
      if (!ts.isPropertyAccessExpression(expression)) return undefined;
      return isBuilder(this.#field.checker.getTypeAtLocation(expression.expression)) ? call : undefined;
    }
    return undefined;
  }

  #read(): ReadonlyMap<string, readonly compiler.Type[]> {
    const known = new Map<string, compiler.Type[]>();
    const add = (alias: compiler.Expression | undefined, type: compiler.Type | undefined) => {
      if (alias === undefined || !ts.isStringLiteralLike(alias) || type === undefined) return;
      known.set(alias.text, [...(known.get(alias.text) ?? []), type]);
    };
    const visit = (node: compiler.Node): void => {
      // Inner calls of a chain come first: a join names an alias of the call before.
      ts.forEachChild(node, visit);
      if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
      const name = node.expression.name.text;
      const [first, second] = node.arguments;
      if (starts.test(name)) {
        const type = this.#field.checker.getTypeAtLocation(node);
        if (isBuilder(type)) add(second ?? first, rowsOf(type, this.#field));
      } else if (joins.test(name)) {
        const [target, alias] = name.includes("Map") ? node.arguments.slice(1) : [first, second];
        if (target !== undefined) for (const type of this.#joined(target, known)) add(alias, type);
      }
    };
    visit(this.#source);
    return known;
  }

  #joined(target: compiler.Expression, known: ReadonlyMap<string, readonly compiler.Type[]>): readonly compiler.Type[] {
    const { checker } = this.#field;
    if (!ts.isStringLiteralLike(target))
      return checker
        .getTypeAtLocation(target)
        .getConstructSignatures()
        .map((signature) => signature.getReturnType());
    const [alias = "", relation = ""] = target.text.split(".");
    return (known.get(alias) ?? []).flatMap((type) => {
      const property = checker.getPropertyOfType(type, relation);
      return property === undefined ? [] : [elementOf(checker.getTypeOfSymbol(property), checker)];
    });
  }
}

function isBuilder(type: compiler.Type): boolean {
  return /QueryBuilder$/.test(type.getSymbol()?.name ?? "");
}

function rowsOf(type: compiler.Type, { checker }: FieldSymbols): compiler.Type | undefined {
  return isBuilder(type) ? checker.getTypeArguments(type as compiler.TypeReference)[0] : undefined;
}

/** A row in a list, a promise, or neither. */
function elementOf(type: compiler.Type, checker: compiler.TypeChecker): compiler.Type {
  const present = checker.getNonNullableType(type);
  const awaited = checker.getAwaitedType(present) ?? present;
  return (checker.isArrayType(awaited) && checker.getTypeArguments(awaited as compiler.TypeReference)[0]) || awaited;
}
