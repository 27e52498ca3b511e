import { expect, test } from "vitest";
import { readEntities } from "../../../plugin-typeorm/src/entities/read.js";
import { fixtures } from "./fixtures.js";

const all = fixtures();

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

test("a key that only a relation makes goes by the name of the relation, whatever TypeORM calls it", () => {
  const files = all.find(({ name }) => name === "relations")?.files ?? [];
  const known = { model: "Member", field: "office.id", table: { name: "member" }, name: "office_id" };
  const member = readEntities(files, [known]).find(({ name }) => name === "Member");
  expect(member?.fields.find(({ column }) => column === "office_id")?.name).toBe("office");
  expect(member?.relations.find(({ name }) => name === "office")?.fields).toEqual(["office"]);
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

test.each([
  ['@Column("date") at: string', "datetime", "string"],
  ['@Column({ type: "date", nullable: true }) at: string | null', "datetime", "string"],
  ['@Column("bigint") at: string', "bigint", "string"],
  ['@Column("decimal", { precision: 10 }) at: string', "decimal", "string"],
  ['@Column("date") at: Date', "datetime", undefined],
  ['@Column("timestamp") at: string', "datetime", undefined],
  ['@Column("bigint") at: number', "bigint", undefined],
  ['@Column("varchar") at: string', "string", undefined],
])("%s is %s in the database, and in code %s", (column, type, codeType) => {
  const content = `import { Column, Entity, PrimaryColumn } from "typeorm";
    @Entity() export class User { @PrimaryColumn() id: number; ${column}; }`;
  const field = readEntities([{ path: "user.ts", content }])[0]?.fields.find(({ name }) => name === "at");
  expect([field?.type, field?.codeType]).toEqual([type, codeType]);
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

test("a default is known where it is a constant, also that of an enum; not where it is SQL", () => {
  const content = `import { Column, Entity } from "typeorm";
    enum Role { Plain = "plain" }
    const retries = 3;
    @Entity() export class Job {
      @Column({ default: "eu" }) region: string;
      @Column({ type: "enum", enum: Role, default: Role.Plain }) role: Role;
      @Column({ default: retries }) retries: number;
      @Column({ default: false }) done: boolean;
      @Column({ default: () => "now()" }) at: Date;
      @Column({ nullable: true, default: null }) note: string;
    }`;
  const [job] = readEntities([{ path: "job.ts", content }]);
  expect(job?.fields.map(({ name, defaultValue }) => [name, defaultValue])).toEqual([
    ["region", "eu"],
    ["role", "plain"],
    ["retries", 3],
    ["done", false],
    ["at", undefined],
    ["note", undefined],
  ]);
});

test.each([
  ['type: "tinyint"', "boolean", "boolean"],
  ['type: "tinyint"', "number", "int"],
  ['type: "mediumint", unsigned: true', "number", "int"],
  ['type: "bigint"', "string", "bigint"],
  ['type: "double"', "number", "float"],
  ['type: "datetime", precision: 3', "Date", "datetime"],
  ['type: "longtext"', "string", "string"],
  ['type: "varbinary"', "Buffer", "bytes"],
  ['type: "mediumblob"', "Buffer", "bytes"],
  ['type: "simple-json"', "object", "json"],
  ['type: "enum", enum: ["a", "b"]', "string", "enum"],
  ['type: "set", enum: ["a", "b"]', "string[]", "enum[]"],
])("MySQL's types: @Column({ %s }) of a %s is read as %s", (options, declared, expected) => {
  const content = `import { Column, Entity } from "typeorm";\n@Entity() export class User { @Column({ ${options} }) value!: ${declared}; }`;
  const [field] = readEntities([{ path: "user.ts", content }])[0]?.fields ?? [];
  expect(`${field?.type}${field?.isList ? "[]" : ""}`).toBe(expected);
});
