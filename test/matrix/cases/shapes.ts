import { type Change, change, model } from "../change.js";

const id = "id Int @id @default(autoincrement())";

/** Uniques, indexes, several columns, several tables, client-side defaults, every annotation. */
export const shapes: readonly Change[] = [
  change({
    name: "a unique column",
    model: "Member",
    has: ["email String @unique"],
    gets: ["/// @lockstep.backfill(lower(email))", "handle String @unique"],
    filledWith: ["email", "'User.' || n || '@Example.com'"],
    right: "handle = lower(email)",
  }),
  change({
    name: "a unique constraint over an old and a new column",
    model: "Page",
    has: ["tenant Int", "title String"],
    gets: ["/// @lockstep.backfill(lower(title))", "slug String", "", "@@unique([tenant, slug])"],
    filledWith: ["tenant, title", "n % 3, 'Title ' || n"],
    right: "slug = lower(title)",
  }),
  change({
    name: "a unique constraint over two new columns",
    model: "Seat",
    has: ["label String"],
    gets: [
      "/// @lockstep.backfill(split_part(label, '-', 1))",
      "line String",
      "/// @lockstep.backfill(split_part(label, '-', 2))",
      "place String",
      "",
      `@@unique([line, place], map: "seat_of_line")`,
    ],
    filledWith: ["label", "'r' || n % 7 || '-' || n"],
    values: { "Seat.label": (n) => `r${n % 7}-t${n}` },
    right: "line || '-' || place = label",
  }),
  change({
    name: "an index on the new column",
    model: "Ticket",
    has: ["subject String"],
    gets: ["/// @lockstep.backfill(length(subject))", "size Int", "", "@@index([size])"],
    filledWith: ["subject", "repeat('x', n)"],
    right: "size = length(subject)",
  }),
  change({
    name: "two indexes over new and old columns",
    model: "Payment",
    has: ["shop Int", "cents Int"],
    gets: [
      "/// @lockstep.backfill(cents / 100)",
      "euros Int",
      "",
      "@@index([shop, euros])",
      "@@index([euros, shop, cents])",
    ],
    filledWith: ["shop, cents", "n % 4, n * 50"],
    right: "euros = cents / 100",
  }),
  change({
    name: "a required column beside safe ones",
    model: "Customer",
    has: ["email String"],
    gets: [
      "nickname String?",
      `locale String @default("en")`,
      "/// @lockstep.backfill(split_part(email, '@', 2))",
      "domain String",
      "seenAt DateTime @default(now())",
    ],
    keeps: ["nickname String?", `locale String @default("en")`, "seenAt DateTime @default(now())"],
    filledWith: ["email", "'u' || n || '@host' || n"],
    right: "domain = split_part(email, '@', 2) AND locale IS NOT NULL",
  }),
  {
    name: "two tables in one change",
    before: model("Author", id, "name String") + model("Book", id, "title String"),
    after:
      model("Author", id, "name String", "/// @lockstep.backfill(upper(name))", "sortName String") +
      model("Book", id, "title String", "/// @lockstep.backfill(lower(title))", "slug String @unique"),
    rows: `INSERT INTO "Author" (name) SELECT 'Name ' || n FROM generate_series(1, {rows}) n;
      INSERT INTO "Book" (title) SELECT 'Title ' || n FROM generate_series(1, {rows} * 2) n`,
    wrongRows: `SELECT name FROM "Author" WHERE "sortName" IS DISTINCT FROM upper(name)
      UNION ALL SELECT title FROM "Book" WHERE slug IS DISTINCT FROM lower(title)`,
  },
  {
    name: "a new table beside a required column",
    before: model("Team", id, "name String"),
    after:
      model("Team", id, "name String", "/// @lockstep.backfill(lower(name))", "slug String") +
      model("TeamNote", id, "text String"),
    remains: model("Team", id, "name String") + model("TeamNote", id, "text String"),
    rows: `INSERT INTO "Team" (name) SELECT 'Team ' || n FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM "Team" WHERE slug IS DISTINCT FROM lower(name)`,
  },
];

