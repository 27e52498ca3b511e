/** The name changes of a model's fields between two versions. */
export interface FieldChanges {
  /** In declaration order. */
  readonly added: readonly string[];
  /** Former names by new name. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * Compares two versions of a model by the names of its fields, in declaration order. If as many names were removed as added in the same
 * position, they were renamed. If the numbers differ, it is unknown which name matches which: these count as neither.
 *
 * @example fieldChanges(["id", "nick"], ["id", "handle", "age"]).added // []
 */
export function fieldChanges(before: readonly string[], after: readonly string[]): FieldChanges {
  const gone = gaps(before, new Set(after));
  const added: string[] = [];
  const renamed = new Map<string, string>();
  for (const [place, names] of gaps(after, new Set(before))) {
    const former = gone.get(place) ?? [];
    if (former.length === 0) added.push(...names);
    else if (former.length === names.length)
      for (const [index, name] of names.entries()) renamed.set(name, former[index]!);
  }
  return { added, renamed };
}

/** The names that are missing in the other version, by the common name before them. */
function gaps(names: readonly string[], others: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let place = "";
  for (const name of names) {
    if (others.has(name)) place = name;
    else found.set(place, [...(found.get(place) ?? []), name]);
  }
  return found;
}
