import { ts } from "../ast/compiler.js";
import { siteAround } from "../ast/site.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import { memoized } from "../contract/memoized.js";
import { earlierOf, type Finding, type Transform, type TransformContext } from "../contract/transform.js";
import { isBuiltByHand } from "../responses/blockers.js";
import { inlineType } from "../responses/given-type.js";
import { responses } from "../responses/responses.js";
import { typeCandidates } from "../responses/type-candidates.js";
import { aliasOf, inlineTypeOf } from "../shapes/inline-types.js";
import { addMember, memberType } from "../shapes/member-type.js";
import { membersShape, namesWholeModel } from "../shapes/shape-types.js";
import { withCurrentEdits } from "../write/current-edits.js";
import { dropImports } from "../write/field-edits.js";
import { findWritten } from "../write/find-written.js";
import { removeMember } from "../write/member-edit.js";
import { isImportEdit } from "../write/named-imports.js";
import { bare } from "../write/property-edit.js";
import { restored } from "../write/restored.js";
import { isSameOwner } from "../write/same-place.js";

const id = "response-type";

/** An interface that a mapper of the whole model returns gets the new field. */
export const responseType: Transform = {
  id,
  intents: ["read", "dropFallback"],

  *find(file, context) {
    if (context.intent.kind === "dropFallback") yield* tighten(file, context);
    else {
      yield* show(file, context);
      yield* widenParameters(file, context);
      yield* typeCandidates(file, false, context);
    }
  },

  *undo(file, context) {
    const gone: Splice[] = [];
    for (const { node, member, text } of written(file, context)) {
      const splices = removeMember(node, member, file);
      gone.push(...splices);
      yield { kind: "edit", splices, what: what(node), text: "", replaces: text };
    }
    if (gone.length > 0) yield* dropImports(id, gone, file, context);
  },

  mayStay: isImportEdit,

  scaffoldingIn(text) {
    const left = required(text);
    return left === text ? undefined : { dropped: /\|\s*null/.test(text) ? "| null" : "?", left };
  },

  *restore(file, context) {
    for (const { node, member } of written(file, context)) {
      const edit = restored(id, member, what(node), file, context);
      if (edit !== undefined) yield edit;
    }
  },
};

function* show(file: SourceFile, context: TransformContext): Iterable<Finding> {
  for (const { shape, key, isNullable, isOptional, reason } of responses(context).shapes) {
    if (shape.kind !== "members" || shape.file !== file) continue;
    const type = memberType(shape.node, file, context);
    const text = `${key}${isOptional ? "?" : ""}: ${type?.text ?? "…"}${isNullable ? " | null" : ""}`;
    const edits = reason === undefined && type ? addMember(shape.node, text, type, what(shape.node), file) : undefined;
    if (edits !== undefined) {
      yield* edits;
      continue;
    }
    const why = `it names ${namesWholeModel(shape, context) ? "every column" : "columns"} of ${context.model.name}; ${reason ?? "it has no members yet"}: add \`${text}\``;
    yield {
      kind: "place",
      certainty: "likely",
      offset: shape.node.getStart(file.ast),
      what: what(shape.node),
      reason: why,
    };
  }
}

/** Adds the field to the row types of mapper parameters if the mappers read it. */
function* widenParameters(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const { field, orm } = context;
  const { mappers, assigned, shapes } = responses(context);
  const empty = orm.nullStyle?.(context) ?? { isNullable: true, isOptional: false };
  const shown = [...mappers, ...assigned].filter(({ mapper, reason }) => mapper.file === file && reason === undefined);
  const nodes = new Set(shown.flatMap(({ mapper }) => inlineType(mapper, context) ?? []));
  for (const node of nodes) {
    const type = shapes.some(({ shape }) => shape.node === node) ? undefined : memberType(node, file, context);
    if (type === undefined) continue;
    const text = `${field.name}${empty.isOptional ? "?" : ""}: ${type.text}${field.isOptional && empty.isNullable ? " | null" : ""}`;
    yield* addMember(node, text, type, what(node), file) ?? [];
  }
}

