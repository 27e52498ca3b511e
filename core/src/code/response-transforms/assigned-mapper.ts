import { ts } from "../ast/compiler.js";
import { describe, enclosingName } from "../ast/expressions.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import { asManual, candidateFor } from "../candidates/candidate-for.js";
import { dropScaffolding, restoreExpressions } from "../cleanup/drop.js";
import { readWritten } from "../cleanup/written-read.js";
import { earlierOf, type Finding, type Transform, type TransformContext } from "../contract/transform.js";
import { guardedStatement } from "../flags/guarded-value.js";
import { removeFromPatterns } from "../mappers/undo-destructuring.js";
import { blockerOfProducer } from "../responses/blockers.js";
import { producersOf } from "../responses/producers.js";
import { responses } from "../responses/responses.js";
import { addToPattern } from "../write/destructuring.js";
import { findWritten } from "../write/find-written.js";
import { restored } from "../write/restored.js";
import { insertStatement, removeStatement } from "../write/statements.js";

const id = "assigned-mapper";

/** Code that copies a row into a DTO field by field also sets the new one, with a fallback until it is required. */
export const assignedMapper: Transform = {
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
    for (const statement of written(file, context)) {
      const replaces = textOf(statement, file);
      yield {
        kind: "edit",
        splices: removeStatement(statement, file),
        what: what(statement, context),
        text: "",
        replaces,
      };
    }
    yield* removeFromPatterns(id, file, context);
  },

  scaffoldingIn: readWritten,

  *restore(file, context) {
    for (const statement of written(file, context)) {
      const edit = restored(id, statement, what(statement, context), file, context);
      if (edit !== undefined) yield edit;
    }
    yield* restoreExpressions(id, file, context);
  },
};

function* show(file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { mapper, shown, reason } of responses(context).assigned) {
    const { last, key, given, pattern, isWhole } = mapper;
    if (mapper.file !== file || given.has(key)) continue;
    const taken =
      reason === undefined && pattern
        ? addToPattern(pattern, what(last, context), file, context, mapper.read)
        : "there";
    if (reason === undefined && taken !== undefined) {
      yield { kind: "edit", what: what(last, context), ...insertStatement(last, shown.text, file), flag: shown.flag };
      if (taken !== "there") yield taken;
      continue;
    }
    const cause = reason ?? "it is not written in a way that can be edited";
    const why = `it copies ${isWhole ? "every column" : "columns"} of ${context.model.name}; ${cause}: add \`${shown.text}\``;
    yield {
      kind: "place",
      certainty: "likely",
      offset: last.getStart(file.ast),
      what: what(last, context),
      reason: why,
    };
  }
}

/** Copies that were not chosen. */
function* candidates(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (context.intent.exposure === "internal") return;
  for (const producer of producersOf(file, context)) {
    if (producer.kind !== "assigned") continue;
    const { mapper } = producer;
    const { last: node, names, tie } = mapper;
    if (context.takes(node, "mapper")) continue;
    const text = `${guardedStatement(mapper, context).text};`;
    const advice = `add \`${text}\` if it is shown there`;
    const about = { what: what(node, context), anchor: enclosingName(node), names, text, advice };
    const candidate = candidateFor({ family: "mapper", tie, node, ...about }, file, context);
    if (candidate !== undefined) yield asManual(candidate, blockerOfProducer(producer, context));
  }
}

/** The statements that Lockstep wrote, at their current positions. */
function* written(file: SourceFile, context: TransformContext): Iterable<ts.ExpressionStatement | ts.IfStatement> {
  if (earlierOf(id, context).length === 0) return;
  const all = context.memo(written, undefined, () =>
    findWritten(
      id,
      context.project.files.flatMap((each) =>
        [...each.nodes(ts.SyntaxKind.ExpressionStatement), ...each.nodes(ts.SyntaxKind.IfStatement)].map((node) => ({
          node,
          file: each,
          what: what(node, context),
        })),
      ),
      context,
    ),
  );
  for (const each of all) if (each.file === file) yield each.node;
}

function what(statement: ts.Node, context: TransformContext): string {
  return describe(statement, `copy of ${context.model.name}`);
}
