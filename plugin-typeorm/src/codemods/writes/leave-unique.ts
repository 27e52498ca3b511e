import type { EntityModel } from "@lockstep/core";
import {
  callsOfChain,
  describe,
  type Finding,
  literalsOf,
  propertiesOf,
  type SourceFile,
  type Transform,
  type TransformContext,
  ts,
  unwrap,
  valueAt,
} from "@lockstep/core/codemods";
import { type EntityCall, entityCalls } from "../calls/entity-calls.js";
import { concerns } from "../receivers/entities.js";

/**
 * Code that identifies a row by a unique key that contract drops. It still compiles, but an upsert on the key fails in PostgreSQL, and a
 * find, update or delete by it may match several rows.
 */
export const leaveUnique: Transform = {
  id: "leave-unique",
  intents: ["leaveUnique"],
  isChecklist: true,

  *find(file, context) {
    const { unique } = context.intent;
    if (unique === undefined) return;
    for (const found of entityCalls(file, context)) {
      if (concerns(found.model, context)) yield* judge(found, fieldsOfKey(unique, found.model), file, context);
    }
  },
};

function* judge(
  found: EntityCall,
  key: readonly string[],
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const { call, label, method } = found;
  const names = key.join(" and ");
  for (const target of conflictsOf(found)) {
    const named = namesIn(target);
    if (named === undefined || !isSame(named, keyAs(found, key))) continue;
    const reason = `its conflict is on ${names}, which is no longer unique: name the new key`;
    const what = describe(call, found.builder ? `conflict of insert into ${found.model.name}` : `conflict of ${label}`);
    yield { kind: "place", certainty: "required", offset: target.getStart(file.ast), what, reason };
  }
  for (const where of selectorsOf(found)) {
    const given = propertiesOf(where);
    const hasOther = found.model.fields.some(
      (field) => (field.isId || field.name === context.field.name) && given.has(field.name),
    );
    if (hasOther || !key.every((name) => given.has(name))) continue;
    const verb = method.startsWith("find") ? "finds a row" : `${method}s rows`;
    const reason = `${verb} by ${names}, which alone is no longer unique: name ${context.field.name} too if one row is meant`;
    const what = describe(call, `where of ${label}`);
    yield { kind: "place", certainty: "likely", offset: where.getStart(file.ast), what, reason };
  }
}

/** The fields of `email`, and of `tenant_email`. */
function fieldsOfKey(unique: string, model: EntityModel): readonly string[] {
  return model.fields.some(({ name }) => name === unique) ? [unique] : unique.split("_");
}

/** Query builders name columns, all other calls properties. */
function keyAs({ builder, model }: EntityCall, key: readonly string[]): readonly string[] {
  if (builder === undefined) return key;
  return key.map((name) => model.fields.find((field) => field.name === name)?.column ?? name);
}

/** The conflict key that a call names. */
function conflictsOf({ args, builder, call, method }: EntityCall): readonly ts.Expression[] {
  if (builder !== undefined) {
    if (method !== "values") return [];
    return callsOfChain(call).flatMap((each) => {
      const [, target] = each.arguments;
      const isUpdate = ts.isPropertyAccessExpression(each.expression) && each.expression.name.text === "orUpdate";
      return isUpdate && target !== undefined ? [target] : [];
    });
  }
  const options = method === "upsert" ? args[1] && unwrap(args[1]) : undefined;
  if (options === undefined) return [];
  if (!ts.isObjectLiteralExpression(options)) return [options];
  const paths = valueAt(options, "conflictPaths");
  return paths === undefined ? [] : [paths];
}

/** The literals that identify the row. */
function selectorsOf({ args, method }: EntityCall): readonly ts.ObjectLiteralExpression[] {
  const [argument] = args;
  const first = argument && unwrap(argument);
  if (first === undefined || !/^(?:findOne|update$|delete$|softDelete$)/.test(method)) return [];
  const where = /^findOne(?:OrFail)?$/.test(method)
    ? ts.isObjectLiteralExpression(first) && valueAt(first, "where")
    : first;
  if (!where) return [];
  return [...literalsOf(where)].filter(ts.isObjectLiteralExpression);
}

/** `["email"]`, `"email"`, `{ email: true }` */
function namesIn(value: ts.Expression): readonly string[] | undefined {
  const inner = unwrap(value);
  if (ts.isStringLiteralLike(inner)) return [inner.text];
  if (ts.isObjectLiteralExpression(inner)) return [...propertiesOf(inner).keys()];
  if (!ts.isArrayLiteralExpression(inner) || !inner.elements.every(ts.isStringLiteralLike)) return undefined;
  return inner.elements.map((each) => (each as ts.StringLiteral).text);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each));
}
