import { callsOfChain, pathOf, type TransformContext, ts, unwrap } from "@lockstep/core/codemods";

/** Whether a query overwrites columns on a conflict without naming them. */
export function overwritesAll(values: ts.CallExpression): boolean {
  return callsOfChain(values).some((call) => {
    const [first] = call.arguments;
    const isUpdate = pathOf(call.expression).at(-1) === "orUpdate";
    return isUpdate && (first === undefined || (namesIn(first) ?? namesOfOverwrite(first)) === undefined);
  });
}

/** Why a further property would not be written: the query names its columns one by one, without the new one. */
export function whyNotInserted(values: ts.CallExpression, { field }: TransformContext): string | undefined {
  const isListed = callsOfChain(values).some((call) => {
    const [, columns] = call.arguments;
    const isInto = pathOf(call.expression).at(-1) === "into" && columns !== undefined;
    return isInto && namesIn(columns)?.includes(field.name) !== true;
  });
  return isListed ? `into() names the columns that are written: add "${field.name}" there too` : undefined;
}

/** The columns that a query overwrites on a conflict, by the names in it; empty if it names none. */
export function overwrittenBy(values: ts.CallExpression): readonly string[] {
  return callsOfChain(values).flatMap((call) => {
    const [first] = call.arguments;
    const isUpdate = pathOf(call.expression).at(-1) === "orUpdate" && first !== undefined;
    return isUpdate ? (namesIn(first) ?? namesOfOverwrite(first) ?? []) : [];
  });
}

/** `["id", "name"]` */
function namesIn(value: ts.Expression): readonly string[] | undefined {
  const inner = unwrap(value);
  if (!ts.isArrayLiteralExpression(inner) || !inner.elements.every(ts.isStringLiteralLike)) return undefined;
  return inner.elements.map((each) => (each as ts.StringLiteral).text);
}

/** `{ conflict_target: …, overwrite: ["name"] }`, the form before lists were supported. */
function namesOfOverwrite(value: ts.Expression): readonly string[] | undefined {
  const inner = unwrap(value);
  if (!ts.isObjectLiteralExpression(inner)) return undefined;
  const overwrite = inner.properties.find((each) => each.name?.getText() === "overwrite");
  return overwrite !== undefined && ts.isPropertyAssignment(overwrite) ? namesIn(overwrite.initializer) : undefined;
}
