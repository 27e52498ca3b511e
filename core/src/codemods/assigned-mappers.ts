import { ts } from "./compiler.js";
import { copyIn, isRow } from "./copies.js";
import { nameOf, pathOf, unwrap } from "./expressions.js";
import { keyStyles } from "./key-styles.js";
import { lookUp } from "./project.js";
import { declarationOf } from "./scope.js";
import { type ClassShape, classShape } from "./shape-types.js";
import { type SourceFile, textOf } from "./source-file.js";
import type { TransformContext } from "./transform.js";
import { type FieldText, textsOfRow } from "./value-text.js";

/** Statements that copy all columns of a row into an instance of a class: `dto.email = user.email;` */
export interface AssignedMapper {
  readonly file: SourceFile;
  readonly shape: ClassShape;
  /** `dto`, or `this` in a constructor. */
  readonly owner: string;
  /** The last of them: the new one goes behind it. */
  readonly last: ts.ExpressionStatement;
  /** The fields that are set, the new one included where it is. */
  readonly given: ReadonlySet<string>;
  readonly key: string;
  /** `user.handle` */
  readonly read: string;
  readonly texts: FieldText;
  /** `new UserDto()`, where there is one. */
  readonly made: ts.Node | undefined;
}

/** All of them in a file. */
export function* assignedMappersIn(file: SourceFile, context: TransformContext): Iterable<AssignedMapper> {
  if (context.columns.length < 3) return;
  for (const group of assignmentsIn(file)) {
    if (group.values.size < context.columns.length) continue;
    const mapper = readGroup(group, file, context);
    if (mapper !== undefined) yield mapper;
  }
}

/** An assignment to a member, as a statement: `user.email = body.email;` */
export interface Assignment {
  readonly statement: ts.ExpressionStatement;
  readonly owner: ts.Expression;
  readonly member: string;
  readonly value: ts.Expression;
}

export function assignmentOf(statement: ts.Node): Assignment | undefined {
  if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) return undefined;
  const { left, right, operatorToken } = statement.expression;
  if (operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isPropertyAccessExpression(left)) return undefined;
  return { statement, owner: left.expression, member: left.name.text, value: right };
}

/** The class whose instance a literal becomes: `Object.assign(new UserDto(), { … })`, `plainToInstance(UserDto, { … })`, `new UserDto({ … })`. */
export function classGiven(
  literal: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): ClassShape | undefined {
  const call = literal.parent;
  if (ts.isNewExpression(call)) {
    const made = call.arguments?.[0] === literal ? classNamed(call.expression, file, context) : undefined;
    return made && takesPartial(made.node) ? made : undefined;
  }
  if (!ts.isCallExpression(call)) return undefined;
  const [first, second] = call.arguments;
  if (first === undefined || second !== literal) return undefined;
  const path = pathOf(call.expression);
  if (path.join(".") === "Object.assign") {
    return ts.isNewExpression(first) ? classNamed(first.expression, file, context) : undefined;
  }
  return isInstancing(path.at(-1)) ? classNamed(first, file, context) : undefined;
}

/** `plainToInstance` of class-transformer, and what it was called before. */
export function isInstancing(name: string | undefined): boolean {
  return /^plainTo(?:Instance|Class)$/.test(name ?? "");
}

/** The DTO class that an expression names. */
export function classNamed(name: ts.Expression, file: SourceFile, context: TransformContext): ClassShape | undefined {
  if (!ts.isIdentifier(name)) return undefined;
  const found = lookUp(context.project, file, name.text, "value");
  if (found?.kind !== "declaration" || !ts.isClassDeclaration(found.node)) return undefined;
  return classShape(found.node, found.file, context);
}

interface Group {
  readonly owner: ts.Expression;
  readonly values: ReadonlyMap<string, Assignment>;
}

