/** What happened to the names of a model's fields between two versions of it. */
export interface FieldChanges {
  /** In the order of their declaration. */
  readonly added: readonly string[];
  /** By the new name. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * Compares two versions of a model by the names of its fields, in the order of their declaration. As many names as went come back in
 * the same place: they were renamed. Where more or fewer came than went, nobody can tell which is which: they are neither.
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

/** The names that the other version does not have, by the one that stands before them in both. */
function gaps(names: readonly string[], others: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let place = "";
  for (const name of names) {
    if (others.has(name)) place = name;
    else found.set(place, [...(found.get(place) ?? []), name]);
  }
  return found;
}
