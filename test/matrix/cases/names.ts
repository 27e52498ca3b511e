import { type Change, change } from "../change.js";

const long = "t".repeat(63);
const longColumn = "c".repeat(63);

/** Names that break careless SQL. Prisma itself cannot write a double quote into a name. */
export const names: readonly Change[] = [
  change({
    name: "mixed case",
    model: "UserAccount",
    has: ["firstName String"],
    gets: [`/// @lockstep.backfill(lower("firstName"))`, "displayName String @unique"],
    filledWith: [`"firstName"`, "'First ' || n"],
    right: `"displayName" = lower("firstName")`,
  }),
  change({
    name: "@map and @@map",
    model: "BlogPost",
    has: [`headLine String @map("head_line")`],
    gets: ["/// @lockstep.backfill(lower(head_line))", `urlSlug String @unique @map("url_slug")`],
    attributes: [`@@map("blog_posts")`],
    table: "blog_posts",
    filledWith: ["head_line", "'Line ' || n"],
    right: "url_slug = lower(head_line)",
  }),
  change({
    name: "reserved words",
    model: "Select",
    has: [`from String`],
    gets: [`/// @lockstep.backfill(lower("from"))`, `where String @unique @map("table")`],
    attributes: [`@@map("select")`],
    table: `"select"`,
    filledWith: [`"from"`, "'From ' || n"],
    right: `"table" = lower("from")`,
  }),
  change({
    name: "unicode",
    model: "Cafe",
    has: [`name String @map("größe")`],
    gets: [`/// @lockstep.backfill(lower("größe"))`, `slug String @unique @map("naïve 列")`],
    attributes: [`@@map("Café ☕")`],
    table: `"Café ☕"`,
    filledWith: [`"größe"`, "'Name ' || n"],
    right: `"naïve 列" = lower("größe")`,
  }),
  change({
    name: "63 bytes",
    model: "Long",
    has: [`name String`],
    gets: [`/// @lockstep.backfill(lower(name))`, `slug String @unique @map("${longColumn}")`],
    attributes: [`@@map("${long}")`],
    table: long,
    filledWith: ["name", "'Name ' || n"],
    right: `${longColumn} = lower(name)`,
  }),
  change({
    name: "umlauts at 63 bytes",
    model: "Umlaut",
    has: [`name String`],
    gets: [`/// @lockstep.backfill(lower(name))`, `slug String @unique @map("x${"ö".repeat(31)}")`],
    attributes: [`@@map("${"ü".repeat(31)}")`],
    table: `"${"ü".repeat(31)}"`,
    filledWith: ["name", "'Name ' || n"],
    right: `"x${"ö".repeat(31)}" = lower(name)`,
  }),
  change({
    name: "apostrophes, percents and dollar tags",
    model: "Odd",
    has: [`name String`],
    gets: [`/// @lockstep.backfill(lower(name))`, `slug String @unique @map("it's 100%s $change$")`],
    attributes: [`@@map("$fill$ o'clock %I")`],
    table: `"$fill$ o'clock %I"`,
    filledWith: ["name", "'Name ' || n"],
    right: `"it's 100%s $change$" = lower(name)`,
  }),
  change({
    name: "names that meet in the index's name",
    model: "A_b",
    has: ["c String"],
    gets: [
      "/// @lockstep.backfill(lower(c))",
      "b_c String @unique",
      "/// @lockstep.backfill(upper(c))",
      "c_d String @unique",
    ],
    filledWith: ["c", "'Name ' || n"],
    right: "b_c = lower(c) AND c_d = upper(c)",
  }),
];
