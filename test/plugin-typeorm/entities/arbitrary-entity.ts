import fc from "fast-check";
import type { PlannedColumn } from "../../../core/src/model/index.js";
import type { EntityFile } from "../../../plugin-typeorm/src/entities/model.js";
import { plannedColumn } from "./fixtures.js";

/** An entity in odd spacing, with columns in every form that TypeORM and TypeScript allow. */
export interface GeneratedEntity {
  readonly files: readonly EntityFile[];
  /** Columns that could be made optional. */
  readonly columns: readonly PlannedColumn[];
}

const gap = fc.constantFrom("", " ", "  ", "\t");
const someGap = fc.constantFrom(" ", "  ", "\n  ", "\n\n\t");
interface Comments {
  readonly doc: fc.Arbitrary<string>;
  readonly remark: fc.Arbitrary<string>;
  readonly tail: fc.Arbitrary<string>;
}

/** Comments above, inside and behind a property. */
const comments: Readonly<Record<"plain" | "annotated", Comments>> = {
  plain: {
    doc: fc.constantFrom("", "", "/** words */\n  ", "// words\n  ", "/**\n   * more\n   */\n  "),
    remark: fc.constantFrom("", "", "", "/* c */", "// line }\n  ", "/** } */\n  "),
    tail: fc.constantFrom("", "", " // tail }", " /* tail */"),
  },
  annotated: {
    doc: fc.constantFrom(
      "",
      "/** @lockstep.backfill(lower(email)) */\n  ",
      "/** In the URL. @lockstep.backfill(lower(email)) Or not. */\n  ",
      "// before\n  // @lockstep.backfill(a(b))\n  // after\n  ",
      "/// @lockstep.mirror(a)\n\n  // far\n  ",
      "/**\n   * @lockstep.backfill(coalesce(\n   *   a,\n   *   'b)'\n   * ))\n   */\n  ",
      "/**\n   * First.\n   *\n   * @lockstep.backfill(a)\n   * Last. @lockstep.exposed\n   */\n  ",
      "/* @lockstep.backfill(a) */ ",
    ),
    remark: fc.constantFrom(
      "",
      "/* @lockstep.write(x) */",
      "// @lockstep.write(x)\n  ",
      "/** c @lockstep.write(x) */\n  ",
    ),
    tail: fc.constantFrom("", " // @lockstep.skip(why not)", " /* tail @lockstep.skip(it) */"),
  },
};

/** TypeScript's side of a column: the type, and what PostgreSQL calls it. */
const types = fc.constantFrom(
  { type: "string", database: "character varying", initial: "''" },
  { type: "number", database: "integer", initial: "0" },
  { type: "Date", database: "timestamp without time zone", initial: "new Date()" },
  { type: "boolean", database: "boolean", initial: "false" },
  { type: "'a' | 'b'", database: "character varying(1)", initial: "'a'" },
  { type: "\n    | 'a'\n    | 'b'", database: "text", initial: "'a'" },
  { type: "{ a: string; }", database: "jsonb", initial: "{ a: '' }" },
  { type: "string[]", database: "text[]", initial: "[]" },
  { type: "(() => void)", database: "json", initial: "() => {}" },
);

const option = fc.constantFrom(
  "unique: true",
  "length: 64",
  'comment: "it\'s {nullable: true}"',
  "default: () => 'now()'",
  "transformer: { to: (value) => value, from: (value) => value }",
  "'update': false",
  "precision:3",
);

const literal = fc
  .record({
    options: fc.uniqueArray(option, { maxLength: 3 }),
    isOnLines: fc.boolean(),
    hasTrailingComma: fc.boolean(),
    isTight: fc.boolean(),
    comment: fc.constantFrom("", "", " // why", " /* why */"),
  })
  .map(({ options, isOnLines, hasTrailingComma, isTight, comment }) => {
    if (options.length === 0) return isTight ? "{}" : "{ }";
    const comma = hasTrailingComma ? "," : "";
    if (isOnLines) return `{\n    ${options.join(`,${comment}\n    `)}${comma}${comment}\n  }`;
    const space = isTight ? "" : " ";
    return `{${space}${options.join(", ")}${comma}${space}}`;
  });

const decorator = fc
  .record({
    name: fc.constantFrom("Column", "Column", "Col", "orm.Column"),
    typeName: fc.constantFrom("", "", "'text'", '"text"'),
    literal: fc.option(literal, { nil: "" }),
    hasTrailingComma: fc.boolean(),
    isOnLines: fc.boolean(),
  })
  .map(({ name, typeName, literal: object, hasTrailingComma, isOnLines }) => {
    const parts = [typeName, object].filter((part) => part !== "");
    if (parts.length === 0) return `@${name}()`;
    const comma = hasTrailingComma ? "," : "";
    return isOnLines ? `@${name}(\n    ${parts.join(",\n    ")}${comma}\n  )` : `@${name}(${parts.join(", ")}${comma})`;
  });

const property = (said: Comments) =>
  fc
    .record({
      decorator,
      others: fc.uniqueArray(fc.constantFrom("@Index()", "@Other({ nullable: true })"), { maxLength: 2 }),
      isBefore: fc.boolean(),
      modifier: fc.constantFrom("", "", "public ", "readonly "),
      mark: fc.constantFrom("", "!", "?", "="),
      isTyped: fc.constantFrom(true, true, true, false),
      types,
      gaps: fc.array(gap, { minLength: 4, maxLength: 4 }),
      breaks: fc.array(someGap, { minLength: 3, maxLength: 3 }),
      ...said,
      end: fc.constantFrom(";", ";", ""),
    })
    .map((parts) => {
      const { others, isBefore, modifier, mark, types: known, gaps, breaks, tail, end } = parts;
      const own = isBefore ? [...others, parts.decorator] : [parts.decorator, ...others];
      const [a = "", b = "", c = "", d = ""] = gaps;
      const isTyped = parts.isTyped || mark !== "=";
      const type = isTyped ? `${mark === "=" ? "" : mark}${a}:${b}${known.type}` : "";
      const initial = mark === "=" ? `${c}=${d}${known.initial}` : "";
      const head = own.map((each, index) => `${each}${breaks[index] ?? "\n  "}`).join("");
      return {
        text: (name: string) =>
          `  ${parts.doc}${head}${parts.remark}${modifier}${name}${type}${initial}${end}${tail}\n`,
        database: known.database,
      };
    });

/** Everything is valid TypeScript; whether TypeORM could load it does not matter to an edit of its text. */
export const arbitraryEntity = (said: keyof typeof comments): fc.Arbitrary<GeneratedEntity> =>
  fc
    .record({
      properties: fc.array(property(comments[said]), { minLength: 1, maxLength: 4 }),
      blank: fc.constantFrom("", "\n", "\n\n"),
      isCrlf: fc.boolean(),
      quote: fc.constantFrom('"', "'"),
      isTight: fc.boolean(),
    })
    .map(({ properties, blank, isCrlf, quote, isTight }) => {
      const space = isTight ? "" : " ";
      const text = [
        `import {${space}Column, Column as Col, Entity, Index${space}} from ${quote}typeorm${quote};\n`,
        `import * as orm from ${quote}typeorm${quote};\n`,
        `\n@Entity()\nexport class User {\n`,
        properties.map((each, index) => each.text(`field${index}`)).join(blank),
        "}\n",
      ].join("");
      return {
        files: [{ path: "user.ts", content: isCrlf ? text.replaceAll("\n", "\r\n") : text }],
        columns: properties.map(({ database }, index) => plannedColumn("User", `field${index}`, database)),
      };
    });
