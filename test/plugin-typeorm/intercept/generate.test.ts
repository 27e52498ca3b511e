/** The stock `typeorm migration:generate` on a change that needs a plan, with every way to load an application. */
import { describe, expect, test } from "vitest";
import type { TypeormVersion } from "../../support/typeorm-project.js";
import { type App, bio, createApp, handle, type Loader, loaders, userEntity } from "./app.js";

// The other line differs neither in how files are loaded nor in how the CLI asks: one of each is enough.
const ways: readonly { readonly version: TypeormVersion; readonly loader: Loader }[] = [
  ...(Object.keys(loaders) as Loader[]).map((loader) => ({ version: "1.1.1" as const, loader })),
  { version: "0.3.31", loader: "tsx, ESM" },
  { version: "0.3.31", loader: "ts-node, CommonJS" },
  { version: "0.3.20", loader: "tsx, CommonJS" },
];

describe.each(ways)("TypeORM $version by $loader", ({ version, loader }) => {
  test("writes expand, runs it, and agrees with it afterwards", async () => {
    const app = await createApp({ version, loader, entities: { "user.ts": userEntity(bio, handle) } });
    const generated = await app.generate("AddHandle");
    expect(generated.code, generated.output).toBe(0);
    const [first = "", ...rest] = app.migrations();
    expect(rest).toEqual([]);
    const plan = `${first.slice(0, 13)}-AddHandle`;
    expect(first).toBe(`${plan}.ts`);

    // The plan, then what was written, then the CLI's own line.
    const order = [
      plan,
      "✖ add-column-not-null",
      "Plan: ",
      "Written for expand",
      "\nNext",
      "has been generated successfully",
    ];
    const places = order.map((text) => generated.stdout.indexOf(text));
    expect(places, generated.stdout).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(app.read(`src/migrations/${first}`)).toContain('\nALTER TABLE "users" ADD "bio" text;\n');
    expect(app.read(`src/migrations/${first}`)).toContain(`// Lockstep plan ${plan}, phase expand, file 1/1`);
    expect(app.read("src/user.ts")).toBe(
      userEntity(
        bio,
        handle
          .replace('"varchar" }', '"varchar", nullable: true, select: false }')
          .replace("handle!: string", "handle!: string | null"),
      ),
    );
    const written = Object.keys(app.snapshot()).filter((file) => file.startsWith("lockstep/"));
    expect(written.map((file) => file.replace(`lockstep/${plan}/`, ""))).toEqual([
      "README.md",
      "held/contract-1-prove.sql",
      "held/contract-2-enforce.sql",
      "original.sql",
      "plan.json",
      "undo/contract-1-undo-contract.sql",
      "undo/expand-1-undo-expand.sql",
    ]);

    await runsAndAgrees(app);
    await app.dispose();
  });
});

async function runsAndAgrees(app: App): Promise<void> {
  const ran = await app.cli(["migration:run"]);
  expect(ran.code, ran.output).toBe(0);
  const check = await app.generate("Nothing", "--check");
  expect(check.output).toContain("No changes in database schema were found");
  expect(check.code).toBe(0);
  await app.query("INSERT INTO users (email) VALUES ('Eve@example.com')");
  expect(await app.query("SELECT handle FROM users ORDER BY id")).toEqual([
    { handle: null },
    { handle: null },
    { handle: "eve@example.com" },
  ]);
  const reverted = await app.cli(["migration:revert"]);
  expect(reverted.code, reverted.output).toBe(0);
  const columns = await app.query(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'users'",
  );
  expect(columns.map(({ name }) => name).sort()).toEqual(["email", "id"]);
}
