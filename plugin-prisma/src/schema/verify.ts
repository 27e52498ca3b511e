import { assertInstalled, type KeptUnique, LockstepError, type FieldEdit as ModelFieldEdit } from "@lockstep/core";
import { withoutUrls } from "./datasource-urls.js";
import { findField, relationsOver } from "./edit.js";
import type { SchemaFile } from "./model.js";
import { readSchema } from "./read.js";
import { fieldsToRemove } from "./remove.js";
import { declarationOf } from "./unique.js";

type Files = readonly SchemaFile[];

export type FieldEditKind = Exclude<ModelFieldEdit["kind"], "openReads" | "closeReads">;

/** An edit that was made, by the names of the model. */
export type SchemaEdit =
  | { readonly kind: FieldEditKind; readonly model: string; readonly field: string }
  | { readonly kind: "keepUnique" | "dropUnique"; readonly unique: Pick<KeptUnique, "model" | "fields"> }
  | { readonly kind: "removeEnum"; readonly name: string };
type FieldEdit = Extract<SchemaEdit, { field: string }>;

/** What Prisma itself understood: the data model part of DMMF. */
interface DataModel {
  readonly enums: readonly { readonly name: string }[];
  readonly models: readonly { readonly name: string; readonly fields: readonly DataModelField[] }[];
  readonly indexes?: readonly {
    readonly model: string;
    readonly type: string;
    readonly fields: readonly { readonly name: string }[];
  }[];
}
interface DataModelField extends Readonly<Record<string, unknown>> {
  readonly name: string;
}

/**
 * Lets Prisma check edited schema files: they are valid, and nothing but the fields named is different. A foreign key's
 * relation may follow its nullability.
 *
 * @throws LockstepError LS2011 with Prisma's own message, or with the first difference that was not meant
 * @example await verifyEdits(before, makeOptional(before, "User", "handle"), [{ kind: "makeOptional", model: "User", field: "handle" }]);
 */
export async function verifyEdits(before: Files, after: Files, edits: readonly SchemaEdit[]): Promise<void> {
  const ofFields = edits.filter((edit): edit is FieldEdit => "field" in edit);
  const changed = ofFields.filter(({ kind }) => kind !== "removeField");
  const removed = ofFields
    .filter(({ kind }) => kind === "removeField")
    .flatMap((edit) => fieldsToRemove(before, edit.model, edit.field));
  const uniques = edits.flatMap((edit) => ("unique" in edit ? [edit.unique] : []));
  const enums = edits.flatMap((edit) => (edit.kind === "removeEnum" ? [edit.name] : []));
  const relations = changed.flatMap(({ model, field }) =>
    relationsOver(findField(before, model, field)).map((relation) => ({ model, field: relation.name })),
  );
  const loose = [...changed, ...relations];
  const [wanted, found] = [
    comparable(await readDataModel(before), { loose, removed, uniques, enums }),
    comparable(await readDataModel(after), { loose, removed: [], uniques, enums: [] }),
  ];
  const difference = firstDifference(wanted, found, "schema");
  if (difference !== undefined) {
    throw new LockstepError("LS2011", `The edit of ${label(edits)} would change more than that: ${difference}`);
  }
  for (const { kind, model, field } of changed) {
    const item = findField(after, model, field).field;
    if (kind !== "dropAnnotations" && !item.isList && item.isOptional !== (kind !== "makeRequired")) {
      throw new LockstepError(
        "LS2011",
        `${model}.${field} is ${item.isOptional ? "still" : "not"} optional after the edit`,
      );
    }
  }
  for (const edit of edits) {
    if (!("unique" in edit)) continue;
    const model = readSchema(after).models.find((item) => item.name === edit.unique.model);
    const isDeclared = model !== undefined && declarationOf(model, edit.unique.fields) !== undefined;
    if (isDeclared !== (edit.kind === "keepUnique"))
      throw new LockstepError(
        "LS2011",
        `${edit.unique.model} is ${isDeclared ? "still" : "not"} unique on (${edit.unique.fields.join(", ")}) after the edit`,
      );
  }
}

/**
 * @prisma/internals costs 190 ms to load, of which this needs 17: the parser alone, the same build of it. And its
 * `get_datamodel` answers without the query schema, which is 25 MB of JSON for 300 models.
 */