function* tighten(file: SourceFile, context: TransformContext): Iterable<Finding> {
  const exact = new Set<ts.Node>();
  for (const { node, member, text } of written(file, context)) {
    const tight = tightened(text, node, file, context);
    if (tight === text) continue;
    exact.add(member);
    const splice = { start: member.getStart(file.ast), end: member.end, text: tight };
    yield { kind: "edit", splices: [splice], what: what(node), text: tight, replaces: text };
  }
  const its = earlierOf(id, context).filter((edit) => edit.phase === "switch" && required(edit.text) !== edit.text);
  for (const node of its.length === 0 ? [] : nodesIn(file)) {
    for (const member of node.members) {
      const text = textOf(member, file);
      const around = siteAround(member.getStart(file.ast), file);
      // Only in the recorded owner: the same text in another type or file may be the user's own.
      const edit = its.find((each) => isSameOwner(each, around) && memberTree(each.text) === memberTree(text));
      if (edit === undefined || exact.has(member)) continue;
      const tight = tightened(text, node, file, context);
      if (tight === text) continue;
      const splice = { start: member.getStart(file.ast), end: member.end, text: tight };
      yield { kind: "edit", splices: [splice], what: what(node), text: tight, replaces: text, written: edit.text };
    }
  }
}

/** The final form of the member: it stays optional if code that does not copy a row builds the type. */
function tightened(
  text: string,
  node: ts.InterfaceDeclaration | ts.TypeLiteralNode,
  file: SourceFile,
  context: TransformContext,
): string {
  return isBuiltByHand(membersShape(node, file), context) ? withoutNull(text) : required(text);
}

/** `handle: string;` of `handle?: string | null;` */
function required(text: string): string {
  return withoutNull(text).replace(/^((?:readonly\s+)?["']?[\w$]+["']?)\s*\?/, "$1");
}

function withoutNull(text: string): string {
  return text.replace(/\s*\|\s*null(?=\s*[;,]?$)/, "").replace(/(:\s*)\|?\s*null\s*\|\s*/, "$1");
}

/** A member without what formatters and linters change: quotes, `readonly`, the order of a union. */
function memberTree(text: string): string {
  const [key = "", type = ""] = bare(text).split(/:(.*)/s);
  const types = type.split("|").map((each) => each.trim());
  return `${key.replaceAll(/^readonly |["' ]/g, "")}: ${types
    .filter((each) => each !== "")
    .sort()
    .join(" | ")}`;
}

/** The members that Lockstep wrote, at their current positions. */
function* written(
  file: SourceFile,
  context: TransformContext,
): Iterable<{ node: ts.InterfaceDeclaration | ts.TypeLiteralNode; member: ts.TypeElement; text: string }> {
  if (earlierOf(id, context).length === 0) return;
  for (const { node: member, owner } of writtenMembers(withCurrentEdits(id, context)))
    if (owner.file === file) yield { node: owner.node, member, text: textOf(member, file) };
}

const writtenMembers = memoized((context) => {
  const members = context.project.files.flatMap((file) =>
    nodesIn(file).flatMap((node) =>
      node.members.map((member) => ({ node: member, file, what: what(node), type: { node, file } })),
    ),
  );
  return findWritten(id, members, context).map(({ node, type }) => ({ node, owner: type }));
});

function what(node: ts.InterfaceDeclaration | ts.TypeLiteralNode): string {
  if (ts.isInterfaceDeclaration(node)) return `interface ${node.name.text}`;
  const alias = aliasOf(node);
  return alias ? `type ${alias.name.text}` : (inlineTypeOf(node)?.what ?? "type");
}

function nodesIn(file: SourceFile): readonly (ts.InterfaceDeclaration | ts.TypeLiteralNode)[] {
  return [...file.nodes(ts.SyntaxKind.InterfaceDeclaration), ...file.nodes(ts.SyntaxKind.TypeLiteral)];
}
