import type { Conversion, ScalarType } from "@lockstep/core";
import { lineAt, lookUp, type Project, pathOf, type SourceFile, ts } from "@lockstep/core/codemods";
import type { ColumnMember, Value } from "../model.js";
import { flag, type Options, resolveValue } from "../value.js";

/**
 * What converts the values of a column, by its declaration: a transformer, a type that code has in another form, an accessor. Options that
 * cannot be read may contain a transformer.
 *
 * @param name the column's type as an option: `simple-json`. Undefined: the property's
 */
export function declaredConversion(
  member: ColumnMember,
  options: Options,
  name: string | undefined,
  type: ScalarType,
  project: Project,
): Conversion | undefined {
  const { node, file } = member;
  const at = (what: string, where: ts.Node = node, its: SourceFile = file) =>
    `${what} at ${its.file}:${lineAt(its.text, where.getStart(its.ast))}`;
  const transformer = options.get("transformer");
  if (transformer !== undefined && !isNothing(transformer.node)) {
    const id = identityOf(transformer, project);
    return { ...(id !== undefined && { id }), by: at("the transformer", transformer.node, transformer.file) };
  }
  // `typeorm-encrypted` adds it to the options.
  if (options.get("encrypt") !== undefined) return { by: at("the option encrypt") };
  if (!options.isComplete) return { by: at("a possible transformer in the unreadable options") };
  if (ts.isGetAccessor(node) || ts.isSetAccessor(node)) return { by: at("the accessor") };
  if (name === "simple-json" || name === "simple-array") return { id: name, by: `the type ${name}` };
  if (type !== "datetime") return undefined;
  const kind = momentKind(name, options);
  return { id: kind, by: `the type ${kind}`, isBuiltIn: true };
}

/** Drivers convert a moment to the time zone of the process, unless its type has one. */
function momentKind(name: string | undefined, options: Options): string {
  if (name === "date") return flag(options, "utc") === true ? "date in UTC" : name;
  return /^timestamptz$|^timestamp with time zone$/.test(name ?? "") ? "timestamptz" : "timestamp";
}

/**
 * The identity of a transformer: of its declaration, or of its class with constant arguments. Undefined if it may be another one elsewhere:
 * a function returns it, or its arguments are computed.
 */
function identityOf({ node, file }: Value, project: Project): string | undefined {
  if (ts.isArrayLiteralExpression(node)) {
    const all = node.elements.map((each) => identityOf(resolveValue(each, file, project), project));
    return all.includes(undefined) ? undefined : `[${all.join(", ")}]`;
  }
  if (ts.isObjectLiteralExpression(node)) return isMadeByCall(node) ? undefined : `${file.file}:${node.pos}`;
  if (ts.isNewExpression(node)) {
    const { arguments: given = [] } = node;
    const made = declarationOf(node.expression, file, project);
    const isConstant = given.every((each) => ts.isLiteralExpression(each));
    return made && isConstant ? `new ${made}(${given.map((each) => each.getText(file.ast)).join(", ")})` : undefined;
  }
  return ts.isCallExpression(node) ? undefined : declarationOf(node, file, project);
}

/** A declaration by its file, or by its package and name. */
function declarationOf(node: ts.Expression, file: SourceFile, project: Project): string | undefined {
  const [name, ...members] = pathOf(node);
  const found = name === undefined ? undefined : lookUp(project, file, name, "value");
  if (found === undefined) return undefined;
  const own = found.kind === "external" ? `${found.specifier}#${found.name}` : `${found.file.file}:${found.node.pos}`;
  return [own, ...members].join(".");
}

/** Each call makes another one. */
function isMadeByCall(node: ts.Node): boolean {
  return ts.findAncestor(node, ts.isFunctionLike) !== undefined;
}

function isNothing(node: ts.Expression): boolean {
  return node.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(node) && node.text === "undefined");
}
