import type { OpenPlans, Restore } from "@lockstep/core";
import { editSchema } from "../schema/edit-schema.js";
import { readSchema } from "../schema/read.js";
import { keepUnique } from "../schema/unique.js";
import type { SchemaContainer } from "./shapes.js";

/** A schema with each planned column in the state of its phase, and the write that updates the files. Undefined if they are up to date. */
export async function followPlans(
  open: OpenPlans,
  schema: SchemaContainer,
): Promise<{ readonly schema: SchemaContainer; readonly restore: Restore } | undefined> {
  const { files } = schema;
  const { models } = readSchema(files);
  const restore = open.restoring({
    isRequired(column) {
      const model = models.find(({ name }) => name === column.model);
      const field = model?.fields.find(({ name }) => name === column.field);
      return field !== undefined && !field.isOptional && !field.isList;
    },
    lacks: (unique) => keepUnique(files, unique).some(({ content }, index) => content !== files[index]?.content),
  });
  return restore && { schema: { ...schema, files: await editSchema(files, restore.edits) }, restore };
}
