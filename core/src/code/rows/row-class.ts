import { typeInCode } from "../../model/index.js";
import { assignmentOf } from "../ast/assignments.js";
import { ts } from "../ast/compiler.js";
import { nameOf } from "../ast/expressions.js";
import { declarationOf } from "../ast/scope.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { isOfType } from "../contract/pattern-columns.js";
import type { Finding, Transform, TransformContext } from "../contract/transform.js";
import { rowShapeOfParameter } from "../flow/rows-in-expression.js";
import { rowShapeOf } from "../types/row-shape.js";
import { fieldsOf, fieldText } from "../write/class-members.js";
import { addFields, takeFieldsBack, whatOfClass, writtenFields } from "../write/field-edits.js";
import { findWritten } from "../write/find-written.js";
import { restored } from "../write/restored.js";
import { insertStatement, removeStatement } from "../write/statements.js";

const id = "row-class";
const orNull = /\s*\|\s*null\b/;

/** `class UserEntity implements User` stops compiling when the model gets the column: it gets the field, null until contract. */
export const rowClass: Transform = {
  id,
  intents: ["completeFixtures", "dropFallback"],

  *find(file, context) {
    if (context.intent.kind === "dropFallback") yield* tighten(file, context);
    else for (const node of rowClassesIn(file, context)) yield* complete(node, file, context);
  },

  *undo(file, context) {
    yield* takeFieldsBack(id, file, context);
    for (const { node, what } of writtenStatements(file, context)) {
      yield { kind: "edit", splices: removeStatement(node, file), what, text: "", replaces: textOf(node, file) };
    }
  },

  scaffoldingIn(text) {
    return orNull.test(text) ? { dropped: "| null", left: text.replace(orNull, "") } : undefined;
  },

  *restore(file, context) {
    for (const { node, field } of writtenFields(id, file, context)) {
      const edit = restored(id, field, whatOfClass(node), file, context);
      if (edit !== undefined) yield edit;
    }
  },
};

/** The classes that implement a row and lack the field. */
function* rowClassesIn(file: SourceFile, context: TransformContext): Iterable<ts.ClassDeclaration> {
  for (const node of file.nodes(ts.SyntaxKind.ClassDeclaration)) {
    if (context.orm.isModel?.(node, file, context) || memberNames(node).has(context.field.name)) continue;
    const implemented = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ImplementsKeyword)?.types;
    if (implemented?.some((type) => rowShapeOf(type, context) === "row")) yield node;
  }
}

function* complete(node: ts.ClassDeclaration, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { name } = context.field;
  const own = [...fieldsOf(node)].filter(([field]) => context.columns.some((column) => column.name === field));
  // Inherited fields are completed in their own declaration.
  if (own.length < 2 && !hasParameters(node, context)) return;
  const type = typeOf(own, file, context);
  const text = type && fieldText(node, { decorators: [], name, isOptional: false, type }, file);
  const added =
    own.length < 2 || text === undefined ? undefined : addFields([{ node, field: { text, imports: [] } }], file);
  const set = isSetOneByOne(node, own) ? setFromRow(node, file, context) : [];
  const parameter = parametersOf(node).at(-1);
  const modifiers = parameter?.modifiers?.map((each) => `${textOf(each, file)} `).join("");
  if (added !== undefined && set !== undefined) {
    yield* added;
    yield* set;
    return;
  }
  const add =
    text === undefined || own.length < 2
      ? `\`${modifiers ?? ""}${name}: ${type ?? "…"}\` to what its constructor takes, and a value where it is made`
      : `\`${text}\`, and set it as the others are`;
  const reason = `it implements ${context.model.name}, which does not compile without ${name}: add ${add}`;
  yield { kind: "place", certainty: "required", offset: node.getStart(file.ast), what: whatOfClass(node), reason };
}

