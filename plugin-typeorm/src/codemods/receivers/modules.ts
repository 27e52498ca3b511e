/** Whether a module is TypeORM, or its integration into a framework: `@nestjs/typeorm`. */
export function isTypeorm(specifier: string): boolean {
  return /(?:^|[/-])typeorm(?:$|[/-])/.test(specifier);
}

/** Whether a specifier is a path, or an alias of one: a file of the app, possibly not a candidate. */
export function isOwnPath(specifier: string): boolean {
  return /^(?:[.~#/]|@\/|src\/|libs\/|apps\/)/.test(specifier);
}

/** Whether a package's export certainly has nothing to do with the app's data source. */
export function isForeign(specifier: string, name: string): boolean {
  if (isTypeorm(specifier) || isOwnPath(specifier)) return false;
  return !/repo|manager|source|connection|database|persistence|entit|(?:^|[^a-z])(?:db|orm)(?:[^a-z]|$)/i.test(
    `${specifier} ${name}`,
  );
}
