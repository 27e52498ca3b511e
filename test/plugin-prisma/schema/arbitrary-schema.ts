import fc from "fast-check";

/** A valid schema in odd spacing, with comments, braces in strings and docs in every place that Prisma allows. */
export interface GeneratedSchema {
  readonly content: string;
  /** Scalar fields that could be made optional. */
  readonly targets: readonly { readonly model: string; readonly field: string }[];
}

const gap = fc.constantFrom(" ", "  ", "\t", "      ", " \t ");
const maybeGap = fc.constantFrom("", " ", "\t", "   ");
const filler = fc.constantFrom(
  "",
  "",
  "",
  "\n",
  "\n\n",
  '  // plain { } "\n',
  "/* model Fake {\n  x String\n} */\n",
  "/* c */",
  "   \n",
  "/** starred\n   * twice\n   */\n",
);
const doc = fc.constantFrom(
  "",
  "",
  "",
  "/// words\n",
  "///tight\n  // between\n  /// @lockstep.backfill(lower(email))\n",
  "/// far\n\n",
);
const trailing = fc.constantFrom(
  "",
  "",
  "",
  "// tail }",
  "/// tail doc",
  "  // @default(1) model X {",
  "/* short */",
  "/* over\n two lines } */",
);

const types = fc.constantFrom<{ type: string; attributes: string[] }[]>(
  {
    type: "String",
    attributes: [
      '@default("}{\\"//")',
      "@db.VarChar(64)",
      "@default(uuid())",
      '@map("x y")',
      "@unique",
      '@default(value: "a")',
    ],
  },
  { type: "Int", attributes: ["@default(3)", "@unique", "@db.Integer", "@default(-1)"] },
  { type: "DateTime", attributes: ["@default(now())", "@updatedAt", "@db.Timestamptz(3)"] },
  { type: "Decimal", attributes: ["@db.Decimal(10, 2)", "@default(1.5)"] },
  { type: "Json", attributes: ['@default("{\\"a\\": [1]}")'] },
  { type: "Colour", attributes: ["@default(RED)"] },
  { type: "String[]", attributes: ["@default([])", '@default(["a]", "b"])'] },
  { type: 'Unsupported("point")', attributes: [] },
);

const field = types.chain(({ type, attributes }) =>
  fc.record({
    type: fc.constant(type),
    attributes: fc
      .subarray(attributes)
      .map((list) =>
        list.filter((item, index) => !list.slice(0, index).some((other) => other.split("(")[0] === item.split("(")[0])),
      ),
    isOptional: type.endsWith("[]") ? fc.constant(false) : fc.boolean(),
    gaps: fc.tuple(gap, gap, maybeGap, gap, maybeGap),
    filler,
    doc,
    trailing,
  }),
);

const model = fc.record({
  fields: fc.array(field, { minLength: 1, maxLength: 7 }),
  isMapped: fc.boolean(),
  hasIndex: fc.boolean(),
  filler,
  doc,
  open: fc.constantFrom("{", " {", "\t{ // {", "  {   "),
});

export const schemaArbitrary: fc.Arbitrary<GeneratedSchema> = fc
  .record({ models: fc.array(model, { minLength: 1, maxLength: 3 }), eol: fc.constantFrom("\n", "\n", "\r\n") })
  .map(({ models, eol }) => {
    const targets: { model: string; field: string }[] = [];
    const blocks = models.map((item, m) => {
      const name = `Model${"X".repeat(m)}`;
      const lines = item.fields.map((f, index) => {
        const fieldName = `f${"ab_".repeat(index % 3)}${index}`;
        if (!f.type.endsWith("[]") && !f.isOptional) targets.push({ model: name, field: fieldName });
        const [indent, afterName, beforeMark, between, end] = f.gaps;
        const mark = f.isOptional ? `${f.type.startsWith("Unsupported") ? "" : beforeMark}?` : "";
        const attributes = f.attributes.map((attribute) => between + attribute.replace("x y", `c${index}`)).join("");
        return `${f.filler}${indent}${f.doc}${indent}${fieldName}${afterName}${f.type}${mark}${attributes}${end}${f.trailing}`;
      });
      const first = item.fields[0]!;
      const extra = [
        ...(item.isMapped ? [`  @@map("table_${m}") // x`] : []),
        ...(item.hasIndex &&
        !first.type.endsWith("[]") &&
        first.type !== "Json" &&
        !first.type.startsWith("Unsupported")
          ? ["", "  @@index([f0])"]
          : []),
      ];
      return `${item.filler}${item.doc}model ${name}${item.open}\n  id Int @id\n${[...lines, ...extra].join("\n")}\n}`;
    });
    const head =
      'datasource db {\n  provider = "postgresql" // {\n}\n\nenum Colour {\n  RED\n  BLUE @map("blue }")\n  /// d\n}\n';
    const content = `${head}${blocks.join("\n")}\n`;
    return { content: eol === "\n" ? content : content.replaceAll("\n", eol), targets };
  });
