/**
 * The type for an explicit cast that does not truncate: `CAST(… AS varchar(3))` truncates silently, while storing in the column fails.
 * Without a length, `character` and `bit` would mean length 1. Quoted types are user-defined and stay unchanged.
 */
export function withoutLength(type: string): string {
  if (type.includes('"')) return type;
  return type
    .replace(/^character varying\(\d+\)/, "character varying")
    .replace(/^character\(\d+\)/, "bpchar")
    .replace(/^bit varying\(\d+\)/, "bit varying")
    .replace(/^bit\(\d+\)/, "bit varying");
}
