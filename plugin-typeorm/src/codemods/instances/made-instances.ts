import type { EntityModel } from "@lockstep/core";
import {
  assignmentOf,
  type Declaration,
  declarationOf,
  initializerOf,
  propertiesOf,
  type SourceFile,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { entityCallAt } from "../calls/entity-calls.js";
import { entityOfValue } from "../receivers/entities.js";
import { type LookupContext, once } from "../receivers/lookup-context.js";
import { assignedMember, assignedTo, assignedValue, statementOf, useOf } from "./instance-uses.js";
import { addElsewhere } from "./keys.js";

/** A row that is created empty and filled field by field: `const user = new User(); user.email = …; await users.save(user);` */
export interface MadeInstance {
  /** `const user = new User();`, `user = new User();` */
  readonly origin: ts.Statement;
  readonly name: string;
  readonly model: EntityModel;
  /** `new User()`, `users.create()` */
  readonly made: ts.Expression;
  /** It is created only if no row exists: `found ?? new User()`. */
  readonly mayBeFound: boolean;
  /** The fields that its block sets unconditionally before it is used. */
  readonly given: ReadonlyMap<string, ts.Expression>;
  /** The fields that are set elsewhere: under a condition, or later. */
  readonly elsewhere: ReadonlyMap<string, ts.Expression | undefined>;
  /** Fields may come from these values: `Object.assign(user, dto)`. */
  readonly assigned: readonly ts.Expression[];
  /** The last statement that sets a field. Undefined if none does. */
  readonly last: ts.Statement | undefined;
  /** Whether it becomes a row, may become one in a function that receives it, or does not. */
  readonly use: "row" | "unknown" | "none";
  /** A function receives it, and may fill it. */
  readonly isHandedOn: boolean;
}

/** All of them in a file. */
export function madeInstances(file: SourceFile, context: LookupContext): readonly MadeInstance[] {
  return once(context, madeInstances, file, () => {
    const found: MadeInstance[] = [];
    const read = (origin: ts.Node, name: ts.Node, value: ts.Expression | undefined): void => {
      const made = value && madeIn(value, file, context);
      if (made === undefined || !ts.isIdentifier(name) || !ts.isStatement(origin)) return;
      const declaration = declarationOf(name);
      if (declaration !== undefined) found.push(readInstance(origin, name.text, made, declaration, file, context));
    };
    for (const { parent, name, initializer } of file.nodes(ts.SyntaxKind.VariableDeclaration)) {
      read(parent.parent, name, initializer);
    }
    for (const statement of file.nodes(ts.SyntaxKind.ExpressionStatement)) {
      const { expression } = statement;
      const isAssignment =
        ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.EqualsToken;
      if (isAssignment) read(statement, expression.left, expression.right);
    }
    return found;
  });
}

export function isEmpty(value: ts.Expression): boolean {
  const inner = unwrap(value);
  return ts.isObjectLiteralExpression(inner) && inner.properties.length === 0;
}

type Made = Pick<MadeInstance, "model" | "made" | "mayBeFound">;

/** `new User()`, `users.create()`, `users.create({})`: it has no fields yet. `found ?? new User()` may be another row. */
function madeIn(value: ts.Expression, file: SourceFile, context: LookupContext): Made | undefined {
  const made = unwrap(value);
  const either = (...values: readonly ts.Expression[]): Made | undefined => {
    const found = values.map((each) => madeIn(each, file, context)).find((each) => each !== undefined);
    return found && { ...found, mayBeFound: true };
  };
  if (ts.isConditionalExpression(made)) return either(made.whenTrue, made.whenFalse);
  if (ts.isBinaryExpression(made)) {
    const { QuestionQuestionToken, BarBarToken } = ts.SyntaxKind;
    const isEither = [QuestionQuestionToken, BarBarToken].includes(made.operatorToken.kind);
    return isEither ? either(made.left, made.right) : undefined;
  }
  const model = entityMadeBy(made, file, context);
  return model && { model, made, mayBeFound: false };
}

function entityMadeBy(made: ts.Expression, file: SourceFile, context: LookupContext): EntityModel | undefined {
  if (ts.isNewExpression(made)) {
    return (made.arguments ?? []).every(isEmpty) ? entityOfValue(made.expression, file, context) : undefined;
  }
  if (!ts.isCallExpression(made)) return undefined;
  const found = entityCallAt(made, file, context);
  const [row] = found?.args ?? [];
  return found?.method === "create" && (row === undefined || isEmpty(row)) ? found.model : undefined;
}

function readInstance(
  origin: ts.Statement,
  name: string,
  made: Made,
  declaration: Declaration,
  file: SourceFile,
  context: LookupContext,
): MadeInstance {
  const uses = file
    .identifiers(name)
    .filter((use) => use.pos >= origin.end && declarationOf(use) === declaration)
    .map((use) => ({ use, kind: useOf(use, file, context) }));
  const kinds = new Set(uses.map(({ kind }) => kind));
  const firstUse = uses.find(({ kind }) => kind === "row" || kind === "query")?.use.pos ?? Number.POSITIVE_INFINITY;
  const isSure = (statement: ts.Statement) => statement.parent === origin.parent && statement.pos < firstUse;
  const given = new Map<string, ts.Expression>();
  const elsewhere = new Map<string, ts.Expression | undefined>();
  const assigned: ts.Expression[] = [];
  let last: ts.Statement | undefined;
  const set = (field: string, value: ts.Expression, statement: ts.Statement): void => {
    if (isSure(statement)) given.set(field, value);
    else addElsewhere(elsewhere, field, value);
  };
  for (const { use } of uses) {
    const statement = statementOf(use);
    const found = statement && assignmentOf(statement);
    const values = assignedTo(use, file, context);
    if (statement !== undefined && found?.owner === use) set(found.member, found.value, statement);
    else {
      const member = assignedMember(use);
      if (member !== undefined) addElsewhere(elsewhere, member, assignedValue(use));
    }
    for (const value of values) {
      const inner = unwrap(value);
      if (statement === undefined || !ts.isObjectLiteralExpression(inner)) assigned.push(value);
      else {
        for (const [field, property] of propertiesOf(inner)) set(field, initializerOf(property) ?? inner, statement);
        assigned.push(...inner.properties.filter(ts.isSpreadAssignment).map((each) => each.expression));
      }
    }
    const sets = found?.owner === use || values.length > 0;
    if (statement !== undefined && sets && isSure(statement)) last = later(last, statement);
  }
  const use = kinds.has("query") ? "none" : kinds.has("row") ? "row" : kinds.has("argument") ? "unknown" : "none";
  return { ...made, origin, name, given, elsewhere, assigned, last, use, isHandedOn: kinds.has("argument") };
}

function later(a: ts.Statement | undefined, b: ts.Statement): ts.Statement {
  return a === undefined || b.pos > a.pos ? b : a;
}
