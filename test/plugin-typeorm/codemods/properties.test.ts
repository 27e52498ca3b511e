import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSourceFile, ts } from "../../../core/src/code/index.js";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import { apply, codePhases, editFor, editForBoth, textOf, undoOf, withEntities } from "./phases.js";

/** How code can be written. */
interface Layout {
  readonly isMultiLine: boolean;
  readonly hasTrailingComma: boolean;
  readonly isStacked: boolean;
  readonly isSpaced: boolean;
  readonly hasSemicolons: boolean;
  readonly indent: string;
  readonly eol: string;
  readonly quote: string;
  readonly comments: readonly string[];
}

const layouts: fc.Arbitrary<Layout> = fc.record({
  isMultiLine: fc.boolean(),
  hasTrailingComma: fc.boolean(),
  isStacked: fc.boolean(),
  isSpaced: fc.boolean(),
  hasSemicolons: fc.boolean(),
  indent: fc.constantFrom("  ", "    ", "\t"),
  eol: fc.constantFrom("\n", "\r\n"),
  quote: fc.constantFrom('"', "'"),
  comments: fc.array(fc.constantFrom("", " // line", " /* block */", ""), { minLength: 6, maxLength: 6 }),
});

/** `{ a, b }` in a layout; comments stand behind the items, and line comments only where a line ends. */
function literal(items: readonly string[], layout: Layout, depth = 1, open = "{", close = "}"): string {
  const { isMultiLine, hasTrailingComma, indent, eol, comments } = layout;
  const space = open === "{" ? " " : "";
  if (!isMultiLine) return `${open}${space}${items.join(", ")}${hasTrailingComma ? "," : ""}${space}${close}`;
  const lines = items.map((item, index) => {
    const comma = index < items.length - 1 || hasTrailingComma ? "," : "";
    return `${indent.repeat(depth + 1)}${item}${comma}${comments[index % comments.length]}`;
  });
  return `${open}${eol}${lines.join(eol)}${eol}${indent.repeat(depth)}${close}`;
}

/** A class with decorated fields. */
function dto(name: string, fields: readonly (readonly [string, string, string])[], layout: Layout): string {
  const { eol, indent, isStacked, isSpaced, hasSemicolons, comments } = layout;
  const written = fields.map(([decorator, field, type], index) => {
    const between = isStacked ? eol + indent : " ";
    return `${indent}${decorator}${between}${field}!: ${type}${hasSemicolons ? ";" : ""}${comments[index % comments.length]}`;
  });
  return `export class ${name} {${eol}${written.join(isSpaced ? eol + eol : eol)}${eol}}`;
}

function program(layout: Layout, rows: readonly (readonly string[])[], fills: readonly (readonly string[])[]): string {
  const { eol, quote, indent, hasSemicolons } = layout;
  const end = hasSemicolons ? ";" : "";
  const from = (module: string) => ` from ${quote}${module}${quote}${end}`;
  const copy = ["id", "email", "name", "createdAt", "updatedAt"].map((name) => `${name}: user.${name}`);
  const fixture = [
    "id: 1",
    `email: ${quote}A@x.com${quote}`,
    "name: day.toISOString()",
    "createdAt: day",
    "updatedAt: day",
  ];
  const names = ["id", "email", "name", "createdAt", "updatedAt"].map((name) => `${quote}user.${name}${quote}`);
  const types = { id: "number", email: "string", name: "string", createdAt: "Date", updatedAt: "Date" };
  return [
    `import { ApiProperty }${from("@nestjs/swagger")}`,
    `import ${literal(["IsEmail", "IsString"], { ...layout, comments: [""] }, 0)}${from("class-validator")}`,
    `import { Repository }${from("typeorm")}`,
    `import { User }${from("./entities/user.entity")}`,
    dto(
      "CreateUserDto",
      [
        ["@IsEmail()", "email", "string"],
        ["@IsString()", "name", "string"],
      ],
      layout,
    ),
    dto(
      "UserDto",
      Object.entries(types).map(([name, type]) => ["@ApiProperty()", name, type] as const),
      layout,
    ),
    `const day = new Date(0)${end}`,
    `export const alice: User = ${literal(fixture, layout, 0)}${end}`,
    `export const toDto = (user: User): UserDto => (${literal(copy, layout, 0)})${end}`,
    `export const copied = (user: User) => {`,
    `${indent}const dto = new UserDto()${end}`,
    ...["id", "email", "name", "createdAt", "updatedAt"].map((name) => `${indent}dto.${name} = user.${name}${end}`),
    `${indent}return dto${end}`,
    "}",
    "export class Users {",
    `${indent}constructor(private readonly users: Repository<User>) {}${eol}`,
    `${indent}async add(email: string, dto: CreateUserDto, dtos: CreateUserDto[]) {`,
    ...rows.map((items) => `${indent.repeat(2)}await this.users.save(${literal(items, layout, 2)})${end}`),
    ...fills.flatMap((fill, index) => [
      `${indent.repeat(2)}const row${index} = new User()${end}`,
      ...fill.map((line) => `${indent.repeat(2)}row${index}.${line}${end}`),
      `${indent.repeat(2)}await this.users.save(row${index})${end}`,
    ]),
    `${indent.repeat(2)}await this.users.save(this.users.create(dto))${end}`,
    `${indent}}${eol}`,
    `${indent}all() {`,
    `${indent.repeat(2)}return this.users.createQueryBuilder(${quote}user${quote}).select(${literal(names, layout, 2, "[", "]")}).getMany()${end}`,
    `${indent}}`,
    "}",
    "",
  ].join(eol);
}

