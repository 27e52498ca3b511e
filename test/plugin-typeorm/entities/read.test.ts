import { afterAll, describe, expect, test } from "vitest";
import type { EntityModel } from "../../../core/src/model/index.js";
import { readEntities } from "../../../plugin-typeorm/src/entities/read.js";
import { fixtures } from "./fixtures.js";
import { EntityProject, type LoadedEntity, type Version, versions } from "./load.js";

const all = fixtures();

describe.each(Object.keys(versions) as Version[])("sees what TypeORM %s sees", (version) => {
  const project = new EntityProject(version);
  afterAll(() => project.remove());
  for (const { name, files } of all) project.write(name, files);
  const loaded = project.load(
    "ts-node",
    all.map(({ name }) => name),
  );

  test.each(all)("$name", ({ name, files }) => {
    const found = loaded.get(name);
    if (found === undefined || "error" in found) throw new Error(found?.error ?? "not loaded");
    const models = readEntities(files);
    expect(byName(models.map(ofModel))).toEqual(byName(found.entities.map(ofMetadata)));
  });
});

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

function ofModel(model: EntityModel) {
  return {
    name: model.name,
    table: model.table,
    primaryKey: model.primaryKey,
    fields: byName(
      model.fields.map(({ documentation: _, enumName: _name, enumValues, hasDefault: _default, ...field }) => ({
        ...field,
        values: enumValues?.map(({ value }) => value) as readonly string[] | undefined,
      })),
    ),
    relations: byName(model.relations.map((relation) => ({ fields: [], references: [], ...relation }))),
  };
}

function ofMetadata(entity: LoadedEntity): ReturnType<typeof ofModel> {
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

function byName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : 1));
}

test("names that only the project's own strategy gives come from the plan; a shared name is told by its model", () => {
  const files = [
    {
      path: "user.ts",
      content: `import { Column, Entity } from "typeorm";
    @Entity() export class User { @Column() firstName: string; @Column() city: string; }
    @Entity() export class Post { @Column() firstName: string; }`,
    },
  ];
  const known = [{ model: "User", field: "firstName", table: { schema: "app", name: "users" }, name: "first_name" }];
  expect(
    readEntities(files, known).map(({ name, table, fields }) => [name, table, fields.map(({ column }) => column)]),
  ).toEqual([
    ["User", { schema: "app", name: "users" }, ["first_name", "city"]],
    ["Post", { name: "post" }, ["firstName"]],
  ]);
});

test("enums by the names of code, documentation by its words", () => {
  const [enums, annotated] = ["enums", "annotations"].map((name) => {
    const [model] = readEntities(all.find((fixture) => fixture.name === name)?.files ?? []);
    return new Map(model?.fields.map((field) => [field.name, field]));
  });
  const valuesOf = (field: string) => [
    enums?.get(field)?.enumName,
    enums
      ?.get(field)
      ?.enumValues?.map(({ name, value }) => `${name}=${value}`)
      .join(),
  ];
  expect(valuesOf("role")).toEqual(["Role", "Admin=admin,Member=member"]);
  expect(valuesOf("former")).toEqual(["Role", "Admin=admin,Member=member"]);
  expect(valuesOf("plan")).toEqual(["Plans", "Free=free,Paid=paid"]);
  expect(valuesOf("colour")).toEqual([undefined, "red=red,green=green"]);
  expect(valuesOf("levels")).toEqual(["Level", "Low=0,High=1"]);
  expect(annotated?.get("lines")?.documentation).toBe(
    "Stays. @lockstep.backfill(1) Stays too.\n@lockstep.internal\nStays as well.",
  );
  expect(annotated?.get("behindWords")?.documentation).toBe("Shown in the URL. @lockstep.mirror(lower(email))");
  expect(annotated?.get("none")?.documentation).toBe("");
});

test("JavaScript, views and what is no column", () => {
  const files = [
    {
      path: "a.js",
      content: `const { EntitySchema: Schema } = require("typeorm");
      module.exports = new Schema({ name: "Cat", columns: { id: { type: Number, primary: true }, born: { type: "date", nullable: true } } });`,
    },
    {
      path: "b.ts",
      content: `import * as orm from "typeorm";
      @orm.ViewEntity({ expression: "" }) export class Report { @orm.ViewColumn() total: number; }
      @orm.Entity({ name: "dogs" }) export class Dog {
        @orm.PrimaryColumn("int") id: number;
        @orm.VirtualColumn({ query: () => "" }) age: number;
        @orm.Column() private _name: string;
        get name() { return this._name; }
        plain: string;
        @orm.ManyToMany(() => Dog) @orm.JoinTable() friends: Dog[];
      }`,
    },
  ];
  const models = readEntities(files);
  expect(
    models.map(({ name, table, fields }) => [name, table.name, fields.map((field) => `${field.name} ${field.type}`)]),
  ).toEqual([
    ["Dog", "dogs", ["id int", "_name string"]],
    ["Cat", "cat", ["id int", "born datetime"]],
  ]);
  expect(models[0]?.relations).toEqual([{ name: "friends", model: "Dog" }]);
});
