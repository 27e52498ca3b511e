import { ts } from "../compiler.js";
import { describe, enclosingName } from "../expressions.js";
import { fillersOf } from "../fillers.js";
import { forPerson, listing } from "../places/listing.js";
import { restored } from "../property-edit.js";
import { responses } from "../responses.js";
import { addToPattern } from "../row-patterns.js";
import { dropScaffolding, restoreExpressions } from "../scaffolding/drop.js";
import { readWritten } from "../scaffolding/written-read.js";
import { type SourceFile, textOf } from "../source-file.js";
import { insertStatement, removeStatement } from "../statements.js";
import { takeFromPatterns } from "../taken-patterns.js";
import { shownStatement } from "../toggles/shown.js";
import { earlierOf, type Finding, type Transform, type TransformContext } from "../transform.js";
import { whyNotCopied } from "../why-not-shown.js";
import { writtenAmong } from "../written-texts.js";

const id = "assigned-mapper";

/** Code that sets the fields of a DTO one by one from a row sets the new one too, with a fallback until it is required. */
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
    yield* takeFromPatterns(id, file, context);
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

/** Copies that nobody chose. */
function* candidates(file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (context.intent.exposure === "internal") return;
  for (const filler of fillersOf(file, context)) {
    if (filler.kind !== "assigned") continue;
    const { mapper } = filler;
    const { last: node, names, tie } = mapper;
    if (context.takes(node, "mapper")) continue;
    const text = `${shownStatement(mapper, context).text};`;
    const advice = `add \`${text}\` if it is shown there`;
    const about = { what: what(node, context), anchor: enclosingName(node), names, text, advice };
    const candidate = listing({ family: "mapper", tie, node, ...about }, file, context);
    if (candidate !== undefined) yield forPerson(candidate, whyNotCopied(filler, context));
  }
}

/** The statements that Lockstep wrote, where they stand now. */
function* written(file: SourceFile, context: TransformContext): Iterable<ts.ExpressionStatement | ts.IfStatement> {
  if (earlierOf(id, context).length === 0) return;
  const all = context.memo("statements of assigned mappers", () =>
    writtenAmong(
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
