import type { Inventory, Part } from "../../dialect/inventory.js";
import type { Facts, ObjectKind } from "./difference.js";

/** An object with the facts to compare. */
export interface ComparedObject {
  readonly kind: ObjectKind;
  readonly schema?: string;
  readonly table?: string;
  readonly name: string;
  readonly facts: Facts;
  /** The name that other objects use for it. */
  readonly path: string;
  /** Paths of the objects that it depends on. */
  readonly within: readonly string[];
  /** It exists because a parent of its table has it; the paths of the parents are those of the table. */
  readonly isInherited: boolean;
}

/**
 * The facts to compare for each kind, if the system has them. Excludes the order of columns, owners and grants, comments, storage,
 * statistics, and versions of extensions: none of them changes the result of a statement.
 */
const compared: Readonly<Record<ObjectKind, readonly string[]>> = {
  schema: [],
  extension: [],
  table: [
    "kind",
    "persistence",
    "rls",
    "forcedRls",
    "replicaIdentity",
    "partitionKey",
    "bound",
    "parents",
    "engine",
    "collation",
    "rowFormat",
  ],
  column: ["type", "notNull", "default", "identity", "generated", "collation", "onUpdate", "isInvisible"],
  constraint: ["definition", "isValid"],
  index: ["definition", "isValid"],
  trigger: ["timing", "definition", "enabled"],
  policy: ["command", "isPermissive", "roles", "using", "check"],
  view: ["kind", "definition"],
  function: ["kind", "definition"],
  type: ["kind", "base", "labels", "fields", "notNull", "default", "checks"],
  sequence: ["type", "start", "increment", "min", "max", "cache", "cycle", "ownedBy"],
  event: ["schedule", "enabled", "definition"],
};

/** Every object to compare, as a flat list. */
export function objectsOf(inventory: Inventory): readonly ComparedObject[] {
  const { schemas, extensions, tables, views, functions, types, sequences, events = [] } = inventory;
  const whole = (kind: ObjectKind, parts: readonly Part[]) => parts.map((part) => objectOf(kind, part));
  return [
    ...whole(
      "schema",
      // Every new database has it, and some users have dropped it.
      schemas.filter((name) => name !== "public").map((name) => ({ name, label: name, schema: name })),
    ),
    ...whole("extension", extensions),
    ...tables.flatMap((table) => [
      objectOf("table", { ...table.options, ...table }),
      ...partsOf(table, "column", table.columns),
      ...partsOf(table, "constraint", table.constraints.map(ofConstraint)),
      ...partsOf(table, "index", ownIndexes(table.indexes)),
      ...partsOf(table, "trigger", table.triggers),
      ...partsOf(table, "policy", table.policies),
    ]),
    ...views.flatMap((view) => [
      objectOf("view", view),
      ...partsOf(view, "index", ownIndexes((view.indexes ?? []) as readonly Part[])),
      ...partsOf(view, "trigger", (view.triggers ?? []) as readonly Part[]),
    ]),
    ...whole("function", functions),
    ...whole("type", types),
    ...whole("sequence", sequences),
    ...whole("event", events),
  ];
}

/** The key that finds the same object in another database. */
export function keyOf({ kind, schema = "", table = "", name }: Omit<ComparedObject, "facts">): string {
  return [kind, schema, table, name].join("\0");
}

function objectOf(kind: ObjectKind, part: Part): ComparedObject {
  const { schema, label, name, ownedBy } = part;
  return {
    kind,
    ...(schema === undefined || kind === "schema" ? {} : { schema: String(schema) }),
    name: String(label ?? name),
    facts: factsOf(kind, part),
    path: kind === "schema" ? schemaPath(name) : String(name),
    within: [
      ...(schema === undefined || kind === "schema" ? [] : [schemaPath(schema)]),
      ...(typeof ownedBy === "string" ? [ownedBy] : []),
    ],
    isInherited: false,
  };
}

function partsOf(owner: Owner, kind: ObjectKind, parts: readonly Part[]): readonly ComparedObject[] {
  const { schema } = owner;
  return parts.map((part) => ({
    kind,
    ...(schema === undefined ? {} : { schema: String(schema) }),
    table: String(owner.label),
    name: String(part.name),
    facts: factsOf(kind, part),
    path: partPath(owner, `${kind} ${part.name}`),
    within: [
      String(owner.name),
      ...(schema === undefined ? [] : [schemaPath(schema)]),
      ...(part.goesWith === undefined ? [] : [partPath(owner, String(part.goesWith))]),
    ],
    isInherited: part.isInherited === true,
  }));
}

type Owner = Readonly<Partial<Record<"name" | "schema" | "label", unknown>>>;

/** The path of a column, as sequences name their owner. */
const partPath = (owner: Owner, part: string) => `${owner.name}.${part.replace(/^column /, "")}`;
const schemaPath = (schema: unknown) => `schema ${schema}`;

function factsOf(kind: ObjectKind, part: Part): Facts {
  return Object.fromEntries(compared[kind].flatMap((fact) => (part[fact] === undefined ? [] : [[fact, part[fact]]])));
}

/** Whether it is validated is a separate fact. */
function ofConstraint(part: Part): Part {
  return { ...part, definition: String(part.definition).replace(/ NOT VALID$/, "") };
}

/** The index of a constraint is reported with the constraint. */
function ownIndexes(indexes: readonly Part[]): readonly Part[] {
  return indexes
    .filter(({ isOfConstraint }) => isOfConstraint !== true)
    .map((part) =>
      part.isValid === undefined ? part : { ...part, isValid: part.isValid === true && part.isReady !== false },
    );
}
