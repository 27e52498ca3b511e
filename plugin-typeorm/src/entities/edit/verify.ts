import { type EntityField, type EntityModel, LockstepError, type ModelEdit } from "@lockstep/core";
import type { Entities } from "../entities.js";
import { findPlace } from "../place.js";
import { entityModels } from "../read.js";

/**
 * Reads the entities again after edits: checks that the files are still TypeScript, the columns have their new declarations, and nothing
 * else is different.
 *
 * @throws LS2011 with the first unintended difference
 */
export function verifyEdits(before: Entities, after: Entities, edits: readonly ModelEdit[]): void {
  for (const file of after.project.files) {
    const former = before.project.files.find((each) => each.file === file.file);
    if (former === file || syntaxErrors(file.ast) <= (former === undefined ? 0 : syntaxErrors(former.ast))) continue;
    throw refused(edits, `${file.file} would not be valid TypeScript any more`);
  }
  const [was, is] = [entityModels(before), entityModels(after)];
  const touched = touchedColumns(before, was, edits);
  for (const model of was) {
    const now = is.find(({ name, table }) => name === model.name && table.name === model.table.name);
    if (now === undefined) throw refused(edits, `${model.name} would not be an entity any more`);
    const difference = firstDifference(model, now, touched);
    if (difference !== undefined) throw refused(edits, difference);
  }
  for (const edit of edits) {
    if (!("column" in edit)) continue;
    const { kind, column } = edit;
    const place = findPlace(after, column);
    if (kind === "removeField" && place !== undefined)
      throw refused(edits, `${column.model}.${column.field} would still be there`);
    const field = is.find(({ name }) => name === place?.entity.name)?.fields.find(({ name }) => name === place?.field);
    const wanted = kind === "makeOptional" ? true : kind === "makeRequired" ? false : undefined;
    if (wanted !== undefined && field?.isOptional !== wanted && lastKind(edits, edit) === kind)
      throw refused(edits, `${column.model}.${column.field} would ${wanted ? "still" : "not"} be required`);
  }
}

/** The edited columns. Classes that share a table share its columns. */
function touchedColumns(
  entities: Entities,
  models: readonly EntityModel[],
  edits: readonly ModelEdit[],
): ReadonlySet<string> {
  const refs = edits.flatMap((edit) => {
    if ("unique" in edit) return edit.unique.fields.map((field) => ({ model: edit.unique.model, field }));
    return "column" in edit ? [edit.column] : [];
  });
  return new Set(
    refs.flatMap((ref) => {
      const place = findPlace(entities, ref);
      const model = models.find(({ name }) => name === place?.entity.name);
      const field = model?.fields.find(({ name }) => name === place?.field);
      return model === undefined || field === undefined ? [] : [key(model, field)];
    }),
  );
}

/** Documentation, the lines that a conversion names, and the role of a column for a removed relation. */
const isLoose = new Set<string>(["documentation", "conversion", "isForeignKey"]);

/** Fields and relations that differ without being edited. Relations are removed with their columns. */
function firstDifference(was: EntityModel, is: EntityModel, touched: ReadonlySet<string>): string | undefined {
  for (const field of was.fields.filter((each) => !touched.has(key(was, each)))) {
    const now = is.fields.find(({ name }) => name === field.name);
    if (now === undefined) return `${was.name}.${field.name} would be gone`;
    const changed = (Object.keys(field) as (keyof EntityField)[]).find(
      (name) => !isLoose.has(name) && JSON.stringify(field[name]) !== JSON.stringify(now[name]),
    );
    if (changed !== undefined)
      return `${was.name}.${field.name} would have another ${changed}: ${JSON.stringify(now[changed])}`;
  }
  const added = is.fields.find(({ name }) => !was.fields.some((field) => field.name === name));
  if (added !== undefined) return `${was.name}.${added.name} would be new`;
  const relations = new Set(was.relations.map((relation) => JSON.stringify(relation)));
  const other = is.relations.find((relation) => !relations.has(JSON.stringify(relation)));
  return other && `the relation ${was.name}.${other.name} would be another`;
}

/** Of several edits of one column the last one counts. */
function lastKind(
  edits: readonly ModelEdit[],
  edit: Extract<ModelEdit, { column: unknown }>,
): ModelEdit["kind"] | undefined {
  return edits.filter((each) => "column" in each && each.column === edit.column).at(-1)?.kind;
}

function refused(edits: readonly ModelEdit[], difference: string): LockstepError {
  const names = edits.flatMap((edit) => {
    if ("column" in edit) return [`${edit.column.model}.${edit.column.field}`];
    return "unique" in edit ? [`${edit.unique.model} unique on (${edit.unique.fields.join(", ")})`] : [];
  });
  return new LockstepError(
    "LS2011",
    `The edit of ${[...new Set(names)].join(", ")} would change something else: ${difference}.`,
  );
}

/** The compiler stores syntax errors in the file, but does not declare them in its types. */
function syntaxErrors(ast: object): number {
  return (ast as { readonly parseDiagnostics?: readonly unknown[] }).parseDiagnostics?.length ?? 0;
}

function key({ table }: EntityModel, { column }: EntityField): string {
  return JSON.stringify([table, column]);
}
