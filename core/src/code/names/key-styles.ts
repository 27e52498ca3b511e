/** The possible spellings of columns in a place: `createdAt`, or `created_at`. */
export const keyStyles: readonly ((name: string) => string)[] = [(name) => name, snakeCase];

const known = new Map<string, string>();

/** Cached, because every place is compared with every column of every model: the same few names, again and again. */
function snakeCase(name: string): string {
  let found = known.get(name);
  if (found === undefined) {
    found = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    known.set(name, found);
  }
  return found;
}
