import { type Change, model } from "../change.js";

const id = "id Int @id @default(autoincrement())";
const people = (table: string) => `INSERT INTO "${table}" (name) SELECT 'Name ' || n FROM generate_series(1, {rows}) n`;

interface Relation {
  readonly name: string;
  readonly parent: string;
  readonly child: string;
  readonly optional?: boolean;
  readonly unique?: boolean;
  readonly actions?: string;
  readonly index?: string;
}

/** A table gets a foreign key to another; the rows that exist refer to the row of their own number. */
function relation({ name, parent, child, optional = false, unique = false, actions = "", index }: Relation): Change {
  const mark = optional ? "?" : "";
  const list = unique ? `${child}?` : `${child}[]`;
  return {
    name,
    before: model(parent, id, "name String") + model(child, id, "name String"),
    after:
      model(parent, id, "name String", `children ${list}`) +
      model(
        child,
        id,
        "name String",
        "/// @lockstep.backfill(id)",
        `ownerId Int${mark}${unique ? " @unique" : ""}`,
        `owner ${parent}${mark} @relation(fields: [ownerId], references: [id]${actions})`,
        ...(index === undefined ? [] : ["", index]),
      ),
    // Parents for the rows that builds write later as well: the fill refers to the parent of the same number.
    rows: `INSERT INTO "${parent}" (name) SELECT 'Name ' || n FROM generate_series(1, 2000) n; ${people(child)}`,
    wrongRows: `SELECT * FROM "${child}" WHERE ("ownerId" = id${optional ? " OR id > {rows}" : ""}) IS NOT TRUE`,
  };
}

/** Foreign keys of the new column: relations of all kinds. */
export const relations: readonly Change[] = [
  relation({ name: "a required relation", parent: "Owner", child: "Pet" }),
  relation({ name: "a required relation with an index", parent: "Shop", child: "Shelf", index: "@@index([ownerId])" }),
  relation({ name: "an optional relation with a source", parent: "Club", child: "Player", optional: true }),
  relation({ name: "a relation of one to one", parent: "Body", child: "Passport", unique: true }),
  relation({
    name: "a relation that deletes with its parent",
    parent: "Album",
    child: "Photo",
    actions: ", onDelete: Cascade, onUpdate: Restrict",
  }),
  relation({
    name: "a relation that is set to null",
    parent: "Room",
    child: "Chair",
    optional: true,
    actions: ", onDelete: SetNull, onUpdate: NoAction",
  }),
  {
    name: "an optional relation without a source",
    before: model("Depot", id, "name String") + model("Truck", id, "name String"),
    after:
      model("Depot", id, "name String", "trucks Truck[]") +
      model(
        "Truck",
        id,
        "name String",
        "depotId Int?",
        "depot Depot? @relation(fields: [depotId], references: [id])",
        "",
        "@@index([depotId])",
      ),
    rows: `${people("Depot")}; ${people("Truck")}`,
    wrongRows: `SELECT * FROM "Truck" WHERE id <= {rows} AND "depotId" IS NOT NULL`,
  },
  {
    name: "a relation to its own table",
    before: model("Folder", id, "name String"),
    after: model(
      "Folder",
      id,
      "name String",
      "/// @lockstep.backfill(id)",
      "rootId Int",
      `root Folder @relation("tree", fields: [rootId], references: [id])`,
      `parts Folder[] @relation("tree")`,
    ),
    rows: people("Folder"),
    wrongRows: `SELECT * FROM "Folder" WHERE "rootId" IS DISTINCT FROM id`,
  },
  {
    name: "a relation of two columns",
    before:
      model("Site", "tenant Int", "code Int", "name String", "", "@@id([tenant, code])") +
      model("Sensor", id, "tenant Int", "name String"),
    after:
      model("Site", "tenant Int", "code Int", "name String", "sensors Sensor[]", "", "@@id([tenant, code])") +
      model(
        "Sensor",
        id,
        "tenant Int",
        "name String",
        "/// @lockstep.backfill(tenant * 10)",
        "siteCode Int",
        "site Site @relation(fields: [tenant, siteCode], references: [tenant, code])",
      ),
    rows: `INSERT INTO "Site" SELECT n, n * 10, 'Site ' || n FROM generate_series(1, 2000) n;
      INSERT INTO "Sensor" (tenant, name) SELECT n, 'Sensor ' || n FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM "Sensor" WHERE "siteCode" IS DISTINCT FROM tenant * 10`,
    values: { "Sensor.tenant": (n) => 1 + (n % 1900), "Site.tenant": (n) => 100_000 + n },
  },
  {
    name: "a value of the parent",
    before:
      model("Grower", id, "name String", "apples Apple[]") +
      model(
        "Apple",
        id,
        "name String",
        "growerId Int",
        "grower Grower @relation(fields: [growerId], references: [id])",
      ),
    after:
      model("Grower", id, "name String", "apples Apple[]") +
      model(
        "Apple",
        id,
        "name String",
        "growerId Int",
        "grower Grower @relation(fields: [growerId], references: [id])",
        `/// @lockstep.backfill((SELECT 'of ' || g.name FROM "Grower" g WHERE g.id = "growerId"))`,
        "origin String",
      ),
    rows: `INSERT INTO "Grower" (name) SELECT 'Name ' || n FROM generate_series(1, 2000) n;
      INSERT INTO "Apple" (name, "growerId") SELECT 'Apple ' || n, n FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM "Apple" WHERE origin NOT LIKE 'of %' AND id <= {rows} OR origin IS NULL`,
    values: { "Apple.growerId": (n) => 1 + (n % 1900) },
  },
  {
    name: "a count of children",
    before:
      model("Bush", id, "name String", "berries Berry[]") +
      model(
        "Berry",
        id,
        "bushId Int",
        "bush Bush @relation(fields: [bushId], references: [id])",
        "",
        "@@index([bushId])",
      ),
    after:
      model(
        "Bush",
        id,
        "name String",
        "berries Berry[]",
        `/// @lockstep.backfill((SELECT count(*) FROM "Berry" b WHERE b."bushId" = "Bush".id))`,
        "size Int",
      ) +
      model(
        "Berry",
        id,
        "bushId Int",
        "bush Bush @relation(fields: [bushId], references: [id])",
        "",
        "@@index([bushId])",
      ),
    rows: `${people("Bush")}; INSERT INTO "Berry" ("bushId") SELECT 1 + n % {rows} FROM generate_series(1, {rows} * 3) n`,
    wrongRows: `SELECT * FROM "Bush" WHERE size < 3 AND id <= {rows} OR size IS NULL`,
    values: { "Berry.bushId": (n) => 1 + (n % 20) },
  },
  {
    name: "a relation to a table of the change",
    before: model("Film", id, "name String"),
    after:
      model(
        "Film",
        id,
        "name String",
        "studioId Int?",
        "studio Studio? @relation(fields: [studioId], references: [id])",
      ) + model("Studio", id, "name String", "films Film[]"),
    remains: model("Film", id, "name String") + model("Studio", id, "name String"),
    rows: people("Film"),
    wrongRows: `SELECT * FROM "Film" WHERE id <= {rows} AND "studioId" IS NOT NULL`,
  },
];

