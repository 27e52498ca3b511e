import { type KeptUnique, LockstepError, type FieldEdit as ModelFieldEdit } from "@lockstep/core";
import type { Datamodel } from "@prisma/dmmf";
import { findField, relationsOver } from "./edit.js";
import { declarationOf, type SchemaFile } from "./model.js";
import { parseSchema } from "./parse.js";
import { readSchema } from "./read.js";
import { fieldsToRemove } from "./remove.js";

type Files = readonly SchemaFile[];

export type FieldEditKind = Exclude<ModelFieldEdit["kind"], "openReads" | "closeReads">;

/** A completed edit, by the names of the model. */
export type SchemaEdit =
  | { readonly kind: FieldEditKind; readonly model: string; readonly field: string }
  | { readonly kind: "keepUnique" | "dropUnique"; readonly unique: Pick<KeptUnique, "model" | "fields"> }
  | { readonly kind: "removeEnum"; readonly name: string };
type FieldEdit = Extract<SchemaEdit, { field: string }>;

/**
 * Checks edited schema files with Prisma: they are valid, and only the named fields differ. A foreign key's relation may follow its
 * nullability.
 *
 * @throws LockstepError LS2011 with Prisma's own message, or with the first unintended difference
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
    comparable(parseSchema(before), { loose, removed, uniques, enums }),
    comparable(parseEdited(after), { loose, removed: [], uniques, enums: [] }),
  ];
  const difference = firstDifference(wanted, found, "schema");
  if (difference !== undefined) {
    throw new LockstepError("LS2011", `The edit of ${label(edits)} would change something else: ${difference}`);
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

/** @throws LS2011 with Prisma's message */
function parseEdited(files: Files): Datamodel {
  try {
    return parseSchema(files);
  } catch (cause) {
    if (!(cause instanceof LockstepError) || cause.code !== "LS8012") throw cause;
    throw new LockstepError("LS2011", cause.message.replace("the schema", "the edited schema"), { cause });
  }
}

interface FieldRef {
  readonly model: string;
  readonly field: string;
}

/** The allowed differences between two data models. */
interface Allowed {
  readonly loose: readonly FieldRef[];
  readonly removed: readonly FieldRef[];
  readonly uniques: readonly Pick<KeptUnique, "model" | "fields">[];
  readonly enums: readonly string[];
}

/** The data model without the allowed differences. */
function comparable(
  { models, enums, indexes, types }: Datamodel,
  { loose, removed, uniques, enums: gone }: Allowed,
): unknown {
  const isIn = (list: readonly FieldRef[], model: string, field: string) =>
    list.some((item) => item.model === model && item.field === field);
  const isLooseUnique = (model: string, names: readonly string[]) =>
    uniques.some((unique) => unique.model === model && unique.fields.join() === names.join());
  // Unique constraints and indexes over removed fields are removed too.
  const isKept = (model: string, names: readonly string[], isUnique = true) =>
    !(isUnique && isLooseUnique(model, names)) && !names.some((name) => isIn(removed, model, name));
  return {
    types,
    enums: enums.filter(({ name }) => !gone.includes(name)),
    models: models.map((model) => ({
      ...model,
      uniqueFields: model.uniqueFields.filter((names) => isKept(model.name, names)),
      uniqueIndexes: model.uniqueIndexes.filter(({ fields }) => isKept(model.name, fields)),
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
    indexes: indexes.filter(({ model, fields, type }) =>
      isKept(
        model,
        fields.map(({ name }) => name),
        type === "unique",
      ),
    ),
  };
}

/** `schema.models.User.fields.email.isUnique`, or undefined when both are equal. */
export function firstDifference(a: unknown, b: unknown, path: string): string | undefined {
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
