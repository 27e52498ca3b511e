/** Changes that TypeORM itself writes in a way that loses data or rewrites the table: the stock command writes them right. */
import { afterEach, expect, test } from "vitest";
import type { TypeormVersion } from "../../support/typeorm-project.js";
import { type App, createApp, handle, userEntity } from "./app.js";

let app: App;
afterEach(() => app.dispose());

const name = (length: number) => `@Column({ type: "varchar", length: ${length} })\nname!: string;`;
const status = (...values: string[]) =>
  `@Column({ type: "enum", enum: ${JSON.stringify(values)}, default: "a" })\nstatus!: string;`;

async function appWith(entity: string, version: TypeormVersion = "1.1.1"): Promise<void> {
  app = await createApp({ version, entities: { "user.ts": entity } });
  await app.query(`ALTER TABLE users ADD name character varying(100) NOT NULL DEFAULT 'x';
    ALTER TABLE users ALTER name DROP DEFAULT; UPDATE users SET name = email;`);
}

async function runsThereAndBack(count: number): Promise<void> {
  const ran = await app.cli(["migration:run"]);
  expect(ran.code, ran.output).toBe(0);
  const names = await app.query("SELECT name FROM users ORDER BY id");
  expect(names).toEqual([{ name: "Ada@example.com" }, { name: "Bob@example.com" }]);
  const check = await app.generate("Nothing", "--check");
  expect(check.code, check.output).toBe(0);
  for (let reverted = 0; reverted < count; reverted += 1) {
    const back = await app.cli(["migration:revert"]);
    expect(back.code, back.output).toBe(0);
  }
  expect(await app.query("SELECT name FROM users ORDER BY id")).toEqual(names);
}

test("a longer text keeps its rows", async () => {
  await appWith(userEntity(name(200)));
  const { code, output } = await app.generate("Longer", "-t", "1763648123456");
  expect(code, output).toBe(0);
  expect(output).toMatch(/✔ "users"\."name" keeps its values: .+ in the catalogue alone/);
  expect(output).toContain(`! line 1 runs unchanged: ALTER TABLE "users" ALTER COLUMN "name" TYPE`);
  const text = app.read("src/migrations/1763648123456-Longer.ts");
  expect(text).toContain(`ALTER TABLE "users" ALTER COLUMN "name" TYPE character varying(200)`);
  expect(text).not.toContain("DROP COLUMN");
  expect(app.migrations()).toHaveLength(1);
  await runsThereAndBack(1);
});

test("beside a plan it is the user's own statement", async () => {
  await appWith(userEntity(name(200), handle));
  const { code, output } = await app.generate("Both", "-t", "1763648123456");
  expect(code, output).toBe(0);
  expect(output.indexOf("keeps its values")).toBeLessThan(output.indexOf("✖ add-column-not-null"));
  const own = app.migrations().map((file) => app.read(`src/migrations/${file}`));
  expect(own.filter((text) => text.includes(`ALTER COLUMN "name" TYPE character varying(200)`))).toHaveLength(1);
  await runsThereAndBack(own.length);
});

test("what would lose values is refused, with its place", async () => {
  await appWith(userEntity(`@Column({ type: "int" })\nname!: number;`));
  const before = app.snapshot();
  const { code, stderr } = await app.generate("Lost");
  expect(code).toBe(1);
  expect(stderr).toMatch(/^LS2060 /);
  expect(stderr).toContain("src/user.ts:");
  expect(app.snapshot()).toEqual(before);
  app.edit(
    "src/user.ts",
    '@Column({ type: "int" })',
    '/** @lockstep.skip(nothing of it is needed) */\n  @Column({ type: "int" })',
  );
  const passed = await app.generate("Lost", "-t", "1763648123456");
  expect(passed.output).toContain("DROP COLUMN");
  expect(app.read("src/migrations/1763648123456-Lost.ts")).toContain(`DROP COLUMN "name"`);
});

test("LOCKSTEP=off: as TypeORM writes it", async () => {
  await appWith(userEntity(name(200)));
  const { code } = await app.cli(["migration:generate", "src/migrations/Longer", "-t", "1763648123456"], {
    LOCKSTEP: "off",
  });
  expect(code).toBe(0);
  expect(app.read("src/migrations/1763648123456-Longer.ts")).toContain(`DROP COLUMN "name"`);
});

test.each(["1.1.1", "0.3.31"] as const)("a value more of an enum, TypeORM %s", async (version) => {
  await appWith(userEntity(name(100), status("a", "b", "c")), version);
  await app.query(
    `CREATE TYPE users_status_enum AS ENUM ('a', 'b'); ALTER TABLE users ADD status users_status_enum NOT NULL DEFAULT 'a'`,
  );
  const { code, output } = await app.generate("Value", "-t", "1763648123456");
  expect(code, output).toBe(0);
  const text = app.read("src/migrations/1763648123456-Value.ts");
  const up = text.slice(0, text.indexOf("async down"));
  expect(up).toContain("ADD VALUE");
  expect(up.match(/queryRunner\.query/g)).toHaveLength(1);
  // TypeORM 1.1.1 writes it right itself, and nothing is touched; its own way back fails on the default.
  await runsThereAndBack(version === "1.1.1" ? 0 : 1);
});

test("an index that is wanted concurrently runs in a transaction mode that TypeORM's own would fail in", async () => {
  const indexed = userEntity(name(100)).replace("@Column({ type", "@Index({ concurrent: true })\n  @Column({ type");
  await appWith(indexed.replace("Entity,", "Entity, Index,"), "0.3.31");
  const { code, output } = await app.generate("Indexed", "-t", "1763648123456");
  expect(code, output).toBe(0);
  expect(output).toMatch(/✔ The index "IDX_\w+" on "users" has a migration of its own/);
  expect(app.migrations()).toEqual(["1763648123456-Indexed.ts"]);
  expect(app.read("src/migrations/1763648123456-Indexed.ts")).toContain("await outsideTransaction(queryRunner");
  await runsThereAndBack(1);
  expect(await app.query("SELECT FROM pg_class WHERE relname LIKE 'IDX_%'")).toEqual([]);
});
