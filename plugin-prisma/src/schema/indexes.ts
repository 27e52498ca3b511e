import type { DeclaredIndex } from "@lockstep/core";
import { fieldsOf, type PrismaAttribute, type SchemaFile } from "./model.js";
import { readSchema } from "./read.js";

/** The `@unique`, `@@unique`, `@@index` and `@@fulltext` of the models. */
export function declaredIndexes(files: readonly SchemaFile[]): DeclaredIndex[] {
  return readSchema(files).models.flatMap(({ name: model, file, fields, attributes }) => {
    const index = ({ name, span, line }: PrismaAttribute, of: readonly string[]): DeclaredIndex => ({
      kind: name === "unique" ? "unique" : "index",
      model,
      fields: of,
      text: textIn(files, file, span),
      at: `${file}:${line}`,
    });
    return [
      ...fields.flatMap((field) =>
        field.attributes.filter(({ name }) => name === "unique").map((each) => index(each, [field.name])),
      ),
      ...attributes
        .filter(({ name }) => /^(?:index|unique|fulltext)$/.test(name))
        .map((each) => index(each, fieldsOf(each))),
    ];
  });
}

function textIn(files: readonly SchemaFile[], file: string, { start, end }: PrismaAttribute["span"]): string {
  const text = files.find(({ path }) => path === file)?.content.slice(start, end) ?? "";
  return text.replace(/\s+/g, " ");
}