/** Assignments to members of one thing, in one block. */
function assignmentsIn(file: SourceFile): Iterable<Group> {
  const groups = new Map<string, { owner: ts.Expression; values: Map<string, Assignment> }>();
  for (const statement of file.nodes(ts.SyntaxKind.ExpressionStatement)) {
    const found = assignmentOf(statement);
    if (found === undefined) continue;
    const key = `${statement.parent.pos} ${textOf(found.owner, file)}`;
    const group = groups.get(key) ?? { owner: found.owner, values: new Map<string, Assignment>() };
    group.values.set(found.member, found);
    groups.set(key, group);
  }
  return groups.values();
}

function readGroup({ owner, values }: Group, file: SourceFile, context: TransformContext): AssignedMapper | undefined {
  const keyOf = keyStyles.find((style) => context.columns.every(({ name }) => values.has(style(name))));
  if (keyOf === undefined) return undefined;
  const copies = context.columns.map(({ name }) => copyIn(values.get(keyOf(name))?.value, name));
  const [first] = copies;
  if (first?.source === undefined || copies.some((copy) => copy === undefined || copy.row !== first.row)) {
    return undefined;
  }
  const made = madeBy(owner, file, context);
  if (made === undefined || !isRow(first.source, file, context)) return undefined;
  const ofColumns = context.columns.flatMap(({ name }) => values.get(keyOf(name))?.statement ?? []);
  const last = ofColumns.reduce((latest, each) => (each.pos > latest.pos ? each : latest));
  return {
    file,
    ...made,
    owner: textOf(owner, file),
    last,
    given: new Set([...values.keys(), ...setUnderConditions(last.parent, textOf(owner, file), file)]),
    key: keyOf(context.field.name),
    read: `${first.row}.${context.field.name}`,
    texts: textsOfRow(first.row),
  };
}

/** The members that the block sets only where something is so: `if (isShown) dto.name = user.name;`. */
function* setUnderConditions(block: ts.Node, owner: string, file: SourceFile): Iterable<string> {
  if (!ts.isBlock(block) && !ts.isSourceFile(block)) return;
  for (const statement of block.statements) {
    if (!ts.isIfStatement(statement)) continue;
    const { thenStatement: then } = statement;
    for (const each of ts.isBlock(then) ? then.statements : [then]) {
      const set = assignmentOf(each);
      if (set !== undefined && textOf(set.owner, file) === owner) yield set.member;
    }
  }
}

/** The class that is filled: of `const dto = new UserDto()`, or the one whose constructor it is. */
function madeBy(
  owner: ts.Expression,
  file: SourceFile,
  context: TransformContext,
): { readonly shape: ClassShape; readonly made: ts.Node | undefined } | undefined {
  if (owner.kind === ts.SyntaxKind.ThisKeyword) {
    let at: ts.Node = owner;
    while (at.parent !== undefined && !ts.isFunctionLike(at)) at = at.parent;
    const node = ts.isConstructorDeclaration(at) ? at.parent : undefined;
    const shape = node && ts.isClassDeclaration(node) ? classShape(node, file, context) : undefined;
    return shape && { shape, made: undefined };
  }
  const declaration = ts.isIdentifier(owner) ? declarationOf(owner) : undefined;
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined;
  const made = declaration.initializer && unwrap(declaration.initializer);
  if (made === undefined || !ts.isNewExpression(made)) return undefined;
  const shape = classNamed(made.expression, file, context);
  return shape && { shape, made };
}

/** `constructor(partial: Partial<UserDto>) { Object.assign(this, partial); }` */
export function takesPartial(node: ts.ClassDeclaration): boolean {
  const maker = node.members.find(ts.isConstructorDeclaration);
  const [parameter] = maker?.parameters ?? [];
  const name = parameter && nameOf(parameter.name);
  if (maker?.body === undefined || name === undefined) return false;
  return maker.body.statements.some(
    (statement) =>
      ts.isExpressionStatement(statement) &&
      ts.isCallExpression(statement.expression) &&
      pathOf(statement.expression.expression).join(".") === "Object.assign" &&
      statement.expression.arguments[0]?.kind === ts.SyntaxKind.ThisKeyword &&
      statement.expression.arguments.slice(1).some((each) => ts.isIdentifier(each) && each.text === name),
  );
}
