import { ts } from "../ast/compiler.js";
import { describe, enclosingName, hasKey, spreadsOf } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { asManual, candidateFor } from "../candidates/candidate-for.js";
import { dropScaffolding, restoreExpressions } from "../cleanup/drop.js";
import { readWritten } from "../cleanup/written-read.js";
import { compact, type Finding, type Transform, type TransformContext, writtenTexts } from "../contract/transform.js";
import { guardedProperty } from "../flags/guarded-value.js";
import { removeFromPatterns } from "../mappers/undo-destructuring.js";
import { blockerOfProducer } from "../responses/blockers.js";
import { producersOf } from "../responses/producers.js";
import { responses } from "../responses/responses.js";
import { incompleteRows, rowLiterals } from "../types/row-literals.js";
import { addToPattern, restOf } from "../write/destructuring.js";
import { type Container, removeWritten } from "../write/find-written.js";
import { addProperty } from "../write/property-edit.js";
import { restored } from "../write/restored.js";

const id = "mapper";

/** Functions that copy a whole row also return the new field, with a fallback until it is required. */
export const mapper: Transform = {
  id,
  intents: ["read", "dropFallback"],

  *find(file, context) {
    if (context.intent.kind === "dropFallback") yield* dropScaffolding(id, file, context);
    else {
      yield* show(file, context);
      yield* candidates(file, context);
    }
  },

  *undo(file, context) {
    // The text identifies the edit: the rest of the function may have changed.
    yield* removeWritten(id, (each) => shownIn(each, context), file, context);
    yield* removeFromPatterns(id, file, context);
  },

  scaffoldingIn: readWritten,

  *restore(file, context) {
    for (const { literal, what } of copies(file, context)) {
      for (const property of literal.properties) {
        const edit = restored(id, property, what, file, context);
        if (edit !== undefined) yield edit;
      }
    }
    yield* restoreExpressions(id, file, context);
  },
};

/** Literals that may show a row; copies that are typed as rows are fixtures. */
function* copies(file: SourceFile, context: TransformContext) {
  const rows = new Set([...rowLiterals(file, context)].map(({ literal }) => literal));
  for (const literal of file.nodes(ts.SyntaxKind.ObjectLiteralExpression))
    if (!rows.has(literal)) yield { literal, what: describe(literal, `copy of ${context.model.name}`) };
}

/** Literals that may show the field. A spread behind a flag is removed as a whole. */
function* shownIn(file: SourceFile, context: TransformContext): Iterable<Container> {
  const written = writtenTexts(id, context);
  for (const { literal, what } of copies(file, context)) {
    const spread = ts.findAncestor(literal, ts.isSpreadAssignment);
    if (spread === undefined || !written.has(compact(textOf(spread, file)))) yield { node: literal, what };
  }
}

function* show(file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { mapper: found, shown, reason } of responses(context).mappers) {
    const { literal, key, pattern } = found;
    if (found.file !== file || hasKey(literal, key)) continue;
    const what = describe(literal, `copy of ${context.model.name}`);
    const { text, flag } = shown;
    const edit = reason === undefined ? addProperty(literal, text, what, file) : undefined;
    const taken = edit && pattern ? addToPattern(pattern, what, file, context, found.read) : "there";
    if (edit !== undefined && taken !== undefined) {
      yield { ...edit, flag };
      if (taken !== "there") yield taken;
      continue;
    }
    // `({ id, ...rest }: User): User => ({ id, ...rest })` has it already.
    if (pattern !== undefined && spreadsOf(literal).some(({ expression }) => isRestOf(pattern, expression))) continue;
    const cause = reason ?? "it is not written in a way that can be edited";
    const why = `it copies ${found.isWhole ? "every column" : "columns"} of ${context.model.name}; ${cause}: add \`${text}\``;
    yield { kind: "place", certainty: "likely", offset: literal.getStart(file.ast), what, reason: why };
  }
}

/** Copies of a whole row or a part of it that were not chosen. */
function* candidates(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (context.intent.exposure === "internal") return;
  const completed = new Set([...incompleteRows(file, context)].map(({ literal }) => literal));
  for (const producer of producersOf(file, context)) {
    if (producer.kind !== "literal") continue;
    const found = producer.mapper;
    const { literal, names, tie } = found;
    if (context.takes(literal, "mapper") || completed.has(literal)) continue;
    const { text } = guardedProperty(found, context);
    const what = describe(literal, `copy of ${context.model.name}`);
    const advice = `add \`${text}\` if it is shown there`;
    const anchor = enclosingName(literal);
    const listed = { family: "mapper", tie, node: literal, what, anchor, names, text, advice } as const;
    const candidate = candidateFor(listed, file, context);
    if (candidate !== undefined) yield asManual(candidate, blockerOfProducer(producer, context));
  }
}

function isRestOf(pattern: ts.ObjectBindingPattern, value: ts.Expression): boolean {
  return ts.isIdentifier(value) && value.text === restOf(pattern);
}
