/** Changes that cannot be planned: a code, why and what to do, in the CLI's own error path; nothing is written. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { assertUsable } from "../../../plugin-typeorm/src/intercept/typeorm-copy.js";
import { type App, bio, createApp, dataSourceFile, handle, userEntity } from "./app.js";

let app: App;
beforeEach(async () => {
  app = await createApp({ entities: { "user.ts": userEntity(handle) } });
});
afterEach(() => app.dispose());

async function refused(code: string, ...more: string[]): Promise<string> {
  const before = app.snapshot();
  const result = await app.generate("AddHandle", ...more);
  expect(result.code, result.output).toBe(1);
  expect(result.stdout).toContain("Error during migration generation:");
  expect(result.stderr).toMatch(new RegExp(`^${code} .+\\n.+\\nNext( {3}.+|\\n {2}1\\. .+)`));
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(app.snapshot()).toEqual(before);
  return result.stderr;
}

describe("the fill", () => {
  test("is missing", async () => {
    app.edit("src/user.ts", "/** @lockstep.backfill(lower(email)) */", "");
    const text = await refused("LS2001");
    expect(text).toContain("User.handle is required, but existing rows have no value for it.");
    expect(text).toContain("src/user.ts:");
    expect(text).toContain("/** @lockstep.backfill(<SQL expression of type character varying");
  });

  test.each([
    ["names an unknown column", "lower(mail)", "LS2003"],
    ["yields NULL", "nullif(email, 'Ada@example.com')", "LS2006"],
    ["cannot be parsed", "lower(email", "LS2008"],
    ["reads the column itself", "handle", "LS2004"],
  ])("%s", async (_name, fill, code) => {
    app.edit("src/user.ts", "lower(email)", fill);
    const text = await refused(code);
    expect(text).toContain("src/user.ts:");
  });

  test("has the wrong type", async () => {
    app.edit("src/user.ts", '"varchar" })\n  handle', '"int" })\n  handle');
    expect(await refused("LS2005")).toContain("src/user.ts:");
  });

  test("follows a column that has a default", async () => {
    app.edit("src/user.ts", '{ type: "varchar" })\n  handle', '{ type: "varchar", default: "x" })\n  handle');
    app.edit("src/user.ts", "  /** @lockstep.backfill(lower(email)) */\n", "");
    app.edit(
      "src/user.ts",
      '  @Column({ type: "varchar", default',
      '  /** @lockstep.mirror(lower(email)) */\n  @Column({ type: "varchar", default',
    );
    expect(await refused("LS2030")).toContain("src/user.ts:");
  });
});

test("an annotation around an embedded class, even where the column is optional", async () => {
  const pay = `/** @lockstep.backfill(7) */\n@Column(() => Pay)\npay!: Pay;`;
  const embedded = `class Pay {\n  @Column({ type: "int", nullable: true })\n  amount!: number | null;\n}\n\n@Entity`;
  app.write("src/user.ts", userEntity(pay).replace("@Entity", embedded));
  const text = await refused("LS2008");
  expect(text).toMatch(/src\/user\.ts:16: @lockstep\.backfill above User\.pay/);
  expect(text).toContain("above amount in Pay, src/user.ts:4");
});

test("--check and --dryrun are refused the same", async () => {
  app.edit("src/user.ts", "lower(email)", "lower(mail)");
  await refused("LS2003", "--check");
  await refused("LS2003", "--dryrun");
});

test("migrations that have not run here", async () => {
  await app.generate("AddHandle", "-t", "1763648123456");
  const older = `module.exports.Older1763648123400 = class Older1763648123400 { async up() {} async down() {} };\n`;
  app.write("src/migrations/1763648123400-Older.js", older);
  const text = await refused("LS9050");
  expect(text).toContain(": Older1763648123400, AddHandle1763648123456.");
  expect(text).toMatch(/Next\n {2}1\. .*migration:run.* # on the development database\n {2}2\. Generate again\./);
  const { code } = await app.cli(["migration:run"]);
  expect(code).toBe(0);
  const { output } = await app.generate("Nothing");
  expect(output).toContain("No changes in database schema were found");
});

test("synchronize: true", async () => {
  app.write("src/data-source.ts", dataSourceFile({ more: "synchronize: true," }).replace('.js"', '"'));
  await refused("LS9054");
  // Where nothing has to be planned it is the user's own affair.
  app.write("src/user.ts", userEntity(bio));
  expect((await app.generate("AddBio")).code).toBe(0);
});

test("two copies of TypeORM", async () => {
  const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));
  mkdirSync(join(app.root, "src/node_modules"), { recursive: true });
  symlinkSync(join(modules, "typeorm-0.3"), join(app.root, "src/node_modules/typeorm"));
  const text = await refused("LS9051");
  expect(text).toContain("typeorm 1.1.1");
  expect(text).toContain("typeorm 0.3.31");
});

