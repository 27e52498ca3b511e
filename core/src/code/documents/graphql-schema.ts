import type { Owner } from "../../model/index.js";
import { type SourceFile, textOf } from "../ast/source-file.js";
import type { Splice } from "../ast/splice.js";
import { candidateFor } from "../candidates/candidate-for.js";
import { requiredFindings } from "../candidates/make-required.js";
import { memoized } from "../contract/memoized.js";
import {
  type EditFinding,
  earlierOf,
  type Finding,
  type Transform,
  type TransformContext,
} from "../contract/transform.js";
import { fieldListsIn, type SdlField, type SdlFields } from "../formats/sdl.js";
import { indentAt, leadOf } from "../write/comma-list.js";
import { withCurrentEdits } from "../write/current-edits.js";
import { findWritten } from "../write/find-written.js";
import { matchWritten } from "../write/match-written.js";
import { generatedPlace } from "./generated-place.js";
import { graphqlIn } from "./graphql-texts.js";
import { isKeyOfField, keyAmong, tieByName } from "./named-after.js";

/** The types, inputs and arguments in a GraphQL schema file or in templates of code. */
export const schemaListsIn = graphqlIn(fieldListsIn);

/** Types and inputs in GraphQL schema files. */
export const graphqlDocument: Transform = transformOf("graphql-document", true);

/** Types and inputs in templates of code: `gql`, `graphql`, and those that start with `#graphql`. */
export const graphqlTemplate: Transform = transformOf("graphql-template");

function transformOf(id: string, isForDocuments?: true): Transform {
  const listsIn = (file: SourceFile) => schemaListsIn(file).filter(isEditable);
  const filesOf = ({ project }: TransformContext) => (isForDocuments ? project.documents : project.files);
  const listsOf = memoized((context) => filesOf(context).flatMap(listsIn));
  const fieldsOf = (context: TransformContext) =>
    filesOf(context).flatMap((file) =>
      [...ownFields(listsIn(file), context)].map(([node, list]) => ({
        node,
        list,
        file,
        what: whatOf(list),
        owner: ownerOf(list),
      })),
    );
  const writtenIn = (phase: "expand" | "switch", context: TransformContext) => {
    const isRequest = phase === "expand";
    return findWritten(
      id,
      fieldsOf(context).filter(({ list }) => isRequest === isOfRequests(list)),
      withCurrentEdits(id, context, (edit) => edit.phase === phase),
    );
  };
  const shownIn = memoized((context) => writtenIn("switch", context));
  const acceptedIn = memoized((context) => writtenIn("expand", context));
  const everywhereIn = memoized((context) => findWritten(id, fieldsOf(context), withCurrentEdits(id, context)));
  return {
    id,
    ...(isForDocuments && { isForDocuments }),
    intents: ["acceptInRequests", "read", "dropFallback", "requireInRequests"],

    *find(file, context) {
      if (context.intent.kind === "dropFallback") {
        for (const { node, list, file: its } of shownIn(context))
          if (its === file) yield* tighten(node, list, file, context);
      } else if (context.intent.kind === "requireInRequests") {
        for (const { node, list, file: its } of acceptedIn(context))
          if (its === file) yield* requirable(node, list, file, context);
      } else yield* offered(listsIn(file), listsOf(context), file, context);
    },

    *undo(file, context) {
      for (const { node, list, file: its } of everywhereIn(context)) {
        const edit = its === file ? takeOut(node, list, file) : undefined;
        if (edit !== undefined) yield edit;
      }
    },

    *restore(file, context) {
      for (const [{ node, list, file: its }, { replaces }] of matchWritten(earlierOf(id, context), fieldsOf(context))) {
        if (its !== file || replaces === undefined) continue;
        const splices = [{ start: node.start, end: node.end, text: replaces }];
        const known = { what: whatOf(list), owner: ownerOf(list) };
        yield { kind: "edit", splices, ...known, text: replaces, replaces: textOf(node, file) };
      }
    },
  };
}

function* offered(
  lists: readonly SdlFields[],
  all: readonly SdlFields[],
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const isRequest = context.intent.kind === "acceptInRequests";
  if (!isRequest && context.intent.exposure === "internal") return;
  for (const list of lists) {
    if (isRequest !== isOfRequests(list)) continue;
    const names = list.fields.map(({ name }) => name);
    const tie = tieByName(list.name, names, context);
    // A type and its extensions must not have the field twice. It belongs to the type.
    const parts = all.filter((each) => each !== list && each.kind === list.kind && each.name === list.name);
    const isPart = list.isExtension && parts.some((each) => !each.isExtension);
    const isElsewhere = parts.some(
      (each) => each.isExtension && each.fields.some(({ name }) => isKeyOfField(name, context)),
    );
    if (tie === undefined || isPart || isElsewhere) continue;
    const key = keyAmong(names, context);
    const type = typeIn(list, context);
    const text = type === undefined ? undefined : `${key}: ${type}`;
    const what = whatOf(list);
    const isOpen = context.takes(list, "graphql") && !names.includes(key) && list.kind !== "interface";
    if (isOpen && text !== undefined && file.generatedBy === undefined) {
      yield { kind: "edit", splices: [insertion(list, text, file)], what, owner: ownerOf(list), text };
      continue;
    }
    const when = list.kind === "interface" ? "every type that implements it has it" : "it is shown there";
    const advice = `add \`${text ?? key}\` if ${isRequest ? "callers may choose it" : when}`;
    const listed = { family: "graphql", tie, node: list, what, anchor: list.name, names, text, advice } as const;
    const candidate = candidateFor(listed, file, context);
    const generated = generatedPlace(file, what, list.start, context.field.name);
    if (candidate === undefined || (generated !== undefined && candidate.isDone)) continue;
    yield generated ?? candidate;
    // Once per file: the command writes the whole file.
    if (generated !== undefined) return;
  }
}

