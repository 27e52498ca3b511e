import { annotationSpans, isSameTable, LockstepError, parseAnnotations, type TableName } from "@lockstep/core";
import type { ColumnSource } from "@lockstep/core/planning";
import { convertedModels } from "../extensions/converted-models.js";
import type { PrismaProject } from "../project.js";
import { assertSameReading } from "./compare.js";
import { relationsOver } from "./edit.js";
import { databaseName, type PrismaField, type PrismaModel, type PrismaSchema } from "./model.js";
import { parseSchema } from "./parse.js";

/**
 * Finds the Prisma model's declarations for a column: its field, its annotations.
 *
 * @throws LS2008 when the field's annotations cannot be parsed · LS8013 when the two readings find different models
 */
export async function columnSources(
  schema: PrismaSchema,
  project: Pick<PrismaProject, "schemaFiles" | "root" | "generatedFolders">,
) {
  const entities = await convertedModels(schema.files, project);
  return (table: TableName, column: string): ColumnSource | undefined => {
    const entity = entities.find((candidate) => isSameTable(candidate.table, table));
    if (entity === undefined) return undefined;
    assertSameReading(schema, parseSchema(schema.files), new Set([entity.name]));
    const model = schema.models.find((candidate) => candidate.name === entity.name);
    const field = entity.fields.find((candidate) => candidate.column === column);
    const declared = model?.fields.find((candidate) =>
      field === undefined ? isHidden(candidate) && databaseName(candidate) === column : candidate.name === field.name,
    );
    if (model === undefined || declared === undefined) return undefined;
    const file =
      project.schemaFiles[schema.files.findIndex((candidate) => candidate.path === model.file)] ?? model.file;
    refuseAtRelations(model, declared, file);
    const lines = declared.documentationLines.map((line) => line.line);
    const notes = parseAnnotations(declared.documentation, { file, line: lines[0] ?? declared.line, lines });
    const source = notes.backfill ?? notes.mirror;
    const line = Number(source?.source.split(":").at(-1) ?? declared.line);
    return {
      model: entity.name,
      field: declared.name,
      hasDefault: field?.hasDefault ?? declared.attributes.some(({ name }) => name === "default"),
      ...(field === undefined ? { isOutsideClient: true as const } : {}),
      ...clientDefaultOf(declared),
      file,
      line,
      ...(source === undefined
        ? {}
        : { fill: { kind: notes.backfill === undefined ? "mirror" : "backfill", sql: source.text } }),
      ...(notes.write === undefined ? {} : { write: notes.write.text }),
      ...(notes.skip === undefined ? {} : { skip: notes.skip.text }),
      ...(notes.visibility === undefined ? {} : { exposure: notes.visibility }),
      ...(field?.conversion && { conversion: field.conversion }),
    };
  };
}

/** The column exists, but Prisma's client lacks the field, and so do the models that its parser returns. */
function isHidden({ type, attributes }: PrismaField): boolean {
  return type.startsWith("Unsupported(") || attributes.some(({ name }) => name === "ignore");
}

/** A relation has no column: annotations above it would be ignored. */
function refuseAtRelations(model: PrismaModel, field: PrismaField, file: string): void {
  for (const relation of relationsOver({ model, field })) {
    if (annotationSpans(relation.documentation, file).length === 0) continue;
    const place = `${file}:${relation.documentationLines[0]?.line ?? relation.line}`;
    throw new LockstepError(
      "LS2008",
      `${place}: the annotation above the relation ${model.name}.${relation.name} has no effect: the column is ${field.name}`,
      { hint: `Move it above ${field.name}, ${file}:${field.line}.`, details: { place } },
    );
  }
}

/** Defaults that Prisma's client computes, not the database. `now()` and `dbgenerated()` are the database's. */
function clientDefaultOf({ attributes }: PrismaField): Pick<ColumnSource, "clientDefault"> {
  for (const { name, args = "" } of attributes) {
    if (name === "updatedAt") return { clientDefault: { kind: "updatedAt", text: "@updatedAt" } };
    const kind = /^\s*(?:value\s*:\s*)?(uuid|cuid|nanoid|ulid)\s*\(/.exec(args)?.[1];
    if (name === "default" && kind !== undefined)
      return { clientDefault: { kind: kind as "uuid" | "cuid" | "nanoid" | "ulid", text: `@default(${args.trim()})` } };
  }
  return {};
}
