/** `lockstep rename` with the stock commands: the database stays as it is, and the applications go on. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { createNest } from "../support/nest-project.js";
import { addHandle, createShop, setUp } from "../support/shop-project.js";

interface Run {
  readonly code: number;
  readonly output: string;
}

async function succeeds(run: Promise<Run>): Promise<string> {
  const { code, output } = await run;
  expect(code, output).toBe(0);
  return output;
}

async function columnsOf(url: string, table: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const text = "SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 ORDER BY 1";
  const { rows } = await client.query<{ name: string }>(text, [table]).finally(() => client.end());
  return rows.map(({ name }) => name);
}

describe("Prisma", async () => {
  const shop = await createShop();
  afterAll(() => shop.dispose());
  const schema = () => shop.read("prisma/schema.prisma");
  const names =
    'import { createPrisma } from "./db";\nconst prisma = createPrisma(process.env.DATABASE_URL ?? "");\nconst users = await prisma.user.findMany({ orderBy: { id: "asc" } });\nconsole.log(users[0]?.name);\nawait prisma.$disconnect();\n';

  test("a field in the model and in the code", async () => {
    await setUp(shop, { development: 2, production: 2 });
    shop.write("src/first.ts", names);
    await shop.commit("Print a name");
    const dry = await shop.lockstep(["rename", "User.name", "fullName", "--dry-run"]);
    expect(dry.output).toContain('+  fullName  String   @map("name")');
    expect(await shop.changedFiles()).toEqual([]);
    const { code, output } = await shop.lockstep(["rename", "User.name", "fullName"]);
    expect(output).toContain("User.name is now User.fullName: ");
    expect(output).toMatch(/1 place to edit: the code does not compile\n +src\/users\/routes\.ts:55 /);
    expect(output).toContain("npx prisma generate");
    expect(code).toBe(1);
    // The declared response keeps its key.
    const items = "items: items.map(({ id, fullName: name }) => ({ id, name }))";
    shop.edit("src/users/routes.ts", (text) => text.replace("return { items };", `return { ${items} };`));
    await succeeds(shop.prisma(["generate"]));
    expect(await shop.typeErrors()).toEqual([]);
    expect(await succeeds(shop.prisma(["migrate", "dev", "--name", "none"]))).toContain("Already in sync");
    expect(await shop.drift()).toBeUndefined();
    expect(await succeeds(shop.npx("tsx", ["src/first.ts"]))).toContain("User 1");
    expect(shop.read("src/users/serializer.ts")).toContain("name: user.fullName,");
    await shop.commit("Rename User.name");
  });

  test("a field that was renamed in the model, and whose migration has run", async () => {
    shop.write("prisma/schema.prisma", schema().replace(/ {2}description +String\?/, "  details     String?"));
    const made = await succeeds(shop.prisma(["migrate", "dev", "--name", "details"]));
    expect(made).toContain(
      "delete the new files of this change and run npx lockstep rename Product.description details",
    );
    for (const { name, parentPath } of ["prisma/migrations", "lockstep"].flatMap((folder) =>
      readdirSync(join(shop.root, folder), { withFileTypes: true }),
    ))
      if (name.endsWith("_details")) rmSync(join(parentPath, name), { recursive: true });
    const { output } = await shop.lockstep(["rename", "Product.description", "details"]);
    expect(output).toContain("Product.description is now Product.details: ");
    expect(schema()).toMatch(/ {2}details +String\? +@map\("description"\)/);
    expect(shop.read("src/products/serializer.ts")).toContain("description: product.details,");
    await succeeds(
      shop.prisma(["migrate", "reset", "--force"], { PRISMA_USER_CONSENT_FOR_DANGEROUS_AI_ACTION: "yes" }),
    );
    expect(await succeeds(shop.prisma(["migrate", "dev", "--name", "none"]))).toContain("Already in sync");
  });

  test("a field of an open plan is refused", async () => {
    await shop.commit("Rename Product.description");
    addHandle(shop);
    await succeeds(shop.prisma(["migrate", "dev", "--name", "add_handle"]));
    const { code, output } = await shop.lockstep(["rename", "User.handle", "nick"]);
    expect(output).toMatch(/LS3004 User\.handle has the open plan \d+_add_handle/);
    expect(code).toBe(1);
  });

  test.each([
    [["User.nam", "x"], "LS3013", "User has: id, email, fullName"],
    [["User.fullName", "email"], "LS4010", "User already has email"],
    [["User.fullName", "a-b"], "LS4010", "not a valid name"],
  ])("lockstep rename %j: %s", async (args, code, text) => {
    const result = await shop.lockstep(["rename", ...args]);
    expect(result.output).toContain(code);
    expect(result.output).toContain(text);
    expect(result.code).toBe(2);
  });
});

describe("TypeORM", async () => {
  const nest = await createNest();
  afterAll(() => nest.dispose());

  test("a field of an entity: no difference to the database, and the application serves", async () => {
    await succeeds(nest.typeorm(["migration:run"]));
    await succeeds(nest.lockstep(["init", "--yes", "--no-install"]));
    await nest.commit("Set up Lockstep");
    const before = await columnsOf(nest.development, "users");
    // The property is renamed first, and TypeORM would rename the column.
    nest.edit("src/users/user.entity.ts", (text) => text.replace("  name!: string;", "  fullName!: string;"));
    const made = await succeeds(nest.typeorm(["migration:generate", "src/migrations/Renamed"]));
    expect(made).toContain("delete the new files of this change and run npx lockstep rename User.name fullName");
    for (const name of readdirSync(join(nest.root, "src/migrations")))
      if (name.endsWith("-Renamed.ts")) rmSync(join(nest.root, "src/migrations", name));
    const { output } = await nest.lockstep(["rename", "User.name", "fullName"]);
    expect(output).toContain("User.name is now User.fullName: ");
    expect(output).toMatch(/src\/users\/user-export\.ts:31 +raw SQL returns the column/);
    expect(output).toMatch(/src\/users\/users\.controller\.ts:35 +the row leaves as a whole/);
    // The places to review.
    const users = "users.map(({ id, fullName: name }) => ({ id, name }))";
    nest.edit("src/users/users.controller.ts", (text) =>
      text.replace("UserSearchItem, users,", `UserSearchItem, ${users},`),
    );
    nest.edit("src/users/user-export.ts", (text) =>
      text
        .replace('"email", "name", "createdAt"]', '"email", "fullName", "createdAt"]')
        .replace('"name", "createdAt"\n', '"name" AS "fullName", "createdAt"\n'),
    );
    const entity = nest.read("src/users/user.entity.ts");
    expect(entity).toContain('@Column({ type: "varchar", length: 120, name: "name" })\n  fullName!: string;');
    const service = nest.read("src/users/users.service.ts");
    expect(service).toContain('.select(["user.id", "user.fullName"])');
    // Here TypeORM expects columns.
    expect(service).toContain('.orUpdate(["name", "updatedAt"], ["email"])');
    const check = await succeeds(nest.typeorm(["migration:generate", "--check", "src/migrations/None"]));
    expect(check).toContain("No changes in database schema were found");
    expect(await columnsOf(nest.development, "users")).toEqual(before);
    expect(await nest.build()).toMatchObject({ code: 0, output: "" });
    const app = await nest.start(nest.development);
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ email: "ada@example.com", name: "Ada" });
    const created = await fetch(new URL("/users", app.url), { method: "POST", headers, body });
    expect(await created.json()).toMatchObject({ email: "ada@example.com", name: "Ada" });
    const found = await fetch(new URL("/users/search?q=ada", app.url));
    expect(JSON.stringify(await found.json())).toContain("Ada");
    await app.stop();
  });
});
