import { LockstepError } from "@lockstep/core";
import type { Datamodel } from "@prisma/dmmf";
import { databaseName, declarationOf, type PrismaField, type PrismaModel, type PrismaSchema } from "./model.js";

/** How one side reads a declaration, in the words of a schema. */
type Readings = ReadonlyMap<string, string>;

/**
 * Edits go where `readSchema` sees a declaration, and say what Prisma's parser knows about it: so both have to see the same models,
 * fields, types, unique constraints, enums and names in the database.
 *
 * @throws LockstepError LS8013 with the first declaration that is read differently, and its line
 */
export function assertSameReading(schema: PrismaSchema, dataModel: Datamodel): void {
  const [theirs, ours] = [readingsOf(dataModel), readingsIn(schema)];
  for (const name of new Set([...theirs.keys(), ...ours.keys()])) {
    const [their, our] = [theirs, ours].map((readings) => readings.get(name) ?? "nothing");
    if (their === our) continue;
    throw new LockstepError("LS8013", `${placeOf(schema, name)}: Prisma reads ${name} as ${their}, Lockstep as ${our}`);
  }
}

function readingsOf({ models, types, enums }: Datamodel): Readings {
  return new Map<string, string>([
    ...[...models, ...types].flatMap((model) => [
      [model.name, mapped("a model", model)] as const,
      ...model.fields.map((field) => {
        const mark = field.isList ? "[]" : field.isRequired ? "" : "?";
        return [`${model.name}.${field.name}`, mapped(field.type + mark, field, field)] as const;
      }),
    ]),
    ...enums.flatMap((item) => [
      [item.name, mapped("an enum", item)] as const,
      ...item.values.map((value) => [`${item.name}.${value.name}`, mapped("a value", value)] as const),
    ]),
  ]);
}

function readingsIn({ models, enums }: PrismaSchema): Readings {
  return new Map<string, string>([
    ...models.filter(isRead).flatMap((model) => [
      [model.name, named("a model", model)] as const,
      ...model.fields
        .filter((field) => isRead(field) && !field.type.startsWith("Unsupported("))
        .map((field) => {
          const type = field.type + (field.isList ? "[]" : field.isOptional ? "?" : "");
          return [`${model.name}.${field.name}`, named(type, field, keysOf(model, field))] as const;
        }),
    ]),
    ...enums.flatMap((item) => [
      [item.name, named("an enum", item)] as const,
      ...item.values.map((value) => [`${item.name}.${value.name}`, named("a value", value)] as const),
    ]),
  ]);
}

function isRead({ attributes }: Pick<PrismaField, "attributes">): boolean {
  return !attributes.some(({ name }) => name === "ignore");
}

function keysOf(model: PrismaModel, field: PrismaField) {
  const isId = field.attributes.some(({ name }) => name === "id");
  return { isId, isUnique: declarationOf(model, [field.name]) !== undefined };
}

function named(what: string, item: Parameters<typeof databaseName>[0], keys?: { isId: boolean; isUnique: boolean }) {
  return mapped(what, { name: item.name, dbName: databaseName(item) }, keys);
}

function mapped(
  what: string,
  { name, dbName }: { readonly name: string; readonly dbName?: string | null },
  keys?: { readonly isId: boolean; readonly isUnique: boolean },
): string {
  const marks = [keys?.isId ? " @id" : "", keys?.isUnique ? " @unique" : ""].join("");
  return `${what}${marks}${dbName == null || dbName === name ? "" : ` @map(${JSON.stringify(dbName)})`}`;
}

/** The declaration's line; where only Prisma sees it, that of what it stands in. */
function placeOf({ models, enums, files }: PrismaSchema, name: string): string {
  const [owner = "", field] = name.split(".");
  const model = models.find((item) => item.name === owner);
  const found = model?.fields.find((item) => item.name === field) ?? model ?? enums.find((item) => item.name === owner);
  const head = new RegExp(`^[^\\S\\r\\n]*(?:model|view|type|enum)\\s+${owner}\\b`, "m");
  const file = files.find(({ content }) => head.test(content)) ?? files[0];
  const line = found?.line ?? (file?.content.split(head)[0] ?? "").split(/\r\n|\n|\r/).length;
  return `${model?.file ?? file?.path ?? "schema.prisma"}:${line}`;
}
