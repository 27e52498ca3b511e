import { posix } from "node:path";
import type { Owner } from "../../model/index.js";
import { type DocList, type DocMap, type DocNode, entryOf, stringOf } from "../formats/doc-tree.js";

/** The properties of an object in a JSON schema, and its role. */
export interface SchemaShape {
  readonly map: DocMap;
  readonly required: DocList | undefined;
  /** It rejects keys that it does not name. */
  readonly isClosed: boolean;
  /** `CreateUser`, the name of a component; for a nested schema the property: `author`. */
  readonly name: string | undefined;
  /** `schema CreateUser` */
  readonly what: string;
  readonly owner: Owner;
  /** Undefined if only its name gives evidence. */
  readonly role: Role | undefined;
  /** How the document marks a value as nullable. */
  readonly nullable: Nullable;
}

export type Role = "request" | "response" | "both";

/** `nullable: true` of OpenAPI 3.0, `x-nullable` of 2.0, `type: [string, "null"]` of 3.1 and JSON schema. */
export type Nullable = "nullable" | "x-nullable" | "union";

interface FoundSchema {
  readonly map: DocMap;
  readonly parent: DocMap;
  readonly path: readonly string[];
}

/** The shapes of an OpenAPI or JSON schema document. */
export function shapesOfDocument(root: DocNode, file: string, text: string): readonly SchemaShape[] {
  const found: FoundSchema[] = [];
  const references: { readonly from: readonly string[]; readonly to: string }[] = [];
  visit(root, []);
  if (found.length === 0) return [];
  const roles = rolesOfPointers(references);
  const nullable = nullableIn(root, text);
  return found.map(({ map, parent, path }) => {
    const name = nameAt(path, parent) ?? posix.basename(file).replace(/\..*$/, "");
    const label = labelOf(path) ?? name;
    const owner: Owner = { kind: "schema", name: label };
    const what = `schema ${label}`;
    const about = { required: requiredIn(parent), isClosed: isClosed(parent), name, what, owner };
    return { map, ...about, role: roleAt(path) ?? roles(path), nullable };
  });

  function visit(node: DocNode, path: readonly string[]): void {
    if (node.kind === "list") {
      for (const [index, item] of node.items.entries()) visit(item, [...path, String(index)]);
    }
    if (node.kind !== "map") return;
    const reference = stringOf(node, "$ref");
    if (reference?.startsWith("#/")) references.push({ from: path, to: reference });
    for (const { key, value } of node.entries) {
      if (/^(?:examples?|default|enum|const)$/.test(key) && path.at(-1) !== "properties") continue;
      if (key === "properties" && value.kind === "map" && isSchemaOf(value)) {
        found.push({ map: value, parent: node, path });
      }
      visit(value, [...path, key]);
    }
  }
}

const jsonTypes = /^(?:string|integer|number|boolean|object|array|null)$/;
const telling = ["$ref", "allOf", "anyOf", "oneOf", "enum", "const", "format"];

/** Whether a mapping has a JSON schema for each of its keys: other formats also use `properties`. */
export function isSchemaOf(map: DocMap): boolean {
  const schemas = map.entries.flatMap(({ value }) => (value.kind === "map" ? [value] : []));
  const isOther = (schema: DocMap) => {
    const type = stringOf(schema, "type");
    return type !== undefined && !jsonTypes.test(type);
  };
  const isTelling = (schema: DocMap) =>
    entryOf(schema, "type") !== undefined || telling.some((keyword) => entryOf(schema, keyword) !== undefined);
  return schemas.some(isTelling) && !schemas.some(isOther);
}

export function requiredIn(schema: DocMap): DocList | undefined {
  const required = entryOf(schema, "required");
  return required?.kind === "list" ? required : undefined;
}

/** `additionalProperties: false` */
export function isClosed(schema: DocMap): boolean {
  return ["additionalProperties", "unevaluatedProperties"].some((keyword) => {
    const value = entryOf(schema, keyword);
    return value?.kind === "scalar" && value.value === false;
  });
}

/** The role of the parts of an operation. */
function roleAt(path: readonly string[]): Role | undefined {
  for (const part of path.toReversed()) {
    if (part === "requestBody" || part === "requestBodies" || part === "parameters") return "request";
    if (part === "responses") return "response";
  }
  return undefined;
}

/** The role of a component: that of everything that refers to it, directly or indirectly. */
function rolesOfPointers(
  references: readonly { readonly from: readonly string[]; readonly to: string }[],
): (path: readonly string[]) => Role | undefined {
  const known = new Map<string, Set<Role>>();
  const add = (to: string, role: Role) => {
    const roles = known.get(to) ?? new Set();
    known.set(to, roles);
    if (roles.has(role)) return;
    roles.add(role);
    for (const next of references) if (isWithin(pointerOf(next.from), to)) add(next.to, role);
  };
  for (const { from, to } of references) {
    const role = roleAt(from);
    if (role !== undefined) add(to, role);
  }
  return (path) => {
    const own = pointerOf(path);
    const roles = new Set([...known].flatMap(([to, its]) => (isWithin(own, to) ? [...its] : [])));
    if (roles.has("request") && roles.has("response")) return "both";
    return [...roles][0];
  };
}

function pointerOf(path: readonly string[]): string {
  return `#/${path.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`;
}

function isWithin(pointer: string, other: string): boolean {
  return pointer === other || pointer.startsWith(`${other}/`);
}

const holders = /^(?:schemas|definitions|\$defs|requestBodies|responses|properties)$/;

/** The name of the innermost component or property that contains a schema. */
function nameAt(path: readonly string[], schema: DocMap): string | undefined {
  const at = path.findLastIndex(
    (part, index) => index > 0 && holders.test(path[index - 1] ?? "") && !/^\d+$/.test(part),
  );
  const isInOperation = path[0] === "paths" && !path.includes("properties");
  return stringOf(schema, "title") ?? (at === -1 || isInOperation ? undefined : path[at]);
}

/** `CreateUser`, `Order.user`, `POST /users request` */
function labelOf(path: readonly string[]): string | undefined {
  const properties = path.flatMap((part, index) => (path[index - 1] === "properties" ? [part] : []));
  const [top, route, method] = path;
  if (top === "paths" && route !== undefined && method !== undefined) {
    const status = path[path.indexOf("responses") + 1];
    const side = roleAt(path) === "response" ? status : "request";
    return [`${method.toUpperCase()} ${route} ${side}`, ...properties].join(".");
  }
  const component = path.find((_, index) => index > 0 && holders.test(path[index - 1] ?? ""));
  return component === undefined ? undefined : [...new Set([component, ...properties])].join(".");
}

function nullableIn(root: DocNode, text: string): Nullable {
  if (root.kind === "map") {
    if (entryOf(root, "swagger") !== undefined) return "x-nullable";
    const version = stringOf(root, "openapi");
    if (version !== undefined) return version.startsWith("3.0") ? "nullable" : "union";
  }
  return nullableAmong(text);
}

/** In the style of the rest of the text. */
export function nullableAmong(text: string): Nullable {
  return /\bnullable["']?\s*:\s*true\b/.test(text) ? "nullable" : "union";
}
