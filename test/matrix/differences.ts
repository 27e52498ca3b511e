import type { Catalogue } from "../support/catalogue.js";

/** Where two values differ, as `path: expected, actual`. */
export function differences(expected: unknown, actual: unknown, path = ""): string[] {
  if (isBranch(expected) && isBranch(actual)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    return keys.flatMap((key) => differences(expected[key], actual[key], path === "" ? key : `${path}.${key}`));
  }
  if (JSON.stringify(expected) === JSON.stringify(actual)) return [];
  return [`${path}: expected ${JSON.stringify(expected)}, is ${JSON.stringify(actual)}`];
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** A catalogue whose lists are objects by name, so that one object more does not shift all others. */
export function byNames(catalogue: Catalogue): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(catalogue).map(([kind, list]) => [kind, named(list as readonly Record<string, unknown>[])]),
  );
}

function named(list: readonly Record<string, unknown>[]): Record<string, unknown> {
  return Object.fromEntries(
    list.map((entry, index) => [
      String(entry.name),
      Object.fromEntries(
        Object.entries({ ...entry, ...("type" in entry && "notNull" in entry ? { position: index } : {}) }).map(
          ([key, value]) => [key, isList(value) ? named(value) : value],
        ),
      ),
    ]),
  );
}

function isList(value: unknown): value is readonly Record<string, unknown>[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "object" && entry !== null && "name" in entry);
}
