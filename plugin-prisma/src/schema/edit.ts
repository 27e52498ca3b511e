import { LockstepError } from "@lockstep/core";
import { isAligned, realign, tables, typeText } from "./align.js";
import { fieldsOf, type PrismaField, type PrismaModel, type PrismaSchema, type SchemaFile } from "./model.js";
import { readSchema } from "./read.js";
import { applySplices, type Splice } from "./splice.js";

type Files = readonly SchemaFile[];

/**
 * `handle String @unique` becomes `handle String? @unique`; every other byte stays, and a table formatted by `prisma format` stays
 * formatted. Lists stay lists: Prisma has no optional ones.
 *
 * If the field is a foreign key, its relation becomes optional too (otherwise Prisma rejects it), and `onDelete: Restrict` is written
 * explicitly: it was the default of the required relation, the optional one's is SetNull.
 *
 * @throws LockstepError LS4002 when there is no such model or field
 */
export function makeOptional(files: Files, model: string, field: string): SchemaFile[] {
  const found = findField(files, model, field);
  if (found.field.isList || found.field.isOptional) return [...files];
  return editTypes(files, found.model, [found.field, ...relationsOver(found)], (item) => {
    const relation = item.attributes.find((attribute) => attribute.name === "relation");
    const splices = item.isOptional ? [] : [{ start: item.markSpan.end, end: item.markSpan.end, text: "?" }];
    if (item.isOptional || relation === undefined || /\bonDelete\s*:/.test(relation.args ?? "")) return splices;
    const close = relation.span.end - 1;
    return [...splices, { start: close, end: close, text: restrict }];
  });
}

/**
 * The reverse of `makeOptional`.
 *
 * @param original the model's text as the user wrote it: relations get back their original text. Without it a relation over the field loses
 *   its `?` and keeps `onDelete: Restrict`, which then equals the default.
 * @throws LockstepError LS4002 when there is no such model or field
 */
export function makeRequired(files: Files, model: string, field: string, original?: string): SchemaFile[] {
  const found = findField(files, model, field);
  const before = original === undefined ? undefined : modelIn(original, model);
  const wasRequired = (item: PrismaField) => {
    const former = before?.fields.find((candidate) => candidate.name === item.name);
    return former === undefined || !former.isOptional;
  };
  const relations = relationsOver(found).filter((relation) => {
    const keys = keyFields(relation).filter((name) => name !== field);
    // A composite key with another optional column keeps its relation optional.
    return (
      wasRequired(relation) &&
      keys.every((key) => found.model.fields.find((item) => item.name === key)?.isOptional !== true)
    );
  });
  return editTypes(files, found.model, [found.field, ...relations], (item) => {
    const relation = item.attributes.find((attribute) => attribute.name === "relation");
    const former = before?.fields.find((candidate) => candidate.name === item.name);
    const splices: Splice[] =
      item.isOptional && !item.isList ? [{ start: item.typeSpan.end, end: item.markSpan.end, text: "" }] : [];
    const hadNone =
      former !== undefined && !former.attributes.some((attribute) => /\bonDelete\s*:/.test(attribute.args ?? ""));
    if (relation?.args?.endsWith(restrict) && hadNone) {
      const close = relation.span.end - 1;
      splices.push({ start: close - restrict.length, end: close, text: "" });
    }
    return splices;
  });
}

const restrict = ", onDelete: Restrict";

/** Splices into fields of one model, and formats again the tables that were formatted before. */
function editTypes(
  files: Files,
  model: PrismaModel,
  fields: readonly PrismaField[],
  edit: (field: PrismaField) => Splice[],
) {
  const { content } = fileOf(files, model);
  const splices = new Map(fields.map((field) => [field, edit(field)]));
  const typeOf = (field: PrismaField) => {
    const text = typeText(content, field);
    const inType = (splices.get(field) ?? []).filter((splice) => splice.start <= field.markSpan.end);
    return applySplices(
      text,
      inType.map((splice) => shifted(splice, field.typeSpan.start)),
    );
  };
  const gaps = tables(content, model.fields)
    .filter((table) => table.some((field) => splices.has(field)) && isAligned(content, table))
    .flatMap((table) => realign(content, table, typeOf));
  return replaced(files, model.file, applySplices(content, [...[...splices.values()].flat(), ...gaps]));
}

/** Relation fields of the model that store their key in this field. */
export function relationsOver({
  model,
  field,
}: {
  readonly model: PrismaModel;
  readonly field: PrismaField;
}): PrismaField[] {
  return model.fields.filter((item) => keyFields(item).includes(field.name));
}

function keyFields(field: PrismaField): string[] {
  return field.attributes.filter((attribute) => attribute.name === "relation").flatMap(fieldsOf);
}

/** @throws LockstepError LS4002 */
export function findModel(schema: PrismaSchema, name: string): PrismaModel {
  const model = schema.models.find((item) => item.name === name);
  if (model !== undefined) return model;
  throw new LockstepError("LS4002", `No model ${name} in ${schema.files.map((file) => file.path).join(", ")}`, {
    hint: "Restore it. If it was renamed, map it to its table with @@map, and the plan follows.\nnpx lockstep abandon   # or cancel the plan",
  });
}

/** @throws LockstepError LS4002 */
export function findField(
  files: Files,
  modelName: string,
  name: string,
): { readonly model: PrismaModel; readonly field: PrismaField } {
  const model = findModel(readSchema(files), modelName);
  const field = model.fields.find((item) => item.name === name);
  if (field !== undefined) return { model, field };
  throw new LockstepError("LS4002", `No field ${name} in model ${modelName} (${model.file}:${model.line})`, {
    hint: "Restore it. If it was renamed, map it to its column with @map, and the plan follows.\nnpx lockstep abandon   # or cancel the plan",
  });
}

/** The model as a text of its own: the form that a plan stores. */
export function modelIn(text: string, name: string): PrismaModel | undefined {
  return readSchema([{ path: "", content: text }]).models.find((model) => model.name === name);
}

export function fileOf(files: Files, model: PrismaModel): SchemaFile {
  const file = files.find((item) => item.path === model.file);
  if (file === undefined) throw new Error(`no file ${model.file}`);
  return file;
}

export function replaced(files: Files, path: string, content: string): SchemaFile[] {
  return files.map((file) => (file.path === path ? { path, content } : file));
}

function shifted(splice: Splice, by: number): Splice {
  return { start: splice.start - by, end: splice.end - by, text: splice.text };
}
