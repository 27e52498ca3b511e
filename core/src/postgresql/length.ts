/**
 * The type that an explicit cast can name without cutting text: `CAST(… AS varchar(3))` cuts silently, while storing in
 * the column refuses. Without a length `character` and `bit` would mean length 1. Types in quotes are user-defined: as
 * they are.
 */
export function withoutLength(type: string): string {
  if (type.includes('"')) return type;
  return type
    .replace(/^character varying\(\d+\)/, "character varying")
    .replace(/^character\(\d+\)/, "bpchar")
    .replace(/^bit varying\(\d+\)/, "bit varying")
    .replace(/^bit\(\d+\)/, "bit varying");
}
