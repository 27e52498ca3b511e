import { isSameTable, LockstepError, type TableName } from "@lockstep/core";
import { columnsIn, keyColumns, membersOf, type Placed, relationsIn } from "./columns.js";
import type { Entities } from "./entities.js";
import type { ColumnMember, Declaration, RelationMember } from "./model.js";
import { tableOf, targetOf } from "./read.js";

/** The declaration of a column. */
export interface Place {
  readonly entity: Declaration;
  /** As `readEntities` names it. */
  readonly field: string;
  /** The property that creates the column: its own, or otherwise its relation. */
  readonly member: ColumnMember | RelationMember;
  /** The class or schema that contains it: the entity, a base, or an embedded one. */
  readonly owner: Declaration;
  /** Relations that store their key in it. */
  readonly relations: readonly Placed<RelationMember>[];
}

/** A field of a model, and its table if two models share a name. */
export interface FieldRef {
  readonly model: string;
  readonly field: string;
  readonly table?: TableName;
}

/** The declaration of a field. Undefined if there is none. A subclass's column may be under the name of the class with the table. */
export function findPlace(entities: Entities, { model, field, table }: FieldRef): Place | undefined {
  const named = entities.entities.filter(({ name }) => name === model);
  const exact = named.filter((entity) => table !== undefined && hasTable(entity, table, entities));
  const below = entities.entities.filter(
    (entity) => entity.entity?.kind === "child" && entities.basesOf(entity).some((base) => named.includes(base)),
  );
  for (const entity of [...exact, ...named, ...below]) {
    const found = placeIn(entity, field, entities);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @throws LS4002 when there is no such model or field */
export function placeOf(entities: Entities, ref: FieldRef): Place {
  const found = findPlace(entities, ref);
  if (found !== undefined) return found;
  const entity = entities.entities.find(({ name }) => name === ref.model);
  if (entity === undefined)
    throw new LockstepError("LS4002", `No entity ${ref.model} in the project's files.`, {
      hint: `Restore it. If it was renamed, map it to its table, and the plan follows${ref.table === undefined ? "" : `: @Entity("${ref.table.name}")`}. To cancel the plan: npx lockstep abandon`,
    });
  const { line } = entity.file.ast.getLineAndCharacterOfPosition(entity.node.getStart());
  throw new LockstepError("LS4002", `No column ${ref.field} in entity ${ref.model} (${entity.file.file}:${line + 1})`, {
    hint: "Restore it. If it was renamed, map it to its column with @Column({ name: … }), and the plan follows.\nnpx lockstep abandon   # or cancel the plan",
  });
}

function placeIn(entity: Declaration, field: string, entities: Entities): Place | undefined {
  const members = membersOf(entity, entities);
  const column = columnsIn(members).find(({ path }) => path === field);
  const keys = relationsIn(members).map((relation) => ({
    relation,
    columns: keyColumns(relation, members, entities, targetOf(relation.member, entity, entities)),
  }));
  if (column !== undefined) {
    const relations = keys.filter(({ columns }) => columns.some(({ declared }) => declared === column));
    const { member, owner } = column;
    return { entity, field, member, owner, relations: relations.map(({ relation }) => relation) };
  }
  for (const { relation, columns } of keys) {
    // TypeORM itself names it by the path of the referenced column: `team.id`.
    const key = columns.find(
      (each) => each.declared === undefined && [each.field, `${relation.path}.${each.referenced.path}`].includes(field),
    );
    if (key === undefined) continue;
    const { member, owner } = relation;
    return { entity, field: key.field, member, owner, relations: [relation] };
  }
  return undefined;
}

function hasTable(entity: Declaration, table: TableName, entities: Entities): boolean {
  const own = tableOf(entity, entities);
  return own !== undefined && (isSameTable(own, table) || (own.schema === undefined && own.name === table.name));
}