const rows = fc.array(
  fc.constantFrom(
    ["email", "name: 'x'"],
    ["email: dto.email", "name: dto.name"],
    ["name: 'x'", "email"],
    ["email: dto.email.trim()", "name: String(1)"],
    ["...dto"],
    ["email", "name: 'x'", "orders: [{ totalCents: 1 }]"],
  ),
  { minLength: 1, maxLength: 4 },
);

const fills = fc.array(
  fc.constantFrom(
    ["email = email", "name = 'x'"],
    ["name = dto.name", "email = dto.email"],
    ["email = 'A@x.com'", "name = 'x'"],
    ["name = 'x' // his", "email = email /* hers */"],
  ),
  { maxLength: 3 },
);

const programs = fc.tuple(layouts, rows, fills).map(([layout, items, filled]) => {
  // A comment behind a statement without a semicolon is before it.
  const shown = layout.hasSemicolons
    ? filled.map((lines) => lines.map((line) => line.replace(/ \/[/*].*/, "")))
    : filled;
  return program(layout, items, shown);
});

describe("whatever the formatting", () => {
  test("each phase parses, repeats without a change, only adds or removes, and can be undone to the same bytes", async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (before) => {
        const texts = [before];
        const earlier: PlannedEdit[] = [];
        for (const phase of codePhases) {
          const files = withEntities(texts.at(-1) ?? "");
          const result = await editFor(phase, files, earlier);
          earlier.push(...result.edits);
          const after = apply(files, result);
          const text = textOf(after);
          expect(syntaxErrors(text)).toEqual([]);
          const again = await editFor(phase, after, earlier);
          expect(again.changes).toEqual([]);
          expect([...result.places, ...again.places].filter(({ reason }) => /^Lockstep wrote/.test(reason))).toEqual(
            [],
          );
          if (phase !== "contract") expect(isSubsequence(texts.at(-1) ?? "", text)).toBe(true);
          else expect(isSubsequence(text, texts.at(-1) ?? "")).toBe(true);
          if (before.includes("\r\n")) expect(text).not.toMatch(/[^\r]\n/);
          else expect(text).not.toContain("\r");
          expect(await undoOf(phase, after, earlier)).toEqual({ files, places: [] });
          expect(await undoOf("expand", after, earlier)).toEqual({ files: withEntities(before), places: [] });
          texts.push(text);
        }
        // A literal, a spread DTO, a fixture, a request DTO, a mapper, its class, statements, and a list of names.
        expect(new Set(earlier.map(({ transform }) => transform))).toEqual(
          new Set(["create-data", "fixture", "request-type", "mapper", "response-class", "assigned-mapper", "select"]),
        );
      }),
      { numRuns: 30 },
    );
  });

  test("switch and contract at once end in the same bytes as one after the other", async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (before) => {
        const files = withEntities(before);
        const expanded = await editFor("expand", files, []);
        const after = apply(files, expanded);
        const both = await editForBoth(after, expanded.edits);
        const switched = await editFor("switch", after, expanded.edits);
        const shown = apply(after, switched);
        const contracted = await editFor("contract", shown, [...expanded.edits, ...switched.edits]);
        expect(apply(after, both)).toEqual(apply(shown, contracted));
        const undone = await undoOf("switch", apply(after, both), [...expanded.edits, ...both.edits]);
        expect(undone).toEqual({ files: after, places: [] });
      }),
      { numRuns: 20 },
    );
  });
});

function syntaxErrors(text: string): readonly string[] {
  const { ast } = parseSourceFile("code.ts", text);
  const { parseDiagnostics } = ast as unknown as { parseDiagnostics: readonly { messageText: unknown }[] };
  return parseDiagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText as string, " "));
}

/** Whether `longer` is `shorter` with characters inserted. */
function isSubsequence(shorter: string, longer: string): boolean {
  let at = 0;
  for (const character of longer) if (shorter[at] === character) at += 1;
  return at === shorter.length;
}
