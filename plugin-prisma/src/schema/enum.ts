import type { TableName } from "@lockstep/core";
import { databaseName, type PrismaEnum, type SchemaFile, stringValue } from "./model.js";
import { readSchema } from "./read.js";
import { ownBlock } from "./remove.js";
import { applySplices } from "./splice.js";

type Files = readonly SchemaFile[];

/** The enum that is stored as a type of this name. */
export function findEnum(files: Files, type: TableName): PrismaEnum | undefined {
  return readSchema(files).enums.find((item) => {
    const schema = stringValue(item.attributes.find((attribute) => attribute.name === "schema")?.args);
    return databaseName(item) === type.name && (type.schema === undefined || schema === type.schema);
  });
}

/** Takes an enum away, with its comments and one of the blank lines around it. One that a field still has stays. */
export function removeEnum(files: Files, type: TableName): SchemaFile[] {
  const found = findEnum(files, type);
  const isUsed = readSchema(files).models.some((model) => model.fields.some((field) => field.type === found?.name));
  if (found === undefined || isUsed) return [...files];
  return files.map((file) =>
    file.path === found.file
      ? { path: file.path, content: applySplices(file.content, [ownBlock(file.content, found.span)]) }
      : file,
  );
}
