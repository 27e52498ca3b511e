import { readdirSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addField, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// A mirror, from its annotation to contract: its trigger alone writes it until switch, what code writes then is compared. Every test
// builds on the one before.

let shop: ShopProject;
let production: pg.Client;

beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 6, production: 40 });
  production = new pg.Client({ connectionString: shop.production });
  await production.connect();
});
afterAll(async () => {
  await production?.end();
  await shop?.dispose();
});

/** Code that changes what the mirror follows: one change in sight, one whose data callers make. */
const movingUsers = `import type { Prisma, PrismaClient } from "../generated/prisma/client";

export async function moveUser(prisma: PrismaClient, id: number, email: string) {
  await prisma.user.update({ where: { id }, data: { email } });
}

export async function changeUser(prisma: PrismaClient, id: number, data: Prisma.UserUpdateInput) {
  await prisma.user.update({ where: { id }, data });
}
`;

const planOf = () => {
  const id = readdirSync(join(shop.root, "lockstep"))[0] ?? "";
  return { id, ...JSON.parse(shop.read(`lockstep/${id}/plan.json`)) };
};
const written = (phase: string) =>
  planOf().state.edits.filter(
    (edit: { phase: string; text: string }) => edit.phase === phase && /toLowerCase/.test(edit.text),
  );

async function succeed(step: ReturnType<ShopProject["prisma"]>): Promise<string> {
  const { code, output } = await step;
  expect(code, output).toBe(0);
  return output;
}

test("expand: the trigger is told to evaluate it in UTC, and no code writes it", async () => {
  shop.edit("prisma/schema.prisma", (schema) =>
    addField(schema, "User", [
      "/// @lockstep.mirror(lower(email))",
      "handle String @unique",
      `/// @lockstep.mirror("createdAt"::timestamptz)`,
      "/// @lockstep.write(new Date())",
      "since DateTime @db.Date",
    ]),
  );
  const output = await succeed(shop.prisma(["migrate", "dev", "--name", "add_handle"]));
  expect(output).toContain("Pace careful (User.handle is a mirror");
  expect(output).toContain("User.handle, User.since optional for now; its trigger writes it, not code");
  expect(output).toMatch(/fill "User"\."since" with .*, under TimeZone UTC/);
  const { columns, state } = planOf();
  expect(columns.map(({ fill }: { fill: { dependsOnSession?: true } }) => fill.dependsOnSession)).toEqual([
    undefined,
    true,
  ]);
  expect(state.edits.map(({ text }: { text: string }) => text).join("\n")).not.toMatch(/toLowerCase/);
  expect(shop.read("src/users/routes.ts")).not.toContain("handle");
  await shop.generate();
  await shop.commit("Expand");
  await shop.deploy(shop.production);
});

test("rows that old code writes follow, whatever its session", async () => {
  await succeed(shop.lockstep(["backfill", "run"]));
  await production.query(`SET TimeZone = 'Pacific/Kiritimati'; SET DateStyle = 'German'`);
  await production.query(
    `INSERT INTO "User" (email, name, "createdAt", "updatedAt") VALUES ('New@X.io', 'n', '2026-03-01 12:30:00', now()); UPDATE "User" SET email = 'Moved@X.io', "createdAt" = '2026-03-02 23:59:00' WHERE id = 1`,
  );
  await production.query("RESET ALL");
  const { rows } = await production.query(
    `SELECT handle, since::text FROM "User" WHERE id = 1 OR email = 'New@X.io' ORDER BY id`,
  );
  expect(rows).toEqual([
    { handle: "moved@x.io", since: "2026-03-02" },
    { handle: "new@x.io", since: "2026-03-01" },
  ]);
});

test("switch: rows that do not follow hold it; then code writes the mirror", async () => {
  await production.query(
    `UPDATE "User" SET handle = 'chosen' WHERE id = 2; UPDATE "User" SET handle = 'stale' WHERE id = 3`,
  );
  const closed = await shop.lockstep(["next"]);
  expect(closed.code).toBe(1);
  expect(closed.output).toContain(`id=2 has "chosen" instead of "user.2@example.com", id=3 has "stale"`);
  expect(closed.output).toContain(`UPDATE "public"."User" SET "handle" = NULL WHERE`);
  await production.query(`UPDATE "User" SET handle = NULL WHERE id = 3`);
  shop.write("src/users/move.ts", movingUsers);
  await shop.commit("Move users");
  const output = await succeed(shop.lockstep(["next", "--confirm", "mirror-agrees"]));
  expect(output).toContain("code chose 1 value");
  expect(output).toMatch(
    /Code computes lower\(email\) for "User"\."handle" as production does: compared \d+ of about|compared all 41 rows/,
  );
  expect(written("switch").length).toBeGreaterThan(0);
  expect(written("expand")).toEqual([]);
  expect(shop.read("src/users/routes.ts")).toContain("handle:");
  expect(shop.read("src/users/move.ts")).toContain("data: { email, handle: email.toLowerCase() }");
  const { edits, places, choices = [] } = planOf().state;
  expect(JSON.stringify([edits, places, choices])).not.toContain("acceptInRequests");
});

test("an undo of switch takes the writes back", async () => {
  const { id } = planOf();
  await shop.commit("Switch");
  await succeed(shop.lockstep(["undo", id]));
  expect(shop.read("src/users/routes.ts")).not.toContain("handle");
  expect(shop.read("src/users/move.ts")).toBe(movingUsers);
  await shop.commit("Undo switch");
  await succeed(shop.lockstep(["next", "--confirm", "mirror-agrees"]));
  expect(shop.read("src/users/routes.ts")).toContain("handle:");
  await shop.generate();
  await shop.commit("Switch again");
});

test("contract: what code wrote since is compared, and asked about by name", async () => {
  await production.query(
    `INSERT INTO "User" (email, name, handle, since, "updatedAt") VALUES ('ΟΔΟΣ@x.io', 'n', 'οδος@x.io', '2026-03-01', now())`,
  );
  const asked = await shop.lockstep(["next"]);
  expect(asked.code).toBe(1);
  expect(asked.output).toContain("src/users/move.ts:8");
  const confirm = ["--confirm", "writers-aware", "--confirm", "reads-steady"];
  const closed = await shop.lockstep(["next", ...confirm]);
  expect(closed.code).toBe(1);
  expect(closed.output).toContain(`has "οδος@x.io" instead of`);
  expect(closed.output).not.toContain(`"chosen"`);
  await succeed(shop.lockstep(["next", ...confirm, "--confirm", "mirror-agrees"]));
  await shop.commit("Contract");
  await shop.deploy(shop.production);
  expect(await shop.drift()).toBeUndefined();
});
