import { type PlannedEdit, typeInCode } from "../../model/index.js";
import { type SourceFile, startOf, textOf } from "../ast/source-file.js";
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
import type { DocEntry } from "../formats/doc-tree.js";
import type { Format, Keywords } from "../formats/format.js";
import { isNamedAsRequest } from "../names/request-names.js";
import { withCurrentEdits } from "../write/current-edits.js";
import { findWritten } from "../write/find-written.js";
import { matchWritten } from "../write/match-written.js";
import { generatedPlace } from "./generated-place.js";
import { isKeyOfField, keyAmong, tieByName } from "./named-after.js";
import type { Nullable, SchemaShape } from "./schema-shapes.js";

/** How a transform finds JSON schemas and writes to them. */
export interface SchemaSource {
  readonly id: string;
  readonly isForDocuments?: true;
  readonly format: Format;
  shapesIn(file: SourceFile, context: TransformContext): readonly SchemaShape[];
}

/**
 * Edits the objects of JSON schemas. Requests may have the field from expand on. Responses show it from switch on, as null until contract.
 * Schemas for both may have it from expand on, and stay that way. Whether requests must have it is chosen in contract.
 */
export function schemaTransform({ id, isForDocuments, format, shapesIn }: SchemaSource): Transform {
  const known = new WeakMap<SourceFile, readonly SchemaShape[]>();
  const shapesOf = (file: SourceFile, context: TransformContext) => {
    const shapes = known.get(file) ?? shapesIn(file, context).filter(({ map }) => map.entries.length > 1);
    known.set(file, shapes);
    return shapes;
  };
  const filesOf = ({ project }: TransformContext) => (isForDocuments ? project.documents : project.files);
  const properties = (context: TransformContext) =>
    filesOf(context).flatMap((file) =>
      shapesOf(file, context).flatMap((shape) =>
        shape.map.entries
          .filter(({ key }) => isKeyOfField(key, context))
          .map((entry) => ({ node: entry.node, entry, shape, file, what: shape.what, owner: shape.owner })),
      ),
    );
  const items = (context: TransformContext) =>
    filesOf(context).flatMap((file) =>
      shapesOf(file, context).flatMap((shape) =>
        (shape.required?.items ?? [])
          .filter((item) => item.kind === "scalar" && isKeyOfField(String(item.value), context))
          .map((item) => ({ node: item.node, item, shape, file, what: requiredOf(shape), owner: shape.owner })),
      ),
    );
  const writtenIn = (phase: PlannedEdit["phase"], context: TransformContext) =>
    findWritten(
      id,
      properties(context),
      withCurrentEdits(id, context, (edit) => edit.phase === phase),
    );
  const shownIn = memoized((context) => writtenIn("switch", context));
  const acceptedIn = memoized((context) => writtenIn("expand", context));
  const everywhereIn = memoized((context) => findWritten(id, properties(context), withCurrentEdits(id, context)));
  const requiredIn = memoized((context) => findWritten(id, items(context), withCurrentEdits(id, context)));

  return {
    id,
    ...(isForDocuments && { isForDocuments }),
    intents: ["acceptInRequests", "read", "dropFallback", "requireInRequests"],

    *find(file, context) {
      if (context.intent.kind === "requireInRequests") {
        for (const { entry, shape, file: its } of acceptedIn(context))
          if (its === file) yield* requirable(entry, shape, format, file, context);
        return;
      }
      if (context.intent.kind !== "dropFallback") {
        yield* offered(shapesOf(file, context), format, file, context);
        return;
      }
      for (const { entry, shape, file: its } of shownIn(context)) {
        if (its === file) yield* tighten(entry, shape, isForDocuments === true, format, file, context);
      }
    },

    *undo(file, context) {
      for (const { entry, shape, file: its } of everywhereIn(context)) {
        const splices = its === file ? format.removeProperty(entry, shape.map, file) : undefined;
        if (splices !== undefined) yield removal(splices, shape.what, shape, textOf(entry.node, file));
      }
      for (const { item, shape, file: its } of requiredIn(context)) {
        const splices = its === file && shape.required ? format.removeItem(item, shape.required, file) : undefined;
        if (splices !== undefined) yield removal(splices, requiredOf(shape), shape, textOf(item.node, file));
      }
    },

    scaffoldingIn(text) {
      const left = withoutNull(text);
      return left === text ? undefined : { dropped: "null", left };
    },

    *restore(file, context) {
      for (const [{ shape, file: its, node }, edit] of matchWritten(earlierOf(id, context), properties(context))) {
        if (its === file) yield* putBack(node, edit, shape, file);
      }
    },
  };
}

