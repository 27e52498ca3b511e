import type { Inventory } from "../../dialect/inventory.js";
import { type Difference, type Facts, type ObjectKind, objectKinds } from "./difference.js";
import { type ComparedObject, keyOf, objectsOf } from "./objects.js";

/**
 * The differences between two databases, in a stable order. One cause is one difference: it does not repeat the parts of a schema or a
 * table, the sequence of a column, or what a table inherits. A constraint or an index with only another name is one object. Partitions that
 * only one of them has are no difference: they change with the rows.
 *
 * @example compareInventories(target, replayed) // `here` is the target's
 */
export function compareInventories(here: Inventory, there: Inventory): readonly Difference[] {
  const pairs = pairsOf(objectsOf(here), objectsOf(there));
  const parents = new Map(
    [...here.tables, ...there.tables].map(({ name, options }) => [name, listOf(options.parents)] as const),
  );
  const gone = new Set(pairs.filter(({ difference }) => isOneSided(difference)).map(({ object }) => object.path));
  const own = pairs.flatMap(({ object, difference }) => {
    if (difference === undefined || object.within.some((path) => gone.has(path))) return [];
    if (isOneSided(difference)) return object.isInherited || isPartition(object) ? [] : [difference];
    const left = object.isInherited ? withoutInherited(difference, object, pairs, parents) : difference;
    return left ?? [];
  });
  return renamed(own).toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
}

interface Pair {
  readonly object: ComparedObject;
  /** Absent: no difference. */
  readonly difference?: Difference;
}

function pairsOf(here: readonly ComparedObject[], there: readonly ComparedObject[]): readonly Pair[] {
  const others = new Map(there.map((object) => [keyOf(object), object]));
  const known = new Set(here.map(keyOf));
  return [
    ...here.map((object) => pairOf(object, object.facts, others.get(keyOf(object))?.facts)),
    ...there.filter((object) => !known.has(keyOf(object))).map((object) => pairOf(object, undefined, object.facts)),
  ];
}

function pairOf(object: ComparedObject, here: Facts | undefined, there: Facts | undefined): Pair {
  const { kind, schema, table, name } = object;
  const named = { kind, ...(schema === undefined ? {} : { schema }), ...(table === undefined ? {} : { table }), name };
  if (here === undefined || there === undefined)
    return { object, difference: { ...named, ...(here && { here }), ...(there && { there }) } };
  const differing = [...new Set([...Object.keys(here), ...Object.keys(there)])].filter(
    (fact) => JSON.stringify(here[fact]) !== JSON.stringify(there[fact]),
  );
  if (differing.length === 0) return { object };
  return { object, difference: { ...named, here: only(here, differing), there: only(there, differing) } };
}

const isOneSided = (difference: Difference | undefined) =>
  difference !== undefined && (difference.here === undefined || difference.there === undefined);
const isPartition = ({ kind, facts }: ComparedObject) => kind === "table" && typeof facts.bound === "string";

/** The differences of a part that do not follow from its parent. Indexes of parent and child have their own names. */
function withoutInherited(
  difference: Difference,
  { kind, name, within }: ComparedObject,
  pairs: readonly Pair[],
  parents: ReadonlyMap<string, readonly string[]>,
): Difference | undefined {
  const above = within.flatMap((table) => parents.get(table) ?? []);
  const told = pairs.flatMap((pair) => {
    const { object } = pair;
    const isAbove = object.kind === kind && object.within.some((table) => above.includes(table));
    return isAbove && (kind === "index" || object.name === name) ? Object.keys(pair.difference?.here ?? {}) : [];
  });
  const left = Object.keys(difference.here ?? {}).filter((fact) => !told.includes(fact));
  if (left.length === 0) return undefined;
  return { ...difference, here: only(difference.here, left), there: only(difference.there, left) };
}

/** Merges a constraint or an index that both have under different names into one difference. */
function renamed(differences: readonly Difference[]): readonly Difference[] {
  const alike = new Map<string, Difference[]>();
  for (const difference of differences.filter(isOneSided)) {
    const key = unnamed(difference);
    if (key !== undefined) alike.set(key, [...(alike.get(key) ?? []), difference]);
  }
  const gone = new Set<Difference>();
  const made = [...alike.values()].flatMap((pair) => {
    const [here, there] = [pair.find((each) => each.here), pair.find((each) => each.there)];
    if (pair.length !== 2 || here === undefined || there === undefined) return [];
    for (const each of pair) gone.add(each);
    const { kind, schema, table, name } = here;
    return [
      { kind, ...(schema && { schema }), ...(table && { table }), name, here: { name }, there: { name: there.name } },
    ];
  });
  return [...differences.filter((each) => !gone.has(each)), ...made];
}

function unnamed({ kind, schema, table, name, here, there }: Difference): string | undefined {
  if (kind !== "constraint" && kind !== "index") return undefined;
  const facts = here ?? there ?? {};
  const definition = [name, `"${name.replaceAll('"', '""')}"`].reduce(
    (text, own) => text.replace(` INDEX ${own} ON `, " INDEX ON "),
    String(facts.definition),
  );
  return JSON.stringify([kind, schema, table, { ...facts, definition }]);
}

/** Schemas and tables by name, each followed by its parts, then objects of their own. */
function orderOf({ kind, schema = "", table, name }: Difference): string {
  const isOfTable = kind === "table" || kind === "view" || table !== undefined;
  const whole = table === undefined;
  return [
    isOfTable ? "0" : "1",
    schema,
    isOfTable ? (table ?? name) : "",
    whole ? "" : kindOrder(kind),
    kindOrder(kind),
    name,
  ].join("\0");
}

const kindOrder = (kind: ObjectKind) => String(objectKinds.indexOf(kind)).padStart(2, "0");

function only(facts: Facts = {}, names: readonly string[]): Facts {
  return Object.fromEntries(names.map((name) => [name, facts[name]]));
}

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
