/** How a place may spell the columns: `createdAt`, or `created_at`. */
export const keyStyles: readonly ((name: string) => string)[] = [(name) => name, snakeCase];

const known = new Map<string, string>();

/** Every place is measured with every column of every model: the same few names, again and again. */
function snakeCase(name: string): string {
  let found = known.get(name);
  if (found === undefined) {
    found = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    known.set(name, found);
  }
  return found;
}
