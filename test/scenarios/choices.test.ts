import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";
import { onTerminal } from "../support/terminal.js";

// Which places are edited, from the stock CLI's migration to the last phase: nothing at first, then what must change, then what
// somebody picks. Every test is a step and builds on the one before.

let shop: ShopProject;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 3, production: 3 });
});
afterAll(() => shop?.dispose());

const planId = () => readdirSync(join(shop.root, "lockstep")).find((name) => name.endsWith("_add_handle")) ?? "";
const readme = () => shop.read(`lockstep/${planId()}/README.md`);
const sources = [
  "src/db.ts",
  "src/users/routes.ts",
  "src/users/service.ts",
  "src/users/schemas.ts",
  "test/fixtures.ts",
];
const texts = () => sources.map((file) => shop.read(file));

test("LOCKSTEP_CODE=none: the stock CLI writes the migrations and the model, and lists what must change", async () => {
  addHandle(shop);
  const before = texts();
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"], { LOCKSTEP_CODE: "none" });
  expect(dev.code, dev.output).toBe(0);
  expect(dev.output).toContain("No code was edited (level none)");
  expect(dev.output).toMatch(/src\/users\/routes\.ts:\d+ .*the level of code edits is none/);
  expect(texts()).toEqual(before);
  expect(shop.read("prisma/schema.prisma")).toMatch(/handle +String\? @unique/);
  expect(readme()).toContain("**For you to edit:**");
  await shop.commit("Add handle: the database alone");
});

test("code makes what must change, and nothing that is a matter of choice", async () => {
  const code = await shop.lockstep(["code", "--code", "required"]);
  expect(code.code, code.output).toBe(0);
  expect(shop.read("src/users/routes.ts")).toContain("handle: body.email.toLowerCase()");
  expect(shop.read("src/db.ts")).toContain("omit: { user: { handle: true } }");
  expect(readme()).toMatch(/- \*\*expand\*\* \d+ edits made: /);
  expect(readme()).not.toContain("**For you to edit:**");
  expect(await shop.typeErrors()).toEqual([]);
  await shop.commit("Add handle: expand");
});

test("next asks on a terminal once the gate is open; Esc writes nothing", async () => {
  await shop.deploy(shop.production);
  expect((await shop.lockstep(["backfill", "run"])).code).toBe(0);
  const env = { DATABASE_URL: shop.development, PRODUCTION_DATABASE_URL: shop.production };
  const asked = await onTerminal(
    shop.root,
    ["next"],
    [
      [/Who sets and sees User\.handle\?/, "\r"],
      [/Which column is User\.handle most like\?/, "\r"],
      [/Which of these places also need User\.handle\?/, "\u001b"],
    ],
    env,
  );
  expect(asked.code, asked.output).toBe(130);
  expect(asked.output).toContain("Cancelled: no file was written.");
  const shown = asked.output.slice(asked.output.indexOf("Which of these places"));
  expect(shown).toMatch(/show it[\s\S]*src\/users\/serializer\.ts:/);
  expect(await shop.changedFiles()).toEqual([]);
});

test("next --only edits the places that are named, and remembers --not", async () => {
  const wrong = await shop.lockstep(["next", "--only", "src/users/exports.ts"]);
  expect(wrong.code).toBe(2);
  expect(wrong.output).toContain("LS4003");
  expect(wrong.output).toContain("Did you mean src/users/export.ts?");
  expect(await shop.changedFiles()).toEqual([]);
  const released = await shop.lockstep(["next", "--only", "src/users/export.ts:5", "--not", "src/users/schemas.ts"]);
  expect(released.code, released.output).toBe(0);
  expect(shop.read("src/users/export.ts")).toContain("handle: true,\n} satisfies Prisma.UserSelect");
  expect(shop.read("src/users/schemas.ts")).not.toContain("handle");
  expect(shop.read("src/users/serializer.ts")).not.toContain("handle");
  expect(shop.read("src/db.ts")).not.toContain("omit");
  expect(await shop.typeErrors()).toEqual([]);
  const json = JSON.parse((await shop.lockstep(["code", "--json", "--dry-run"])).stdout);
  expect(json.choices).toContainEqual(
    expect.objectContaining({ key: expect.stringContaining("src/users/export.ts"), choice: "yes", by: "only" }),
  );
  expect(json.choices.filter(({ choice }: { choice: string }) => choice === "no").length).toBeGreaterThan(0);
});

test("code --not of an edit that is made names what to remove, and then keeps it away", async () => {
  const made = shop.read("src/users/export.ts");
  const late = await shop.lockstep(["code", "--not", "src/users/export.ts:5"]);
  expect(late.code, late.output).toBe(2);
  expect(late.output).toContain(
    "LS4009 --not src/users/export.ts:5: this edit is already made: src/users/export.ts:10",
  );
  const [, key = ""] =
    /Remove `handle: true` from src\/users\/export\.ts:10\. Then: npx lockstep code \S+ --not '(.+)'/.exec(
      late.output,
    ) ?? [];
  shop.edit("src/users/export.ts", (text) => text.replace(/\n *handle: true,/, ""));
  const declined = await shop.lockstep(["code", "--not", key]);
  expect(declined.code, declined.output).toBe(0);
  expect(shop.read("src/users/export.ts")).not.toContain("handle");
  const again = await shop.lockstep(["code", "--only", key]);
  expect(again.code, again.output).toBe(0);
  expect(shop.read("src/users/export.ts")).toBe(made);
});

