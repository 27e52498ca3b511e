import { dirname, relative, resolve } from "node:path";
import { type FieldRename, type FileChange, LockstepError, patternOf, type RenamedName } from "@lockstep/core";
import type { Datamodel } from "@prisma/dmmf";
import { assertSameReading } from "./compare.js";
import { fileOf, findField } from "./edit.js";
import { argumentOf, fieldsOf, type PrismaAttribute, type PrismaModel, type SchemaFile } from "./model.js";
import { envValue, parseConfig, parseSchema } from "./parse.js";
import { readSchema } from "./read.js";
import { laidOut } from "./remove.js";
import { applySplices, type Splice } from "./splice.js";
import { firstDifference } from "./verify.js";

/**
 * Renames a field and maps it to its column. Everything else stays: Prisma's own parser compares both schemas. A field that already has the
 * new name only gets the mapping.
 *
 * @throws LS2011 something else would change · LS4002 no such field
 * @example renameField(files, { model: "User", name: "name", newName: "fullName" })
 */
export function renameField(
  files: readonly SchemaFile[],
  rename: FieldRename,
  root = "",
): { readonly changes: readonly FileChange[]; readonly names: readonly RenamedName[] } {
  const schema = readSchema(files);
  const declared = schema.models.find(({ name }) => name === rename.model);
  const isDone = declared?.fields.some(({ name }) => name === rename.newName) === true;
  const { model, field } = findField(files, rename.model, isDone ? rename.newName : rename.name);
  const splices = new Map<string, Splice[]>(files.map(({ path }) => [path, []]));
  const add = (file: string, found: readonly Splice[]) => splices.get(file)?.push(...found);
  add(model.file, [{ ...field.nameSpan, text: rename.newName }]);
  if (!field.attributes.some(({ name }) => name === "map")) {
    const at = field.attributes.at(-1)?.span.end ?? field.markSpan.end;
    add(model.file, [{ start: at, end: at, text: ` @map(${JSON.stringify(rename.name)})` }]);
  }
  for (const owner of schema.models) add(owner.file, references(owner, rename, files));
  const edited = files.map((file) => ({ ...file, content: applySplices(file.content, splices.get(file.path) ?? []) }));
  const after = laidOut(edited, model.name, rename.newName, fileOf(files, model).content, model);
  assertSameReading(readSchema(after), parseSchema(after), new Set([model.name]));
  const difference = firstDifference(renamedModel(parseSchema(files), rename), parseSchema(after), "schema");
  if (difference !== undefined)
    throw new LockstepError(
      "LS2011",
      `The rename of ${rename.model}.${rename.name} would change something else: ${difference}`,
    );
  return {
    changes: files
      .map(({ path, content }, index) => ({ file: path, before: content, after: after[index]?.content ?? content }))
      .filter((change) => change.before !== change.after),
    names: codeNames(model, rename, schema.models).map((each) => ({ ...each, folders: clientFolders(files, root) })),
  };
}

/** Names of the field in indexes and keys of its model, and in relations on both sides. */
function references(owner: PrismaModel, rename: FieldRename, files: readonly SchemaFile[]): readonly Splice[] {
  const isOwn = owner.name === rename.model;
  const { content } = fileOf(files, owner);
  const lists = isOwn ? owner.attributes.flatMap(({ span }) => namesIn(content, span.start, span.end, rename)) : [];
  const relations = owner.fields.flatMap(({ type, attributes }) =>
    attributes
      .filter(({ name }) => name === "relation")
      .flatMap(({ span }) => {
        const text = content.slice(span.start, span.end);
        return [...text.matchAll(/\b(fields|references)\s*:\s*(?:\[[^\]]*\]|\w+)/g)].flatMap(
          ({ 0: list, 1: key, index }) => {
            const isAbout = key === "fields" ? isOwn : type === rename.model;
            const start = span.start + index;
            // With the closing bracket, or what follows a single name.
            return isAbout ? namesIn(content, start, start + list.length + 1, rename) : [];
          },
        );
      }),
  );
  return [...lists, ...relations];
}

function namesIn(content: string, start: number, end: number, { name, newName }: FieldRename): readonly Splice[] {
  const pattern = new RegExp(`"(?:\\\\.|[^"\\\\])*"|(?<=[[(,:]\\s*)${patternOf(name)}(?=\\s*[\\],()])`, "g");
  return [...content.slice(start, end).matchAll(pattern)]
    .filter(([found]) => found === name)
    .map(({ index }) => ({ start: start + index, end: start + index + name.length, text: newName }));
}

