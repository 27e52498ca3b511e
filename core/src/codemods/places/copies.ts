import { ts } from "../compiler.js";
import { describe, initializerOf, isAsserted, nameOf } from "../expressions.js";
import { inViewOf, settle } from "../in-view.js";
import { rowShapeOfValue } from "../row-values.js";
import type { SourceFile } from "../source-file.js";
import type { Transform, TransformContext } from "../transform.js";
import { isTestFile, listing } from "./listing.js";

/** Literals that copy some columns of a row: `{ id: user.id, name: user.name }`. */
export const copies: Transform = {
  id: "copies",
  intents: ["read"],
  isChecklist: true,

  *find(file, context) {
    if (isTestFile(file) || context.intent.exposure === "internal") return;
    const names = new Set(context.model.fields.map((field) => field.name));
    for (const literal of file.nodes(ts.SyntaxKind.ObjectLiteralExpression)) {
      if (isQuery(literal) || isAsserted(literal)) continue;
      const copied = literal.properties.flatMap((property) => {
        const copy = firstAccess(initializerOf(property), names);
        return copy === undefined ? [] : [copy];
      });
      const [first] = copied;
      if (first === undefined || copied.length < 2) continue;
      const own = copied.filter((copy) => copy.owner.text === first.owner.text);
      const isRow = rowShapeOfValue(first.owner, file, context) === "row";
      if (!isRow && (!isCalled(first.owner.text, context.model.name) || isOtherModel(first.owner, file, context)))
        continue;
      // Keys of the literal too: it may hold the new field under its own name already.
      const keys = literal.properties.flatMap((property) => nameOf(property.name) ?? []);
      const given = [...own.map((copy) => copy.column), ...keys.filter((key) => key === context.field.name)];
      const what = describe(literal, `copy of ${first.owner.text}`);
      const advice = `add ${context.field.name} if it is shown there`;
      const found = listing(given, literal.getStart(file.ast), what, advice, context);
      if (found !== undefined) yield found;
    }
  },
};

interface Access {
  readonly owner: ts.Identifier;
  readonly column: string;
}

function firstAccess(value: ts.Expression | undefined, names: ReadonlySet<string>): Access | undefined {
  if (value === undefined || ts.isObjectLiteralExpression(value) || ts.isArrowFunction(value)) return undefined;
  if (ts.isPropertyAccessExpression(value) && ts.isIdentifier(value.expression) && names.has(value.name.text)) {
    return { owner: value.expression, column: value.name.text };
  }
  return ts.forEachChild(value, (child) => (ts.isExpression(child) ? firstAccess(child, names) : undefined));
}

/** `user`, `dbUser`, `newUser`: a name that says what it is, where no type does. */
function isCalled(name: string, model: string): boolean {
  return name.toLowerCase().endsWith(model.toLowerCase());
}

/** Whether its type says that it is a row of another model, whatever it is called. */
function isOtherModel(owner: ts.Identifier, file: SourceFile, context: TransformContext): boolean {
  if (context.orm.isModel === undefined) return false;
  const found = settle(inViewOf(owner, file, context.project), context.project);
  return found?.kind === "object" && context.orm.isModel(found.node, found.file, context);
}

/** `where`, `data` and `select` of a query list fields for other reasons. */
function isQuery(literal: ts.ObjectLiteralExpression): boolean {
  for (let at: ts.Node = literal; at !== undefined && !ts.isFunctionLike(at); at = at.parent) {
    const name = ts.isPropertyAssignment(at) ? nameOf(at.name) : undefined;
    if (name !== undefined && /^(?:where|data|select|include|omit|orderBy|create|update|connect)$/.test(name))
      return true;
  }
  return false;
}