async function readDataModel(files: Files): Promise<DataModel> {
  assertInstalled("@prisma/prisma-schema-wasm", import.meta.url);
  const { default: prisma } = await import("@prisma/prisma-schema-wasm");
  // The same edit is checked when it is planned and again when it is written.
  const key = files.map(({ content }) => content).join("\0");
  const known = lastModels.find((entry) => entry.key === key);
  if (known !== undefined) return known.model;
  const params = JSON.stringify({
    prismaSchema: withoutUrls(files).map(({ path, content }) => [path, content]),
    noColor: true,
  });
  try {
    // It validates as `validate` does, relations and all.
    const model = JSON.parse(prisma.get_datamodel(params)) as DataModel;
    lastModels = [{ key, model }, ...lastModels].slice(0, 2);
    return model;
  } catch (cause) {
    throw new LockstepError("LS2011", `Prisma refuses the edited schema:\n${reason(cause)}`, { cause });
  }
}

let lastModels: readonly { readonly key: string; readonly model: DataModel }[] = [];

/** The engine throws a JSON document; a panic throws plain text. */
function reason(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}

interface FieldRef {
  readonly model: string;
  readonly field: string;
}

/** What may differ between two data models. */
interface Allowed {
  readonly loose: readonly FieldRef[];
  readonly removed: readonly FieldRef[];
  readonly uniques: readonly Pick<KeptUnique, "model" | "fields">[];
  readonly enums: readonly string[];
}

/** The data model without what may differ. */
function comparable(dataModel: DataModel, { loose, removed, uniques, enums }: Allowed): unknown {
  const isIn = (list: readonly FieldRef[], model: string, field: string) =>
    list.some((item) => item.model === model && item.field === field);
  const isLooseUnique = (model: string, names: readonly unknown[]) =>
    uniques.some((unique) => unique.model === model && unique.fields.join() === names.join());
  const isGone = (model: string, names: unknown, isUnique: boolean) =>
    Array.isArray(names) &&
    ((isUnique && isLooseUnique(model, names)) || names.some((name) => isIn(removed, model, String(name))));
  return {
    ...dataModel,
    enums: dataModel.enums.filter(({ name }) => !enums.includes(name)),
    models: dataModel.models.map((model) => ({
      ...withoutGone(model, (names) => isGone(model.name, names, true)),
      fields: model.fields
        .filter((field) => !isIn(removed, model.name, field.name))
        .map((field) => ({
          ...field,
          // Prisma derives it from the relations over the field, which are compared themselves.
          isReadOnly: undefined,
          ...(isIn(loose, model.name, field.name)
            ? { isRequired: undefined, relationOnDelete: undefined, documentation: undefined }
            : {}),
          ...(isLooseUnique(model.name, [field.name]) ? { isUnique: undefined } : {}),
        })),
    })),
    indexes: dataModel.indexes?.filter(
      (index) =>
        !isGone(
          index.model,
          index.fields.map(({ name }) => name),
          index.type === "unique",
        ),
    ),
  };
}

/** Unique constraints over removed fields go with them. */
function withoutGone(model: Readonly<Record<string, unknown>>, isGone: (names: unknown) => boolean) {
  const { uniqueFields, uniqueIndexes } = model as { uniqueFields?: unknown[]; uniqueIndexes?: { fields?: unknown }[] };
  return {
    ...model,
    uniqueFields: uniqueFields?.filter((names) => !isGone(names)),
    uniqueIndexes: uniqueIndexes?.filter(({ fields }) => !isGone(fields)),
  };
}

/** `schema.models.User.fields.email.isUnique`, or undefined when both are equal. */
function firstDifference(a: unknown, b: unknown, path: string): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return `${path} was ${JSON.stringify(a)} and would be ${JSON.stringify(b)}`;
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const name = (left[key] as { name?: string } | undefined)?.name ?? key;
    const difference = firstDifference(left[key], right[key], `${path}.${name}`);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function label(edits: readonly SchemaEdit[]): string {
  return edits
    .map((edit) => {
      if ("unique" in edit) return `${edit.unique.model} unique on (${edit.unique.fields.join(", ")})`;
      return "field" in edit ? `${edit.model}.${edit.field}` : edit.name;
    })
    .join(", ");
}
