import type { EntityModel } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { settableValuesOf } from "../ast/expressions.js";
import { parseSourceFile, type SourceFile } from "../ast/source-file.js";
import { keyStyles } from "../shapes/shape-types.js";

/**
 * A message that explains why a line of a file is not a place that lists fields of the model, for the innermost literal, type or class.
 *
 * @param line 1-based
 */
export function whyNotOffered(
  { file, text }: { readonly file: string; readonly text: string },
  line: number,
  model: EntityModel,
  models: readonly EntityModel[],
): string {
  const source = parseSourceFile(file, text);
  const around = namesAround(source, line);
  if (around === undefined)
    return "nothing there lists fields: no object, pattern, list, type or class is around that line";
  const { names, isPattern } = around;
  const fits = (each: EntityModel) => each.fields.filter(({ name }) => keyStyles.some((key) => names.has(key(name))));
  const own = fits(model);
  const [best] = [...models].sort((a, b) => fits(b).length - fits(a).length);
  if (own.length < 2) {
    const named = own.length === 0 ? "no field" : `only ${own[0]?.name}`;
    return `it names ${named} of ${model.name}: a place that lists fields names at least 2`;
  }
  if (best !== undefined && fits(best).length > own.length)
    return `${best.name} fits it better than ${model.name}: it names ${fits(best).length} of its fields, and ${own.length} of ${model.name}'s`;
  if (isPattern)
    return `it takes ${own.length} fields of ${model.name} out of a value: it changes together with the type of that value, or with the object that the fields go into`;
  return `it names ${own.length} fields of ${model.name}, but Lockstep finds no row that it is made of or becomes; in tests it checks only objects that list all fields`;
}

/** The names in the innermost list of names at the line. */
function namesAround(
  source: SourceFile,
  line: number,
): { readonly names: ReadonlySet<string>; readonly isPattern: boolean } | undefined {
  const { ast } = source;
  let found: ReturnType<typeof namesAround>;
  const visit = (node: ts.Node): void => {
    const first = ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1;
    const last = ast.getLineAndCharacterOfPosition(node.end).line + 1;
    if (line < first || line > last) return;
    const names = namesIn(node);
    if (names.length > 0) found = { names: new Set(names), isPattern: ts.isObjectBindingPattern(node) };
    ts.forEachChild(node, visit);
  };
  visit(ast);
  return found;
}

function namesIn(node: ts.Node): readonly string[] {
  if (ts.isObjectLiteralExpression(node)) {
    const own = node.properties.flatMap(({ name }) => nameOf(name));
    return isPart(node) ? [] : [...own, ...settableValuesOf(node).keys()];
  }
  if (ts.isObjectBindingPattern(node))
    return node.elements.flatMap(({ propertyName, name }) => nameOf(propertyName ?? (name as ts.PropertyName)));
  if (ts.isArrayLiteralExpression(node))
    return node.elements.flatMap((each) => (ts.isStringLiteralLike(each) ? [each.text] : []));
  if (ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node) || ts.isClassLike(node))
    return node.members.flatMap(({ name }) => nameOf(name));
  if (ts.isUnionTypeNode(node))
    return node.types.flatMap((each) =>
      ts.isLiteralTypeNode(each) && ts.isStringLiteral(each.literal) ? [each.literal.text] : [],
    );
  return [];
}

/** Whether a literal is part of the one around it: `...(name && { name })`. */
function isPart(node: ts.ObjectLiteralExpression): boolean {
  let at: ts.Node = node.parent;
  while (ts.isParenthesizedExpression(at) || ts.isBinaryExpression(at) || ts.isConditionalExpression(at))
    at = at.parent;
  return ts.isSpreadAssignment(at);
}

function nameOf(name: ts.PropertyName | undefined): readonly string[] {
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) ? [name.text] : [];
}
