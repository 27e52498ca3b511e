import { ts } from "../ast/compiler.js";
import { pathOf, unwrap, valueAt } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { candidateFor } from "../candidates/candidate-for.js";
import type { EditFinding, Transform, TransformContext } from "../contract/transform.js";
import { renamedIn } from "../names/renamed.js";
import { fieldsOf } from "../write/class-members.js";
import { indentAt } from "../write/comma-list.js";
import { findWritten } from "../write/find-written.js";
import { addProperty, takeItem } from "../write/property-edit.js";

const id = "hidden-property";
const unselected = "select: false";

/** Hides the property of an entity like the column that it is like: `@Exclude()`, `@Expose({ groups: […] })`, `select: false`. */
export const hiddenProperty: Transform = {
  id,
  intents: ["read"],

  *find(file, context) {
    const { field, intent, model } = context;
    const [like] = intent.like ?? [];
    const property = like === undefined ? undefined : propertyIn(file, field.name, context);
    const sibling = like === undefined ? undefined : propertyIn(file, like, context);
    if (like === undefined || property === undefined || sibling === undefined) return;
    const what = `${model.name}.${field.name}`;
    const isOpen = selectOf(sibling) === false && selectOf(property) === undefined;
    const edits = [
      ...decoratorEdits(property, sibling, like, what, file, context),
      // For a column with a plan, Lockstep adds and removes it in phases.
      ...(isOpen && intent.isUnplanned ? [selectEdit(property, what, file)] : []),
    ].filter((edit) => edit !== undefined);
    if (edits.length > 0 && context.takes(property, "dto")) {
      yield* edits;
      return;
    }
    const texts = edits.map(({ text }) => text);
    if (isOpen && !texts.includes(unselected)) texts.push(unselected);
    if (texts.length === 0) return;
    const found = candidateFor(
      {
        family: "dto",
        tie: "type",
        node: property,
        what,
        anchor: model.name,
        names: [like],
        because: `keeps ${intent.like?.join(" and ")} out`,
        text: edits.length > 0 ? edits.map(({ text }) => text).join(" ") : undefined,
        advice: `add \`${texts.join("` and `")}\` to keep it out as well`,
        keepsOut: true,
      },
      file,
      context,
    );
    if (found !== undefined) yield found;
  },

  *undo(file, context) {
    const property = propertyIn(file, context.field.name, context);
    if (property === undefined) return;
    const [options] = columnOptions(property);
    const nodes: readonly ts.Node[] = [...(ts.getDecorators(property) ?? []), ...(options?.properties ?? [])];
    const what = `${context.model.name}.${context.field.name}`;
    for (const { node } of findWritten(
      id,
      nodes.map((each) => ({ node: each, file, what })),
      context,
    )) {
      const taken = ts.isDecorator(node) ? takenDecorator(node, what, file) : takeItem(node, what, file);
      if (taken !== undefined) yield taken;
    }
  },

  // An undo of expand removes the property, with its decorators.
  mayStay: () => true,
};

/** The property of the model's own class. */
function propertyIn(file: SourceFile, name: string, context: TransformContext): ts.PropertyDeclaration | undefined {
  const owner = file
    .nodes(ts.SyntaxKind.ClassDeclaration)
    .find((node) => node.name?.text === context.model.name && context.orm.isModel?.(node, file, context) === true);
  return owner && fieldsOf(owner).get(name);
}

/** The class-transformer decorators that exclude a property from some responses, under the new name. */
function decoratorEdits(
  property: ts.PropertyDeclaration,
  sibling: ts.PropertyDeclaration,
  like: string,
  what: string,
  file: SourceFile,
  { field }: TransformContext,
): readonly EditFinding[] {
  const own = new Set((ts.getDecorators(property) ?? []).map(nameOfDecorator));
  const start = property.getStart(file.ast);
  const isOnOneLine = !textOf(sibling, file).includes("\n");
  const gap = isOnOneLine ? " " : `${file.style.eol}${indentAt(file.text, start)}`;
  return (ts.getDecorators(sibling) ?? []).flatMap((each): EditFinding[] => {
    const name = nameOfDecorator(each);
    const isHiding = name === "Exclude" || (name === "Expose" && textOf(each, file).includes("groups"));
    if (!isHiding || own.has(name)) return [];
    const text = renamedIn(each, file, like, field.name);
    return [{ kind: "edit", splices: [{ start, end: start, text: `${text}${gap}` }], what, text }];
  });
}

function takenDecorator(decorator: ts.Decorator, what: string, file: SourceFile): EditFinding {
  const start = decorator.getStart(file.ast);
  const after = file.text.slice(decorator.end);
  const end = decorator.end + (after.length - after.trimStart().length);
  return { kind: "edit", splices: [{ start, end, text: "" }], what, text: "", replaces: textOf(decorator, file) };
}

function selectEdit(property: ts.PropertyDeclaration, what: string, file: SourceFile): EditFinding | undefined {
  const [options] = columnOptions(property);
  return options && addProperty(options, unselected, what, file);
}

/** The `select` option of a column. */
function selectOf(property: ts.PropertyDeclaration): boolean | undefined {
  const [value] = columnOptions(property).flatMap((options) => valueAt(options, "select") ?? []);
  return value === undefined ? undefined : unwrap(value).kind !== ts.SyntaxKind.FalseKeyword;
}

/** `{ nullable: true }` of `@Column({ nullable: true })` and `@Column("text", { … })`. */
function columnOptions(property: ts.PropertyDeclaration): readonly ts.ObjectLiteralExpression[] {
  return (ts.getDecorators(property) ?? []).flatMap((each) => {
    const call = ts.isCallExpression(each.expression) ? each.expression : undefined;
    return nameOfDecorator(each) === "Column"
      ? [...(call?.arguments ?? [])].filter((given) => ts.isObjectLiteralExpression(given))
      : [];
  });
}

function nameOfDecorator({ expression }: ts.Decorator): string | undefined {
  return pathOf(ts.isCallExpression(expression) ? expression.expression : expression).at(-1);
}
