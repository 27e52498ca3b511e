import type { EntityModel } from "@lockstep/core";
import {
  describe,
  initializerOf,
  literalsOf,
  nameOf,
  propertiesOf,
  type Transform,
  type TransformContext,
  ts,
  unwrap,
} from "@lockstep/core/codemods";
import { clientCalls, unclearCalls, whyOther } from "../calls/client-calls.js";

/** Code that finds one row by a unique key that contract drops: it stops compiling, and a person has to decide what it should do. */
export const leaveUnique: Transform = {
  id: "leave-unique",
  intents: ["leaveUnique"],
  isChecklist: true,

  *find(file, context) {
    const { unique } = context.intent;
    if (unique === undefined) return;
    for (const each of [...clientCalls(file, context), ...unclearCalls(file, context)]) {
      const { call, args, model, method, label } = each;
      if (args === undefined) continue;
      const why = whyOther(call.expression, file, context.project);
      for (const where of selectorsIn(args, model, onOwn.has(method), context)) {
        if (!isFoundBy(where, unique, context.model)) continue;
        const found = `finds a row by ${unique}, which alone is no longer unique: name the new key, or use findFirst`;
        const reason = why === undefined ? found : `${found}; ${why.reason}`;
        const offset = where.getStart(file.ast);
        const certainty = why === undefined ? "required" : "possible";
        yield { kind: "place", certainty, offset, what: describe(call, `where of ${label}`), reason };
      }
    }
  },
};

/** Methods whose `where` identifies one row. */
const onOwn = new Set(["findUnique", "findUniqueOrThrow", "update", "upsert", "delete"]);
/** Nested writes that identify a row directly, and those that do in a `where`. */
const direct = new Set(["connect", "disconnect", "set", "delete"]);
const withWhere = new Set(["connectOrCreate", "update", "upsert"]);

/** The literals in a call that identify one row of the intent's model. */
function* selectorsIn(
  args: ts.ObjectLiteralExpression,
  model: EntityModel,
  isUniqueWhere: boolean,
  context: TransformContext,
): Iterable<ts.ObjectLiteralExpression> {
  for (const property of args.properties) {
    const value = initializerOf(property);
    const name = nameOf(property.name);
    if (value === undefined || name === undefined) continue;
    if (name === "where" && isUniqueWhere && model === context.model) yield* objectsIn(value);
    if (name === "data" || name === "create" || name === "update")
      for (const row of objectsIn(value)) yield* selectorsInRow(row, model, context);
  }
}

/** Nested writes inside of a row. */
function* selectorsInRow(
  row: ts.ObjectLiteralExpression,
  model: EntityModel,
  context: TransformContext,
): Iterable<ts.ObjectLiteralExpression> {
  for (const relation of model.relations) {
    const related = context.models.find((each) => each.name === relation.model);
    const value = initializerOf(propertiesOf(row).get(relation.name));
    const operations = value && unwrap(value);
    if (related === undefined || operations === undefined || !ts.isObjectLiteralExpression(operations)) continue;
    for (const operation of operations.properties) {
      const name = nameOf(operation.name) ?? "";
      const inner = initializerOf(operation);
      if (inner === undefined) continue;
      if (direct.has(name) && related === context.model) yield* objectsIn(inner);
      if (name === "create") for (const created of objectsIn(inner)) yield* selectorsInRow(created, related, context);
      if (withWhere.has(name)) for (const each of objectsIn(inner)) yield* selectorsIn(each, related, true, context);
    }
  }
}

function* objectsIn(value: ts.Expression): Iterable<ts.ObjectLiteralExpression> {
  for (const literal of literalsOf(value)) if (ts.isObjectLiteralExpression(literal)) yield literal;
}

/** Whether nothing else in the literal identifies the row. */
function isFoundBy(where: ts.ObjectLiteralExpression, unique: string, model: EntityModel): boolean {
  const given = propertiesOf(where);
  if (!given.has(unique)) return false;
  const keyNames = model.fields.filter((field) => model.primaryKey.includes(field.column)).map((field) => field.name);
  const others = [keyNames.join("_"), ...model.fields.filter((field) => field.isUnique).map((field) => field.name)];
  return !others.some((name) => name !== unique && given.has(name));
}