function* offered(
  shapes: readonly SchemaShape[],
  format: Format,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const isExpand = context.intent.kind === "acceptInRequests";
  for (const shape of shapes) {
    const { map, name, what } = shape;
    const names = map.entries.map(({ key }) => key);
    const role = roleOf(shape, names, context);
    const isShown = role !== "request";
    if (isExpand !== (role !== "response") || (isShown && context.intent.exposure === "internal")) continue;
    const tie = tieByName(name, names, context);
    if (tie === undefined) continue;
    const key = keyAmong(names, context);
    const keywords = keywordsOf(context, isNullable(shape, role, file, context) ? shape.nullable : undefined);
    const text = keywords && format.show(key, keywords, map, file);
    const isOpen = context.takes(map.node, "schema") && !names.includes(key) && !map.isShared;
    const written =
      isOpen && keywords && file.generatedBy === undefined ? format.addProperty(key, keywords, map, file) : undefined;
    if (written !== undefined) {
      yield { kind: "edit", splices: written.splices, what, owner: shape.owner, text: written.text };
      continue;
    }
    const when = isExpand ? "callers may choose it" : "it is shown there";
    const both = role === "both" ? "; requests and responses share it, so it stays optional" : "";
    const isRefusing = isShown && !isExpand && shape.isClosed;
    const closed = isRefusing
      ? "; it takes no other keys: whole rows that are checked with it are refused from now on"
      : "";
    const advice = `add \`${text ?? key}\` if ${when}${both}${closed}`;
    const listed = { family: "schema", tie, node: map.node, what, anchor: name, names, text, advice } as const;
    const candidate = candidateFor(listed, file, context);
    const generated = generatedPlace(file, what, startOf(map.node, file), context.field.name);
    if (candidate === undefined || (generated !== undefined && candidate.isDone)) continue;
    yield generated ?? candidate;
    // Once per file: the command writes the whole file.
    if (generated !== undefined) return;
  }
}

/**
 * Nullable in responses until contract, and permanently if the column stays optional. Requests accept null as their other such columns do.
 */
