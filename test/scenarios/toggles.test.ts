import { afterAll, beforeAll, expect, test } from "vitest";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// Reads behind the app's own feature flag, as `toggle` of the config says. Every test is a step and builds on the one before.

let shop: ShopProject;
const serializer = "src/users/serializer.ts";
const withToggle = (toggle: string) => (text: string) => text.replace(/defineConfig\(\{/, `$&\n  toggle: ${toggle},`);

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 10, production: 50 });
  shop.write("src/flags.ts", "export const flags = { isOn: (name: string) => process.env[name] === 'on' };\n");
  await shop.commit("Flags");
});
afterAll(() => shop?.dispose());

test("a template without the flag's name stops before anything is written", async () => {
  const config = shop.read("lockstep.config.ts");
  addHandle(shop);
  shop.edit("lockstep.config.ts", withToggle('{ read: "flags.isOn()" }'));
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code).toBe(1);
  expect(dev.output).toContain("LS4004");
  expect(dev.output).toContain("{name} has to stand in it once");
  expect((await shop.changedFiles()).sort()).toEqual([" M lockstep.config.ts", " M prisma/schema.prisma"]);
  shop.write("lockstep.config.ts", config);
});

test("switch shows the column behind the flag, and compiles", async () => {
  const before = shop.read(serializer);
  const toggle = `{ read: "flags.isOn({name})", import: 'import { flags } from "./src/flags"' }`;
  shop.edit("lockstep.config.ts", withToggle(toggle));
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code, dev.output).toBe(0);
  expect(shop.read(serializer)).toBe(before);
  await shop.commit("expand");
  await shop.deploy(shop.production);
  expect((await shop.lockstep(["backfill", "run"])).code).toBe(0);
  expect((await shop.lockstep(["backfill", "run", "--target", "development"])).code).toBe(0);
  const next = await shop.lockstep(["next"]);
  expect(next.code, next.output).toBe(0);
  const text = shop.read(serializer);
  expect(text).toContain('import { flags } from "../flags";\n');
  expect(text).toContain(
    '    handle: flags.isOn("user-handle-read") ? (user.handle ?? user.email.toLowerCase()) : user.email.toLowerCase(),\n',
  );
  expect(await shop.typeErrors()).toEqual([]);
  await shop.commit("switch");
});

test("contract takes it out of the code as people have left it, whatever the config says by now", async () => {
  shop.edit("lockstep.config.ts", (text) => text.replace(/\n {2}toggle: .*/, ""));
  shop.edit(serializer, (text) => text.replaceAll(/\buser\b(?=[.:])/g, "row").replace(" ? (", "\n      ? ("));
  await shop.commit("Other names");
  const next = await shop.lockstep(["next", "--confirm", "writers-aware", "--confirm", "reads-steady"]);
  expect(next.code, next.output).toBe(0);
  const text = shop.read(serializer);
  expect(text).toContain("    handle: row.handle,\n");
  expect(text).not.toMatch(/flags|\?\?/);
  expect(next.output).not.toContain("Lockstep wrote");
  expect(await shop.typeErrors()).toEqual([]);
});
