import type { EntityField } from "../../model/index.js";
import { ts } from "../ast/compiler.js";
import { initializerOf, propertiesOf, unwrap } from "../ast/expressions.js";
import { isRepeatable } from "../ast/repeatable.js";
import { declarationFrom } from "../ast/scope.js";
import { quoted, type SourceFile, textOf } from "../ast/source-file.js";
import type { TransformContext } from "../contract/transform.js";
import { conversionsOf } from "./conversions.js";
import { literalFor } from "./literal-for.js";
import { type ColumnText, isPrimaryText, translate } from "./sql-to-typescript.js";

/** The text of a model's field in the surrounding code; undefined if it cannot be used there. */
export type FieldText = (field: EntityField) => ColumnText | undefined;

/**
 * The value of the new field as TypeScript: never null, of the field's type; undefined if there is none.
 *
 * @param file the target file; without one, scopes are not checked
 */
export function valueText(
  resolve: FieldText,
  file: SourceFile | undefined,
  context: TransformContext,
): string | undefined {
  return writtenValue(resolve, file, context, false);
}

/** Like `valueText`, but undefined or null if its inputs are missing: `user?.email.toLowerCase()`. Undefined if the text would not be. */
export function optionalText(resolve: FieldText, file: SourceFile, context: TransformContext): string | undefined {
  return writtenValue(resolve, file, context, true);
}

function writtenValue(
  resolve: FieldText,
  file: SourceFile | undefined,
  context: TransformContext,
  isNullable: boolean,
): string | undefined {
  const { value } = context.intent;
  const style = file?.style ?? { eol: "\n", quote: '"' };
  if (value.kind === "none" || value.kind === "listed") return undefined;
  if (value.kind === "typescript") {
    // A read must not show a value that no row has.
    const isInvented = context.intent.kind === "read" && isNewEachTime(value.text, context);
    return isInvented ? undefined : substitute(value.text, resolve, file, context);
  }
  if (context.sql === undefined) return undefined;

  const byColumn = new Map(context.model.fields.map((field) => [field.column, field]));
  const resolveColumn = (column: string): ColumnText | undefined => {
    const field = byColumn.get(column);
    return field === undefined || field.isList ? undefined : resolve(field);
  };
  const translated = translate(context.sql, resolveColumn, (text) => quoted(text, style));
  if (translated === undefined || translated.isNullable !== isNullable || context.field.isList) return undefined;
  if (conversionsOf(context).length > 0) return undefined;
  return asType(translated, file, context);
}

/** A property's value if it can be repeated in another property: `email: body.email` gives `body.email`. */
export function textsOfLiteral(literal: ts.ObjectLiteralExpression, file: SourceFile): FieldText {
  const properties = propertiesOf(literal);
  return (field) => {
    const given = initializerOf(properties.get(field.name));
    if (given?.kind === ts.SyntaxKind.NullKeyword)
      return { text: "null", type: field.type, isNullable: true, isNull: true };
    const value = given && withoutNothing(given);
    if (value === undefined || isMissing(unwrap(value)) || !isRepeatable(value)) return undefined;
    const isGiven = ts.isStringLiteralLike(value) || ts.isTemplateExpression(value) || ts.isNumericLiteral(value);
    return {
      isPrimary: ts.isLeftHandSideExpression(value),
      text: textOf(value, file),
      type: field.type,
      isNullable: !isGiven && (field.isOptional || field.hasDefault),
    };
  };
}

/** The fields of a row in scope under a name: `user.email`. */
export function textsOfRow(row: string): FieldText {
  return (field) => ({ text: `${row}.${field.name}`, type: field.type, isNullable: field.isOptional });
}

/** The fields of a row that may be missing: `user?.email`. */
export function textsOfMissingRow(row: string): FieldText {
  return (field) => ({
    text: `${row}?.${field.name}`,
    type: field.type,
    isNullable: true,
    isChain: !field.isOptional,
  });
}

/** Fields in scope under their own names: after `({ id, email }: User) =>`. */
export function textsOfNames(names: ReadonlyMap<string, string>): FieldText {
  return (field) => {
    const text = names.get(field.name);
    return text === undefined ? undefined : { text, type: field.type, isNullable: field.isOptional };
  };
}

