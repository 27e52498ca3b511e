import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CodeDocument } from "../../core/src/cli/code-document.js";
import { isValidCode } from "../support/code-schema.js";
import { addField, addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// What the published packages hand over in a project of the stock CLI: of a column without a plan, then of one with a plan.

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 2, production: 2 });
});
afterAll(() => shop?.dispose());

async function handedOver(...args: string[]): Promise<CodeDocument> {
  const { stdout, output } = await shop.lockstep(["code", ...args, "--json"]);
  const document = JSON.parse(stdout);
  expect(isValidCode(document), `${JSON.stringify(isValidCode.errors)}\n${output}`).toBe(true);
  return document;
}

const apply = (patch: string, ...args: string[]) =>
  execFileSync("git", ["apply", ...args], { cwd: shop.root, input: patch });

test("a column without a plan: places with edits that compile, and a patch in the JSON and on stdout", async () => {
  shop.edit("prisma/schema.prisma", (schema) => addField(schema, "User", ["alias String?"]));
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_alias"]);
  expect(dev.code, dev.output).toBe(0);
  await shop.generate();
  await shop.commit("Add alias");
  const {
    places,
    questions,
    declarations,
    diff = "",
    edits,
  } = await handedOver("User.alias", "--dry-run", "--code", "likely");
  expect(questions.map(({ id }) => id)).toContain("exposure");
  expect(declarations).toMatchObject([{ column: "alias", isNullable: true }]);
  expect(edits.length).toBeGreaterThan(2);
  for (const { what, check } of edits) expect(check?.result, what).toBe("compiles");
  for (const { what, next, textEdits } of places)
    expect(next === undefined || textEdits !== undefined, what).toBe(true);
  apply(diff, "--check");
  const shown = await shop.lockstep(["code", "User.alias", "--dry-run", "--code", "likely"]);
  expect(shown.stdout).toMatch(/\nNext/);
  apply(shown.stdout, "--check");
  const file = join(shop.root, ".git/alias.patch");
  const out = openSync(file, "w");
  execFileSync(join(shop.root, "node_modules/.bin/lockstep"), ["code", "User.alias", "--dry-run", "--code", "likely"], {
    cwd: shop.root,
    stdio: ["ignore", out, "ignore"],
  });
  closeSync(out);
  expect(readFileSync(file, "utf8").startsWith(diff)).toBe(true);
  apply(diff);
  expect(await shop.typeErrors()).toEqual([]);
});

test("a column with a plan names it, and the patch of next applies", async () => {
  await shop.commit("Use alias");
  addHandle(shop);
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  expect(dev.code, dev.output).toBe(0);
  await shop.generate();
  await shop.commit("Add handle: expand");
  const document = await handedOver("--dry-run");
  expect(document.declarations).toMatchObject([{ column: "handle", isUnique: true, plan: { phase: "expand" } }]);
  expect(document.declarations[0]?.plan?.id).toBe(document.plan);
  await shop.deploy(shop.production);
  expect((await shop.lockstep(["backfill", "run"])).code).toBe(0);
  const next = await shop.lockstep(["next", "--dry-run", "--code", "likely"]);
  expect(next.code, next.output).toBe(0);
  apply(next.stdout, "--check");
  const back = await shop.lockstep(["undo", "--dry-run", "--json"]);
  apply(JSON.parse(back.stdout).diff, "--check");
});
