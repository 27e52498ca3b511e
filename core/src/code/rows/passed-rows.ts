import { ts } from "../ast/compiler.js";
import { describe, propertiesOf, spreadsOf, unwrap } from "../ast/expressions.js";
import { literalsOf } from "../ast/literals.js";
import type { SourceFile } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { callersOf, parameterOf } from "../flow/callers.js";
import { type LiteralLookup, literalsOfVariable } from "../flow/literals-of-variable.js";
import { sourcesOf } from "../values/value-text.js";

/** A value that is written as a new row, and what the plugin knows of it. */
export interface WrittenValue<About> {
  readonly value: ts.Expression;
  readonly file: SourceFile;
  readonly about: About;
}

/** A value that a function is given and writes: `createUser({ … })` for `createUser(data: Prisma.UserCreateInput)`. */
export interface PassedRow<About> extends WrittenValue<About> {
  readonly what: string;
  /** What the function adds to it: `{ ...data, teamId }`. */
  readonly besides: ts.ObjectLiteralExpression | undefined;
}

/** Rows that functions are given to write, where they are built. */
export interface PassedRows<About> {
  readonly rows: readonly PassedRow<About>[];
  /** What those functions write: it is looked after where it comes from. */
  readonly followed: ReadonlySet<ts.Expression>;
}

/**
 * Follows what is written back to the callers, in every file, through as many functions as hand it on.
 *
 * @param written all that is written, so that it is known which uses of a parameter are writes of new rows
 * @param take what is known of a row that is handed to the parameter; undefined where its type has no room for the field
 * @param behind how constants that hold rows are told
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

/** Whether a literal gives the field, or what it is computed from, itself. */
export function givesValue(literal: ts.ObjectLiteralExpression, context: TransformContext): boolean {
  const given = propertiesOf(literal);
  return given.has(context.field.name) || sourcesOf(context).some(({ name }) => given.has(name));
}

/** `data` of `{ ...data, teamId }`, and any value that is no literal. */
function spreadOr(value: ts.Expression): ts.Expression | undefined {
  const inner = unwrap(value);
  if (!ts.isObjectLiteralExpression(inner)) return inner;
  const [spread, ...more] = spreadsOf(inner);
  return more.length > 0 || spread === undefined ? undefined : unwrap(spread.expression);
}

/** Whether what a parameter gets becomes a new row and nothing else: put over a row that exists, it would change that one. */
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
