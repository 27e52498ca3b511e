import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Sources that cannot be read may write the column: they are named, and contract asks about them by name.

let shop: ShopProject;
const outside = mkdtempSync(join(tmpdir(), "lockstep-beside-"));
const legacy = `import { createPrisma } from "./db.js";
export const add = (db: ReturnType<typeof createPrisma>) => db.user.create({ data: { email: "a@b.c", name: "Zoë" } });
`;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 5 });
  writeFileSync(join(shop.root, "src/legacy.ts"), Buffer.from(legacy, "latin1"));
  writeFileSync(join(shop.root, "src/wide.ts"), Buffer.from(`\ufeff${legacy}`, "utf16le"));
  writeFileSync(join(shop.root, "src/unrelated.ts"), Buffer.from("export const ö = 1;\n", "latin1"));
  writeFileSync(join(outside, "seed.ts"), legacy);
  symlinkSync(outside, join(shop.root, "src/shared"));
  shop.edit("src/users/routes.ts", (text) => `\ufeff${text}`);
  await shop.commit("Legacy");
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  if (dev.code !== 0) throw new Error(dev.output);
});
afterAll(async () => {
  await shop?.dispose();
  rmSync(outside, { recursive: true, force: true });
});

test("a byte order mark stays, and the file is edited; other encodings and links are left alone, byte for byte", () => {
  expect(shop.read("src/users/routes.ts")).toMatch(/^\ufeff[^\ufeff]/);
  expect(shop.read("src/users/routes.ts")).toContain("handle");
  expect(readFileSync(join(shop.root, "src/legacy.ts"))).toEqual(Buffer.from(legacy, "latin1"));
  expect(readFileSync(join(outside, "seed.ts"), "utf8")).toBe(legacy);
});

test("lockstep code names them, and --explain says why", async () => {
  const code = await shop.lockstep(["code"]);
  expect(code.output).toContain("3 files could not be read and may write the column");
  for (const name of ["src/legacy.ts", "src/wide.ts", "src/shared"]) expect(code.output).toContain(name);
  expect(code.output).not.toContain("unrelated");
  const explained = await shop.lockstep(["code", "--explain", "src/legacy.ts:2"]);
  expect(explained.output).toContain("is not UTF-8, so Lockstep does not edit it");
});

test("they hold the gate to contract, by name, until somebody confirms them", async () => {
  await shop.commit("Expand");
  await shop.deploy(shop.production);
  for (const command of [["backfill", "run"], ["next"]]) {
    const { code, output } = await shop.lockstep(command);
    expect(code, output).toBe(0);
  }
  await shop.commit("Switch");
  const asked = await shop.lockstep(["next"]);
  expect(asked.code, asked.output).toBe(1);
  for (const line of [
    /src\/legacy\.ts:1\s+could not be read and may write the column — is not UTF-8/,
    /src\/wide\.ts:1 .*UTF-16/,
    /src\/shared:1 .*is a link that leads out of the project/,
  ])
    expect(asked.output).toMatch(line);
  expect(asked.output).not.toContain("unrelated");
  const confirm = ["next", "--confirm", "writers-aware", "--confirm", "reads-steady"];
  const done = await shop.lockstep(confirm);
  expect(done.code, done.output).toBe(0);
  expect(done.output).toContain("Written for contract");
});
