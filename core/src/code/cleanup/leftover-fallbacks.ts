import { ts } from "../ast/compiler.js";
import { describe, wrapperOf } from "../ast/expressions.js";
import { siteAt } from "../ast/site.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { isTestFile } from "../candidates/candidate-for.js";
import { compact, type Transform, type TransformContext } from "../contract/transform.js";

/** `user.handle ?? …` that people wrote while the field was optional: the fallback is now unreachable. */
export const leftoverFallbacks: Transform = {
  id: "leftover-fallbacks",
  intents: ["dropFallback"],
  isChecklist: true,

  *find(file, context) {
    if (isTestFile(file)) return;
    for (const { outer, what } of fallbacksIn(file, context)) {
      const fallback = textOf(outer.right, file);
      const reason = `every ${context.model.name} has ${context.field.name} now: if it is meant, \`${fallback}\` is never used`;
      yield { kind: "place", certainty: "possible", offset: outer.getStart(file.ast), what, reason };
    }
  },
};

/** The fallbacks of the field in a file, except those that writes keep. */
export function* fallbacksIn(
  file: SourceFile,
  context: TransformContext,
): Iterable<{ readonly outer: ts.BinaryExpression; readonly what: string }> {
  for (const name of file.identifiers(context.field.name)) {
    const access = name.parent;
    if (!ts.isPropertyAccessExpression(access) || access.name !== name) continue;
    const outer = wrapperOf(access).parent;
    const isFallback =
      ts.isBinaryExpression(outer) &&
      outer.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken &&
      outer.left.end === wrapperOf(access).end;
    if (!isFallback || isOfWrite(outer, file, context)) continue;
    yield { outer, what: describe(outer, `fallback of ${textOf(access, file)}`) };
  }
}

/** The default for new rows is an edit of expand that stays. A read with the same text is not one. */
export function isOfWrite(fallback: ts.Node, file: SourceFile, { earlier }: TransformContext): boolean {
  const text = compact(textOf(fallback, file));
  const alike = earlier.filter((edit) => compact(edit.text).includes(text));
  const writes = alike.filter((edit) => edit.phase === "expand");
  const { owner } = siteAt(fallback.getStart(file.ast), file);
  const isHere = writes.some((edit) => edit.file === file.file && edit.owner?.name === owner?.name);
  return isHere || (writes.length > 0 && writes.length === alike.length);
}
