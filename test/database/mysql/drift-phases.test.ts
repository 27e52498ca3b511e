import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMariadbDatabase, findServer, type MariadbDatabase, serverName } from "../../support/mariadb.js";
import { createMysqlPrismaProject, type MysqlPrismaProject } from "../../support/mysql-prisma-project.js";
import { run as runProcess } from "../../support/run.js";
import { createTypeormProject, type TypeormFixture } from "../../support/typeorm-project.js";

// Production is looked at in every phase of a plan, on a server of drift's own. Every test builds on the one before.

beforeAll(() => void findServer());

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly output: string;
}

function driftOf({ code, stdout, output }: Answer) {
  expect(stdout, output).toMatch(/^\{/);
  const { targets } = JSON.parse(stdout);
  expect(targets, output).toHaveLength(1);
  return { code, ...targets[0] };
}

async function run(on: MariadbDatabase, ...statements: readonly string[]): Promise<void> {
  const session = await on.open();
  for (const sql of statements) await session.query(sql);
  await session.end();
}

describe("with Prisma", () => {
  const models = `model Team {
  id    Int    @id @default(autoincrement())
  users User[]
}

model User {
  id     Int    @id @default(autoincrement())
  email  String @unique
  teamId Int
  team   Team   @relation(fields: [teamId], references: [id])
}
`;
  const initial = `CREATE TABLE \`Team\` (\`id\` INTEGER NOT NULL AUTO_INCREMENT, PRIMARY KEY (\`id\`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE \`User\` (
    \`id\` INTEGER NOT NULL AUTO_INCREMENT,
    \`email\` VARCHAR(191) NOT NULL,
    \`teamId\` INTEGER NOT NULL,
    UNIQUE INDEX \`User_email_key\`(\`email\`),
    PRIMARY KEY (\`id\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE \`User\` ADD CONSTRAINT \`User_teamId_fkey\` FOREIGN KEY (\`teamId\`) REFERENCES \`Team\`(\`id\`) ON DELETE RESTRICT ON UPDATE CASCADE;
`;
  let shop: MysqlPrismaProject;
  beforeAll(async () => {
    shop = await createMysqlPrismaProject(models, initial);
    await shop.succeed(shop.lockstep(["init", "--yes", "--no-install"]));
    await shop.succeed(shop.prisma(["migrate", "deploy"]));
    await deploy();
    await shop.commit("Set up Lockstep");
    await run(shop.production, "INSERT INTO Team VALUES (1)", "INSERT INTO User (email, teamId) VALUES ('A@x', 1)");
  });
  afterAll(() => shop?.dispose());

  const deploy = () => shop.succeed(shop.prisma(["migrate", "deploy"], { DATABASE_URL: shop.production.url }));
  const drift = async (...more: string[]) =>
    driftOf(await shop.lockstep(["drift", "--target", "production", "--json", ...more]));

  test("a plan is no drift, in any phase", async () => {
    expect(await drift(), "before").toMatchObject({
      code: 0,
      differences: [],
      replayed: { migrations: 1, by: "statements", server: expect.stringMatching(new RegExp(`^${serverName} \\d`)) },
    });
    const schema = shop.read("prisma/schema.prisma");
    const lines =
      "/// @lockstep.backfill(lower(email))\n  handle String @unique\n  /// @lockstep.backfill(upper(email))\n  label String";
    shop.write("prisma/schema.prisma", schema.replace(/(email +String @unique)/, `$1\n  ${lines}`));
    await shop.succeed(shop.prisma(["migrate", "dev", "--name", "add_handle"]));
    await shop.commit("Expand");
    expect((await drift()).notApplied.length, "not deployed yet").toBeGreaterThan(0);
    await deploy();
    expect(await drift(), "expand").toMatchObject({ code: 0, differences: [], notApplied: [] });
    await shop.succeed(shop.lockstep(["backfill", "run"]));
    await shop.succeed(shop.lockstep(["next"]));
    await shop.commit("Switch");
    expect(await drift(), "switch").toMatchObject({ code: 0, differences: [] });
  });

  test("what is missing of an open plan is explained, and mended it is no drift", async () => {
    const [plan] = shop.plans();
    const [trigger] = (await triggers()).filter((name) => name.endsWith("_label_ins"));
    await run(shop.production, `DROP TRIGGER \`${trigger}\``, "ALTER TABLE User ADD nick varchar(9)");
    const found = await drift();
    expect(found).toMatchObject({
      code: 1,
      differences: [
        { kind: "column", label: "User.nick", plans: [plan] },
        { kind: "trigger", label: `User.${trigger}`, plans: [plan], reason: { kind: "broken", plan } },
      ],
    });
    const typed = await shop.lockstep(["drift", "--target", "production"]);
    expect(typed.output).toContain("npx lockstep repair fixes it");
    await shop.succeed(shop.lockstep(["repair", "--target", "production", "--yes"]));
    await run(shop.production, "ALTER TABLE User DROP nick");
    expect(await drift()).toMatchObject({ code: 0, differences: [] });
  });

  test("what somebody dropped of it, and an object of Lockstep's that no plan needs", async () => {
    const [plan] = shop.plans();
    await run(
      shop.production,
      "DROP INDEX User_handle_key ON User",
      "CREATE PROCEDURE lockstep_0a1b2c3d() SELECT 1",
      "CREATE TRIGGER zz_lockstep_fill_x_ins BEFORE INSERT ON Team FOR EACH ROW SET @a = 1",
    );
    expect((await drift()).differences).toEqual([
      expect.objectContaining({ kind: "index", label: "User.User_handle_key", plans: [plan] }),
      expect.objectContaining({ kind: "trigger", label: "Team.zz_lockstep_fill_x_ins", reason: { kind: "left-over" } }),
      expect.objectContaining({ kind: "function", reason: { kind: "left-over" } }),
    ]);
    await run(
      shop.production,
      "CREATE UNIQUE INDEX User_handle_key ON User (handle)",
      "DROP PROCEDURE lockstep_0a1b2c3d",
      "DROP TRIGGER zz_lockstep_fill_x_ins",
    );
  });

  test("contract, and afterwards", async () => {
    await shop.succeed(shop.lockstep(["next", "--confirm", "writers-aware", "--confirm", "reads-steady"]));
    expect(await drift(), "not deployed yet").toMatchObject({ code: 0, differences: [] });
    await deploy();
    expect(await drift(), "contract").toMatchObject({ code: 0, differences: [], notApplied: [] });
  });

  test("on a server that is named: no other database of it is touched", async () => {
    const stage = process.env.LOCKSTEP_TEST_MARIADB ?? "";
    expect(await drift("--stage-url", stage)).toMatchObject({ code: 0, differences: [] });
    const name = "20990101000000_by_name";
    const sql = `ALTER TABLE \`${shop.production.name}\`.\`Team\` ADD size INTEGER NULL;\n`;
    shop.write(`prisma/migrations/${name}/migration.sql`, sql);
    await deploy();
    const refused = await drift("--stage-url", stage);
    expect(refused).toMatchObject({ code: 3, error: { code: "LS6702" } });
    expect(refused.error.message).toContain(`${name} does not run on an empty database: it speaks of`);
  });

  async function triggers(): Promise<readonly string[]> {
    const session = await shop.production.open();
    const [rows] = await session.query("SHOW TRIGGERS");
    await session.end();
    return (rows as { Trigger: string }[]).map(({ Trigger: name }) => name);
  }
});

describe("with TypeORM", () => {
  const dataSource = `import "reflect-metadata";
import { withLockstep } from "@lockstep/typeorm-wrapper";
import { DataSource } from "typeorm";
import { Device } from "./device";
export default withLockstep(
  new DataSource({ type: "mariadb", url: process.env.DATABASE_URL, entities: [Device], migrations: ["src/migrations/*.ts"] }),
);
`;
  const entity = (more = "") => `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";
@Entity()
export class Device {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar", length: 60 })
  name!: string;
${more}}
`;
  const config = `export default { targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } } };\n`;
  let development: MariadbDatabase;
  let production: MariadbDatabase;
  let project: TypeormFixture;
  beforeAll(async () => {
    [development, production] = [await createMariadbDatabase("dev"), await createMariadbDatabase("prod")];
    project = createTypeormProject({
      version: "1.1.1",
      module: "commonjs",
      files: { "src/data-source.ts": dataSource, "src/device.ts": entity(), "lockstep.config.ts": config },
    });
    await typeorm("migration:generate", "src/migrations/Init");
    for (const on of [development, production]) await migrate(on);
    for (const on of [development, production]) await run(on, "INSERT INTO device (name) VALUES ('A'), ('B')");
  });
  afterAll(async () => {
    project?.dispose();
    for (const on of [development, production]) await on?.drop();
  });

  const env = () => ({ DATABASE_URL: development.url, PRODUCTION_DATABASE_URL: production.url });
  async function succeeds(answer: Promise<Answer>): Promise<void> {
    const { code, output } = await answer;
    expect(code, output).toBe(0);
  }
  const typeorm = (...args: string[]) => succeeds(project.cli("tsx", args, env()));
  const migrate = (on: MariadbDatabase) =>
    succeeds(project.cli("tsx", ["migration:run"], { ...env(), DATABASE_URL: on.url }));
  const lockstep = (...args: string[]) =>
    runProcess(process.execPath, ["node_modules/@lockstep/typeorm/bin/lockstep.js", ...args], {
      cwd: project.root,
      env: env(),
    });
  const drift = async () => driftOf(await lockstep("drift", "--target", "production", "--json"));

  test("a plan is no drift, in any phase", async () => {
    expect(await drift(), "before").toMatchObject({ code: 0, differences: [], replayed: { by: "statements" } });
    const column = `\n  /** @lockstep.backfill(lower(name)) */\n  @Column({ type: "varchar", length: 60 })\n  label!: string;\n`;
    project.write("src/device.ts", entity(column));
    await typeorm("migration:generate", "src/migrations/Label");
    for (const on of [development, production]) await migrate(on);
    expect(await drift(), "expand").toMatchObject({ code: 0, differences: [], notApplied: [] });
    await succeeds(lockstep("backfill", "run", "--target", "production"));
    await succeeds(lockstep("next", "--target", "production"));
    expect(await drift(), "switch").toMatchObject({ code: 0, differences: [] });
    await succeeds(
      lockstep("next", "--target", "production", "--confirm", "writers-aware", "--confirm", "reads-steady"),
    );
    await migrate(production);
    expect(await drift(), "contract").toMatchObject({ code: 0, differences: [], notApplied: [] });
  });

  test("migrations that code makes are run by TypeORM itself, but for those that have not run there", async () => {
    const written = (name: string, body: string) =>
      project.write(
        `src/migrations/${name}.ts`,
        `import type { MigrationInterface, QueryRunner } from "typeorm";
export class ${name.replace(/^(\d+)-(\w+)$/, "$2$1")} implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> { ${body} }
  async down(): Promise<void> {}
}
`,
      );
    written(
      "1999999999998-Loop",
      'for (const name of ["a", "b"]) await runner.query("ALTER TABLE device ADD " + name + " int");',
    );
    await migrate(production);
    written("1999999999999-Later", 'await runner.query("ALTER TABLE device ADD later int");');
    expect(await drift()).toMatchObject({
      code: 0,
      differences: [],
      notApplied: ["1999999999999-Later"],
      replayed: { by: "orm" },
    });
    await run(production, "ALTER TABLE device DROP b");
    expect(await drift()).toMatchObject({
      code: 1,
      differences: [{ kind: "column", label: "device.b", there: { type: "int" }, plans: [] }],
    });
  });

  test("on a server that is named: TypeORM does not run what speaks of another database either", async () => {
    await run(development, "CREATE TABLE other (n int)", "INSERT INTO other VALUES (1)");
    const file = "src/migrations/2000000000000-ByName.ts";
    project.write(
      file,
      `import type { MigrationInterface, QueryRunner } from "typeorm";
export class ByName2000000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> { await runner.query("UPDATE \`${development.name}\`.other SET n = n + 1"); }
  async down(): Promise<void> {}
}
`,
    );
    await migrate(production);
    const stage = process.env.LOCKSTEP_TEST_MARIADB ?? "";
    const refused = driftOf(await lockstep("drift", "--target", "production", "--json", "--stage-url", stage));
    expect(refused).toMatchObject({ code: 3, error: { code: "LS6702" } });
    const session = await development.open();
    // Its own deployment has run it once.
    expect((await session.query("SELECT n FROM other"))[0]).toEqual([{ n: 2 }]);
    await session.end();
  });
});
