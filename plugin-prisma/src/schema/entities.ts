import type { EntityField, EntityModel, ScalarType } from "@lockstep/core";
import type { Datamodel, Field, Model } from "@prisma/dmmf";
import type { SchemaFile } from "./model.js";
import { parseSchema } from "./parse.js";
import { readSchema } from "./read.js";

const scalars: Readonly<Record<string, ScalarType>> = {
  String: "string",
  Int: "int",
  BigInt: "bigint",
  Float: "float",
  Decimal: "decimal",
  Boolean: "boolean",
  DateTime: "datetime",
  Json: "json",
  Bytes: "bytes",
};

/**
 * The models as codemods and rules see them: with the names in code and in the database. Without views, and without what the generated
 * client lacks: `readSchema` identifies those, and has the comments without their stars.
 *
 * @throws LockstepError LS8012, see `parseSchema`
 */
export function toEntityModels(files: readonly SchemaFile[]): EntityModel[] {
  const { models, enums } = parseSchema(files);
  const declared = new Map(readSchema(files).models.map((model) => [model.name, model]));
  return models
    .filter(({ name }) => declared.get(name)?.kind !== "view")
    .map((model) => {
      const { name, dbName, schema, fields, primaryKey } = model;
      const foreignKeys = new Set(fields.flatMap(({ relationFromFields }) => relationFromFields ?? []));
      const keys = primaryKey?.fields ?? fields.filter(({ isId }) => isId).map((field) => field.name);
      const documented = new Map(declared.get(name)?.fields.map((field) => [field.name, field.documentation]));
      return {
        name,
        // The engine names tables only in the connection's own schema, in a project of several schemas too.
        table: { ...(schema && schema !== "public" ? { schema } : {}), name: dbName ?? name },
        fields: fields
          .filter(({ kind }) => kind !== "object")
          .map((field) => ({
            ...toField(field, enums),
            isId: keys.includes(field.name),
            isForeignKey: foreignKeys.has(field.name),
            documentation: documented.get(field.name) ?? "",
          })),
        relations: fields
          .filter(({ kind }) => kind === "object")
          .map(({ name, type, relationFromFields: own = [], relationToFields: references = [] }) => ({
            name,
            model: type,
            // The side that stores the key.
            ...(own.length === 0 ? {} : { fields: own, references }),
          })),
        primaryKey: keys.map((key) => columnOf(model, key)),
      };
    });
}

function toField(field: Field, enums: Datamodel["enums"]) {
  const members = enums
    .find(({ name }) => field.kind === "enum" && name === field.type)
    ?.values.map(({ name, dbName }) => ({ name, value: dbName ?? name }));
  return {
    name: field.name,
    column: field.dbName ?? field.name,
    type: members === undefined ? scalars[field.type]! : ("enum" as const),
    ...(members === undefined ? {} : { enumName: field.type, enumValues: members }),
    isList: field.isList,
    isOptional: !field.isRequired,
    isUnique: field.isUnique,
    hasDefault: field.hasDefaultValue || field.isUpdatedAt === true,
    ...defaultValue(field, members),
    isUpdatedAt: field.isUpdatedAt === true,
  };
}

/** `"eu"`, `5`, `true` or the member of an enum in `@default(…)`; nothing for a function, or for a number that JavaScript rounds. */
function defaultValue(field: Field, members: EntityField["enumValues"]): Pick<EntityField, "defaultValue"> {
  const { default: value, type } = field;
  if (value === undefined || typeof value === "object") return {};
  const member = members?.find(({ name }) => name === value);
  if (member !== undefined) return { defaultValue: member.value };
  if (type !== "BigInt" && type !== "Int") return { defaultValue: value };
  return Number.isSafeInteger(Number(value)) ? { defaultValue: Number(value) } : {};
}

function columnOf({ fields }: Model, name: string): string {
  return fields.find((field) => field.name === name)?.dbName ?? name;
}
