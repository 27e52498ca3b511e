import { type Change, change, enumeration } from "../change.js";

const has = ["name String"];
const filledWith = ["name", "'Name ' || n"] as const;

/** Defaults that differ from row to row, and defaults beside a source for the rows that exist. */
export const defaults: readonly Change[] = [
  change({
    name: "a default that makes a uuid for each row",
    model: "Badge",
    has,
    gets: [`token String @unique @default(dbgenerated("gen_random_uuid()")) @db.Uuid`],
    filledWith,
    right: "token IS NOT NULL",
  }),
  change({
    name: "a default that makes a random text for each row",
    model: "Pass",
    has,
    gets: [`secret String @default(dbgenerated("md5((random())::text)"))`],
    filledWith,
    right: "length(secret) = 32",
  }),
  change({
    name: "a default by the clock",
    model: "Visit",
    has,
    gets: [`at DateTime @default(dbgenerated("clock_timestamp()")) @db.Timestamptz`],
    filledWith,
    right: "at IS NOT NULL",
  }),
  change({
    name: "a serial column",
    model: "Bill",
    has,
    gets: ["number Int @unique @default(autoincrement())"],
    filledWith,
    right: "number > 0",
  }),
  change({
    name: "a big serial column",
    model: "Trace",
    has,
    gets: ["number BigInt @default(autoincrement())", "", "@@unique([number])"],
    filledWith,
    right: "number > 0",
  }),
  change({
    name: "a constant default beside a source for old rows",
    model: "Plan",
    has: ["isPaid Boolean"],
    gets: [`/// @lockstep.backfill(CASE WHEN "isPaid" THEN 'pro' ELSE 'free' END)`, `tier String @default("trial")`],
    filledWith: [`"isPaid"`, "n % 2 = 0"],
    // Code that does not know the column gets the default, as it would with the ORM's own migration.
    right: `tier IN ('trial', CASE WHEN "isPaid" THEN 'pro' ELSE 'free' END) AND (id > {rows} OR tier <> 'trial')`,
  }),
  change({
    name: "now() beside a source for old rows",
    model: "Entry",
    has: ["happenedAt DateTime @default(now())"],
    gets: [`/// @lockstep.backfill("happenedAt")`, "createdAt DateTime @default(now())"],
    filledWith: [`"happenedAt"`, "timestamp '2026-01-01' + n * interval '1 hour'"],
    right: `id > {rows} OR "createdAt" = "happenedAt"`,
  }),
  change({
    name: "@lockstep.skip on a default that differs from row to row",
    model: "Skipped",
    has,
    gets: [
      "/// @lockstep.skip(the table is small)",
      `token String @default(dbgenerated("gen_random_uuid()")) @db.Uuid`,
    ],
    isSafe: true,
    filledWith,
    right: "token IS NOT NULL",
  }),
];

/** NULL stays allowed there, so code may choose it: only what was there when the backfill began is filled. */
export const nullable: readonly Change[] = [
  change({
    name: "a nullable column with a source for old rows",
    model: "Note",
    has: ["body String"],
    gets: ["/// @lockstep.backfill(left(body, 5))", "teaser String?"],
    filledWith: ["body", "'Body ' || n"],
    right: "id > {rows} OR teaser = left(body, 5)",
  }),
  change({
    name: "a nullable unique column with a source for old rows",
    model: "Alias",
    has: ["name String"],
    gets: ["/// @lockstep.backfill(lower(name))", "slug String? @unique"],
    filledWith: ["name", "'Name ' || n"],
    right: "id > {rows} OR slug = lower(name)",
  }),
  change({
    name: "a nullable column whose source is NULL for some",
    model: "Phone",
    has: ["raw String?"],
    gets: ["/// @lockstep.backfill(trim(raw))", "clean String?"],
    filledWith: ["raw", "CASE WHEN n % 3 <> 0 THEN ' 0' || n || ' ' END"],
    right: "id > {rows} OR clean IS NOT DISTINCT FROM trim(raw)",
  }),
  change({
    name: "a nullable unique column without a source",
    model: "Nick",
    has: ["name String"],
    gets: ["nick String? @unique"],
    filledWith: ["name", "'Name ' || n"],
    right: "id > {rows} OR nick IS NULL",
  }),
  change({
    name: "a nullable column with an index",
    model: "Label",
    has: ["name String"],
    gets: ["colour String?", "", "@@index([colour, name])"],
    filledWith: ["name", "'Name ' || n"],
    right: "id > {rows} OR colour IS NULL",
  }),
  change({
    name: "a list with a source for old rows",
    model: "Recipe",
    has: ["words String"],
    gets: ["/// @lockstep.backfill(string_to_array(words, ' '))", "tags String[]"],
    filledWith: ["words", "'a b ' || n"],
    right: "id > {rows} OR tags = string_to_array(words, ' ')",
  }),
  change({
    name: "a list of numbers with a default and a source",
    model: "Draw",
    has: ["first Int"],
    gets: ["/// @lockstep.backfill(ARRAY[first, first * 2])", "balls Int[] @default([])"],
    filledWith: ["first", "n"],
    right: "id > {rows} OR balls = ARRAY[first, first * 2]",
  }),
];