/** Uniques that the change replaces, and indexes of other forms. */
export const indexes: readonly Change[] = [
  {
    name: "a unique that gets the new column",
    before: model("Domain", id, "name String @unique"),
    after: model(
      "Domain",
      id,
      "name String",
      "/// @lockstep.backfill(id % 7)",
      "tenant Int",
      "",
      "@@unique([tenant, name])",
    ),
    rows: people("Domain"),
    wrongRows: `SELECT * FROM "Domain" WHERE tenant IS DISTINCT FROM id % 7`,
  },
  {
    name: "a composite unique that gets the new column",
    before: model("Route", id, "from String", "to String", "", "@@unique([from, to])"),
    after: model(
      "Route",
      id,
      "from String",
      "to String",
      '/// @lockstep.backfill(length("from"))',
      "zone Int",
      "",
      "@@unique([zone, from, to])",
    ),
    rows: `INSERT INTO "Route" ("from", "to") SELECT 'a' || n, 'b' || n FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM "Route" WHERE zone IS DISTINCT FROM length("from")`,
  },
  {
    name: "indexes by hash, by gin and in descending order",
    before: model("Paper", id, "title String"),
    after: model(
      "Paper",
      id,
      "title String",
      "/// @lockstep.backfill(lower(title))",
      "slug String",
      "/// @lockstep.backfill(jsonb_build_object('t', title))",
      "data Json",
      "",
      "@@index([slug], type: Hash)",
      "@@index([data], type: Gin)",
      '@@index([data(ops: JsonbPathOps)], type: Gin, map: "paper_path")',
      "@@index([slug(sort: Desc), id])",
    ),
    rows: `INSERT INTO "Paper" (title) SELECT 'Title ' || n FROM generate_series(1, {rows}) n`,
    wrongRows: `SELECT * FROM "Paper" WHERE slug IS DISTINCT FROM lower(title) OR data->>'t' IS DISTINCT FROM title`,
  },
];
