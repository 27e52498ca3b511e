/** The 1-based line of an offset. Offsets must not decrease. */
export function linesOf(sql: string): (offset: number) => number {
  let line = 1;
  let end = sql.indexOf("\n");
  return (offset) => {
    for (; end !== -1 && end < offset; end = sql.indexOf("\n", end + 1)) line += 1;
    return line;
  };
}