test("a TypeORM that is too old", () => {
  const copy = (version: string) => {
    const file = join(app.root, `old-${version}/typeorm/schema-builder/RdbmsSchemaBuilder.js`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(join(dirname(file), "../package.json"), JSON.stringify({ version }));
    return { folder: dirname(dirname(file)), version, log: { madeBy: file } as never };
  };
  for (const version of ["0.2.45", "0.3.10"]) {
    const { log, ...cli } = copy(version);
    expect(() => assertUsable(cli, log)).toThrow(expect.objectContaining({ code: "LS9053" }));
  }
  for (const version of ["0.3.11", "0.3.31", "0.4.0-beta.1", "1.1.1"]) {
    const { log, ...cli } = copy(version);
    expect(() => assertUsable(cli, log)).not.toThrow();
  }
});

test("quotes that TypeORM does not escape, and SQL of the entity's own", async () => {
  const types = {
    text: 'type: "varchar"',
    list: 'type: "text", array: true',
    kind: `type: "enum", enum: ["it's", "b"]`,
  };
  const entity = (defaults: Readonly<Record<keyof typeof types, string>>) =>
    userEntity(
      ...Object.entries(types).map(
        ([name, type]) => `@Column({ ${type}, default: ${defaults[name as keyof typeof types]} })\n${name}!: unknown;`,
      ),
    );
  app.write("src/user.ts", entity({ text: `"it's"`, list: `["it's"]`, kind: `"it's"` }));
  const text = await refused("LS9043");
  expect(text).toMatch(/^LS9043 src\/user\.ts:11: TypeORM writes the default of User\.text /);
  expect(text).toContain(`default: () => "'it''s'"`);

  app.write("src/user.ts", userEntity(`@Column({ type: "varchar", name: 'a"b', nullable: true })\nname!: string;`));
  expect(await refused("LS9043")).toContain('src/user.ts:11: the column of User.name is named a"b,');

  app.write(
    "src/user.ts",
    userEntity(bio).replace("@Entity", "@Check(`email <> 'it's'`)\n@Entity").replace("{ C", "{ Check, C"),
  );
  expect(await refused("LS1001")).toMatch(/TypeORM generates \(syntax error .*: ALTER TABLE "users" ADD CONSTRAINT/);

  // As the message has it.
  app.write("src/user.ts", entity({ text: `() => "'it''s'"`, list: `() => "'{it''s}'"`, kind: `() => "'it''s'"` }));
  expect((await app.generate("Quotes")).code).toBe(0);
  expect((await app.cli(["migration:run"])).code).toBe(0);
  expect((await app.generate("Nothing", "--check")).output).toContain("No changes in database schema were found");
  expect(await app.query("SELECT text, list, kind FROM users LIMIT 1")).toEqual([
    { text: "it's", list: ["it's"], kind: "it's" },
  ]);
});

test("an error of TypeORM stays its own", async () => {
  app.edit("src/user.ts", '{ type: "varchar" })\n  handle', '{ type: "nonsense" as "varchar" })\n  handle');
  const { code, stderr } = await app.generate("AddHandle");
  expect(code).toBe(1);
  expect(stderr).toContain("DataTypeNotSupportedError");
  expect(stderr).not.toMatch(/LS\d{4}|bug of Lockstep/);
});

test("@lockstep.skip lets it pass as TypeORM wrote it, and says so", async () => {
  app.edit("src/user.ts", "@lockstep.backfill(lower(email))", "@lockstep.skip(the table is empty everywhere)");
  const { code, output } = await app.generate("AddHandle", "-t", "1763648123456");
  expect(code, output).toBe(0);
  expect(output).toContain("by @lockstep.skip: the table is empty everywhere");
  expect(app.migrations()).toEqual(["1763648123456-AddHandle.ts"]);
  expect(app.read("src/migrations/1763648123456-AddHandle.ts")).toContain('ADD "handle" character varying NOT NULL');
});
