import type { EntityModel } from "@lockstep/core";
import {
  addToList,
  candidateFor,
  describe,
  enclosingName,
  type Finding,
  quoted,
  removeWritten,
  type SourceFile,
  type Transform,
  type TransformContext,
  ts,
  unwrap,
  valueAt,
  widenSelection,
} from "@lockstep/core/codemods";
import { entityCalls } from "../calls/entity-calls.js";
import { concerns } from "../receivers/entities.js";

const id = "select";

/** Selects that name the whole entity read the new column too. For those that name a part, a person decides. */
export const select: Transform = {
  id,
  intents: ["read"],

  *find(file, context) {
    for (const { node, what, prefix } of selectionsIn(file, context)) {
      const found = ts.isObjectLiteralExpression(node)
        ? widenSelection(node, what, file, context)
        : widenList(node, prefix, what, file, context);
      if (found !== undefined) yield found;
    }
  },

  undo: (file, context) => removeWritten(id, (each) => selectionsIn(each, context), file, context),
};

interface Selection {
  readonly node: ts.ObjectLiteralExpression | ts.ArrayLiteralExpression;
  readonly what: string;
  /** `user.` before names of columns, in a query builder. */
  readonly prefix: string;
}

/** The selections of the entity: `select: { id: true }`, `select: ["id"]` of 0.3, `.select(["user.id"])`. */
function* selectionsIn(file: SourceFile, context: TransformContext): Iterable<Selection> {
  for (const { call, method, args, model, builder, label } of entityCalls(file, context)) {
    const [argument] = args;
    const value = argument && unwrap(argument);
    if (value === undefined) continue;
    if (builder !== undefined) {
      if ((method !== "select" && method !== "addSelect") || !ts.isArrayLiteralExpression(value)) continue;
      for (const [alias, aliased] of builder.aliases) {
        if (concerns(aliased, context))
          yield { node: value, what: describe(call, `select of ${context.model.name}`), prefix: `${alias}.` };
      }
    } else if (method.startsWith("find") && ts.isObjectLiteralExpression(value)) {
      const given = valueAt(value, "select");
      if (given !== undefined) yield* ofModel(unwrap(given), model, describe(call, `select of ${label}`), context);
    }
  }
}

/** A `select` of an entity, and those of its relations inside it. */
function* ofModel(
  node: ts.Expression,
  model: EntityModel,
  what: string,
  context: TransformContext,
): Iterable<Selection> {
  if (ts.isArrayLiteralExpression(node)) {
    if (concerns(model, context)) yield { node, what, prefix: "" };
    return;
  }
  if (!ts.isObjectLiteralExpression(node)) return;
  if (concerns(model, context)) yield { node, what, prefix: "" };
  for (const relation of model.relations) {
    const inner = valueAt(node, relation.name);
    const target = context.models.find((each) => each.name === relation.model);
    if (inner !== undefined && target !== undefined) {
      yield* ofModel(unwrap(inner), target, `${relation.name} in ${what}`, context);
    }
  }
}

function widenList(
  node: ts.ArrayLiteralExpression,
  prefix: string,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const { field } = context;
  const texts = node.elements.flatMap((each) => (ts.isStringLiteralLike(each) ? [each.text] : []));
  const names = texts.flatMap((each) => (each.startsWith(prefix) ? [each.slice(prefix.length)] : []));
  const text = quoted(`${prefix}${field.name}`, file.style);
  if (context.takes(node, "select")) {
    const edit = names.includes(field.name) ? undefined : addToList(node, text, what, file);
    if (edit !== undefined) return edit;
  }
  const advice = `add \`${text}\` if it is used there`;
  const anchor = enclosingName(node);
  return candidateFor({ family: "select", tie: "orm", node, what, anchor, names, text, advice }, file, context);
}
