import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Plan } from "../../core/src/model/index.js";
import { planText } from "../../core/src/plan/plan-file.js";
import { publishedModules } from "../support/published.js";
import { run } from "../support/run.js";
import { addHandle, createShop, type ShopProject, setUp } from "../support/shop-project.js";

// `check` in a repository that has plans of Lockstep.

let shop: ShopProject;
let expand: string;
let plan: string;
beforeAll(async () => {
  shop = await createShop();
  await setUp(shop, { development: 5, production: 5 });
  await shop.commit("set up");
  addHandle(shop);
  const made = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  if (made.code !== 0) throw new Error(made.output);
  const migrations = join(shop.root, "prisma/migrations");
  const name = readdirSync(migrations).find((each) => each.includes("add_handle"));
  expand = `prisma/migrations/${name}/migration.sql`;
  plan = `lockstep/${readdirSync(join(shop.root, "lockstep")).find((each) => each.includes("add_handle"))}`;
});
afterAll(() => shop?.dispose());

const check = async () => {
  const { code, output } = await shop.lockstep(["check", "--base", "HEAD"]);
  return { code, output };
};

test("what a plan wrote was judged when it was planned", async () => {
  const { code, output } = await check();
  expect(output).toBe("✔ 3 migrations of plans new since HEAD, unchanged since planning: no findings.\n");
  expect(code).toBe(0);
  const folder = "prisma/migrations/20991231000000_own";
  mkdirSync(join(shop.root, folder));
  shop.write(`${folder}/migration.sql`, "SELECT 1;\n");
  const beside = await check();
  rmSync(join(shop.root, folder), { recursive: true });
  expect(beside.output).toBe(
    "✔ 1 migration new since HEAD, 1 statement, and 3 migrations of plans, unchanged since planning: no findings.\n",
  );
});

test("a migration of a plan that was changed", async () => {
  const before = shop.read(expand);
  shop.write(expand, before.replace("text", "varchar(20)"));
  const { code, output } = await check();
  shop.write(expand, before);
  expect(output).toContain(`${plan}/plan.json`);
  expect(output).toMatch(/✖ open-plan .*LS3010 .* was changed after planning/);
  // JSON has no comments, and a plan is not waived.
  expect(output).not.toContain("To accept a finding");
  expect(code).toBe(1);
});

test("a model that says required before its plan has come to contract", async () => {
  const before = shop.read("prisma/schema.prisma");
  shop.edit("prisma/schema.prisma", (text) => text.replace(/(\bhandle\s+String)\?/, "$1"));
  const { code, output } = await check();
  shop.write("prisma/schema.prisma", before);
  expect(output).toMatch(/User\.handle is required, although its plan has not reached contract/);
  expect(code).toBe(1);
});

test("a schema that Prisma refuses is told with its line, by check and by status", async () => {
  const before = shop.read("prisma/schema.prisma");
  shop.edit("prisma/schema.prisma", (text) => text.replace(/(\bhandle\s+)String/, "$1Strin"));
  const line = before.split("\n").findIndex((each) => /\bhandle\s/.test(each)) + 1;
  const { code, output } = await check();
  const status = await shop.lockstep(["status", "--target", "development"]);
  shop.write("prisma/schema.prisma", before);
  expect(output).toMatch(
    new RegExp(`^prisma/schema\\.prisma\n +✖ open-plan ${line}:1 .*LS8012 Type "Strin" is neither`),
  );
  expect(code).toBe(1);
  expect(status.output).toMatch(
    new RegExp(`✖ the models cannot be read: LS8012 .* \\(prisma/schema\\.prisma:${line}\\)`),
  );
  expect(status.code).toBe(1);
});

test("a schema that git could not merge is reported in plain words, and continues with both fields", async () => {
  const before = shop.read("prisma/schema.prisma");
  const [field = ""] = /^ *handle .*$/m.exec(before) ?? [];
  const line = before.slice(0, before.indexOf(field)).split("\n").length;
  const conflict = `<<<<<<< HEAD\n${field}\n=======\n  nick String?\n>>>>>>> nick`;
  shop.write("prisma/schema.prisma", before.replace(field, conflict));
  const checked = await check();
  const status = await shop.lockstep(["status", "--target", "development"]);
  const code = await shop.lockstep(["code"]);
  shop.write("prisma/schema.prisma", before.replace(field, `${field}\n  nick String?`));
  const after = [await shop.lockstep(["code"]), await check()];
  shop.write("prisma/schema.prisma", before);
  const what = "git's conflict markers are in the file";
  const next =
    "Keep the fields of both sides, each field once, and remove the lines with <<<<<<<, ======= and >>>>>>>.";
  expect(checked.output).toContain(`LS8027 ${what}. (prisma/schema.prisma:${line})`);
  expect(checked.output).toContain(`Safer  ${next}`);
  expect(status.output).toContain(`✖ the models cannot be read: LS8027 ${what}`);
  expect(code.output).toContain(`LS8027 prisma/schema.prisma:${line}: ${what}`);
  for (const { output } of [status, code]) expect(output).toContain(`Next   ${next}`);
  expect([checked, status, code].map((each) => each.code)).toEqual([1, 1, 2]);
  for (const each of after) expect(each.code, each.output).toBe(0);
});

