/** A schema or type without the key of the row is what callers send, unless its name says otherwise. */
export function isNamedAsRequest(name: string | undefined, names: readonly string[], key: readonly string[]): boolean {
  if (name !== undefined && /response|output|result|view|reply/i.test(name)) return false;
  if (name !== undefined && /create|update|upsert|input|body|params|query|request|form|patch|insert/i.test(name))
    return true;
  return !key.some((column) => names.includes(column));
}
