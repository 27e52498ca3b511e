import { enumeration, model } from "../change.js";

/** A change that must stop before anything is written. */
export interface BadInput {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** SQL that fills the development database. */
  readonly rows: string;
  readonly setup?: string;
  /** Properties of `fills` in lockstep.config.ts. */
  readonly fills?: string;
  readonly code: string;
  readonly says: readonly RegExp[];
}

const id = "id Int @id @default(autoincrement())";
const named = (table: string) => `INSERT INTO "${table}" (name) SELECT 'Name ' || n FROM generate_series(1, 8) n`;

interface Simple {
  readonly name: string;
  readonly model: string;
  /** Beside its id and its name. */
  readonly has?: readonly string[];
  readonly gets: readonly string[];
  readonly code: string;
  readonly says: readonly RegExp[];
  readonly enums?: string;
  readonly setup?: string;
}

/** On a table with a name. */
function bad({ name, model: table, has: more = [], gets, enums = "", ...rest }: Simple): BadInput {
  const has = [id, "name String", ...more];
  return {
    name,
    before: enums + model(table, ...has),
    after: enums + model(table, ...has, ...gets),
    rows: named(table),
    ...rest,
  };
}

/** A function of lockstep.config.ts for field `handle` of a table with a name. */
function badFunction(name: string, table: string, body: string, code: string, ...says: readonly RegExp[]): BadInput {
  return {
    ...bad({ name, model: table, gets: ["handle String @unique"], code, says }),
    fills: `    ${table}: {
      handle: { reads: ["name"], async fill(rows: readonly { name: string }[]): Promise<never> { ${body} }, fallback: "lower(name)" },
    },
`,
  };
}

