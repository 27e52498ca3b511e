import {
  type Finding,
  isTestFile,
  listUpdate,
  propertiesOf,
  type SourceFile,
  sourcesOf,
  type TransformContext,
  type ts,
  valueOfNewRow,
} from "@lockstep/core/codemods";

/** What a change of a row that exists means for the new column: listed where it changes what the value is computed from. */
export function judgeUpdate(
  literal: ts.ObjectLiteralExpression,
  what: string,
  file: SourceFile,
  context: TransformContext,
): Finding | undefined {
  const { name } = context.field;
  const given = propertiesOf(literal);
  if (given.has(name) || isTestFile(file)) return undefined;
  const sources = sourcesOf(context);
  if (sources.length === 0) return listUpdate(literal, what, file, context);
  const changed = sources.find((source) => given.has(source.name));
  if (changed === undefined) return undefined;
  const text = `${name}: ${valueOfNewRow(literal, file, context) ?? "…"}`;
  const reason = `changes ${changed.name}, which ${name} is computed from: add \`${text}\` if it follows`;
  return { kind: "place", certainty: "possible", offset: literal.getStart(file.ast), what, reason };
}
