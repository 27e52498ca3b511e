import type { SourceFile, ts } from "@lockstep/core/codemods";
import { indexesOf, membersOf, relationsIn } from "../columns.js";
import type { Entities } from "../entities.js";
import type { Declaration, IndexMark, Member, RelationMember } from "../model.js";
import { type FieldRef, findPlace, type Place } from "../place.js";
import { targetOf } from "../read.js";
import { changed } from "./changes.js";
import { cutOut } from "./cut.js";
import { dropUnusedImports, namesIn } from "./imports.js";
import { rowTypesOf } from "./row-type.js";

/**
 * Takes a column away: its property with its comments, relations over it on both sides, ids of these relations, indexes and unique
 * constraints of the class that name it, and imports that nothing uses any more. One that is gone already is no change.
 */
export function removeField(entities: Entities, field: FieldRef): Entities {
  let state = entities;
  const names = new Map<string, Set<string>>();
  for (let place = findPlace(state, field); place !== undefined; place = findPlace(state, field)) {
    // What names the property goes first: it is found by it.
    const { node, file } = nextOf(place, state);
    const used = names.get(file.file) ?? new Set<string>();
    for (const name of namesIn(node)) used.add(name);
    names.set(file.file, used);
    state = changed(state, [{ file, splices: cutOut(node, file) }]);
  }
  return dropUnusedImports(state, names);
}

function nextOf(place: Place, entities: Entities): Dependant {
  for (const dependant of dependants(place, entities)) return dependant;
  return place.member;
}

interface Dependant {
  readonly node: ts.Node;
  readonly file: SourceFile;
}

function* dependants(place: Place, entities: Entities): Iterable<Dependant> {
  const relations = place.relations.map(({ member }) => member);
  const gone = new Set<Member>([place.member, ...relations]);
  for (const entity of entities.entities) yield* indexesNaming(gone, entity, entities);
  for (const relation of place.relations) yield* otherSides(relation.member, relation.owner, place, entities);
  const ids = place.relations.flatMap(({ owner }) => owner.members);
  for (const id of ids) if (id.kind === "relation-id" && relations.some(({ name }) => name === id.relation)) yield id;
  for (const { member, owner } of place.relations) {
    yield* rowTypesOf(owner, member.name, entities);
    if (member !== place.member) yield member;
  }
  yield* rowTypesOf(place.owner, place.member.name, entities);
}

/** Constraints and indexes beside the columns, by whatever path the entity reaches the property. */
function indexesNaming(gone: ReadonlySet<Member>, entity: Declaration, entities: Entities): readonly IndexMark[] {
  const paths = membersOf(entity, entities)
    .filter(({ member }) => gone.has(member))
    .map(({ path }) => path);
  return indexesOf(entity, entities).filter(({ properties }) =>
    properties.some((property) => paths.includes(property)),
  );
}

/** The other side of a relation: `@OneToMany(() => User, (user) => user.team)`. */
function* otherSides(
  relation: RelationMember,
  owner: Declaration,
  { entity }: Place,
  entities: Entities,
): Iterable<Dependant> {
  const target = targetOf(relation, entity, entities);
  if (target === undefined) return;
  for (const { member, owner: declaring } of relationsIn(membersOf(target, entities))) {
    const back = targetOf(member, target, entities);
    if (member === relation || (back !== entity && back !== owner)) continue;
    if (member.inverse !== relation.name && relation.inverse !== member.name) continue;
    yield* rowTypesOf(declaring, member.name, entities);
    yield member;
  }
}
