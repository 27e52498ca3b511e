import { type EntityModel, isOwnConversion } from "../../../core/src/model/index.js";
import type { LoadedEntity } from "./load.js";

/** What a subclass adds to the table of a class is no property of the class. */
const beneath: Readonly<Record<string, readonly string[]>> = {
  Person: ["salary", "car"],
  Employee: ["car"],
  Manager: [],
};

/** The scalar types by those of PostgreSQL. */
const scalars: Readonly<Record<string, string>> = {
  integer: "int",
  bigint: "bigint",
  numeric: "decimal",
  "double precision": "float",
  boolean: "boolean",
  "timestamp without time zone": "datetime",
  "timestamp with time zone": "datetime",
  date: "datetime",
  jsonb: "json",
  bytea: "bytes",
  enum: "enum",
};

/** A model as it was read, in the shape that it is compared in. */
export function ofModel(model: EntityModel) {
  return {
    name: model.name,
    table: model.table,
    primaryKey: model.primaryKey,
    fields: byName(
      model.fields.map(
        ({
          documentation: _,
          codeType: _code,
          enumName: _name,
          enumValues,
          hasDefault: _has,
          defaultValue: _default,
          conversion,
          ...field
        }) => ({
          ...field,
          isConverted: isOwnConversion(conversion),
          values: enumValues?.map(({ value }) => value) as readonly string[] | undefined,
        }),
      ),
    ),
    relations: byName(model.relations.map((relation) => ({ fields: [], references: [], ...relation }))),
  };
}

/** The same from what TypeORM made of the entity. */
export function ofMetadata(entity: LoadedEntity): ReturnType<typeof ofModel> {
  const isUnique = (column: string) => entity.uniques.some((unique) => unique.join() === column);
  const isOwn = (path: string) => beneath[entity.name]?.includes(path) !== true;
  const fields = entity.columns
    .filter(({ isProperty, relation, path }) => (isProperty || relation !== undefined) && isOwn(path))
    .map((column) => {
      const { relations } = entity;
      const key = relations.find(({ path, columns }) => path === column.relation && columns.includes(column.column));
      const isImplied = !column.isProperty;
      return {
        name: isImplied && key?.columns.length === 1 ? key.path : column.path,
        column: column.column,
        type: (scalars[column.type] ?? "string") as EntityModel["fields"][number]["type"],
        // TypeORM keeps it in one text; code has a list.
        isList: column.isArray || column.declared === "simple-array",
        // The subclasses of a shared table are told otherwise than the table, and have no say in it.
        isOptional: column.isNullable || (entity.name in beneath && column.path === "contact.phone"),
        isId: column.isPrimary,
        isUnique: isUnique(column.column),
        isForeignKey: key !== undefined,
        isUpdatedAt: column.path === "updatedAt",
        isConverted: column.isTransformed || /^simple-(?:json|array)$/.test(column.declared),
        values: column.enum,
      };
    });
  const nameOf = (column: string) => fields.find((field) => field.column === column)?.name ?? column;
  return {
    name: entity.name,
    table: entity.table,
    primaryKey: fields.filter(({ isId }) => isId).map(({ column }) => column),
    fields: byName(fields),
    relations: byName(
      entity.relations.map(({ path, model, columns, references }) => ({
        name: path,
        model,
        fields: columns.map(nameOf),
        references,
      })),
    ),
  };
}

export function byName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : 1));
}
