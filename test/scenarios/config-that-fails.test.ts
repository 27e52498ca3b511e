import { rmSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readStats } from "../../core/src/dialect/stats/stats-file.js";
import { createShop, type ShopProject } from "../support/shop-project.js";

// A configuration that does not load is an error of every command, at once: not a project without one, and not a command that ends well.

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
});
afterAll(() => shop?.dispose());

const config = () => join(shop.root, "lockstep.config.ts");
const write = (text: string) => () => shop.write("lockstep.config.ts", text);

test.each([
  ["a link that leads nowhere", () => symlinkSync("nowhere.ts", config()), /ENOENT/],
  ["a promise that never resolves", write("export default new Promise(() => {});"), /it did not finish within 8 s/],
  [
    "an await that never ends",
    write("await new Promise(() => {}); export default {};"),
    /it did not finish within 8 s/,
  ],
  ["process.exit(0)", write("process.exit(0); export default {};"), /it calls process\.exit\(\)/],
  [
    "process.exit(0) beside an import",
    write('import "./src/db.ts"; process.exit(0); export default {};'),
    /cannot be loaded/,
  ],
] as const)("%s", async (_name, make, reason) => {
  rmSync(config(), { force: true });
  make();
  const begun = Date.now();
  const { code, output } = await shop.npx("lockstep", ["status"]);
  expect(code, output).toBe(2);
  expect(output).toContain("LS8002");
  expect(output).toMatch(reason);
  expect(Date.now() - begun).toBeLessThan(30_000);
  unlinkSync(config());
});

test("a promise of settings is awaited, and they are checked", async () => {
  shop.write("lockstep.config.ts", "export default Promise.resolve({ targts: {} });");
  const { code, output } = await shop.npx("lockstep", ["status"]);
  expect(code, output).toBe(2);
  expect(output).toContain("targts");
});

test("statistics behind a link that leads nowhere are not none", () => {
  rmSync(join(shop.root, "lockstep"), { recursive: true, force: true });
  expect(readStats(shop.root)).toBeUndefined();
  symlinkSync(shop.root, join(shop.root, "lockstep"));
  symlinkSync("nowhere.json", join(shop.root, "stats.json"));
  expect(() => readStats(shop.root)).toThrow(expect.objectContaining({ code: "LS8002" }));
});
