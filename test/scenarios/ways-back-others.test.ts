import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addField, addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// A way back takes only what its plan made: what others built over the column is named first, in the repository and on the target.

let shop: ShopProject;
let production: pg.Client;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 20 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
});
afterAll(async () => {
  await production?.end();
  await shop?.dispose();
});

const plans = () =>
  readdirSync(join(shop.root, "lockstep"))
    .filter((name) => /^\d/.test(name))
    .sort();
const withLine = (schema: string, line: string) => schema.replace(/(model User \{[^}]*)\}/, `$1  ${line}\n}`);
const indexes = async () => {
  const { rows } = await production.query(`SELECT indexname FROM pg_indexes WHERE tablename = 'User' ORDER BY 1`);
  return rows.map(({ indexname }) => indexname);
};

test("the unique index of a finished plan stays, in the model and in the database", async () => {
  addHandle(shop);
  const first = await shop.prisma(["migrate", "dev", "--name", "first"]);
  expect(first.code, first.output).toBe(0);
  await shop.deploy(shop.production);
  await shop.commit("first");
  shop.edit("prisma/schema.prisma", (text) => addField(text, "User", ["nick String?"]));
  shop.edit("prisma/schema.prisma", (text) => withLine(text, "@@index([handle, nick])"));
  const second = await shop.prisma(["migrate", "dev", "--name", "second"]);
  expect(second.code, second.output).toBe(0);
  await shop.deploy(shop.production);
  await shop.commit("second");
  expect(await indexes()).toContain("User_handle_nick_idx");
  const schema = shop.read("prisma/schema.prisma");

  const [one = "", two = "none"] = plans();
  const refused = await shop.lockstep(["abandon", one, "--yes"]);
  expect(refused.output).toContain("LS3020");
  expect(refused.output).toContain(`@@index([handle, nick]) (prisma/schema.prisma:`);
  expect(refused.output).toContain(two);
  expect(refused.code).toBe(1);
  expect(shop.read("prisma/schema.prisma")).toBe(schema);
});

test("what no plan made is named and asked about: in the model at once, on the target before the drop", async () => {
  shop.edit("prisma/schema.prisma", (text) => text.replace("  @@index([handle, nick])\n", ""));
  const gone = await shop.prisma(["migrate", "dev", "--name", "gone"]);
  expect(gone.code, gone.output).toBe(0);
  await shop.deploy(shop.production);
  // As a merge, or LOCKSTEP=off, leaves it.
  shop.edit("prisma/schema.prisma", (text) => withLine(text, "@@index([name, handle])"));
  await shop.commit("gone");
  const [one = ""] = plans();
  const asked = await shop.lockstep(["abandon", one]);
  expect(asked.code, asked.output).toBe(2);
  expect(asked.output).toContain("LS8005");
  expect(asked.output).toMatch(
    /@@index\(\[name, handle\]\) \(prisma\/schema\.prisma:\d+\) goes with it: no plan made it\./,
  );
  const done = await shop.lockstep(["abandon", one, "--yes"]);
  expect(done.code, done.output).toBe(0);
  expect(shop.read("prisma/schema.prisma")).not.toContain("handle");
  await shop.commit("abandoned");

  await production.query(
    `CREATE INDEX "by_hand" ON "User" ("name", "handle"); CREATE VIEW "handles" AS SELECT "handle" FROM "User"`,
  );
  const refused = await shop.lockstep(["deploy"]);
  expect(refused.code, refused.output).toBe(3);
  expect(refused.output).toContain("LS7027");
  expect(refused.output).toMatch(
    /✖ view handles is over "User"\."handle", which a way back drops\..*\n +Do: DROP VIEW handles/,
  );
  expect(refused.output).not.toContain("by_hand");
  await production.query(`DROP VIEW "handles"`);

  const confirm = ["deploy", "--confirm", "column-unused", "--by", "ada@example.com"];
  // It speaks of running code; nobody has seen the index yet.
  const stopped = await shop.lockstep(confirm);
  expect(stopped.code, stopped.output).toBe(1);
  expect(stopped.output).toContain(`objects that no plan made: index by_hand on "User" goes with "User"."handle"`);
  expect(await indexes()).toContain("by_hand");
  const deployed = await shop.lockstep(confirm);
  expect(deployed.code, deployed.output).toBe(0);
  expect(await indexes()).not.toContain("by_hand");
});
