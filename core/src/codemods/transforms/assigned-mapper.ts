import { assignedMappersIn, assignmentOf } from "../assigned-mappers.js";
import { ts } from "../compiler.js";
import { describe, enclosingName } from "../expressions.js";
import { listing } from "../places/listing.js";
import { restored } from "../property-edit.js";
import { responses, shownValue } from "../responses.js";
import { type SourceFile, textOf } from "../source-file.js";
import { insertStatement, removeStatement } from "../statements.js";
import { earlierOf, type Finding, type Transform, type TransformContext } from "../transform.js";
import { writtenAmong } from "../written-texts.js";

const id = "assigned-mapper";

/** Code that sets the fields of a DTO one by one from a row sets the new one too, with a fallback until it is required. */
export const assignedMapper: Transform = {
  id,
  intents: ["read", "dropFallback"],

  *find(file, context) {
    if (context.intent.kind === "dropFallback") yield* dropFallbacks(file, context);
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
  },

  scaffoldingIn(text) {
    const dropped = /\?\?[\s\S]*?(?=;?$)/.exec(text)?.[0];
    return dropped === undefined ? undefined : { dropped, left: text.replace(` ${dropped}`, "") };
  },

  *restore(file, context) {
    for (const statement of written(file, context)) {
      const edit = restored(id, statement, what(statement, context), file, context);
      if (edit !== undefined) yield edit;
    }
  },
};

function* show(file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { mapper, value, reason } of responses(context).assigned) {
    const { last, owner, key, given } = mapper;
    if (mapper.file !== file || given.has(key)) continue;
    const text = `${owner}.${key} = ${value}`;
    if (reason === undefined) {
      yield { kind: "edit", what: what(last, context), ...insertStatement(last, text, file) };
      continue;
    }
    const why = `it copies every column of ${context.model.name}; ${reason}: add \`${text}\``;
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
  for (const mapper of assignedMappersIn(file, context)) {
    const { last: node, owner, key, given } = mapper;
    if (context.takes(node, "mapper")) continue;
    const text = `${owner}.${key} = ${shownValue(mapper, context)};`;
    const advice = `add \`${text}\` if it is shown there`;
    const about = { what: what(node, context), anchor: enclosingName(node), names: [...given], text, advice };
    const candidate = listing({ family: "mapper", tie: "type", node, ...about }, file, context);
    if (candidate !== undefined) yield candidate;
  }
}

function* dropFallbacks(file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const statement of written(file, context)) {
    const found = assignmentOf(statement);
    if (found === undefined) continue;
    let read = found.value;
    while (ts.isBinaryExpression(read) && read.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
      read = read.left;
    }
    if (read === found.value) continue;
    const splice = { start: read.end, end: found.value.end, text: "" };
    const replaces = textOf(statement, file);
    const text = replaces.replace(textOf(found.value, file), textOf(read, file));
    yield { kind: "edit", splices: [splice], what: what(statement, context), text, replaces };
  }
}

/** The statements that Lockstep wrote, where they stand now. */
function* written(file: SourceFile, context: TransformContext): Iterable<ts.ExpressionStatement> {
  if (earlierOf(id, context).length === 0) return;
  const all = context.memo("statements of assigned mappers", () =>
    writtenAmong(
      id,
      context.project.files.flatMap((each) =>
        each.nodes(ts.SyntaxKind.ExpressionStatement).map((node) => ({ node, file: each, what: what(node, context) })),
      ),
      context,
    ),
  );
  for (const each of all) if (each.file === file) yield each.node;
}

function what(statement: ts.Node, context: TransformContext): string {
  return describe(statement, `copy of ${context.model.name}`);
}
