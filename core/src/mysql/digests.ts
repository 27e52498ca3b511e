const preparedOne = /^(EXECUTE|PREPARE) +(?=[( ]*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|TABLE|VALUES)\b)/;

/**
 * The statement that a digest is of. MySQL 9 counts what a driver prepares on the server by digests of its own: `PREPARE SELECT …` when it is
 * prepared, `EXECUTE SELECT …` when it runs.
 *
 * @returns undefined where it was only prepared
 */
export function ranStatement(digest: string): string | undefined {
  const [prefix, how] = preparedOne.exec(digest) ?? [];
  if (prefix === undefined) return digest;
  return how === "PREPARE" ? undefined : digest.slice(prefix.length);
}
