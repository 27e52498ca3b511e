import { patternOf } from "@lockstep/core";
import type { SourceFile, ts } from "@lockstep/core/codemods";
import { indexesOf, membersOf, relationsIn } from "../columns.js";
import type { Entities } from "../entities.js";
import type { CheckMark, Declaration, IndexMark, Member, RelationMember } from "../model.js";
import { type FieldRef, findPlace, type Place } from "../place.js";
import { targetOf } from "../read.js";
import { changed } from "./changes.js";
import { cutOut } from "./cut.js";
import { dropUnusedImports, namesIn } from "./imports.js";
import { rowTypesOf } from "./row-type.js";

/**
 * Removes a column: its property with its comments, relations over it on both sides, ids of these relations, indexes and unique constraints
 * and checks of the class that name it, and unused imports. An already removed one is no change.
 */
export function removeField(entities: Entities, field: RemovedColumn): Entities {
  let state = entities;
  const names = new Map<string, Set<string>>();
  for (let place = findPlace(state, field); place !== undefined; place = findPlace(state, field)) {
    // References to the property are removed first: they are found by it.
    const { node, file } = nextOf(place, field, state);
    const used = names.get(file.file) ?? new Set<string>();
    for (const name of namesIn(node)) used.add(name);
    names.set(file.file, used);
    const next = changed(state, [{ file, splices: cutOut(node, file) }]);
    if (next === state) break;
    state = next;
  }
  return dropUnusedImports(state, names);
}

function nextOf(place: Place, field: RemovedColumn, entities: Entities): Dependant {
  for (const dependant of dependants(place, field, entities)) return dependant;
  return place.member;
}

/** A field, and the name of its column, if known. */
interface RemovedColumn extends FieldRef {
  readonly name?: string;
}

interface Dependant {
  readonly node: ts.Node;
  readonly file: SourceFile;
}

function* dependants(place: Place, field: RemovedColumn, entities: Entities): Iterable<Dependant> {
  const relations = place.relations.map(({ member }) => member);
  const gone = new Set<Member>([place.member, ...relations]);
  for (const entity of entities.entities) yield* indexesNaming(gone, entity, entities);
  yield* checksNaming(field, place, entities);
  for (const relation of place.relations) yield* otherSides(relation.member, relation.owner, place, entities);
  const ids = place.relations.flatMap(({ owner }) => owner.members);
  for (const id of ids) if (id.kind === "relation-id" && relations.some(({ name }) => name === id.relation)) yield id;
  for (const { member, owner } of place.relations) {
    yield* rowTypesOf(owner, member.name, entities);
    if (member !== place.member) yield member;
  }
  yield* rowTypesOf(place.owner, place.member.name, entities);
}

/** Constraints and indexes beside the columns, by any path from the entity to the property. */
function indexesNaming(gone: ReadonlySet<Member>, entity: Declaration, entities: Entities): readonly IndexMark[] {
  const paths = membersOf(entity, entities)
    .filter(({ member }) => gone.has(member))
    .map(({ path }) => path);
  return indexesOf(entity, entities).filter(({ properties }) =>
    properties.some((property) => paths.includes(property)),
  );
}

/** Conditions that name the column: PostgreSQL drops them with it. */
function checksNaming({ field, name }: RemovedColumn, { entity }: Place, entities: Entities): readonly CheckMark[] {
  const own = name ?? field.split(".").at(-1) ?? field;
  const pattern = new RegExp(`(?<![\\w$])${patternOf(own)}(?![\\w$])`, "i");
  return [entity, ...entities.basesOf(entity)]
    .flatMap(({ checks }) => checks)
    .filter(({ expression }) => pattern.test(expression.replace(/'(?:[^']|'')*'/g, "")));
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