/** The data model with the new name in all its places. */
function renamedModel(before: Datamodel, { model, name, newName }: FieldRename): Datamodel {
  const follow = (field: string) => (field === name ? newName : field);
  const list = (fields: readonly string[] | undefined) => fields?.map(follow);
  const followed = before.models.map((each) => {
    const isOwn = each.name === model;
    const fields = each.fields.map((field) => ({
      ...field,
      ...(isOwn && follow(field.name) === newName && { name: newName, dbName: field.dbName ?? name }),
      ...(isOwn && field.relationFromFields && { relationFromFields: list(field.relationFromFields) }),
      ...(field.type === model && field.relationToFields && { relationToFields: list(field.relationToFields) }),
    }));
    if (!isOwn) return { ...each, fields };
    const { primaryKey, uniqueFields, uniqueIndexes } = each;
    return {
      ...each,
      fields,
      primaryKey: primaryKey && { ...primaryKey, fields: list(primaryKey.fields) },
      uniqueFields: uniqueFields.map(list),
      uniqueIndexes: uniqueIndexes.map((index) => ({ ...index, fields: list(index.fields) })),
    };
  });
  const indexes = before.indexes.map((index) =>
    index.model === model
      ? { ...index, fields: index.fields.map((field) => ({ ...field, name: follow(field.name) })) }
      : index,
  );
  return { ...before, models: followed, indexes } as Datamodel;
}

/** The suffixes of the generated types that have a model's columns as properties. Others have properties such as `data` and `where`. */
const suffixes = [
  "Payload|(?:Select|Omit)\\w*|FieldRefs|(?:Scalar|OrderByRelevance)FieldEnum|\\w*CompoundUniqueInput",
  "WhereInput|WhereUniqueInput|ScalarWhere(?:WithAggregates)?Input|GroupByOutputType",
  "OrderByWith\\w+Input|(?:Count|Avg|Sum|Min|Max)(?:OrderByAggregateInput|Aggregate(?:Input|Output)Type)",
  "(?:Unchecked)?Create(?:Without\\w+)?Input|CreateMany\\w*Input",
  "(?:Unchecked)?Update(?:ManyMutation|Many)?(?:Without(?:(?!NestedInput$)\\w)+)?Input",
].join("|");

/** The field in generated code, and the composite keys that Prisma names after their fields. */
function codeNames(model: PrismaModel, { name, newName }: FieldRename, all: readonly PrismaModel[]): RenamedName[] {
  // Types of `UserUpdate` begin like those of `User`.
  const longer = all.filter((each) => each !== model && each.name.startsWith(model.name)).map((each) => each.name);
  const others = longer.length === 0 ? "" : `(?!\\$?(?:${longer.join("|")})(?:${suffixes})$)`;
  const keys = model.attributes
    .filter((each) => isNamedByFields(each))
    .map((each) => fieldsOf(each).map((field) => (field === newName ? name : field)))
    .filter((fields) => fields.length > 1 && fields.includes(name));
  return [
    { name, newName, types: `^${others}\\$?${model.name}(?:${suffixes})$` },
    ...keys.map((fields) => ({
      name: fields.join("_"),
      newName: fields.map((field) => (field === name ? newName : field)).join("_"),
      types: `^${model.name}WhereUniqueInput$`,
    })),
  ];
}

/** The folders of the generated clients, also outside the root. */
function clientFolders(files: readonly SchemaFile[], root: string): readonly string[] {
  const clients = parseConfig(files).generators.filter(({ provider }) =>
    /^prisma-client(?:-js)?$/.test(envValue(provider) ?? ""),
  );
  return clients.map(({ output, sourceFilePath }) => {
    const folder = envValue(output);
    if (folder === undefined) return "node_modules/.prisma/client";
    return relative(root, resolve(root, dirname(sourceFilePath), folder)).replaceAll("\\", "/");
  });
}

function isNamedByFields(attribute: PrismaAttribute): boolean {
  if (attribute.name !== "unique" && attribute.name !== "id") return false;
  return !/(?:^|,)\s*name\s*:/.test(attribute.args ?? "") && argumentOf(attribute, "fields") !== undefined;
}
