/**
 * The condition that two values of a column's type are not the same, as the type itself sees it; NULL is a value here. What it has no
 * equality for is compared byte by byte: as text it would depend on settings of the session.
 */
export function differs(one: string, other: string, type: string): string {
  if (hasEquality(type)) return `${one} IS DISTINCT FROM ${other}`;
  return `pg_catalog.record_image_ne(ROW(${one}), ROW(${other}))`;
}

/**
 * json and xml have no `=`; geometric types have none or one that compares sizes (docs: "Geometric Functions and
 * Operators").
 */
function hasEquality(type: string): boolean {
  return !/^(json|xml|point|line|lseg|box|path|polygon|circle)(\[\])*$/.test(type);
}
