import type { Plan, PlannedColumn } from "@lockstep/core";
import type { PrismaProject } from "../project.js";
import type { PrismaSchema, SchemaFile } from "./model.js";

/** The models that the columns of a plan stand in, as they are now: what an undo brings back. */
export function originalModels(
  schema: PrismaSchema,
  files: readonly SchemaFile[],
  { schemaFiles }: Pick<PrismaProject, "schemaFiles">,
  columns: readonly PlannedColumn[],
): Plan["originalModels"] {
  const names = new Set(columns.map(({ model }) => model));
  return schema.models
    .filter(({ name }) => names.has(name))
    .map((model) => {
      const at = files.findIndex(({ path }) => path === model.file);
      return {
        file: schemaFiles[at] ?? model.file,
        model: model.name,
        text: (files[at]?.content ?? "").slice(model.span.start, model.span.end),
      };
    });
}
