import { ts } from "../compiler.js";
import { describe, wrapperOf } from "../expressions.js";
import { textOf } from "../source-file.js";
import type { Transform } from "../transform.js";
import { isTestFile } from "./listing.js";

/** `user.handle ?? …` that people wrote while the field was optional: nothing reaches what follows any more. */
export const leftoverFallbacks: Transform = {
  id: "leftover-fallbacks",
  intents: ["dropFallback"],
  isChecklist: true,

  *find(file, context) {
    if (isTestFile(file)) return;
    for (const name of file.identifiers(context.field.name)) {
      const access = name.parent;
      if (!ts.isPropertyAccessExpression(access) || access.name !== name) continue;
      const outer = wrapperOf(access).parent;
      const isFallback =
        ts.isBinaryExpression(outer) &&
        outer.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken &&
        outer.left.end === wrapperOf(access).end;
      if (!isFallback) continue;
      const what = describe(outer, `fallback of ${textOf(access, file)}`);
      const fallback = textOf(outer.right, file);
      const reason = `every ${context.model.name} has ${context.field.name} now: if it is meant, \`${fallback}\` is never used`;
      yield { kind: "place", certainty: "possible", offset: outer.getStart(file.ast), what, reason };
    }
  },
};