/** The fields of the model that the value is computed from. */
export function sourcesOf(context: TransformContext): readonly EntityField[] {
  const used = new Map<string, EntityField>();
  valueText(
    (field) => {
      used.set(field.name, field);
      return { text: field.name, type: field.type, isNullable: false };
    },
    undefined,
    context,
  );
  return [...used.values()];
}

function asType(
  value: { readonly text: string; readonly type: string },
  file: SourceFile | undefined,
  context: TransformContext,
): string | undefined {
  const { field } = context;
  if (value.type === field.type && field.type !== "enum") return value.text;
  if (value.type === "int" && field.type === "float") return value.text;
  // MySQL's booleans are numbers.
  if (field.type === "boolean" && /^[01]$/.test(value.text)) return String(value.text === "1");
  const isNumber = value.type === "int" || value.type === "float";
  if (isNumber && (field.type === "decimal" || field.type === "bigint")) {
    if (/^-?\d+(?:\.\d+)?$/.test(value.text)) return literalFor({ kind: "number", text: value.text }, file, context);
    return field.type === "decimal" && context.orm.literalFor === undefined ? value.text : undefined;
  }
  if (field.type !== "enum" || (context.sql?.kind !== "constant" && context.sql?.kind !== "member")) return undefined;
  // Enums can have other names in the code than in the database: only known values are written.
  const stored = context.sql.value;
  const known = field.enumValues?.find((each) => each.value === stored);
  return known === undefined ? undefined : literalFor({ kind: "enum", ...known }, file, context);
}

/** Whether an expression has a call that gets nothing of the row: `randomUUID()`, `new Date()`. */
function isNewEachTime(text: string, { model }: TransformContext): boolean {
  const names = new Set(model.fields.map(({ name }) => name));
  const source = ts.createSourceFile("value.ts", `(${text})`, ts.ScriptTarget.Latest, true);
  const namesField = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) && isFreeName(node) && names.has(node.text)) ||
    ts.forEachChild(node, (child) => namesField(child) || undefined) === true;
  const isNew = (node: ts.Node): boolean =>
    ((ts.isCallExpression(node) || ts.isNewExpression(node)) && !namesField(node)) ||
    ts.forEachChild(node, (child) => isNew(child) || undefined) === true;
  return isNew(source);
}

/** `email.toLowerCase()` with field names replaced by their local text. */
function substitute(
  text: string,
  resolve: FieldText,
  file: SourceFile | undefined,
  context: TransformContext,
): string | undefined {
  const byName = new Map(context.model.fields.map((field) => [field.name, field]));
  const source = ts.createSourceFile("value.ts", `(${text})`, ts.ScriptTarget.Latest, true);
  let result = "";
  let at = 1;
  let isKnown = true;
  const visit = (node: ts.Node): void => {
    const field = ts.isIdentifier(node) && isFreeName(node) ? byName.get(node.text) : undefined;
    if (field !== undefined && field.name !== context.field.name) {
      const resolved = resolve(field);
      if (resolved === undefined || resolved.isNullable) isKnown = false;
      else {
        const isWhole = node.parent.parent === source.statements[0];
        const inPlace =
          isWhole || (resolved.isPrimary ?? isPrimaryText(resolved.text)) ? resolved.text : `(${resolved.text})`;
        result += source.text.slice(at, node.getStart(source)) + inPlace;
        at = node.end;
      }
    }
    if (field === undefined && ts.isIdentifier(node) && isFreeName(node) && !isInScope(node, file)) isKnown = false;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return isKnown ? result + source.text.slice(at, source.text.length - 1) : undefined;
}

/** Functions that a value calls must be imported in the target file; JavaScript's globals are always in scope. */
function isInScope(name: ts.Identifier, file: SourceFile | undefined): boolean {
  if (file === undefined || name.text in globalThis || name.text === "undefined") return true;
  return declarationFrom(name, name.text) !== undefined || declarationFrom(file.ast, name.text) !== undefined;
}

function isFreeName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return !(ts.isPropertyAssignment(parent) && parent.name === node) && !ts.isParameter(parent);
}

/** `body.nickname` of `body.nickname ?? null`: the null adds nothing before another fallback. */
function withoutNothing(value: ts.Expression): ts.Expression {
  const inner = unwrap(value);
  const isEither = ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken;
  return isEither && isMissing(unwrap(inner.right)) ? withoutNothing(inner.left) : value;
}

function isMissing(value: ts.Expression): boolean {
  return value.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(value) && value.text === "undefined");
}
