import { type Change, change } from "../change.js";

const filledWith = ["name", "'Name ' || n"] as const;

/** Models in a folder of files, and tables of one name in several schemas of the database. */
export const layouts: readonly Change[] = [
  change({
    name: "two required columns in another file",
    model: "Train",
    has: ["name String"],
    attributes: ["", `@@schema("public")`],
    gets: [
      "/// @lockstep.backfill(upper(name))",
      "loud String",
      "/// @lockstep.backfill(length(name))",
      "size Int",
      "",
      "@@index([size])",
    ],
    filledWith,
    right: "loud = upper(name) AND size = length(name)",
  }),
  change({
    name: "a required column in schema public",
    model: "Thing",
    has: ["name String"],
    attributes: ["", `@@schema("public")`],
    gets: ["/// @lockstep.backfill(lower(name))", "slug String @unique"],
    filledWith,
    right: "slug = lower(name)",
  }),
  change({
    name: "a required column of the same table in another schema",
    model: "BillingThing",
    has: ["name String"],
    attributes: ["", `@@map("Thing")`, `@@schema("billing")`],
    gets: ["/// @lockstep.backfill(upper(name))", "slug String @unique"],
    table: `billing."Thing"`,
    filledWith,
    right: "slug = upper(name)",
  }),
  change({
    name: "an enum of another schema",
    model: "Receipt",
    has: ["cents Int"],
    attributes: ["", `@@schema("Odd Schema")`],
    getsEnums: `enum Kind {\n  IN\n  OUT\n\n  @@schema("Odd Schema")\n}\n`,
    gets: [`/// @lockstep.backfill(CASE WHEN cents > 30 THEN 'IN' ELSE 'OUT' END::"Odd Schema"."Kind")`, "kind Kind"],
    table: `"Odd Schema"."Receipt"`,
    filledWith: ["cents", "n"],
    right: "kind::text = CASE WHEN cents > 30 THEN 'IN' ELSE 'OUT' END",
  }),
];
