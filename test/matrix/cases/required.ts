import { type Change, enumeration, model } from "../change.js";

const id = "id Int @id @default(autoincrement())";

/** An optional field that becomes required. Rows have a value, or none; the build before may leave it out. */
export const required: readonly Change[] = [
  {
    name: "a text that becomes required",
    before: model("Label", id, "word String", "note String?"),
    after: model("Label", id, "word String", "/// @lockstep.backfill(lower(word))", "note String"),
    rows: `INSERT INTO "Label" (word, note) SELECT 'Word ' || n, CASE WHEN n % 3 > 0 THEN 'own ' || n END FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM "Label" WHERE (note = lower(word) OR note LIKE 'own %') IS NOT TRUE`,
    moving: ["note"],
  },
  {
    name: "a unique and mapped text that becomes required",
    before: model("Voucher", id, `code String? @unique @map("the code") @db.VarChar(60)`),
    after: model(
      "Voucher",
      id,
      "/// @lockstep.backfill('c' || id)",
      `code String @unique @map("the code") @db.VarChar(60)`,
    ),
    rows: `INSERT INTO "Voucher" ("the code") SELECT CASE WHEN n % 2 = 0 THEN 'own' || n END FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM "Voucher" WHERE ("the code" = 'c' || id OR "the code" LIKE 'own%') IS NOT TRUE`,
    moving: ["the code"],
  },
  {
    name: "an enum with a default that becomes required",
    before: enumeration("Size", "SMALL", "BIG") + model("Box", id, "width Int", "size Size? @default(SMALL)"),
    after:
      enumeration("Size", "SMALL", "BIG") +
      model(
        "Box",
        id,
        "width Int",
        `/// @lockstep.backfill(CASE WHEN width > 9 THEN 'BIG' ELSE 'SMALL' END::"Size")`,
        "size Size @default(SMALL)",
      ),
    rows: `INSERT INTO "Box" (width, size) SELECT n, CASE WHEN n % 2 = 0 THEN 'BIG'::"Size" END FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM "Box" WHERE size IS NULL OR (width % 2 = 0 AND width <= {rows} AND size <> 'BIG')`,
    moving: ["size"],
  },
  {
    name: "a relation that becomes required",
    before:
      model("Shelf", id, "name String", "items ShelfItem[]") +
      model(
        "ShelfItem",
        id,
        "word String",
        "shelfId Int?",
        "shelf Shelf? @relation(fields: [shelfId], references: [id])",
      ),
    after:
      model("Shelf", id, "name String", "items ShelfItem[]") +
      model(
        "ShelfItem",
        id,
        "word String",
        "/// @lockstep.backfill(1)",
        "shelfId Int",
        "shelf Shelf @relation(fields: [shelfId], references: [id])",
      ),
    // A way back leaves the new ON DELETE of the key, in the model too.
    remains:
      model("Shelf", id, "name String", "items ShelfItem[]") +
      model(
        "ShelfItem",
        id,
        "word String",
        "shelfId Int?",
        "shelf Shelf? @relation(fields: [shelfId], references: [id], onDelete: Restrict)",
      ),
    rows: `INSERT INTO "Shelf" (name) SELECT 'S' || n FROM generate_series(1, 3) n;
      INSERT INTO "ShelfItem" (word, "shelfId") SELECT 'w' || n, CASE WHEN n % 2 = 0 THEN 2 END FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM "ShelfItem" WHERE "shelfId" IS NULL`,
    moving: ["shelfId"],
  },
  {
    name: "a number that a function fills and that becomes required",
    before: model("Parcel", id, "street String", "weight Int?"),
    after: model("Parcel", id, "street String", "weight Int"),
    fills: `    Parcel: {
      weight: {
        reads: ["street"],
        async fill(rows: readonly { street: string }[]) { return rows.map(({ street }) => street.length); },
        fallback: "length(street)",
      },
    },
`,
    rows: `INSERT INTO "Parcel" (street, weight) SELECT repeat('s', n), CASE WHEN n % 4 = 0 THEN -1 END FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM "Parcel" WHERE (weight = length(street) OR weight = -1) IS NOT TRUE`,
    moving: ["weight"],
  },
];
