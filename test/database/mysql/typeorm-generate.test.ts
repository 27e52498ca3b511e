import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import mysql from "mysql2/promise";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createMariadbDatabase, type MariadbDatabase, serverId } from "../../support/mariadb.js";
import { run } from "../../support/run.js";
import { createTypeormProject, type TypeormFixture } from "../../support/typeorm-project.js";

const dataSource = `import "reflect-metadata";
import { withLockstep } from "@lockstep/typeorm-wrapper";
import { DataSource } from "typeorm";
import { Device } from "./device";
export default withLockstep(
  new DataSource({ type: "mysql", url: process.env.DATABASE_URL, entities: [Device], migrations: ["src/migrations/*.ts"] }),
);
`;
const entity = (more = "") => `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";
@Entity()
export class Device {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "datetime", precision: 3, nullable: true })
  bought!: Date | null;
${more}}
`;

let database: MariadbDatabase;
let project: TypeormFixture;
beforeEach(async () => {
  database = await createMariadbDatabase("typeorm_generate");
  project = createTypeormProject({
    version: "1.1.1",
    module: "commonjs",
    files: { "src/data-source.ts": dataSource, "src/device.ts": entity() },
  });
});
afterEach(async () => {
  project.dispose();
  await database.drop();
});

const cli = (...args: string[]) => project.cli("tsx", args, { DATABASE_URL: database.url });

const column = (what: string) => `
  /** @lockstep.backfill(${what}) */
  @Column({ type: "varchar", length: 30 })
  label!: string;
`;

// To a data source of the type mysql each optional column of MariaDB is another one than is declared, whatever a plan relaxes.
test("plans a column beside those that TypeORM takes for changed each time", async () => {
  const made = await cli("migration:generate", "src/migrations/Init");
  expect(made.output).toContain("has been generated");
  await cli("migration:run");
  project.write("src/device.ts", entity(column("concat('D-', id)")));
  const { output, code } = await cli("migration:generate", "src/migrations/Label");
  expect(output).toContain('fill "device"."label" with concat(\'D-\', id); there is no trigger');
  expect(code).toBe(0);
  expect(readdirSync(join(project.root, "src/migrations"))).toHaveLength(2);
  await cli("migration:run");
  expect((await cli("migration:generate", "src/migrations/Again")).output).toContain("No changes");
});

// Only TypeORM 0.3 declares widths, and only MariaDB keeps them.
test("adds a column with the display width that TypeORM compares", async () => {
  project.dispose();
  project = createTypeormProject({
    version: "0.3.31",
    module: "commonjs",
    files: { "src/data-source.ts": dataSource.replace('"mysql"', '"mariadb"'), "src/device.ts": entity() },
  });
  await cli("migration:generate", "src/migrations/Init");
  await cli("migration:run");
  const score = `
  /** @lockstep.backfill(5) */
  @Column({ type: "int", width: 5, unsigned: true })
  score!: number;
`;
  project.write("src/device.ts", entity(score));
  const { output, code } = await cli("migration:generate", "src/migrations/Score");
  expect(code, output).toBe(0);
  await cli("migration:run");
  expect((await cli("migration:generate", "src/migrations/Again")).output).toContain("No changes");
  const session = await database.open();
  const [[shown]] = await session.query<mysql.RowDataPacket[]>("SHOW COLUMNS FROM device LIKE 'score'");
  expect(shown?.Type).toBe(serverId === "mariadb" ? "int(5) unsigned" : "int unsigned");
});

// MariaDB keeps float(5) as float, so TypeORM declares the column anew in each migration.
test("leaves out what declares a planned column as it is, so that later changes are generated", async () => {
  const weight = `
  /** @lockstep.backfill(1.5) */
  @Column({ type: "float", precision: 5 })
  weight!: number;
`;
  project.write("src/data-source.ts", dataSource.replace('"mysql"', `"${serverId}"`));
  await cli("migration:generate", "src/migrations/Init");
  await cli("migration:run");
  project.write("src/device.ts", entity(weight));
  const planned = await cli("migration:generate", "src/migrations/Weight");
  expect(planned.output).toContain('fill "device"."weight" with 1.5');
  await cli("migration:run");
  const again = await cli("migration:generate", "src/migrations/Again");
  expect(again.output).toContain('✔ "device"."weight" stays as it is');
  expect(again.output).toContain("No changes");
  expect(again.output).not.toContain('type "mysql"');
  project.write(
    "src/device.ts",
    readFileSync(join(project.root, "src/device.ts"), "utf8").replace(/}\n$/, `${nick}}\n`),
  );
  const next = await cli("migration:generate", "src/migrations/Nick");
  expect(next.code, next.output).toBe(0);
  expect(written("Nick")).toEqual(["ALTER TABLE `device` ADD `nick` varchar(30) NULL"]);
});

