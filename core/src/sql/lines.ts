/** The 1-based line of an offset, for offsets that do not go back. */
export function linesOf(sql: string): (offset: number) => number {
  let line = 1;
  let end = sql.indexOf("\n");
  return (offset) => {
    for (; end !== -1 && end < offset; end = sql.indexOf("\n", end + 1)) line += 1;
    return line;
  };
}
