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
