import { afterAll, beforeAll, expect, it } from "vitest";
import { catalogueOf } from "../../matrix/databases.js";
import { LockstepCommands } from "../../support/lockstep-commands.js";
import { type App, createApp, userEntity } from "./app.js";

// What TypeORM generates of @Check and @Index({ where }) counts NULL as a value: contract builds it, and until then TypeORM does not
// generate it again.

const declared = `/** @lockstep.backfill(lower(email)) */
@Column({ type: "varchar" })
handle!: string;`;
const entity = userEntity(declared)
  .replace(
    "@Entity(",
    `@Check("users_handle", \`"handle" IS NOT NULL AND "handle" <> ''\`)\n@Index("users_none", ["email"], { unique: true, where: '"handle" IS NULL' })\n@Entity(`,
  )
  .replace("import { ", "import { Check, Index, ");
let app: App;
let commands: LockstepCommands;
beforeAll(async () => {
  app = await createApp();
  app.write("lockstep.config.ts", `export default { targets: { production: { urlFrom: "DATABASE_URL" } } };\n`);
  commands = new LockstepCommands(app.root);
});
afterAll(async () => {
  commands?.close();
  await app?.dispose();
});

async function lockstep(...args: string[]) {
  const { code, output } = await commands.run(args, { DATABASE_URL: app.url });
  expect(code, output).toBe(0);
  return output;
}

async function typeorm(...args: string[]) {
  const { code, output } = await app.cli(args);
  expect(code, output).toBe(0);
  return output;
}

async function isUpToDate() {
  const { output } = await app.generate("Nothing", "--dryrun");
  expect(output).toContain("No changes in database schema were found");
}

const tables = async () =>
  Object.entries((await catalogueOf(app.url, ["public"])).tables ?? {}).filter(([name]) => name === "public.users");

it("goes through all phases and back", async () => {
  app.write("src/user.ts", entity);
  const generated = await app.generate("AddHandle");
  expect(generated.code, generated.output).toBe(0);
  await typeorm("migration:run");
  await isUpToDate();
  await app.query(
    `INSERT INTO users (email) VALUES ('Late@example.com'); UPDATE users SET email = email || 'x' WHERE id = 1`,
  );
  await lockstep("backfill", "run");
  await lockstep("next");
  const open = await tables();
  await lockstep("next", "--confirm", "writers-aware", "--confirm", "reads-steady");
  await typeorm("migration:run");
  await isUpToDate();
  expect(await app.query("SELECT FROM pg_constraint WHERE conname = 'users_handle' AND convalidated")).toHaveLength(1);
  await lockstep("undo");
  await typeorm("migration:run");
  expect(await tables()).toEqual(open);
  await isUpToDate();
  await app.query("INSERT INTO users (email) VALUES ('Later@example.com')");
});
