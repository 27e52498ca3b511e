import type { ts } from "../ast/compiler.js";
import { describe, enclosingName, nameOf } from "../ast/expressions.js";
import type { SourceFile } from "../ast/source-file.js";
import { candidateFor } from "../candidates/candidate-for.js";
import type { CandidateFinding, TransformContext } from "../contract/transform.js";
import type { SiblingSource } from "./sibling-source.js";

/**
 * The row that reads its value from a source, with the destructuring pattern that must name the field: neither is edited without the other.
 */
export function* withSourcePattern(
  row: CandidateFinding | undefined,
  source: SiblingSource | undefined,
  file: SourceFile,
  context: TransformContext,
): Iterable<CandidateFinding> {
  if (row === undefined) return;
  // A type that rows are built from as a whole gets the field anyway.
  const lacking = (source?.lacking ?? [])
    .map(({ node }) => node)
    .filter((node) => context.orm.isWritten?.(node, context) !== true);
  const pattern = row.isDone ? undefined : patternPlace(source?.pattern, file, context);
  yield { ...row, needs: pattern === undefined ? lacking : [...lacking, pattern.node] };
  if (pattern !== undefined) yield { ...pattern, needs: [...lacking, row.node] };
}

function patternPlace(
  node: ts.ObjectBindingPattern | undefined,
  file: SourceFile,
  context: TransformContext,
): CandidateFinding | undefined {
  if (node === undefined) return undefined;
  const { name } = context.field;
  const names = node.elements.flatMap((each) => nameOf((each.propertyName ?? each.name) as ts.PropertyName) ?? []);
  const what = describe(node, `destructuring of columns of ${context.model.name}`);
  const advice = `take \`${name}\` out there if the row gets it`;
  const place = { family: "destructuring", tie: "orm", node, what, anchor: enclosingName(node), names } as const;
  return candidateFor({ ...place, text: name, advice }, file, context);
}
