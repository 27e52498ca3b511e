import { expect, test } from "vitest";
import { editEntities } from "../../../plugin-typeorm/src/entities/edit/index.js";
import { plannedColumn } from "./fixtures.js";
import { Phases } from "./phases.js";

/** What people do to a property while its plan is open stays; what Lockstep wrote goes. */
const file = (property: string, imports = "Column, Entity") => [
  {
    path: "user.ts",
    content: `import { ${imports} } from "typeorm";\n@Entity()\nexport class User {\n${property}\n}\n`,
  },
];

interface Case {
  readonly name: string;
  readonly before: string;
  readonly change: readonly [from: string | RegExp, to: string];
  readonly after: string;
}

const cases: readonly Case[] = [
  {
    name: "a formatter broke the line",
    before: "  @Column({ unique: true }) handle!: string;",
    change: [/@Column\(\{ (.*) \}\) handle/, "@Column({\n    $1,\n  })\n  handle"],
    after: "  @Column({ unique: true }) handle!: string;",
  },
  {
    name: "an option was added",
    before: "  @Column() handle!: string;",
    change: ["nullable: true", "nullable: true, length: 64"],
    after: "  @Column({ length: 64 }) handle!: string;",
  },
  {
    name: "an option was changed",
    before: `  @Column("varchar", { length: 10 }) handle!: string;`,
    change: ["length: 10", "length: 20"],
    after: `  @Column("varchar", { length: 20 }) handle!: string;`,
  },
  {
    name: "the type was made narrower",
    before: `  @Column("varchar", { nullable: false }) handle!: string;`,
    change: ["string | null", `"a" | "b" | null`],
    after: `  @Column("varchar", { nullable: false }) handle!: "a" | "b";`,
  },
  {
    name: "a decorator was added",
    before: `  @Column({ type: "varchar" })\n  handle!: string;`,
    change: ["  @Column", "  @Index()\n  @Column"],
    after: `  @Index()\n  @Column({ type: "varchar" })\n  handle!: string;`,
  },
  {
    name: "null was taken out by hand",
    before: "  @Column() handle!: string;",
    change: [" | null", ""],
    after: "  @Column() handle!: string;",
  },
  {
    name: "a comment inside of it was changed",
    before: `  /** @lockstep.backfill(lower(email)) */\n  @Column("text")\n  // for the URL\n  handle!: string;`,
    change: ["for the URL", "for the address"],
    after: `  @Column("text")\n  // for the address\n  handle!: string;`,
  },
];

test.each(cases)("$name", ({ before, change: [from, to], after }) => {
  const phases = new Phases({ files: file(before), columns: [plannedColumn("User", "handle", "character varying")] });
  for (const state of [phases.optional, phases.open]) {
    const changed = state.map(({ path, content }) => ({ path, content: content.replace(from, to) }));
    expect(changed).not.toEqual(state);
    expect(phases.edit(changed, "makeRequired")).toEqual(file(after));
  }
});

test("without the user's text what Lockstep writes is taken for Lockstep's", () => {
  const files = file(`  @Column("text") handle!: string;`);
  const phases = new Phases({ files, columns: [plannedColumn("User", "handle", "text")] });
  const unknown = new Phases({ files: [], columns: phases.fixture.columns });
  expect(unknown.edit(phases.open, "makeRequired")).toEqual(files);
  expect(unknown.edit(phases.optional, "openReads", "makeRequired")).toEqual(files);
});