test("passes an optional column of a data source of the type mysql, which MariaDB answers to as well", async () => {
  project.write("src/device.ts", entity(kinds));
  await cli("migration:generate", "src/migrations/Init");
  await cli("migration:run");
  project.write("src/device.ts", entity(kinds + nick));
  const { output, code } = await cli("migration:generate", "src/migrations/Nick");
  expect(code, output).toBe(0);
  expect(output.includes('! The data source has the type "mysql", and the server is MariaDB')).toBe(
    serverId === "mariadb",
  );
  expect(written("Nick")).toEqual(["ALTER TABLE `device` ADD `nick` varchar(30) NULL"]);
});

// TypeORM declares all of a column anew, whatever of it differs, and a rename as well.
test("names what differs in the database alone, and refuses a foreign column that TypeORM takes for a former name", async () => {
  const drifting = `
  @Column({ type: "varchar", length: 100 })
  about!: string;

  @Column({ type: "varchar", length: 30 })
  code!: string;
${nick}`;
  const score = `
  @Column({ type: "int", nullable: true })
  score!: number | null;
`;
  project.write("src/device.ts", entity(drifting));
  project.write(".gitignore", "node_modules\n");
  await cli("migration:generate", "src/migrations/Init");
  await cli("migration:run");
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: project.root });
  await git("init", "--quiet");
  await git("add", "-A");
  expect((await git("commit", "--quiet", "-m", "Devices")).code).toBe(0);
  const session = await database.open();
  await session.query("ALTER TABLE device ADD legacy int NULL");
  project.write("src/device.ts", entity(drifting + score));
  const foreign = await cli("migration:generate", "src/migrations/Score");
  expect(foreign.code, foreign.output).toBe(1);
  expect(foreign.output).toMatch(
    /LS9057 "device"\."legacy" exists in the database, .* TypeORM takes it for the former name of "score" \(ALTER TABLE `device` CHANGE `legacy` `score` int NULL.*\)/,
  );
  await session.query(`ALTER TABLE device DROP legacy, MODIFY about varchar(50) NOT NULL, MODIFY code varchar(30) NULL,
    MODIFY nick varchar(30) NOT NULL DEFAULT 'x'`);
  const { output, code } = await cli("migration:generate", "src/migrations/Score");
  expect(code, output).toBe(0);
  const told = (name: string) =>
    `Device\\.${name} is declared as in the last commit: this change did not cause the difference`;
  // The copy is made by the plan, so it does not run as it stands.
  expect(output).toMatch(new RegExp(`line \\d: ALTER TABLE \`device\` MODIFY \`about\` .* — ${told("about")}`));
  expect(output).toMatch(new RegExp(`line \\d: ALTER TABLE \`device\` CHANGE \`nick\` .* — ${told("nick")}`));
  expect(output).toMatch(new RegExp(`line \\d: ALTER TABLE \`device\` CHANGE \`code\` .* — ${told("code")}`));
  expect(output).not.toContain("Device.score is");
});

