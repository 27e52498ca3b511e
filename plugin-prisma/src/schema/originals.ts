import type { Plan, PlannedColumn } from "@lockstep/core";
import type { PrismaProject } from "../project.js";
import type { PrismaSchema, SchemaFile } from "./model.js";

/** The current models that contain the columns of a plan: an undo restores them. */
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
