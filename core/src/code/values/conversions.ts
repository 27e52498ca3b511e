import type { SqlExpression } from "../../dialect/code-sql.js";
import { type EntityField, isSameInCode } from "../../model/index.js";
import { memoized } from "../contract/memoized.js";
import type { TransformContext } from "../contract/transform.js";

/** The converted columns because of which an expression over stored values is not translated; empty: nothing prevents it. */
export const conversionsOf = memoized(
  ({ field, model, sql, codeSql, intent }: TransformContext): readonly EntityField[] => {
    if (intent.value.kind === "typescript") return [];
    const read = intent.value.kind === "sql" ? codeSql.columnsOf(intent.value.sql) : [];
    const all = [field, ...model.fields.filter(({ name, column }) => name !== field.name && read.includes(column))];
    // A moment of its own is no conversion of another.
    if (all.length === 1 && field.conversion?.isBuiltIn === true) return [];
    return isSameInCode(all, sql && passes(sql)) ? [] : all.filter(({ conversion }) => conversion !== undefined);
  },
);

/** Why a person has to write the value; undefined if nothing is converted. */
export function whyConverted(context: TransformContext): string | undefined {
  const converted = conversionsOf(context);
  if (converted.length === 0) return undefined;
  const texts = converted.map(({ name, conversion }) => `${conversion?.by} converts ${name}`);
  return `the expression is about stored values, and ${texts.join(", ")}. ${orAnnotate(context)}`;
}

/** What gives a value that Lockstep cannot translate. */
export function orAnnotate({ intent: { model, field } }: TransformContext): string {
  return `Or add @lockstep.write(<ts>) to ${model}.${field}, then: npx lockstep code ${model}.${field}`;
}

/** How an expression passes a value on unchanged. */
function passes(sql: SqlExpression): "column" | "first" | undefined {
  if (sql.kind === "column") return "column";
  return sql.kind === "coalesce" && sql.items.every(({ kind }) => kind === "column") ? "first" : undefined;
}