/** `this.handle = user.handle;` after the columns that the constructor copies from a row; undefined if it copies none. */
function setFromRow(
  node: ts.ClassDeclaration,
  file: SourceFile,
  context: TransformContext,
): readonly Finding[] | undefined {
  const { name } = context.field;
  for (const { statement, member, value } of assignedInConstructor(node).reverse()) {
    if (!ts.isPropertyAccessExpression(value) || value.name.text !== member) continue;
    const row = value.expression;
    const declaration = ts.isIdentifier(row) ? declarationOf(row) : undefined;
    if (declaration === undefined || !ts.isParameter(declaration)) continue;
    if (rowShapeOfParameter(declaration, file, context) !== "row") continue;
    const text = `this.${name} = ${textOf(row, file)}.${name}`;
    return [{ kind: "edit", what: whatOfClass(node), ...insertStatement(statement, text, file) }];
  }
  return undefined;
}

/** Whether the constructor assigns fields, or all have initializers: a new field without a value would stay unset. */
function isSetOneByOne(
  node: ts.ClassDeclaration,
  own: readonly (readonly [string, ts.PropertyDeclaration])[],
): boolean {
  const assigned = new Set(assignedInConstructor(node).map(({ member }) => member));
  return own.some(([name]) => assigned.has(name)) || own.every(([, field]) => field.initializer !== undefined);
}

function assignedInConstructor(node: ts.ClassDeclaration) {
  const statements = node.members.find(ts.isConstructorDeclaration)?.body?.statements ?? [];
  return statements.flatMap((statement) => {
    const found = assignmentOf(statement);
    return found?.owner.kind === ts.SyntaxKind.ThisKeyword ? [found] : [];
  });
}

/** The type of a sibling of the same type, or TypeScript's. */
function typeOf(
  own: readonly (readonly [string, ts.PropertyDeclaration])[],
  file: SourceFile,
  context: TransformContext,
): string | undefined {
  const { field } = context;
  const isAlike = (name: string) => context.columns.some((each) => each.name === name && isOfType(each, field));
  const sibling = own.find(([name, { type }]) => type !== undefined && isAlike(name))?.[1].type;
  const known = {
    string: "string",
    int: "number",
    float: "number",
    boolean: "boolean",
    datetime: "Date",
    bigint: "bigint",
  };
  const type = sibling ? textOf(sibling, file).replace(orNull, "") : known[typeInCode(field) as keyof typeof known];
  if (type === undefined || (sibling === undefined && field.isList)) return undefined;
  return context.intent.neverNull || context.orm.mayBeNull?.(context) === false ? type : `${type} | null`;
}

function hasParameters(node: ts.ClassDeclaration, { columns }: TransformContext): boolean {
  const names = parameterNames(node);
  return columns.filter(({ name }) => names.has(name)).length >= 2;
}

/** `constructor(readonly id: number, readonly email: string)` */
function parametersOf(node: ts.ClassDeclaration): readonly ts.ParameterDeclaration[] {
  const parameters = node.members.find(ts.isConstructorDeclaration)?.parameters ?? [];
  return parameters.filter(({ modifiers }) => modifiers !== undefined);
}

function parameterNames(node: ts.ClassDeclaration): ReadonlySet<string> {
  return new Set(parametersOf(node).map((each) => nameOf(each.name) ?? ""));
}

function memberNames(node: ts.ClassDeclaration): ReadonlySet<string> {
  const members = node.members.flatMap(({ name }) =>
    name && !ts.isPrivateIdentifier(name) ? [nameOf(name) ?? ""] : [],
  );
  return new Set([...members, ...parameterNames(node)]);
}

function* tighten(file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { node, field } of writtenFields(id, file, context)) {
    const text = textOf(field, file);
    const tight = text.replace(orNull, "");
    if (tight === text) continue;
    const splice = { start: field.getStart(file.ast), end: field.end, text: tight };
    yield { kind: "edit", splices: [splice], what: whatOfClass(node), text: tight, replaces: text };
  }
}

/** The statements that Lockstep wrote into constructors, at their current positions. */
function writtenStatements(file: SourceFile, context: TransformContext) {
  const written = context.memo(writtenStatements, undefined, () => {
    const all = context.project.files.flatMap((each) =>
      each.nodes(ts.SyntaxKind.ClassDeclaration).flatMap((node) =>
        assignedInConstructor(node).map(({ statement }) => ({
          node: statement,
          file: each,
          what: whatOfClass(node),
        })),
      ),
    );
    return findWritten(id, all, context);
  });
  return written.filter((each) => each.file === file);
}
