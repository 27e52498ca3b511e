/** A type without the display width of integers, which MariaDB prints and MySQL does not any more; `tinyint(1)` means a boolean. */
export function withoutWidth(type: string): string {
  return type.replace(/^((?:small|medium|big)?int|tinyint(?!\(1\))|year)\(\d+\)/i, "$1");
}