export const badInputs: readonly BadInput[] = [
  bad({
    name: "a constant for a unique column",
    model: "BadConstant",
    gets: ["/// @lockstep.backfill('x')", "code String @unique"],
    code: "LS2002",
    says: [/'x'/],
  }),
  bad({
    name: "the same value for rows of a unique column",
    model: "BadTwin",
    gets: ["/// @lockstep.backfill(left(name, 3))", "code String @unique"],
    code: "LS2007",
    says: [/same value/, /id=/],
  }),
  bad({
    name: "the same values for rows of a unique constraint",
    model: "BadTwins",
    gets: ["/// @lockstep.backfill('x')", "a String", "/// @lockstep.backfill(1)", "b Int", "", "@@unique([a, b])"],
    code: "LS2007",
    says: [/a.*b/],
  }),
  bad({
    name: "a relation to rows that do not exist",
    model: "BadTree",
    gets: [
      "/// @lockstep.backfill(id + 100)",
      "parentId Int",
      `parent BadTree @relation("tree", fields: [parentId], references: [id])`,
      `children BadTree[] @relation("tree")`,
    ],
    code: "LS2040",
    says: [/BadTree/, /id=\d/],
  }),
  bad({
    name: "an enum value that is missing",
    model: "BadColour",
    enums: enumeration("BadPaint", "RED"),
    gets: [`/// @lockstep.backfill('PURPLE'::"BadPaint")`, "colour BadPaint"],
    code: "LS2005",
    says: [/invalid input value for enum "BadPaint": "PURPLE"/, /The values that exist: RED/],
  }),
  bad({
    name: "an expression over another table",
    model: "BadOther",
    gets: [`/// @lockstep.backfill("BadTwin".name)`, "code String"],
    code: "LS2003",
    says: [/BadTwin/],
  }),
  bad({
    name: "a subquery over another table",
    model: "BadSubquery",
    gets: [`/// @lockstep.backfill((SELECT max(name) FROM "BadTwin"))`, "code String"],
    code: "LS2070",
    says: [/reads all of "BadTwin"/],
  }),
  bad({
    name: "an expression over a generated column",
    model: "BadGenerated",
    gets: [`/// @lockstep.backfill(loud)`, "code String"],
    setup: `ALTER TABLE "BadGenerated" ADD COLUMN loud text GENERATED ALWAYS AS (upper(name)) STORED`,
    code: "LS2004",
    says: [/loud/, /generated/i],
  }),
  bad({
    name: "an aggregate",
    model: "BadAggregate",
    gets: ["/// @lockstep.backfill(max(name))", "code String"],
    code: "LS2004",
    says: [/aggregate/i],
  }),
  bad({
    name: "NULL for some rows",
    model: "BadNull",
    gets: ["/// @lockstep.backfill(nullif(name, 'Name 3'))", "code String"],
    code: "LS2006",
    says: [/1 row/, /id=3/],
  }),
  bad({
    name: "a value that the type cannot hold",
    model: "BadSize",
    gets: ["/// @lockstep.backfill(repeat(name, 20))", "code String @db.VarChar(10)"],
    code: "LS5008",
    says: [/code/],
  }),
  bad({
    name: "a division by zero in one row",
    model: "BadZero",
    gets: ["/// @lockstep.backfill(10 / (id - 4))", "code Int"],
    code: "LS5008",
    says: [/division by zero/],
  }),
  bad({
    name: "no source",
    model: "BadNothing",
    gets: ["code String"],
    code: "LS2001",
    says: [/BadNothing\.code is required/, /prisma\/schema\.prisma:\d+/, /\/\/\/ @lockstep\.backfill\(/],
  }),
  bad({
    name: "a value that Prisma's client makes, and none for the rows that exist",
    model: "BadClient",
    gets: ["publicId String @default(uuid())"],
    code: "LS2001",
    says: [/BadClient\.publicId is required/, /For example @lockstep\.backfill\(gen_random_uuid\(\)::text\)/],
  }),
  bad({
    name: "a fill that does not parse",
    model: "BadSyntax",
    gets: ["/// @lockstep.backfill(lower(name) ||)", "code String"],
    code: "LS1002",
    says: [/schema\.prisma:\d+/],
  }),
  bad({
    name: "a column in the wrong case",
    model: "BadCase",
    has: ["createdAt DateTime @default(now())"],
    gets: ["/// @lockstep.backfill(lower(createdAt))", "code String"],
    code: "LS2003",
    says: [/createdat/, /"createdAt"/],
  }),
  bad({
    name: "a fill of the wrong type",
    model: "BadRank",
    gets: ["/// @lockstep.backfill(name)", "rank Int"],
    code: "LS2005",
    says: [/integer/],
  }),
  bad({
    name: "a mirror in an optional field",
    model: "BadMirror",
    gets: ["/// @lockstep.mirror(name)", "nickname String?"],
    code: "LS2030",
    says: [/schema\.prisma:\d+/, /@lockstep\.backfill\(name\)/],
  }),
  bad({
    name: "a number for rows that a sequence numbers",
    model: "BadSerial",
    gets: ["/// @lockstep.backfill(id)", "number Int @unique @default(autoincrement())"],
    code: "LS2031",
    says: [/a sequence numbers "BadSerial"\."number"/],
  }),
  bad({
    name: "a misspelt annotation",
    model: "BadWord",
    gets: ["/// @lockstep.backfil(lower(name))", "code String"],
    code: "LS2008",
    says: [/@lockstep\.backfill/],
  }),
  bad({
    name: "an annotation above a relation",
    model: "BadOwner",
    gets: [
      "/// @lockstep.backfill(id)",
      'owner   BadOwner   @relation("owner", fields: ownerId, references: [id])',
      "ownerId Int",
      'owned   BadOwner[] @relation("owner")',
    ],
    code: "LS2008",
    says: [/above the relation BadOwner\.owner has no effect/, /Move it above ownerId, prisma\/schema\.prisma:\d+\./],
  }),
  badFunction("a function that throws", "BadThrow", `throw new Error("no answer");`, "LS5050", /no answer/),
  badFunction(
    "a function with too few values",
    "BadFew",
    "return rows.slice(1).map(({ name }) => name) as never;",
    "LS5051",
  ),
  badFunction(
    "a function with values of the wrong type",
    "BadType",
    "return rows.map(() => ({ a: 1 })) as never;",
    "LS5052",
  ),
  badFunction("a function without a value for a row", "BadVoid", "return rows.map(() => null) as never;", "LS5053"),
  badFunction("a function with duplicates", "BadSame", `return rows.map(() => "same") as never;`, "LS5054"),
  {
    ...badFunction(
      "an annotation and a function",
      "BadBoth",
      "return rows.map(({ name }) => name) as never;",
      "LS2050",
    ),
    after: model("BadBoth", id, "name String", "/// @lockstep.backfill(name)", "handle String @unique"),
  },
];