test("two branches with a plan on the same column", async () => {
  const other = plan.replace(/\d{14}/, "20991231000000");
  mkdirSync(join(shop.root, other));
  shop.write(`${other}/plan.json`, shop.read(`${plan}/plan.json`));
  const copied = await check();
  expect(copied.output).toMatch(/LS3014 lockstep\/20991231000000_.*\/plan\.json belongs to plan /);
  expect(copied.code).toBe(1);
  // As a merge leaves it: a plan of its own.
  const { hash: _, ...text } = JSON.parse(shop.read(`${plan}/plan.json`)) as Plan & { hash: string };
  shop.write(`${other}/plan.json`, planText({ ...text, id: basename(other) }));
  const { code, output } = await check();
  expect(output).toMatch(/"User"\."handle" has two open plans/);
  expect(code).toBe(1);
  const [, remove = ""] = /Safer {2}(git rm .*)/.exec(output) ?? [];
  for (const { file } of text.state.written) expect(remove).toContain(file);
  // The copy names the files of the first plan: only its own folder is removed here.
  const removed = remove.replace(/prisma\/\S+/g, "");
  await run("git", ["add", other], { cwd: shop.root });
  expect((await run("/bin/sh", ["-c", removed], { cwd: shop.root })).code).toBe(0);
  expect(existsSync(join(shop.root, other))).toBe(false);
  expect((await check()).code).toBe(0);
});

test("no code of the repository runs: no configuration, package or command that the branch brings along", async () => {
  const above = mkdtempSync(join(tmpdir(), "lockstep-above-"));
  symlinkSync(publishedModules(), join(above, "node_modules"));
  const branch = join(above, "branch");
  cpSync(shop.root, branch, { recursive: true, filter: (file) => basename(file) !== "node_modules" });
  const write = (file: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(branch, file)), { recursive: true });
    writeFileSync(join(branch, file), text, { mode });
  };
  const ran = join(above, "ran");
  const esm = (name: string) =>
    `import { appendFileSync } from "node:fs";\nappendFileSync(${JSON.stringify(ran)}, "${name} ");\n`;
  write("lockstep.config.ts", `${esm("lockstep")}export default { check: { rules: { "open-plan": "warning" } } };\n`);
  write("prisma.config.ts", `${esm("prisma")}${shop.read("prisma.config.ts")}`);
  for (const file of ["prettier.config.mjs", "eslint.config.mjs", "data-source.mjs"])
    write(file, `${esm(file)}export default {};\n`);
  write("tsconfig.json", `{ "extends": "@tsconfig/trap" }`);
  const names = readdirSync(publishedModules()).flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(publishedModules(), name)).map((each) => `${name}/${each}`) : [name],
  );
  // Without Lockstep's own package: the branch does not name the one above as its own.
  const trapped = names.filter((name) => !name.startsWith(".") && name !== "@lockstep/prisma");
  for (const name of [...trapped, "@tsconfig/trap"]) {
    const any = { ".": "./trap.mjs", "./*": "./trap.mjs" };
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "99.0.0", exports: any }));
    write(`node_modules/${name}/trap.mjs`, esm(name));
  }
  for (const name of ["lockstep", "prisma", "typeorm", "prettier", "biome", "dprint", "tsc", "git", "node"])
    write(`node_modules/.bin/${name}`, `#!/bin/sh\necho ${name} >> ${ran}\n`, 0o755);
  const schema = "prisma/schema.prisma";
  write(schema, shop.read(schema).replace(/(\bhandle\s+String)\?/, "$1"));
  const bin = join(above, "node_modules/@lockstep/prisma/bin/lockstep.js");
  const { code, output } = await run(process.execPath, [bin, "check", "--base", "HEAD"], { cwd: branch });
  const hasRun = existsSync(ran) ? readFileSync(ran, "utf8") : "";
  rmSync(above, { recursive: true });
  expect(hasRun).toBe("");
  // The models were compared, with the severity that the text says.
  expect(output).toMatch(/! open-plan .*User\.handle is required/);
  expect(code).toBe(0);
});

test("--fix leaves a migration that the development database has, because Prisma would ask to reset it", async () => {
  const folder = "prisma/migrations/20991231000001_by_name";
  const file = `${folder}/migration.sql`;
  const sql = `CREATE INDEX "User_name_idx" ON "User"("name");\n`;
  mkdirSync(join(shop.root, folder));
  shop.write(file, sql);
  const fix = () => shop.lockstep(["check", "--fix", file]);
  await shop.deploy(shop.development);
  const kept = await fix();
  expect(kept.output).toContain(`! ${file} has run on the development database and is not changed`);
  expect(kept.code).toBe(1);
  expect(shop.read(file)).toBe(sql);
  const unknown = await shop.lockstep(["check", "--fix", file], { DATABASE_URL: "postgresql://127.0.0.1:1/none" });
  expect(unknown.output).toContain(`! Lockstep could not check whether the development database has run ${file}`);
  expect(unknown.code, unknown.output).toBe(0);
  expect(shop.read(file)).toContain("CREATE INDEX CONCURRENTLY");
  shop.write(file, sql);
  const client = new pg.Client({ connectionString: shop.development });
  await client.connect();
  await client.query(`DELETE FROM _prisma_migrations WHERE migration_name = $1`, [basename(folder)]);
  await client.end();
  expect((await fix()).output).not.toContain("!");
  expect(shop.read(file)).toContain("CREATE INDEX CONCURRENTLY");
  rmSync(join(shop.root, folder), { recursive: true });
});
