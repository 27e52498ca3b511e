import type { EntityField, EntityModel, EntityRelation, ScalarType } from "@lockstep/core";
import {
  databaseName,
  fieldsOf,
  listOf,
  type PrismaField,
  type PrismaModel,
  type PrismaSchema,
  stringValue,
} from "./model.js";

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
 * The models as codemods and rules see them: names of the code and of the database side by side. Left out is what the
 * generated client does not have: views, `@@ignore`d models, `@ignore`d fields and `Unsupported(…)` ones.
 */
export function toEntityModels(schema: PrismaSchema): EntityModel[] {
  const enums = new Map(
    schema.enums.map((item) => [
      item.name,
      item.values.map((value) => ({ name: value.name, value: databaseName(value) })),
    ]),
  );
  const models = schema.models.filter((model) => model.kind === "model" && !has(model, "ignore"));
  const names = new Set(schema.models.map((model) => model.name));
  return models.map((model) => {
    const foreignKeys = new Set(model.fields.flatMap((field) => fieldsOf(attribute(field, "relation") ?? none)));
    const keys = keyFields(model);
    const declared = stringValue(attribute(model, "schema")?.args);
    // The engine names tables of the connection's own schema alone, in a project of several schemas too.
    const databaseSchema = declared === "public" ? undefined : declared;
    return {
      name: model.name,
      table: { ...(databaseSchema === undefined ? {} : { schema: databaseSchema }), name: databaseName(model) },
      fields: model.fields
        .filter((field) => !has(field, "ignore"))
        .flatMap((field) => toField(field, model, enums, foreignKeys.has(field.name), keys.includes(field.name))),
      relations: model.fields
        .filter((field) => names.has(field.type))
        .map((field) => ({ name: field.name, model: field.type, ...keyOf(field) })),
      primaryKey: keys.map((name) => columnOf(model, name)),
    };
  });
}

/** The side of a relation that stores the key. */
function keyOf(field: PrismaField): Pick<EntityRelation, "fields" | "references"> {
  const relation = attribute(field, "relation") ?? none;
  const fields = fieldsOf(relation);
  return fields.length === 0 ? {} : { fields, references: listOf(relation, "references") };
}

const none = { name: "", args: undefined, span: { start: 0, end: 0 }, line: 0 };

function toField(
  field: PrismaField,
  model: PrismaModel,
  enums: ReadonlyMap<string, NonNullable<EntityField["enumValues"]>>,
  isForeignKey: boolean,
  isId: boolean,
): EntityField[] {
  const enumValues = enums.get(field.type);
  const type = enumValues === undefined ? scalars[field.type] : "enum";
  if (type === undefined) return [];
  const isUpdatedAt = has(field, "updatedAt");
  return [
    {
      name: field.name,
      column: databaseName(field),
      type,
      ...(enumValues === undefined ? {} : { enumName: field.type, enumValues }),
      isList: field.isList,
      isOptional: field.isOptional,
      isId,
      isUnique: has(field, "unique") || isOnlyFieldOf("unique", model, field.name),
      hasDefault: has(field, "default") || isUpdatedAt,
      ...defaultValue(field, enumValues),
      isForeignKey,
      isUpdatedAt,
      documentation: field.documentation,
    },
  ];
}

/** `"eu"`, `5`, `true` or the member of an enum in `@default(…)`; nothing of a function. */
function defaultValue(field: PrismaField, members: EntityField["enumValues"]): Pick<EntityField, "defaultValue"> {
  const args = attribute(field, "default")
    ?.args?.replace(/^\s*value\s*:/, "")
    .trim();
  if (args === undefined) return {};
  const given = members?.find(({ name }) => name === args)?.value ?? stringValue(args);
  if (given !== undefined) return { defaultValue: given };
  const isNumber = /^-?\d+(?:\.\d+)?$/.test(args) && (args.includes(".") || Number.isSafeInteger(Number(args)));
  if (isNumber) return { defaultValue: Number(args) };
  return args === "true" || args === "false" ? { defaultValue: args === "true" } : {};
}

function keyFields(model: PrismaModel): string[] {
  const single = model.fields.filter((field) => has(field, "id")).map((field) => field.name);
  return single.length > 0 ? single : fieldsOf(attribute(model, "id") ?? none);
}

function isOnlyFieldOf(name: string, model: PrismaModel, field: string): boolean {
  return model.attributes.some((item) => item.name === name && fieldsOf(item).join() === field);
}

function columnOf(model: PrismaModel, name: string): string {
  const field = model.fields.find((item) => item.name === name);
  return field === undefined ? name : databaseName(field);
}

function attribute(item: Pick<PrismaField | PrismaModel, "attributes">, name: string) {
  return item.attributes.find((candidate) => candidate.name === name);
}

function has(item: Pick<PrismaField | PrismaModel, "attributes">, name: string): boolean {
  return attribute(item, name) !== undefined;
}
