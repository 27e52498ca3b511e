/**
 * The names of TypeORM's default naming strategy. A project may have a strategy of its own: names from a plan or from the running data
 * source take precedence.
 */
export const defaultNames = {
  table: (entity: string) => snakeCase(entity),
  /** @param prefixes of the embedded classes around it, outermost first */
  column(property: string, prefixes: readonly string[]): string {
    return prefixes.length === 0 ? property : camelCase(prefixes.join("_")) + titleCase(property);
  },
  joinColumn: (relation: string, referenced: string) => camelCase(`${relation}_${referenced}`),
  /** The type behind `type: "enum"`. */
  enumType: (table: string, column: string) => `${table}_${column.toLowerCase()}_enum`,
};

/** Whether two names may be the same in different naming strategies: `displayName`, `display_name` and `DISPLAY_NAME`. */
export function isAlike(one: string, other: string): boolean {
  const plain = (name: string) => name.replaceAll("_", "").toLowerCase();
  return plain(one) === plain(other);
}

// Exactly as in TypeORM's StringUtils, although some of it is odd.

function snakeCase(text: string): string {
  return text
    .replace(/([A-Z])([A-Z])([a-z])/g, "$1_$2$3")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

function camelCase(text: string): string {
  return text.replace(/^([A-Z])|[\s-_](\w)/g, (_, first?: string, next?: string) =>
    next === undefined ? (first ?? "").toLowerCase() : next.toUpperCase(),
  );
}

function titleCase(text: string): string {
  return text.replace(/\w\S*/g, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
}
