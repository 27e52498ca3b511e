import { ts } from "./compiler.js";
import { type SourceFile, textOf } from "./source-file.js";

/** An assignment to a member, as a statement: `user.email = body.email;` */
export interface Assignment {
  readonly statement: ts.ExpressionStatement;
  readonly owner: ts.Expression;
  readonly member: string;
  readonly value: ts.Expression;
}

/** Assignments to members of one object in one block: the last one of each member. */
export interface AssignmentGroup {
  readonly owner: ts.Expression;
  readonly values: ReadonlyMap<string, Assignment>;
  /** The statement that a further assignment follows. Default: the last of them. */
  readonly last?: ts.Statement;
}

/** `user.email = …;`; undefined for any other statement. */
export function assignmentOf(statement: ts.Node): Assignment | undefined {
  if (!ts.isExpressionStatement(statement) || !ts.isBinaryExpression(statement.expression)) return undefined;
  const { left, right, operatorToken } = statement.expression;
  if (operatorToken.kind !== ts.SyntaxKind.EqualsToken || !ts.isPropertyAccessExpression(left)) return undefined;
  return { statement, owner: left.expression, member: left.name.text, value: right };
}

/** The assignments of a file to members of one owner in the same block: `dto.id = …; dto.email = …;` */
export function assignmentGroupsIn(file: SourceFile): Iterable<AssignmentGroup> {
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

/** The members that a block only sets under a condition: `if (isShown) dto.name = user.name;`. */
export function* setUnderConditions(block: ts.Node, owner: string, file: SourceFile): Iterable<string> {
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

/**
 * Like `assignmentGroupsIn`, with one group for the assignments that each have a test of their own value: `if (body.name) user.name =
 * body.name;`. A further assignment follows the last `if`, because it has nothing to do with these tests.
 */
export function changeGroupsIn(file: SourceFile): readonly AssignmentGroup[] {
  const joined = new Map<string, AssignmentGroup>();
  for (const group of assignmentGroupsIn(file)) {
    const assigned = [...group.values.values()];
    const own = assigned.at(-1)!.statement;
    const last = outsideOfTest(assigned, file) ?? own;
    const key = `${last.parent.pos} ${textOf(group.owner, file)}`;
    const before = joined.get(key);
    const isLater = before?.last === undefined || before.last.pos < last.pos;
    joined.set(key, {
      owner: before?.owner ?? group.owner,
      values: new Map([...(before?.values ?? []), ...group.values]),
      last: isLater ? last : before.last,
    });
  }
  return [...joined.values()];
}

/** The `if` around assignments of values, if it tests them and does nothing else. */
function outsideOfTest(assigned: readonly Assignment[], file: SourceFile): ts.Statement | undefined {
  const { parent } = assigned[0]!.statement;
  const isBlock = ts.isBlock(parent);
  const test = isBlock ? parent.parent : parent;
  if (!ts.isIfStatement(test) || test.elseStatement !== undefined) return undefined;
  if (isBlock && parent.statements.length > assigned.length) return undefined;
  const tested = textOf(test.expression, file).match(/[\w$]+(?:\??\.[\w$]+)*/g) ?? [];
  const isOfOwner = (name: string) => assigned.some(({ owner }) => name.startsWith(textOf(owner, file)));
  const names = tested.filter((name) => !isOfOwner(name) && name !== "undefined" && name !== "null");
  const isTested = assigned.some(({ value }) => names.some((name) => textOf(value, file).includes(name)));
  return isTested && ts.isBlock(test.parent) ? test : undefined;
}
