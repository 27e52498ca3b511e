import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../support/run.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";
import { onTerminal } from "../support/terminal.js";

// While the CLI prompts for the migration's name, the edits are already planned.

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 5 });
  addHandle(shop);
}, 120_000);
afterAll(() => shop.dispose());

const seed = `import type { PrismaClient } from "../src/generated/prisma/client.js";

export const addLate = (prisma: PrismaClient, email: string) =>
  prisma.user.create({ data: { email, name: "late" } });
`;

/** @param meanwhile what a person does before they type the name */
function migrate(name: string, meanwhile: () => void) {
  const typed = async () => {
    // Longer than reading the files takes.
    await wait(1000);
    meanwhile();
    // Longer than work goes unreported.
    await wait(3000);
    return `${name}\r`;
  };
  const env = { DATABASE_URL: shop.development };
  return onTerminal(shop.root, ["migrate", "dev", "--create-only"], [[/Enter a name/, typed]], env, "prisma");
}

test("code that is saved during the prompt is read, and nothing is printed into the prompt", async () => {
  const { code, output } = await migrate("add_handle", () => shop.write("prisma/late.ts", seed));
  expect(code, output).toBe(0);
  expect(/Enter a name(.*?)add_handle/s.exec(output)?.[1]).not.toContain("Still running");
  expect(output).toContain("8 code edits made");
  // New files are not committed.
  expect(output).toMatch(/prisma\/late\.ts:4 .*uncommitted changes.*npx lockstep code \d{14}_add_handle/s);
  expect(shop.read("prisma/late.ts")).toBe(seed);
  expect(shop.read("src/users/routes.ts")).toContain("handle: body.email.toLowerCase()");
});

/** The same change from the same files. */
async function again(): Promise<void> {
  for (const args of [
    ["checkout", "--quiet", "--", "."],
    ["clean", "--quiet", "-fd"],
  ])
    await run("git", args, { cwd: shop.root });
  addHandle(shop);
}

test("without a change, the edits are those of a name that was given", async () => {
  const inShop = async () => ({
    files: (await shop.changedFiles()).filter((each) => !/migrations|lockstep\//.test(each)),
    routes: shop.read("src/users/routes.ts"),
    fixtures: shop.read("test/fixtures.ts"),
  });
  await again();
  const { code, output } = await migrate("add_handle", () => undefined);
  expect(code, output).toBe(0);
  expect(output).toContain("8 code edits made");
  const prompted = await inShop();
  await again();
  const given = await shop.prisma(["migrate", "dev", "--create-only", "--name", "add_handle"], {
    DATABASE_URL: shop.development,
  });
  expect(given.output).toContain("8 code edits made");
  expect(await inShop()).toEqual(prompted);
});
