const preparedOne = /^(EXECUTE|PREPARE) +(?=[( ]*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|TABLE|VALUES)\b)/;

/**
 * The statement behind a digest. MySQL 9 records server-side prepared statements under separate digests: `PREPARE SELECT …` for preparing,
 * `EXECUTE SELECT …` for running.
 *
 * @returns undefined if the digest only covers preparing
 */
export function ranStatement(digest: string): string | undefined {
  const [prefix, how] = preparedOne.exec(digest) ?? [];
  if (prefix === undefined) return digest;
  return how === "PREPARE" ? undefined : digest.slice(prefix.length);
}
