import fc from "fast-check";

/** SQL expressions over three text columns, one of which can be NULL. */
export const expressions: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom("email", "name", "nick", "'- '", "' $\\{ `'"),
    tie("any").map((inner) => `lower(${inner})`),
    tie("any").map((inner) => `upper(${inner})`),
    tie("any").map((inner) => `btrim(${inner})`),
    tie("any").map((inner) => `rtrim(${inner}::text)`),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => `coalesce(${a}, ${b})`),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => `(${a} || ${b})`),
    fc.tuple(tie("any"), tie("any")).map(([a, b]) => `concat(${a}, ${b})`),
  ),
})).any;

const value = fc.string({ unit: "grapheme-ascii" });

/** Rows for them. */
export const rows: fc.Arbitrary<Readonly<Record<string, string | null>>> = fc.record({
  email: value,
  name: value,
  nick: fc.option(value),
});