test.each([
  [
    `@Column("text", { nullable: true })`,
    ["true", "true, length: 9"],
    `@Column("text", { nullable: true, length: 9 })`,
  ],
  [`@Column("text", { select: false, nullable: true })`, ["true", "true, length: 9"], undefined],
  [
    `@Column("text", { nullable: true })`,
    [/ select: false/, "\n    select: false,\n  "],
    `@Column("text", { nullable: true })`,
  ],
  [`@Column(shared)`, [/$/, " "], `@Column(shared)`],
])("an optional column is open to reads again as it was: %s", (mark, [from = "", to = ""], after) => {
  const declared = (text: string) =>
    file(`  ${text} handle!: string | null;`).map((each) => ({
      ...each,
      content: `${each.content}const shared = { type: "text", nullable: true } as const;\n`,
    }));
  const phases = new Phases({ files: declared(mark), columns: [plannedColumn("User", "handle", "text")] });
  const closed = phases.edit(declared(mark), "closeReads");
  expect(closed[0]?.content).toContain("select: false");
  const changed = closed.map(({ path, content }) => ({ path, content: content.replace(from, to as string) }));
  const open = phases.edit(changed, "openReads");
  expect(open.map(({ content }) => content.trimEnd())).toEqual(
    (after === undefined ? changed : declared(after)).map(({ content }) => content.trimEnd()),
  );
});

test("two annotations behind other words go with one of the spaces around them", () => {
  const files = file(
    "  /** In the URL. @lockstep.backfill(lower(email)) @lockstep.internal */\n  @Column() handle!: string;",
  );
  const phases = new Phases({ files, columns: [plannedColumn("User", "handle", "text")] });
  expect(phases.edit(files, "dropAnnotations")).toEqual(file("  /** In the URL. */\n  @Column() handle!: string;"));
});

test("annotations come back above a property that has changed since", () => {
  const files = file("  /** In the URL. @lockstep.backfill(lower(email)) */\n  @Column() handle!: string;");
  const phases = new Phases({ files, columns: [plannedColumn("User", "handle", "text")] });
  const changed = phases.required.map(({ path, content }) => ({
    path,
    content: content.replace("In the URL", "For links"),
  }));
  expect(phases.edit(changed, "reopen", "dropAnnotations", "makeRequired")).toEqual(changed);
  expect(phases.edit(changed, "reopen")).toEqual(
    file(
      '  /** For links. */\n  /** @lockstep.backfill(lower(email)) */\n  @Column({ type: "text", nullable: true, select: false }) handle!: string | null;',
    ),
  );
  const [column] = phases.fixture.columns;
  const annotations = ["@lockstep.backfill(lower(email))", "@lockstep.write(\n  slug(email))"];
  const reopened = editEntities(phases.required, [
    { kind: "reopen", column: column!, original: files[0]?.content, annotations },
  ]);
  expect(reopened).toEqual(
    file(
      '  /** In the URL. */\n  /** @lockstep.backfill(lower(email)) */\n  /** @lockstep.write( slug(email)) */\n  @Column({ type: "text", nullable: true, select: false }) handle!: string | null;',
    ),
  );
});

test.each([
  { name: "no entity", property: "", column: ["Team", "handle"], code: "LS4002", message: /No entity Team/ },
  {
    name: "no column",
    property: "  @Column() a: string;",
    column: ["User", "b"],
    code: "LS4002",
    message: /No column b in entity User \(user.ts:2\)/,
  },
  {
    name: "options that cannot be read",
    property: "  @Column(options()) handle: string;",
    column: ["User", "handle"],
    code: "LS9040",
    message: /user.ts:4: Lockstep cannot read `options\(\)` of handle/,
  },
  {
    name: "a type that TypeORM has no name for",
    property: "  @Column() handle: string;",
    column: ["User", "handle"],
    type: "app.email",
    code: "LS9040",
    message: /TypeORM has no name for app.email/,
  },
  {
    name: "an accessor",
    property: "  @Column() get handle() { return ''; }",
    column: ["User", "handle"],
    code: "LS9040",
    message: /handle is an accessor/,
  },
  {
    name: "a column of a class that another entity embeds as well",
    property: `  @Column(() => Address) home: Address }\nclass Address { @Column("text") zip: string }\n@Entity() class Shop { @Column(() => Address) at: Address`,
    column: ["User", "home.zip"],
    code: "LS2011",
    message: /The edit of User.home.zip would change something else: Shop.at.zip would have another isOptional: true/,
  },
])("refused: $name", ({ property, column: [model = "", field = ""], type = "text", code, message }) => {
  const phases = new Phases({ files: file(property), columns: [plannedColumn(model, field, type)] });
  expect(() => phases.optional).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
});
