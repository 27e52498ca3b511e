/** How a safe change is cut where the entity wants an index built concurrently. SQL as TypeORM 1.1.1 and 0.3.31 generate it. */
import { expect, test } from "vitest";
import { sqlReader } from "../../../core/src/databases/sql-reader.js";
import { postgresql } from "../../../plugin-typeorm/src/dialects/postgresql.js";
import { OwnIndexes } from "../../../plugin-typeorm/src/intercept/own-indexes.js";
import { readChange } from "../../../plugin-typeorm/src/intercept/statements.js";

type Step = readonly [up: readonly string[], down: readonly string[]];
const bio: Step = [[`ALTER TABLE "users" ADD "bio" text`], [`ALTER TABLE "users" DROP COLUMN "bio"`]];
const index = (name: string, table = "users", unique = ""): Step => [
  [`CREATE ${unique}INDEX CONCURRENTLY "${name}" ON "${table}"  ("email") `],
  [`DROP INDEX CONCURRENTLY "public"."${name}"`],
];
const orders: Step = [
  [`CREATE TABLE "orders" ("email" text NOT NULL)`, ...index("IDX_new", "orders")[0]],
  [`DROP TABLE "orders"`, ...index("IDX_new", "orders")[1]],
];
const reference: Step = [
  [`ALTER TABLE "orders" ADD CONSTRAINT "FK_1" FOREIGN KEY ("email") REFERENCES "users"("email")`],
  [`ALTER TABLE "orders" DROP CONSTRAINT "FK_1"`],
];

/** What the files run, up and down, in the order of the files. */
async function cut(...steps: readonly Step[]) {
  const queries = steps.map(([up, down]) => ({
    up: up.map((query) => ({ query })),
    down: down.map((query) => ({ query })),
  }));
  const memory = { upQueries: queries.flatMap(({ up }) => up), downQueries: queries.flatMap(({ down }) => down) };
  const change = await readChange(
    { memory, steps: queries, madeBy: undefined },
    postgresql,
    await sqlReader("postgresql"),
    {},
  );
  const { parts, words } = new OwnIndexes(change);
  const files = parts.map(
    ({
      slug,
      content: {
        units: [unit],
        sql,
        down,
      },
    }) =>
      unit.spec.kind === "original"
        ? [slug, unit.spec.queries?.map((query) => query.sql), unit.spec.down?.map((query) => query.sql)]
        : [slug, [sql.split("\n").at(-2)], down.map((text) => text.trim())],
  );
  return { files, said: [...change.corrections, ...words] };
}
const own = (name: string, unique = "") => [
  "create-index",
  [`CREATE ${unique}INDEX CONCURRENTLY "${name}" ON "users"("email");`],
  [`DROP INDEX CONCURRENTLY IF EXISTS "${name}";`],
];

test("an index alone is the migration that was asked for", async () => {
  const { files, said } = await cut(index("IDX_1"));
  expect(files).toEqual([own("IDX_1")]);
  expect(said).toEqual([expect.stringMatching(/^The index "IDX_1" on "users" has a migration of its own/)]);
});

test("several have a file each, behind the other statements", async () => {
  const { files } = await cut(index("IDX_1"), bio, index("IDX_2", "users", "UNIQUE "));
  expect(files).toEqual([["original", bio[0], bio[1]], own("IDX_1"), own("IDX_2", "UNIQUE ")]);
});

test("a foreign key to what a unique one guards comes after it", async () => {
  const { files } = await cut(bio, index("IDX_1", "users", "UNIQUE "), reference);
  expect(files).toEqual([["original", ...bio], own("IDX_1", "UNIQUE "), ["original", ...reference]]);
  const plain = await cut(index("IDX_1"), reference);
  expect(plain.files).toEqual([["original", ...reference], own("IDX_1")]);
});

test("on a table of the same change it is built with the table, there and back", async () => {
  const { files, said } = await cut(orders, bio);
  expect(files).toEqual([
    [
      "original",
      [...orders[0].map((sql) => sql.replace(" CONCURRENTLY", "")), ...bio[0]],
      [...bio[1], `DROP INDEX "public"."IDX_new"`, `DROP TABLE "orders"`],
    ],
  ]);
  expect(said).toEqual([expect.stringMatching(/^The index "IDX_new" is made with its table/)]);
});
