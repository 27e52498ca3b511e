import { LockstepError } from "@lockstep/core";
import type { Datamodel, Field } from "@prisma/dmmf";
import { databaseName, declarationOf, fieldsOf, type PrismaAttribute, type PrismaSchema } from "./model.js";

interface Named {
  readonly name: string;
  readonly dbName?: string | null;
}
type Known = Named & Pick<Field, "type" | "isList" | "isRequired" | "isId" | "isUnique">;

/** The common part of both readings of a schema, in the shape of Prisma's. */
interface Common {
  readonly models: readonly (Named & { readonly fields: readonly Known[] })[];
  readonly enums: readonly (Named & { readonly values: readonly Named[] })[];
}

/**
 * Edits are made where `readSchema` finds a declaration, with the facts of Prisma's parser about it. So both must find the same models,
 * fields, types, unique constraints, enums and names in the database. A difference outside the edited declarations is ignored.
 *
 * @param touched models and enums. Default: all of them
 * @throws LockstepError LS8013 with the first declaration that is read differently, and its line
 */
export function assertSameReading(
  schema: PrismaSchema,
  { models, types, enums }: Datamodel,
  touched?: ReadonlySet<string>,
): void {
  const [theirs, ours] = [readings({ models: [...models, ...types], enums }), readings(commonOf(schema))];
  for (const name of new Set([...theirs.keys(), ...ours.keys()])) {
    if (touched?.has(name.replace(/\..*/, "")) === false) continue;
    const [their = "nothing", our = "nothing"] = [theirs.get(name), ours.get(name)];
    if (their === our) continue;
    throw new LockstepError("LS8013", `${placeOf(schema, name)}: Prisma reads ${name} as ${their}, Lockstep as ${our}`);
  }
}

/** Each declaration as schema text. */
function readings({ models, enums }: Common): ReadonlyMap<string, string> {
  const mapped = (what: string, { name, dbName }: Named) =>
    dbName == null || dbName === name ? what : `${what} @map(${JSON.stringify(dbName)})`;
  const typeOf = ({ type, isList, isRequired, isId, isUnique }: Known) =>
    [type, isList ? "[]" : isRequired ? "" : "?", isId ? " @id" : "", isUnique ? " @unique" : ""].join("");
  return new Map(
    [
      ...models.map((item) => [[item.name, mapped("a model", item)] as const]),
      ...models.map(({ name, fields }) =>
        fields.map((item) => [`${name}.${item.name}`, mapped(typeOf(item), item)] as const),
      ),
      ...enums.map((item) => [[item.name, mapped("an enum", item)] as const]),
      ...enums.map(({ name, values }) =>
        values.map((item) => [`${name}.${item.name}`, mapped("a value", item)] as const),
      ),
    ].flat(),
  );
}

function commonOf({ models, enums }: PrismaSchema): Common {
  const has = (item: { readonly attributes: readonly PrismaAttribute[] }, attribute: string) =>
    item.attributes.some(({ name }) => name === attribute);
  const named = (item: Parameters<typeof databaseName>[0]) => ({ name: item.name, dbName: databaseName(item) });
  return {
    models: models
      .filter((model) => !has(model, "ignore"))
      .map((model) => ({ model, keys: model.attributes.filter(({ name }) => name === "id").map(fieldsOf) }))
      .map(({ model, keys }) => ({
        ...named(model),
        fields: model.fields
          .filter((field) => !has(field, "ignore") && !field.type.startsWith("Unsupported("))
          .map((field) => {
            const isId = has(field, "id") || keys.some((key) => key.join() === field.name);
            return {
              ...named(field),
              type: field.type,
              isList: field.isList,
              isRequired: !field.isOptional,
              isId,
              // Prisma does not report a key as unique.
              isUnique: !isId && declarationOf(model, [field.name]) !== undefined,
            };
          }),
      })),
    enums: enums.map((item) => ({ ...named(item), values: item.values.map(named) })),
  };
}

/** The line of a declaration, or of its parent. If Lockstep finds neither, the files. */
function placeOf({ models, enums, files }: PrismaSchema, path: string): string {
  const [owner, name] = path.split(".");
  const model = models.find((item) => item.name === owner);
  const block = model ?? enums.find((item) => item.name === owner);
  const line = (model?.fields.find((item) => item.name === name) ?? block)?.line;
  return block === undefined ? files.map((file) => file.path).join(", ") : `${block.file}:${line}`;
}
