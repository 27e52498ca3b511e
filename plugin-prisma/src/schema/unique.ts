import { committedText, isSameTable, type KeptUnique, type TableName, type UnitIndex } from "@lockstep/core";
import type { FormerUnique } from "@lockstep/core/planning";
import type { PrismaProject } from "../project.js";
import { fileOf, findField, findModel, replaced } from "./edit.js";
import { toEntityModels } from "./entities.js";
import {
  databaseName,
  declarationOf,
  fieldsOf,
  type PrismaAttribute,
  type PrismaField,
  type PrismaModel,
  type PrismaSchema,
  type SchemaFile,
  stringValue,
} from "./model.js";
import { readSchema } from "./read.js";
import { laidOut, ownLine } from "./remove.js";
import { applySplices, lineBreak, wholeLine } from "./splice.js";

type Files = readonly SchemaFile[];
type Declared = Pick<KeptUnique, "model" | "fields" | "attribute">;

/**
 * Restores the declaration of a unique constraint that a change removed: on its field, or on a line of its own above its replacement, where
 * an undo keeps it unchanged. An existing declaration is not changed.
 *
 * @throws LockstepError LS4002 when there is no such model or field
 */
export function keepUnique(files: Files, unique: Declared & Partial<Pick<KeptUnique, "replacedBy">>): SchemaFile[] {
  const schema = readSchema(files);
  const model = findModel(schema, unique.model);
  if (declarationOf(model, unique.fields) !== undefined) return [...files];
  const { content } = fileOf(files, model);
  if (!unique.attribute.startsWith("@@")) {
    const { field } = findField(files, unique.model, unique.fields[0] ?? "");
    const end = endOf(field);
    const text = ` ${unique.attribute}`;
    const edited = replaced(files, model.file, applySplices(content, [{ start: end, end, text }]));
    return laidOut(edited, unique.model, field.name, content, model);
  }
  const replacement = model.attributes.find(
    (attribute) =>
      attribute.name === "unique" && columnsOf(model, fieldsOf(attribute)).join() === unique.replacedBy?.join(),
  );
  const last = replacement ?? model.attributes.at(-1);
  const line = last === undefined ? undefined : wholeLine(content, last.span);
  const at =
    line === undefined ? ownLine(content, { span: model.closeSpan }).start : replacement ? line.start : line.end;
  const indent = line === undefined ? "  " : (/^[^\S\r\n]*/.exec(content.slice(line.start))?.[0] ?? "  ");
  const text = `${indent}${unique.attribute}${lineBreak(content)}`;
  return replaced(files, model.file, applySplices(content, [{ start: at, end: at, text }]));
}

/**
 * The reverse of `keepUnique`.
 *
 * @throws LockstepError LS4002 when there is no such model
 */
export function dropUnique(files: Files, unique: Declared): SchemaFile[] {
  const model = findModel(readSchema(files), unique.model);
  const { content } = fileOf(files, model);
  const found = declarationOf(model, unique.fields);
  if (found === undefined) return [...files];
  const span =
    found.field === undefined
      ? ownLine(content, found.attribute)
      : { start: previousEnd(found.field, found.attribute), end: found.attribute.span.end };
  return replaced(files, model.file, applySplices(content, [{ ...span, text: "" }]));
}

/**
 * How the model declared a unique index before the change: as in the last commit; without one, as Prisma's own formatter would write it.
 */
export function formerUniques(schema: PrismaSchema, project: Pick<PrismaProject, "root" | "schemaFiles">) {
  return (table: TableName, index: UnitIndex): FormerUnique => {
    const entity = toEntityModels(schema.files).find((candidate) => isSameTable(candidate.table, table));
    const model = findModel(schema, entity?.name ?? table.name);
    const fields = index.columns.map(
      (column) => model.fields.find((field) => databaseName(field) === column)?.name ?? column,
    );
    const committed = committedDeclaration(project, model.name, fields);
    const attribute = committed?.text ?? newDeclaration(table, index, fields);
    return { model: model.name, fields, selector: committed?.selector ?? fields.join("_"), attribute };
  };
}

/** The schema in the last commit. Empty without one. */
function committedFiles({ root, schemaFiles }: Pick<PrismaProject, "root" | "schemaFiles">): SchemaFile[] {
  return schemaFiles.flatMap((path) => {
    const content = committedText(root, path);
    return content === undefined ? [] : [{ path, content }];
  });
}

/** The name of a column's field, or of a table's model, in the last commit. */
export function formerNames(project: Pick<PrismaProject, "root" | "schemaFiles">) {
  const models = toEntityModels(committedFiles(project));
  return (table: TableName, column: string | undefined): string | undefined => {
    const model = models.find((candidate) => isSameTable(candidate.table, table));
    return column === undefined ? model?.name : model?.fields.find((field) => field.column === column)?.name;
  };
}

function committedDeclaration(
  project: Pick<PrismaProject, "root" | "schemaFiles">,
  modelName: string,
  fields: readonly string[],
): { readonly text: string; readonly selector: string } | undefined {
  const files = committedFiles(project);
  const model = readSchema(files).models.find((item) => item.name === modelName);
  const found = model && declarationOf(model, fields);
  if (model === undefined || found === undefined) return undefined;
  const { span, args } = found.attribute;
  const name =
    found.field === undefined ? stringValue(/\bname\s*:\s*("(?:\\.|[^"\\])*")/.exec(args ?? "")?.[1]) : undefined;
  return { text: fileOf(files, model).content.slice(span.start, span.end), selector: name ?? fields.join("_") };
}

/** `map:` if the name in the database is not Prisma's default. */
function newDeclaration(table: TableName, index: UnitIndex, fields: readonly string[]): string {
  const isDefault = index.name === `${table.name}_${index.columns.join("_")}_key`;
  const map = isDefault ? "" : `map: ${JSON.stringify(index.name)}`;
  if (fields.length === 1) return `@unique${map === "" ? "" : `(${map})`}`;
  return `@@unique([${fields.join(", ")}]${map === "" ? "" : `, ${map}`})`;
}

function columnsOf(model: PrismaModel, fields: readonly string[]): string[] {
  return fields.map((name) => {
    const field = model.fields.find((item) => item.name === name);
    return field === undefined ? name : databaseName(field);
  });
}

function endOf(field: PrismaField): number {
  return field.attributes.at(-1)?.span.end ?? field.markSpan.end;
}

function previousEnd(field: PrismaField, attribute: PrismaAttribute): number {
  const before = field.attributes[field.attributes.indexOf(attribute) - 1];
  return before?.span.end ?? field.markSpan.end;
}
