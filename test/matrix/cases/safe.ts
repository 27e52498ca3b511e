import { type Change, change, enumeration, model } from "../change.js";

const id = "id Int @id @default(autoincrement())";
const filledWith = ["name", "'Name ' || n"] as const;

/** Nine of ten real column additions: they pass byte for byte. */
export const safe: readonly Change[] = [
  change({
    name: "safe: nullable",
    model: "SafeNull",
    has: ["name String"],
    gets: ["nick String?", "size Int?"],
    isSafe: true,
    filledWith,
    right: "true",
  }),
  change({
    name: "safe: constant defaults",
    model: "SafeDefault",
    has: ["name String"],
    gets: [
      `locale String @default("en")`,
      "score Int @default(0)",
      "rate Decimal @default(1.5)",
      "isOn Boolean @default(false)",
    ],
    isSafe: true,
    filledWith,
    right: `locale IS NOT NULL AND score IS NOT NULL AND rate IS NOT NULL AND "isOn" IS NOT NULL`,
  }),
  change({
    name: "safe: now()",
    model: "SafeNow",
    has: ["name String"],
    gets: ["seenAt DateTime @default(now())", "day DateTime @default(now()) @db.Date"],
    isSafe: true,
    filledWith,
    right: `"seenAt" IS NOT NULL AND day IS NOT NULL`,
  }),
  change({
    name: "safe: lists and json with a default",
    model: "SafeList",
    has: ["name String"],
    gets: ["tags String[] @default([])", `data Json @default("{}")`, "marks Int[]"],
    isSafe: true,
    filledWith,
    right: "tags IS NOT NULL AND data IS NOT NULL",
  }),
  change({
    name: "safe: an enum of the change with a default",
    model: "SafeEnum",
    has: ["name String"],
    getsEnums: enumeration("SafeState", "OPEN", "CLOSED"),
    gets: ["state SafeState @default(OPEN)"],
    isSafe: true,
    filledWith,
    right: "state IS NOT NULL",
  }),
  {
    name: "safe: a new table",
    isSafe: true,
    before: model("SafeOld", id, "name String"),
    after: model("SafeOld", id, "name String") + model("SafeNew", id, "name String @unique", "size Int"),
    rows: `INSERT INTO "SafeOld" (name) SELECT 'Name ' || n FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM "SafeOld" WHERE name IS NULL`,
  },
];