// The server commits each statement, and needs an index for a foreign key.
test("runs statements that redo one thing in the order of the plan, and back", async () => {
  const user = (index: string, more = "") => `import { Column, Entity, Index, PrimaryGeneratedColumn } from "typeorm";
@Entity()
${index}
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar", length: 30 })
  name!: string;

  @Column({ type: "int", default: 1 })
  age!: number;
${more}}
`;
  const order = (
    relation: string,
    onDelete: string,
  ) => `import { Entity, JoinColumn, ${relation}, PrimaryGeneratedColumn } from "typeorm";
import { User } from "./user";
@Entity()
export class Order {
  @PrimaryGeneratedColumn()
  id!: number;

  @${relation}(() => User, { onDelete: "${onDelete}" })
  @JoinColumn()
  user!: User;
}
`;
  const handle = `
  /** @lockstep.backfill(lower(name)) */
  @Column({ type: "varchar", length: 30 })
  handle!: string;
`;
  project.write(
    "src/data-source.ts",
    dataSource
      .replace('"mysql"', `"${serverId}"`)
      .replace("entities: [Device]", "entities: [User, Order]")
      .replace(
        'import { Device } from "./device";',
        'import { User } from "./user";\nimport { Order } from "./order";',
      ),
  );
  project.write("src/user.ts", user('@Index(["name"], { unique: true })'));
  project.write("src/order.ts", order("OneToOne", "RESTRICT"));
  await cli("migration:generate", "src/migrations/Init");
  await cli("migration:run");
  const session = await database.open();
  const table = async () => JSON.stringify((await session.query("SHOW CREATE TABLE user"))[0]);
  const began = await table();
  project.write("src/user.ts", user('@Index(["name", "age"], { unique: true })', handle));
  project.write("src/order.ts", order("ManyToOne", "CASCADE"));
  const { output, code } = await cli("migration:generate", "src/migrations/Handle");
  expect(code, output).toBe(0);
  const what = written("HandleOriginal").map(
    (sql) => /(?:DROP|CREATE|ADD) (?:CONSTRAINT|FOREIGN KEY|(?:UNIQUE )?INDEX)/.exec(sql)?.[0],
  );
  // The foreign key goes before the index that it needs, and the new unique index is there before the old one goes.
  expect(what).toEqual(["DROP FOREIGN KEY", "DROP INDEX", "CREATE UNIQUE INDEX", "DROP INDEX", "ADD CONSTRAINT"]);
  const ran = await cli("migration:run");
  expect(ran.code, ran.output).toBe(0);
  for (let left = 2; left > 0; left -= 1) {
    const back = await cli("migration:revert");
    expect(back.code, back.output).toBe(0);
  }
  expect(await table()).toBe(began);
});

const nick = `
  @Column({ type: "varchar", length: 30, nullable: true })
  nick!: string | null;
`;
/** Columns that the two types of data sources read in two ways. */
const kinds = `
  @Column({ type: "float", precision: 5, nullable: true })
  weight!: number | null;

  @Column({ type: "json", nullable: true })
  facts!: object | null;

  @Column({ type: "text", nullable: true })
  about!: string | null;

  @Column({ type: "decimal", precision: 10, scale: 2, default: 0 })
  price!: string;

  @Column({ type: "boolean", default: true })
  isNew!: boolean;

  @Column({ type: "enum", enum: ["a", "b"], default: "a" })
  state!: string;

  @Column({ type: "varchar", length: 36, default: () => "(uuid())" })
  token!: string;

  @Column({ type: "timestamp", default: () => "CURRENT_TIMESTAMP", onUpdate: "CURRENT_TIMESTAMP" })
  changed!: Date;
`;

/** What the migration of a name runs. */
function written(name: string): string[] {
  const folder = join(project.root, "src/migrations");
  const file = readdirSync(folder).find((each) => each.endsWith(`-${name}.ts`)) ?? "";
  const [up = ""] = readFileSync(join(folder, file), "utf8").split("async down");
  return [...up.matchAll(/queryRunner\.query\(`((?:[^`\\]|\\.)*)`\)/g)].map(([, sql = ""]) =>
    sql.replaceAll("\\`", "`"),
  );
}

// TypeORM drops the column and adds it again, empty.
test("lets a text get longer that is kept in two bytes of length from then on: by a copy of the table", async () => {
  const name = (length: number) => `
  @Column({ type: "varchar", length: ${length} })
  name!: string;
`;
  project.write("src/device.ts", entity(name(50)));
  await cli("migration:generate", "src/migrations/Init");
  await cli("migration:run");
  const session = await mysql.createConnection(database.url);
  try {
    await session.query("INSERT INTO device (name) VALUES ('one'), ('two')");
    project.write("src/device.ts", entity(name(100)));
    const { output, code } = await cli("migration:generate", "src/migrations/Longer");
    expect(code, output).toBe(0);
    expect(output).toContain(
      '"device"."name" keeps its values: varchar(50) becomes varchar(100), by a copy of the table',
    );
    expect(output).toContain("✖ copy-table");
    const { code: ran, output: said } = await cli("migration:run");
    expect(ran, said).toBe(0);
    expect((await session.query("SELECT name FROM device ORDER BY id"))[0]).toEqual([{ name: "one" }, { name: "two" }]);
    expect((await session.query("SHOW COLUMNS FROM device LIKE 'name'"))[0]).toMatchObject([{ Type: "varchar(100)" }]);
  } finally {
    await session.end();
  }
  expect((await cli("migration:generate", "src/migrations/Again")).output).toContain("No changes");
});
