import {
  declarationOf,
  fileOf,
  nameOf,
  pathOf,
  propertiesOf,
  referencesTo,
  resolveDeclared,
  resolveExpression,
  type SourceFile,
  type TransformContext,
  ts,
  wrapperOf,
} from "@lockstep/core/codemods";

/** Whether a value updates an existing row: `prisma.user.update({ where, data })`, `update: row`. */
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
 * Whether the result of a literal also updates existing rows, through any constants, lists, loops and functions: an added field would
 * overwrite their values.
 */
export function isUpsert(literal: ts.ObjectLiteralExpression, file: SourceFile, context: TransformContext): boolean {
  // Constants and functions can be circular.
  const seen = new Set<ts.Node>();
  const reaches = ({ node, file: its }: Use): boolean => {
    const value = wrapperOf(node);
    if (seen.has(value) || isReplacedIn(value.parent, context)) return false;
    seen.add(value);
    return isPutOver(value) || nextUses(value, its, context).some(reaches);
  };
  return nextUses(wrapperOf(literal), file, context).some(reaches);
}

interface Use {
  readonly node: ts.Node;
  readonly file: SourceFile;
}

/** `{ ...toPrisma(user), handle: undefined }`: the code already keeps the values of existing rows. */
function isReplacedIn(spread: ts.Node, { field }: TransformContext): boolean {
  return ts.isSpreadAssignment(spread) && propertiesOf(spread.parent).has(field.name);
}

/** Where a value flows to: the uses of its name, the calls of the function that returns it. */
function nextUses(value: ts.Node, file: SourceFile, context: TransformContext): readonly Use[] {
  const { parent } = value;
  if (ts.isVariableDeclaration(parent)) return usesOfName(parent, file, context);
  if (ts.isArrayLiteralExpression(parent) || ts.isSpreadElement(parent) || ts.isConditionalExpression(parent))
    return [{ node: parent, file }];
  if (ts.isSpreadAssignment(parent)) return [{ node: parent.parent, file }];
  if (ts.isForOfStatement(parent) && ts.isVariableDeclarationList(parent.initializer))
    return parent.initializer.declarations.flatMap((each) => usesOfName(each, file, context));
  if (ts.isPropertyAccessExpression(parent)) return usesOfElements(parent, file, context);
  if (ts.isCallExpression(parent)) {
    const parameter = calledBy(parent, file, context)?.parameters[parent.arguments.indexOf(value as ts.Expression)];
    const home = parameter && fileOf(parameter, context.project);
    return parameter && home && ts.isParameter(parameter) ? usesOfName(parameter, home, context) : [];
  }
  if (!ts.isArrowFunction(parent) && !ts.isReturnStatement(parent)) return [];
  const maker = ts.findAncestor(parent, ts.isFunctionLike);
  return maker === undefined ? [] : resultsOf(maker, file, context);
}

/** The elements of a list in a callback: `rows.map((row) => …)`. */
function usesOfElements(
  access: ts.PropertyAccessExpression,
  file: SourceFile,
  context: TransformContext,
): readonly Use[] {
  const call = access.parent;
  const [callback] = ts.isCallExpression(call) && callingForEach.test(access.name.text) ? call.arguments : [];
  const parameter = callback && ts.isFunctionLike(callback) ? callback.parameters[0] : undefined;
  return parameter && ts.isParameter(parameter) ? usesOfName(parameter, file, context) : [];
}

const callingForEach = /^(?:map|flatMap|forEach)$/;

/** The results of a function's calls: `toPrisma(user)`, `UserMapper.toPrisma(user)`, and the list of `users.map(toPrisma)`. */
function resultsOf(maker: ts.SignatureDeclaration, file: SourceFile, context: TransformContext): readonly Use[] {
  const isNamed = !ts.isArrowFunction(maker) && !ts.isFunctionExpression(maker);
  const holder = isNamed ? maker : wrapperOf(maker).parent;
  if (ts.isCallExpression(holder)) return listsOf(holder, file);
  const isConstant = ts.isVariableDeclaration(holder) || ts.isFunctionDeclaration(holder);
  const isMember =
    ts.isMethodDeclaration(holder) || ts.isPropertyAssignment(holder) || ts.isPropertyDeclaration(holder);
  const name = (isConstant || isMember) && holder.name ? nameOf(holder.name) : undefined;
  if (name === undefined) return [];
  const uses = isConstant
    ? referencesTo({ name, file }, context)
    : context.project.files.flatMap((its) => its.identifiers(name).map((node) => ({ node, file: its })));
  return uses.flatMap(({ node, file: its }) => {
    const named = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node ? node.parent : node;
    const call = named.parent;
    if (!ts.isCallExpression(call) || (isMember && named === node)) return [];
    const isCalled = call.expression === named;
    const found = isCalled ? calledBy(call, its, context) : functionAt(named, its, context);
    if (isMember && found !== maker && !isStaticOf(named, maker)) return [];
    return isCalled ? [{ node: call, file: its }] : listsOf(call, its);
  });
}

/** `UserMapper.toPrisma` if a class of that name has the method: static members are resolved only by types. */
function isStaticOf(named: ts.Node, maker: ts.SignatureDeclaration): boolean {
  const owner = ts.findAncestor(maker, ts.isClassLike)?.name?.text;
  return ts.isPropertyAccessExpression(named) && ts.isIdentifier(named.expression) && named.expression.text === owner;
}

/** The list that a call builds from the results of its callback. */
function listsOf(call: ts.CallExpression, file: SourceFile): readonly Use[] {
  return callingForEach.test(pathOf(call.expression).at(-1) ?? "") ? [{ node: call, file }] : [];
}

function calledBy(call: ts.CallExpression, file: SourceFile, context: TransformContext) {
  return context.project.types?.calledBy(call) ?? functionAt(call.expression, file, context);
}

function functionAt(callee: ts.Expression, file: SourceFile, { project }: TransformContext) {
  const found = resolveDeclared(resolveExpression(callee, file, project), project);
  return found?.kind === "function" ? found.node : undefined;
}

/** The uses of a name, and of the rest of a pattern: `const { id, ...data } = toPrisma(user)`. */
function usesOfName(
  declared: ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement,
  file: SourceFile,
  context: TransformContext,
): readonly Use[] {
  const { name } = declared;
  if (ts.isObjectBindingPattern(name)) {
    const rest = name.elements.find(({ dotDotDotToken }) => dotDotDotToken !== undefined);
    return rest === undefined ? [] : usesOfName(rest, file, context);
  }
  if (!ts.isIdentifier(name)) return [];
  const own = file.identifiers(name.text).filter((use) => use !== name && declarationOf(use) === declared);
  const isTop = ts.findAncestor(declared, ts.isStatement)?.parent === file.ast && ts.isVariableDeclaration(declared);
  const others = isTop ? referencesTo({ name: name.text, file }, context).filter((use) => use.file !== file) : [];
  return [...own.map((node) => ({ node, file })), ...others];
}