/** Enums made in the change, there before, extended by it, mapped, as lists and as arrays. */
export const enums: readonly Change[] = [
  change({
    name: "an enum made in the change",
    model: "Job",
    has: ["isDone Boolean"],
    getsEnums: enumeration("JobState", "OPEN", "DONE"),
    gets: [`/// @lockstep.backfill(CASE WHEN "isDone" THEN 'DONE' ELSE 'OPEN' END::"JobState")`, "state JobState"],
    filledWith: [`"isDone"`, "n % 2 = 0"],
    right: `state::text = CASE WHEN "isDone" THEN 'DONE' ELSE 'OPEN' END`,
  }),
  change({
    name: "an enum that was there",
    model: "Lamp",
    enums: enumeration("Colour", "RED", "GREEN"),
    has: ["colour Colour", "watts Int"],
    gets: [`/// @lockstep.backfill(colour)`, "former Colour", "", "@@index([former])"],
    filledWith: ["colour, watts", `(ARRAY['RED', 'GREEN'])[1 + n % 2]::"Colour", n`],
    right: "former = colour",
  }),
  change({
    name: "an enum with names of its own in the database",
    model: "Door",
    has: ["isOpen Boolean"],
    getsEnums: enumeration("DoorState", `OPEN @map("is open")`, `SHUT @map("is shut")`, "", `@@map("door state")`),
    gets: [
      `/// @lockstep.backfill(CASE WHEN "isOpen" THEN 'is open' ELSE 'is shut' END::"door state")`,
      "state DoorState",
    ],
    filledWith: [`"isOpen"`, "n % 3 = 0"],
    right: `state::text = CASE WHEN "isOpen" THEN 'is open' ELSE 'is shut' END`,
  }),
  change({
    name: "an enum of the change with a default and a source",
    model: "Claim",
    has: ["cents Int"],
    getsEnums: enumeration("Size", "SMALL", "LARGE"),
    gets: [
      `/// @lockstep.backfill(CASE WHEN cents > 30 THEN 'LARGE' ELSE 'SMALL' END::"Size")`,
      "size Size @default(SMALL)",
    ],
    filledWith: ["cents", "n"],
    right: `id > {rows} OR size::text = CASE WHEN cents > 30 THEN 'LARGE' ELSE 'SMALL' END`,
  }),
  {
    name: "a value added to an enum, as the new column's default",
    before: `${enumeration("Level", "LOW", "HIGH")}model Alarm {\n  id Int @id @default(autoincrement())\n  name String\n  level Level @default(LOW)\n}\n`,
    after: `${enumeration("Level", "LOW", "HIGH", "NONE")}model Alarm {\n  id Int @id @default(autoincrement())\n  name String\n  level Level @default(LOW)\n  former Level @default(NONE)\n}\n`,
    // PostgreSQL takes no value out of an enum.
    remains: `${enumeration("Level", "LOW", "HIGH", "NONE")}model Alarm {\n  id Int @id @default(autoincrement())\n  name String\n  level Level @default(LOW)\n}\n`,
    rows: `INSERT INTO "Alarm" (name) SELECT 'Name ' || n FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM "Alarm" WHERE id <= {rows} AND former::text IS DISTINCT FROM 'NONE'`,
  },
];