/** Declares the field as non-null if the schema does so for the other columns. */
function* tighten(field: SdlField, list: SdlFields, file: SourceFile, context: TransformContext): Iterable<Finding> {
  const always = context.columns.filter((column) => !column.isOptional && !column.isId).map(({ name }) => name);
  const isStrict = list.fields.some(({ name, type }) => always.includes(name) && type.endsWith("!"));
  if (!isStrict || field.type.endsWith("!")) return;
  const replaces = textOf(field, file);
  const splices = [{ start: field.end, end: field.end, text: "!" }];
  yield { kind: "edit", splices, what: whatOf(list), owner: ownerOf(list), text: `${replaces}!`, replaces };
}

function* requirable(field: SdlField, list: SdlFields, file: SourceFile, context: TransformContext): Iterable<Finding> {
  if (field.type.endsWith("!")) return;
  const [what, replaces] = [whatOf(list), textOf(field, file)];
  const text = `${replaces}!`;
  const splices = [{ start: field.end, end: field.end, text: "!" }];
  const required = list.fields.filter(({ type }) => type.endsWith("!")).map(({ name }) => name);
  const edits = [{ kind: "edit", splices, what, owner: ownerOf(list), text, replaces } as const];
  yield* requiredFindings({ node: list, what, anchor: list.name, required, text }, edits, context);
}

function isOfRequests({ kind }: SdlFields): boolean {
  return kind === "input" || kind === "arguments";
}

function* ownFields(
  lists: readonly SdlFields[],
  context: TransformContext,
): Iterable<readonly [field: SdlField, list: SdlFields]> {
  for (const list of lists) {
    for (const field of list.fields) if (isKeyOfField(field.name, context)) yield [field, list];
  }
}

/** `Query` and similar types list fields of the API. A query's arguments are not known to belong to a row. */
function isEditable({ kind, name, owner, fields }: SdlFields): boolean {
  const isRoot = kind === "type" && /^(?:Query|Mutation|Subscription)$/.test(name);
  return fields.length > 0 && !isRoot && (kind !== "arguments" || owner === "Mutation");
}

/** The type of the other columns of that type; undefined if it is unclear. */
function typeIn({ fields }: SdlFields, { columns, field }: TransformContext): string | undefined {
  if (field.isList) return undefined;
  const plain = { string: "String", int: "Int", float: "Float", boolean: "Boolean" } as const;
  const usual = field.type in plain ? plain[field.type as keyof typeof plain] : undefined;
  const siblings = columns.filter(
    (each) => each.type === field.type && each.enumName === field.enumName && !each.isId && !each.isForeignKey,
  );
  const types = fields
    .filter(({ name }) => siblings.some((each) => each.name === name))
    .map(({ type }) => type.replace(/!$/, ""));
  const [first] = types;
  const isCommon = first !== undefined && types.every((type) => type === first);
  // One column with a custom type (`email: EmailAddress`) is not enough evidence; two are.
  if (isCommon && /^\w+$/.test(first) && (usual === undefined || types.length > 1)) return first;
  return usual;
}

/** After the last field, in the layout of the others. */
export function insertion(list: SdlFields, text: string, file: SourceFile): Splice {
  const source = file.text;
  const last = list.fields.at(-1) as SdlField;
  const comma = /^[ \t]*,/.exec(source.slice(last.end, list.close))?.[0] ?? "";
  const end = last.end + comma.length;
  const tail = end + (/^[ \t]*#[^\r\n]*/.exec(source.slice(end, list.close))?.[0].length ?? 0);
  const gap = /^[^\S\n]*\n/.exec(source.slice(tail, list.close));
  const former = list.fields.at(-2);
  if (gap !== null) {
    const eol = gap[0].endsWith("\r\n") ? "\r\n" : "\n";
    const written = `${eol}${indentAt(source, last.start)}${text}${comma === "" ? "" : ","}`;
    return { start: tail, end: tail, text: written };
  }
  const between = former === undefined ? "" : source.slice(former.end, last.start);
  const separator = between.includes(",") || (former === undefined && list.kind === "arguments") ? ", " : " ";
  return { start: end, end, text: comma === "" ? `${separator}${text}` : ` ${text},` };
}

/** The reverse of the insertion, including a comma that was written with it. */
export function takeOut(field: SdlField, list: SdlFields, file: SourceFile): EditFinding | undefined {
  const source = file.text;
  const former = list.fields[list.fields.indexOf(field) - 1];
  if (former === undefined) return undefined;
  const lead = leadOf(source, field.start);
  const isCommaAfter = /^[ \t]*,/.test(source.slice(former.end, field.start)) || lead.brk !== undefined;
  const after = /^[ \t]*,/.exec(source.slice(field.end, list.close))?.[0].length ?? 0;
  const gap = source.slice(former.end, field.start);
  // `a: Int, b: Int`: the preceding comma was written with the field, unless another comma follows it.
  const start = lead.brk ?? (/^[\s,]*$/.test(gap) && after === 0 ? former.end : lead.space);
  const end = field.end + (isCommaAfter ? after : 0);
  const text = source.slice(field.start, field.end);
  return {
    kind: "edit",
    splices: [{ start, end, text: "" }],
    what: whatOf(list),
    owner: ownerOf(list),
    text: "",
    replaces: text,
  };
}

export function ownerOf({ kind, name, owner }: SdlFields): Owner {
  return { kind: "schema", name: kind === "arguments" ? `${owner}.${name}` : name };
}

export function whatOf({ kind, name, owner }: SdlFields): string {
  return kind === "arguments" ? `arguments of ${owner}.${name}` : `GraphQL ${kind} ${name}`;
}