function isNullable(
  { map }: SchemaShape,
  role: NonNullable<SchemaShape["role"]>,
  file: SourceFile,
  { intent, columns }: TransformContext,
): boolean {
  if (intent.neverNull) return false;
  if (role === "response" || !intent.staysOptional) return role === "response";
  const optional = columns.filter((column) => column.isOptional).map(({ name }) => name);
  const others = map.entries.filter(({ key }) => optional.includes(key));
  return (
    role === "both" ||
    others.length === 0 ||
    others.some(({ node }) => /\bnull\b|\bnullable["']?\s*:\s*true\b/.test(textOf(node, file)))
  );
}

/**
 * No row lacks a value any more, so it is no longer nullable. A document then declares it as required, if it does so for the other columns.
 * In code this could reject responses, so it is not done there.
 */
function* tighten(
  entry: DocEntry,
  shape: SchemaShape,
  isDocument: boolean,
  format: Format,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const replaces = textOf(entry.node, file);
  const text = withoutNull(replaces);
  if (text === replaces) return;
  const splices = [{ start: startOf(entry.node, file), end: entry.node.end, text }];
  yield { kind: "edit", splices, what: shape.what, owner: shape.owner, text, replaces };
  const names = (shape.required?.items ?? []).map((item) => (item.kind === "scalar" ? String(item.value) : ""));
  const always = context.columns.filter((column) => !column.isOptional).map((column) => column.name);
  const given = shape.map.entries.map(({ key }) => key);
  const isStrict = always.some((name) => names.includes(name));
  const isLoose = always.some((name) => given.includes(name) && !names.includes(name));
  if (!isDocument || shape.required === undefined || !isStrict || isLoose || names.includes(entry.key)) return;
  const written = format.addItem(entry.key, shape.required, file);
  if (written !== undefined) yield { kind: "edit", what: requiredOf(shape), owner: shape.owner, ...written };
}

/** Schemas that only requests use: schemas that responses share stay optional. */
function* requirable(
  entry: DocEntry,
  shape: SchemaShape,
  format: Format,
  file: SourceFile,
  context: TransformContext,
): Iterable<Finding> {
  const names = shape.map.entries.map(({ key }) => key);
  if (roleOf(shape, names, context) !== "request") return;
  const required = (shape.required?.items ?? []).map((item) => (item.kind === "scalar" ? String(item.value) : ""));
  if (required.includes(entry.key)) return;
  const what = requiredOf(shape);
  const written = shape.required && format.addItem(entry.key, shape.required, file);
  const edits = written && [{ kind: "edit", what, owner: shape.owner, ...written } as const];
  const accepted = {
    node: shape.map.node,
    what,
    anchor: shape.name,
    required,
    text: written?.text,
    isAdded: true,
  } as const;
  yield* requiredFindings(accepted, edits, context);
}

function roleOf(
  { role, name }: SchemaShape,
  names: readonly string[],
  { model }: TransformContext,
): NonNullable<SchemaShape["role"]> {
  return role ?? (isNamedAsRequest(name, names, model.primaryKey) ? "request" : "response");
}

function* putBack(
  node: DocEntry["node"],
  { replaces }: PlannedEdit,
  { what, owner }: SchemaShape,
  file: SourceFile,
): Iterable<EditFinding> {
  if (replaces === undefined) return;
  const splice = { start: startOf(node, file), end: node.end, text: replaces };
  yield { kind: "edit", splices: [splice], what, owner, text: replaces, replaces: textOf(node, file) };
}

function removal(splices: EditFinding["splices"], what: string, { owner }: SchemaShape, replaces: string): EditFinding {
  return { kind: "edit", splices, what, owner, text: "", replaces };
}

function requiredOf({ what }: SchemaShape): string {
  return `required of ${what}`;
}

/** The schema of the new field; undefined if it is not known. */
function keywordsOf({ field }: TransformContext, nullable: Nullable | undefined): Keywords | undefined {
  // A bigint or decimal that is a string in code is one in JSON.
  const type = field.type === "datetime" ? "string" : typeOf(typeInCode(field));
  const values = field.type === "enum" ? field.enumValues?.map(({ name }) => name) : [];
  if (field.isList || type === undefined || values === undefined) return undefined;
  // `null` would also have to be one of the values.
  if (field.type === "enum" && nullable !== undefined) return undefined;
  const all: Keywords[number][] = [["type", nullable === "union" ? [type, "null"] : type]];
  if (field.type === "datetime") all.push(["format", field.codeType === undefined ? "date-time" : "date"]);
  if (values.length > 0) all.push(["enum", values]);
  if (nullable !== undefined && nullable !== "union") all.push([nullable, true]);
  return all;
}

function typeOf(type: TransformContext["field"]["type"]): string | undefined {
  if (type === "string" || type === "datetime" || type === "enum") return "string";
  if (type === "int") return "integer";
  if (type === "float") return "number";
  return type === "boolean" ? "boolean" : undefined;
}

/** The schema without null, in any notation: the reverse of `keywordsOf`. */
function withoutNull(text: string): string {
  return text
    .replace(/(\btype["']?\s*:\s*)\[\s*([^\s,\]]+)\s*,\s*["']null["']\s*,?\s*\]/, "$1$2")
    .replace(/,?[^\S\r\n]*(?:\r?\n[^\S\r\n]*)?["']?(?:x-)?nullable["']?:\s*true\b/, "");
}
