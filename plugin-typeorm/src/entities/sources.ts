import {
  type Annotations,
  type ColumnSource,
  type EntityField,
  isSameTable,
  LockstepError,
  parseAnnotations,
  type TableName,
} from "@lockstep/core";
import { membersOf } from "./columns.js";
import { docLines } from "./comments.js";
import { Entities } from "./entities.js";
import type { EntityFile, Member } from "./model.js";
import { findPlace, type Place } from "./place.js";
import { entityModels, type KnownColumn } from "./read.js";

/**
 * Finds what the entities declare for a column: its field, its defaults, its annotations, in comments above the decorators, between them
 * and the property, or after it on its line.
 *
 * @param known the columns of the running data source: its naming strategy may be the project's own. `field` is the property's path
 * @throws LS2008 when the annotations cannot be parsed, or are above the property that embeds the column's class
 * @example columnSources(files, known)({ name: "users" }, "handle") // { model: "User", field: "handle", fill: { … }, … }
 */
export function columnSources(files: readonly EntityFile[], known: readonly KnownColumn[] = []) {
  const entities = new Entities(files);
  const models = entityModels(entities, known);
  return (table: TableName, column: string): ColumnSource | undefined => {
    const listed = known.filter((each) => each.name === column && isSameTable(each.table, table));
    const read = models
      .filter((model) => isSameTable(model.table, table))
      .flatMap((model) =>
        model.fields
          .filter((field) => field.column === column)
          .map(({ name }) => ({ model: model.name, field: name, table })),
      );
    for (const ref of [...listed, ...read]) {
      const place = findPlace(entities, ref);
      const field = models
        .find(({ name }) => name === place?.entity.name)
        ?.fields.find(({ name }) => name === place?.field);
      if (place === undefined || field === undefined) continue;
      refuseAroundEmbedded(place, entities);
      return sourceAt(place, field);
    }
    return undefined;
  };
}

function sourceAt(
  { entity, field, member, relations }: Place,
  { hasDefault, conversion }: Pick<EntityField, "hasDefault" | "conversion">,
): ColumnSource {
  const own = annotationsOf(member);
  // Authors treat a relation and its key as one thing: an annotation of one applies to the other.
  const [notes = own] = [own, ...relations.map((relation) => annotationsOf(relation.member))].filter(
    (each) => Object.keys(each).length > 0,
  );
  const source = notes.backfill ?? notes.mirror;
  const [file = member.file.file, noted] = source?.source.split(/:(?=\d+$)/) ?? [];
  return {
    model: entity.name,
    field,
    hasDefault,
    file,
    line: noted === undefined ? lineOf(member) : Number(noted),
    ...(source === undefined
      ? {}
      : { fill: { kind: notes.backfill === undefined ? "mirror" : "backfill", sql: source.text } }),
    ...(notes.write === undefined ? {} : { write: notes.write.text }),
    ...(notes.skip === undefined ? {} : { skip: notes.skip.text }),
    ...(notes.visibility === undefined ? {} : { exposure: notes.visibility }),
    ...(conversion && { conversion }),
  };
}

/** An annotation on a property that embeds a class could mean any of its columns, so Lockstep rejects it. */
function refuseAroundEmbedded({ entity, field, member, owner }: Place, entities: Entities): void {
  for (const around of membersOf(entity, entities)) {
    if (around.member.kind !== "embedded" || !field.startsWith(`${around.path}.`)) continue;
    const [name, said] = Object.entries(annotationsOf(around.member))[0] ?? [];
    if (name === undefined) continue;
    const line = lineOf(around.member);
    const source = typeof said === "object" ? said.source : `${around.member.file.file}:${line}`;
    const annotation = name === "visibility" ? String(said) : name;
    throw new LockstepError(
      "LS2008",
      `${source}: @lockstep.${annotation} above ${entity.name}.${around.path}, which embeds a class, has no effect on ${field}`,
      {
        hint: `Write it above ${member.name} in ${owner.name}, ${member.file.file}:${lineOf(member)}, or above the column of ${owner.name} that it is for.`,
        details: { place: source },
      },
    );
  }
}

function lineOf({ node, file }: Pick<Member, "node" | "file">): number {
  return file.ast.getLineAndCharacterOfPosition(node.getStart()).line + 1;
}

/** @throws LS2008 */
export function annotationsOf(member: Pick<Member, "node" | "file">): Annotations {
  const lines = docLines(member);
  const [first] = lines;
  if (first === undefined) return {};
  return parseAnnotations(lines.map(({ text }) => text).join("\n"), {
    file: member.file.file,
    line: first.line,
    lines: lines.map(({ line }) => line),
  });
}
