import { ts } from "../ast/compiler.js";
import { describe, propertiesOf, spreadsOf, unwrap } from "../ast/expressions.js";
import { literalsOf } from "../ast/literals.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { callersOf, parameterOf } from "../flow/callers.js";
import { type LiteralLookup, literalsOfVariable } from "../flow/literals-of-variable.js";
import { sourcesOf } from "../values/value-text.js";

/** A value that is written as a new row, with the plugin's facts about it. */
export interface WrittenValue<About> {
  readonly value: ts.Expression;
  readonly file: SourceFile;
  readonly about: About;
}

/** A value that is passed to a function and written there: `createUser({ … })` for `createUser(data: Prisma.UserCreateInput)`. */
export interface PassedRow<About> extends WrittenValue<About> {
  readonly what: string;
  /** The fields that the function adds to it: `{ ...data, teamId }`. */
  readonly besides: ts.ObjectLiteralExpression | undefined;
}

/** Rows that are passed to functions that write them, at the positions where they are built. */
export interface PassedRows<About> {
  readonly rows: readonly PassedRow<About>[];
  /** The values that those functions write. They are handled at their source. */
  readonly followed: ReadonlySet<ts.Expression>;
}

/**
 * Follows written values back to the callers, in every file, through any number of functions that pass them on.
 *
 * @param written all written values, which shows which uses of a parameter are writes of new rows
 * @param take the facts about a row that is passed to the parameter; undefined if its type does not accept the field
 * @param behind how to recognise constants that hold rows
 */
export function passedRows<About>(
  written: readonly WrittenValue<About>[],
  take: (parameter: ts.ParameterDeclaration, file: SourceFile, about: About) => About | undefined,
  behind: LiteralLookup,
): PassedRows<About> {
  const rows: PassedRow<About>[] = [];
  const followed = new Set<ts.Expression>();
  const ofNewRows = new Set(written.flatMap(({ value }) => spreadOr(value) ?? []));

  const follow = ({ value, file, about }: WrittenValue<About>): boolean => {
    if (followed.has(value)) return true;
    const given = spreadOr(value);
    const parameter = given && parameterOf(given);
    if (given === undefined || parameter === undefined || !isOnlyWritten(parameter, file, ofNewRows)) return false;
    const taken = take(parameter, file, about);
    const callers = taken === undefined ? undefined : callersOf(given, file, behind);
    if (taken === undefined || callers === undefined) return false;
    followed.add(value);
    for (const { value: argument, call, file: its } of callers.given) {
      for (const literal of literalsOf(argument)) {
        const isHanded = (use: ts.Identifier) => call.arguments.includes(use) || behind.isGiven(use);
        for (const each of literalsOfVariable(literal, its, { ...behind, isGiven: isHanded }) ?? [literal]) {
          const besides = given === value ? undefined : (value as ts.ObjectLiteralExpression);
          const row = { value: each, file: its, about: taken, what: describe(call, `row of ${callers.name}`), besides };
          const spread = spreadOr(each);
          if (spread !== undefined) ofNewRows.add(spread);
          if (!follow(row)) rows.push(row);
        }
      }
    }
    return true;
  };
  for (const each of written) follow(each);
  return { rows, followed };
}

/** Whether a literal itself sets the field, or an input of its computation. */
export function givesValue(literal: ts.ObjectLiteralExpression, context: TransformContext): boolean {
  const given = propertiesOf(literal);
  return given.has(context.field.name) || sourcesOf(context).some(({ name }) => given.has(name));
}

/** `data` of `{ ...data, teamId }`, and any value that is not a literal. */
function spreadOr(value: ts.Expression): ts.Expression | undefined {
  const inner = unwrap(value);
  if (!ts.isObjectLiteralExpression(inner)) return inner;
  const [spread, ...more] = spreadsOf(inner);
  return more.length > 0 || spread === undefined ? undefined : unwrap(spread.expression);
}

/** Whether the value of a parameter is only used as a new row. In an update of an existing row, it would change that row. */
function isOnlyWritten(
  parameter: ts.ParameterDeclaration,
  file: SourceFile,
  ofNewRows: ReadonlySet<ts.Expression>,
): boolean {
  if (!ts.isIdentifier(parameter.name)) return false;
  const uses = file.identifiers(parameter.name.text).filter((use) => use.parent !== parameter);
  return uses.every((use) => {
    const { parent } = use;
    if (ofNewRows.has(use)) return true;
    if (ts.isPropertyAccessExpression(parent)) return parent.name === use || !isSet(parent);
    const isKey = ts.isPropertyAssignment(parent) && parent.name === use;
    if (isKey || parameterOf(use) !== parameter) return true;
    if (!ts.isCallExpression(parent) || parent.expression === use) return false;
    const callee = parent.expression;
    const called = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
    return !/^(?:update|upsert|merge|preload|set|assign|save|patch)/i.test(called);
  });
}

/** `data.handle = …` */
function isSet(access: ts.PropertyAccessExpression): boolean {
  const { parent } = access;
  return (
    ts.isBinaryExpression(parent) && parent.left === access && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
  );
}
