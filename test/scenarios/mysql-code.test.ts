import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OrmApp, succeeded } from "../contract/orm-app.js";
import { typeorm } from "../contract/typeorm.js";
import { run } from "../support/run.js";

// Code with SQL of MySQL in strings, and entities with its types, on a real MariaDB: what is edited type-checks, what is not is listed,
// and all of it runs in both phases.

const writers = `import type { DataSource } from "typeorm";
import { User } from "./entities/user";

export async function write(source: DataSource, email: string, name: string) {
  const users = source.getRepository(User);
  await users.save({ email, name });
  await users.insert({ email, name });
  await users.upsert({ email, name }, ["id"]);
  await source.createQueryBuilder().insert().into(User).values({ email, name }).orIgnore().execute();
  await source.createQueryBuilder().insert().into(User).values({ email, name }).orUpdate(["name"], ["id"]).execute();
}

export async function writeSql(source: DataSource, email: string, name: string) {
  await source.query("INSERT INTO \`users\` (\`email\`, \`name\`) VALUES (?, ?), (?, ?)", [email, name, email, name]);
  await source.query("INSERT INTO users SET email = ?, name = ?", [email, name]);
  await source.query("INSERT IGNORE INTO users (email, name) VALUES (?, ?)", [email, name]);
  await source.query("REPLACE INTO users (email, name) VALUES (?, ?)", [email, name]);
  await source.query(
    \`INSERT INTO users (email, name) VALUES (?, ?) ON DUPLICATE KEY UPDATE email = VALUES(email), name = VALUES(name)\`,
    [email, name],
  );
  await source.query(\`UPDATE \\\`users\\\` SET \\\`email\\\` = ? WHERE id = ?\`, [email, 1]);
}

export async function list(source: DataSource) {
  const sql = "SELECT u.\`id\`, u.email AS mail, u.name FROM \`users\` u WHERE u.id > 50 ORDER BY id";
  return (await source.query(sql)) as { id: number; mail: string; name: string }[];
}

export async function first(source: DataSource) {
  const rows: { id: number }[] = await source.query("SELECT * FROM users WHERE id = 1");
  return rows.map((row) => ({ ...row }));
}
`;

const main = `import source from "./data-source";
import { first, list, write, writeSql } from "./writers";

async function main() {
  const database = await source.initialize();
  await write(database, "Ada@Example.com", "Ada");
  await writeSql(database, "Grace@Example.com", "Grace");
  console.log(JSON.stringify([(await list(database)).length, (await first(database)).length]));
  await database.destroy();
}

void main();
`;

const columns = `
  /** @lockstep.backfill(LOWER(\`email\`)) */
  @Column({ type: "varchar", length: 191 })
  handle!: string;

  /** @lockstep.backfill(1) */
  @Column({ type: "tinyint" })
  isActive!: boolean;

  /** @lockstep.backfill(10) */
  @Column({ type: "bigint" })
  points!: string;

  /** @lockstep.backfill(9.5) */
  @Column({ type: "decimal", precision: 8, scale: 2 })
  price!: string;

  /** @lockstep.backfill(CONCAT(\`name\`, ' <', \`email\`, '>')) */
  @Column({ type: "varchar", length: 400 })
  label!: string;
}
`;

describe("SQL of MySQL in code", () => {
  let app: OrmApp;
  beforeAll(async () => {
    app = typeorm("1.1.1", "MariaDB").create();
    app.write("src/writers.ts", writers);
    app.write("src/main.ts", main);
    app.write("src/database/mysql/report.sql", "SELECT `id`, `email`, `name` FROM `users`;\n");
    await app.open();
  });
  afterAll(() => app?.close());

  const placesOf = () => {
    const places: Record<"file" | "kind" | "field" | "what" | "reason", string>[] = JSON.parse(
      app.read(`lockstep/${app.plans()[0]}/plan.json`),
    ).state.places;
    return places
      .filter(({ what, field }) => what.includes("SQL over") && field === "handle")
      .map(({ file, kind, what, reason }) => `${file} ${kind} ${what}: ${reason}`);
  };
  const typeChecks = () =>
    succeeded(run(process.execPath, ["node_modules/typescript/lib/tsc.js", "--noEmit", "-p", "."], { cwd: app.root }));
  const runs = (env = { DATABASE_URL: app.production }) =>
    succeeded(run(process.execPath, ["--import", "tsx", "src/main.ts"], { cwd: app.root, env }));
  const wrong = () =>
    app.system.query(
      app.production,
      `SELECT id FROM users WHERE id > 50 AND NOT (handle <=> LOWER(email) AND isActive <=> 1 AND points <=> 10 AND price <=> 9.5
        AND label <=> CONCAT(name, ' <', email, '>'))`,
    );

  test("expand: TypeORM's calls are edited, SQL is listed, and rows of both get their values", async () => {
    app.edit(
      app.modelFile,
      app.read(app.modelFile),
      app.read(app.modelFile).replace(/\}\n$/, () => columns),
    );
    await succeeded(app.generate("AddMany"));
    const given =
      /email,\s+name,\s+handle: email\.toLowerCase\(\),\s+isActive: true,\s+points: "10",\s+price: "9\.5",\s+label: `\$\{name\} <\$\{email\}>`/g;
    expect(app.read("src/writers.ts").match(given)).toHaveLength(4);
    const insert =
      "src/writers.ts required writeSql: SQL over users: inserts User rows in SQL: add `handle` to its columns";
    expect(placesOf()).toEqual([
      insert,
      insert,
      insert,
      insert,
      `${insert}, but not to ON DUPLICATE KEY UPDATE: that would replace values that were chosen`,
      "src/writers.ts possible writeSql: SQL over users: changes email, which handle is computed from: set `handle` if it follows",
      "src/writers.ts possible first: SQL over users: `*` gives `handle`, too, as soon as the column exists: name the columns that are meant, or see that what is made of the rows can take it",
    ]);
    await typeChecks();
    await succeeded(app.apply(app.production));
    await runs();
    expect(await wrong()).toEqual([]);
    await app.commit("Expand");
  });

  test("switch: SQL that lists columns is listed, and what was written goes on", async () => {
    await succeeded(app.lockstep("backfill", "run"));
    const next = await succeeded(app.lockstep("next"));
    expect(next.output).toContain("Code computes LOWER(`email`) for ");
    expect(placesOf()).toEqual(
      expect.arrayContaining([
        "src/database/mysql/report.sql possible SQL over users: reads 3 of 3 columns: add `handle` if it is shown there",
        "src/writers.ts possible list: SQL over users: reads 3 of 3 columns by name: add `handle` if it is shown there",
      ]),
    );
    await typeChecks();
    await runs();
    expect(await wrong()).toEqual([]);
  });
});
