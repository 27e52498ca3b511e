/**
 * The condition that two values of a type differ, by the type's own equality. NULL counts as a value. Types without equality are compared
 * byte by byte, because their text would depend on session settings.
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