const confirmed = ["next", "--confirm", "writers-aware", "--confirm", "reads-steady"];

test("contract asks by name about rows that may lack the column, on a terminal and elsewhere", async () => {
  await shop.commit("Add handle: switch");
  shop.write(
    "prisma/seed.ts",
    `import type { PrismaClient } from "../src/generated/prisma/client.js";\n
export const seed = (prisma: PrismaClient, text: string) => prisma.user.createMany({ data: JSON.parse(text) });\n`,
  );
  const env = { DATABASE_URL: shop.development, PRODUCTION_DATABASE_URL: shop.production };
  const asked = await onTerminal(shop.root, ["next"], [[/production: is it true that/, "n"]], env);
  expect(asked.code, asked.output).toBe(1);
  expect(asked.output.replace(/[\s│]+/g, " ")).toMatch(
    /production: is it true that all services .* and that the rows written at 1 listed place have it\?/,
  );
  const named = /1 place may leave the column out\n +prisma\/seed\.ts:3 +.*createMany — .*`JSON\.parse\(text\)`/g;
  // Before the question, and in the answer.
  expect(asked.output.match(named), asked.output).toHaveLength(2);
  const closed = await shop.lockstep(["next", "--json"]);
  expect(closed.code).toBe(1);
  const gate: { gate: string; writers?: unknown }[] = JSON.parse(closed.stdout).gate;
  expect(gate.find((each) => each.gate === "writers-aware")?.writers).toMatchObject([
    { file: "prisma/seed.ts", line: 3 },
  ]);
});

test("a write site that came since closes contract, whatever the level; a reader that was left out does not", async () => {
  const service = shop.read("src/users/service.ts");
  const late = `\nexport const invite = (prisma: PrismaClient, email: string) =>\n  prisma.user.create({ data: { email, name: email } });\n`;
  shop.write("src/users/service.ts", service + late);
  // No user runs a test: contract does not wait for it.
  shop.write("test/invite.spec.ts", `import { PrismaClient } from "../src/generated/prisma/client.js";\n${late}`);
  await shop.commit("Invite users");
  const shown = await shop.lockstep([...confirmed, "--dry-run"]);
  expect(shown.output).toContain("writers-aware would be confirmed (--dry-run: nothing is recorded)");
  const closed = await shop.lockstep(["next", "--confirm", "writers-aware"], { LOCKSTEP_CODE: "none" });
  expect(closed.code, closed.output).toBe(1);
  expect(closed.output).toMatch(/✖ writers-aware is not confirmed for \S+: all services that write/);
  expect(closed.output).toMatch(/1 place in the code has to change first: src\/users\/service\.ts:\d+/);
  expect(closed.output).toContain("! --confirm writers-aware has no effect");
  expect((await shop.lockstep(["code", "--code", "required"])).code).toBe(0);
  await shop.commit("Write the handle of invited users");
  // It is recorded, while something else keeps contract closed; what came since is not.
  expect((await shop.lockstep(["next", "--confirm", "writers-aware"])).output).toContain(
    "✖ reads-steady is not confirmed",
  );
  shop.write("prisma/seed.ts", shop.read("prisma/seed.ts").replaceAll("text", "rows"));
  const anew = await shop.lockstep(["next", "--confirm", "reads-steady"]);
  expect(anew.code).toBe(1);
  expect(anew.output).toMatch(
    /writers-aware is not confirmed for production: the rows written at 1 listed place have "User"\."handle" \(/,
  );
  const insert = `INSERT INTO "User" (email, name) VALUES ($1, $1)`;
  shop.write(
    "src/legacy.ts",
    `declare const pool: { query(sql: string): unknown };\nexport const copy = () => pool.query('${insert}');\n`,
  );
  const declined = await shop.lockstep(["code", "--not", "src/legacy.ts:2", "--reason", "it is another server"]);
  expect(declined.code, declined.output).toBe(0);
  await shop.commit("Seed rows");
  const open = await shop.lockstep(["next", "--confirm", "writers-aware"]);
  expect(open.code, open.output).toBe(0);
  // Once, however many lists it could be in. The others are those without a reason.
  const left = /Left out by choice: (.*)\./.exec(readme())?.[1]?.split(", ") ?? [];
  expect(open.output.match(/src\/legacy\.ts|\d+ left out by choice/g)).toEqual([
    "src/legacy.ts",
    `${left.length} left out by choice`,
  ]);
  expect(open.output).toMatch(/src\/legacy\.ts:2 .* — left out by choice \(it is another server\)/);
  expect(await shop.typeErrors()).toEqual([]);
  expect(await shop.drift()).toBeUndefined();
  expect(readme()).toContain("Left out by choice: `src/users/schemas.ts:");
});