/** Defaults that Prisma's client computes: a database cannot, so the rows that exist have a source of their own. */
export const clientDefaults: readonly Change[] = [
  change({
    name: "uuid() with a source for old rows",
    model: "Voucher",
    has: ["code String"],
    gets: ["/// @lockstep.backfill(gen_random_uuid()::text)", "token String @unique @default(uuid())"],
    filledWith: ["code", "'code ' || n"],
    right: "token ~ '^[0-9a-f-]{36}$'",
  }),
  change({
    name: "cuid() with a source for old rows",
    model: "Basket",
    has: ["code String"],
    gets: ["/// @lockstep.backfill('c' || left(md5(id::text), 24))", "ref String @default(cuid())"],
    filledWith: ["code", "'code ' || n"],
    right: "length(ref) = 25",
  }),
  change({
    name: "nanoid() with a source for old rows",
    model: "Share",
    has: ["code String"],
    gets: ["/// @lockstep.backfill(left(md5(id::text), 21))", "link String @unique @default(nanoid())"],
    filledWith: ["code", "'code ' || n"],
    right: "length(link) = 21",
  }),
  change({
    name: "ulid() with a source for old rows",
    model: "Journal",
    has: ["code String"],
    gets: ["/// @lockstep.backfill(upper(left(md5(id::text), 26)))", "sortId String @default(ulid())"],
    filledWith: ["code", "'code ' || n"],
    right: `length("sortId") = 26`,
  }),
  change({
    name: "@updatedAt with a source for old rows",
    model: "Draft",
    has: ["createdAt DateTime @default(now())"],
    gets: [`/// @lockstep.backfill("createdAt")`, "updatedAt DateTime @updatedAt"],
    filledWith: [`"createdAt"`, "timestamp '2026-01-01' + n * interval '1 hour'"],
    right: `"updatedAt" >= "createdAt"`,
  }),
  change({
    name: "mirror: follows its source until contract",
    model: "Contact",
    has: ["email String"],
    gets: ["/// @lockstep.mirror(lower(email))", "search String"],
    filledWith: ["email", "'User.' || n || '@Example.com'"],
    hasMovingSources: true,
    right: "search = lower(email)",
  }),
  change({
    name: "@lockstep.write",
    model: "Coupon",
    has: ["code String"],
    gets: [
      "/// Shown at the till.",
      "/// @lockstep.backfill(upper(code))",
      "/// @lockstep.write(code.toUpperCase())",
      "/// @lockstep.exposed",
      "label String",
    ],
    endsWith: ["/// Shown at the till.", "label String"],
    filledWith: ["code", "'code ' || n"],
    right: "label = upper(code)",
  }),
  change({
    name: "@lockstep.internal",
    model: "Login",
    has: ["name String"],
    gets: ["/// @lockstep.backfill(md5(name))", "/// @lockstep.internal", "secret String"],
    filledWith: ["name", "'name ' || n"],
    right: "secret = md5(name)",
  }),
];

/** Rows at the extremes, and tables that do something of their own. */
export const extremes: readonly Change[] = [
  change({
    name: "an empty table",
    model: "Archive",
    has: ["name String"],
    gets: ["/// @lockstep.backfill(lower(name))", "slug String @unique"],
    filledWith: "SELECT {rows}",
    right: "slug = lower(name)",
  }),
  change({
    name: "one row",
    model: "Setting",
    has: ["name String"],
    gets: ["/// @lockstep.backfill(lower(name))", "slug String"],
    filledWith: `INSERT INTO "Setting" (name) VALUES ('Only {rows}')`,
    right: "slug = lower(name)",
  }),
  change({
    name: "sources that are NULL",
    model: "Profile",
    has: ["first String?", "last String?"],
    gets: [
      "/// @lockstep.backfill(coalesce(nullif(trim(concat_ws(' ', first, last)), ''), 'nobody ' || id))",
      "display String",
    ],
    filledWith: [
      "first, last",
      "CASE WHEN n % 2 = 0 THEN 'F' || n END, CASE WHEN n % 3 = 0 THEN 'L' || n WHEN n % 5 = 0 THEN '' END",
    ],
    right:
      "display = CASE WHEN coalesce(first, '') || coalesce(last, '') = '' THEN 'nobody ' || id ELSE trim(coalesce(first || ' ', '') || coalesce(last, '')) END",
  }),
  change({
    name: "long texts",
    model: "Letter",
    has: ["body String"],
    gets: ["/// @lockstep.backfill(upper(body))", "loud String"],
    filledWith: ["body", "repeat(md5(n::text), 20000)"],
    right: "loud = upper(body)",
  }),
  change({
    name: "a trigger of the user's that touches rows",
    model: "Document",
    has: ["name String", "touchedAt DateTime?"],
    gets: ["/// @lockstep.backfill(lower(name))", "slug String"],
    setup: `CREATE FUNCTION touch_document() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW."touchedAt" := now(); RETURN NEW; END $$;
      CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON "Document" FOR EACH ROW EXECUTE FUNCTION touch_document()`,
    moving: ["touchedAt"],
    backfillFlags: ["--allow-triggers"],
    filledWith: ["name", "'Name ' || n"],
    right: "slug = lower(name)",
  }),
  change({
    name: "a trigger of the user's that changes the source",
    model: "Recipient",
    has: ["email String"],
    gets: ["/// @lockstep.backfill(lower(email))", "handle String"],
    setup: `CREATE FUNCTION trim_recipient() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.email := trim(NEW.email); RETURN NEW; END $$;
      CREATE TRIGGER trim_email BEFORE INSERT OR UPDATE OF email ON "Recipient" FOR EACH ROW EXECUTE FUNCTION trim_recipient()`,
    backfillFlags: ["--allow-triggers"],
    values: { "Recipient.email": (n) => `  Someone.${n} ` },
    filledWith: ["email", "' User.' || n || '@Example.com '"],
    right: "handle = lower(trim(email))",
  }),
  change({
    name: "a constraint of the user's on the table",
    model: "Price",
    has: ["cents Int"],
    gets: ["/// @lockstep.backfill(cents * 2)", "gross Int"],
    setup: `ALTER TABLE "Price" ADD CONSTRAINT cents_are_positive CHECK (cents > 0)`,
    filledWith: ["cents", "n"],
    right: "gross = cents * 2",
  }),
];
