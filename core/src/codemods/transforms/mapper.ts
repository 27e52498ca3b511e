import { ts } from "../compiler.js";
import { describe, enclosingName, hasKey, spreadsOf } from "../expressions.js";
import { fillersOf } from "../fillers.js";
import { forPerson, listing } from "../places/listing.js";
import { addProperty, restored } from "../property-edit.js";
import { responses } from "../responses.js";
import { rowLiterals } from "../row-literals.js";
import { addToPattern, restOf } from "../row-patterns.js";
import { dropScaffolding, restoreExpressions } from "../scaffolding/drop.js";
import { readWritten } from "../scaffolding/written-read.js";
import { type SourceFile, textOf } from "../source-file.js";
import { takeFromPatterns } from "../taken-patterns.js";
import { shownProperty } from "../toggles/shown.js";
import { compact, type Finding, type Transform, type TransformContext, writtenTexts } from "../transform.js";
import { whyNotCopied } from "../why-not-shown.js";
import { type Container, takeBackWritten } from "../written-texts.js";

const id = "mapper";

/** Functions that copy a whole row show the new field, with a fallback until it is required. */
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
    // The text says whose it is: the function may have changed in every other way.
    yield* takeBackWritten(id, (each) => shownIn(each, context), file, context);
    yield* takeFromPatterns(id, file, context);
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

/** Literals that may show the field. What stands behind a flag goes as a whole. */
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

/** Copies that nobody chose: of a whole row or of a part of it. */
function* candidates(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (context.intent.exposure === "internal") return;
  for (const filler of fillersOf(file, context)) {
    if (filler.kind !== "literal") continue;
    const found = filler.mapper;
    const { literal, names, tie } = found;
    if (context.takes(literal, "mapper")) continue;
    const { text } = shownProperty(found, context);
    const what = describe(literal, `copy of ${context.model.name}`);
    const advice = `add \`${text}\` if it is shown there`;
    const anchor = enclosingName(literal);
    const listed = { family: "mapper", tie, node: literal, what, anchor, names, text, advice } as const;
    const candidate = listing(listed, file, context);
    if (candidate !== undefined) yield forPerson(candidate, whyNotCopied(filler, context));
  }
}

function isRestOf(pattern: ts.ObjectBindingPattern, value: ts.Expression): boolean {
  return ts.isIdentifier(value) && value.text === restOf(pattern);
}
