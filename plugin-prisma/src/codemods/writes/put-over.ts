import {
  declarationOf,
  fileOf,
  nameOf,
  pathOf,
  referencesTo,
  resolveExpression,
  type SourceFile,
  type TransformContext,
  ts,
  wrapperOf,
} from "@lockstep/core/codemods";

/** Whether a value is put over a row that exists: `prisma.user.update({ where, data })`, `update: row`. */
export function isPutOver(value: ts.Node): boolean {
  for (let at = value; !ts.isFunctionLike(at) && !ts.isStatement(at); at = at.parent) {
    if (ts.isPropertyAssignment(at) || ts.isShorthandPropertyAssignment(at)) {
      const name = nameOf(at.name) ?? "";
      if (name === "update") return true;
      if (/^(?:create|createMany|connectOrCreate|where)$/.test(name)) return false;
    }
    if (ts.isPropertyAccessExpression(at.parent) && at.parent.expression === at) return false;
    if (ts.isCallExpression(at.parent) && at.parent.expression !== at)
      return /^update/.test(pathOf(at.parent.expression).at(-1) ?? "");
  }
  return false;
}

/**
 * Whether what a literal makes is put over rows that exist as well, through the constant that holds it, the function that it is given to,
 * or the one that gives it back: what is added to it would overwrite what they have.
 */
export function isAlsoPutOver(
  literal: ts.ObjectLiteralExpression,
  file: SourceFile,
  context: TransformContext,
): boolean {
  return usesOf(literal, file, context).some(isPutOver);
}

function usesOf(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): readonly ts.Node[] {
  const value = wrapperOf(literal);
  const { parent } = value;
  if (ts.isVariableDeclaration(parent)) return usesOfName(parent, file);
  if (ts.isCallExpression(parent)) {
    const parameter = calledBy(parent, file, context)?.parameters[parent.arguments.indexOf(value as ts.Expression)];
    const home = parameter && fileOf(parameter, context.project);
    return parameter !== undefined && home !== undefined && ts.isParameter(parameter)
      ? usesOfName(parameter, home)
      : [];
  }
  if (!ts.isArrowFunction(parent) && !ts.isReturnStatement(parent)) return [];
  const maker = ts.findAncestor(parent, ts.isFunctionLike);
  const named = maker !== undefined && ts.isVariableDeclaration(maker.parent) ? maker.parent : maker;
  if (named === undefined || !(ts.isVariableDeclaration(named) || ts.isFunctionDeclaration(named))) return [];
  const name = named.name && ts.isIdentifier(named.name) ? named.name.text : undefined;
  return referencesTo({ name, file }, context).flatMap(({ node }) =>
    ts.isCallExpression(node.parent) && node.parent.expression === node ? [wrapperOf(node.parent)] : [],
  );
}

function calledBy(call: ts.CallExpression, file: SourceFile, { project }: TransformContext) {
  const typed = project.types?.calledBy(call);
  if (typed !== undefined) return typed;
  const found = resolveExpression(call.expression, file, project);
  return found?.kind === "function" ? found.node : undefined;
}

function usesOfName(declared: ts.VariableDeclaration | ts.ParameterDeclaration, file: SourceFile): readonly ts.Node[] {
  const { name } = declared;
  if (!ts.isIdentifier(name)) return [];
  return file.identifiers(name.text).filter((use) => use !== name && declarationOf(use) === declared);
}
