/**
 * Changes that are safe, one after the other through the stock command: with Lockstep and without it the CLI writes the same bytes.
 * All of one version run in one process, each with a data source file of its own.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../../support/database.js";
import { run } from "../../support/run.js";
import { createTypeormProject, type TypeormFixture, type TypeormVersion } from "../../support/typeorm-project.js";

const tables = `
  CREATE TYPE "users_status_enum" AS ENUM ('a', 'b');
  CREATE TABLE "users" (
    "id" SERIAL NOT NULL, "name" character varying(100) NOT NULL, "nick" text, "age" integer,
    "status" "users_status_enum" NOT NULL DEFAULT 'a', CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433" PRIMARY KEY ("id")
  );`;

const columns = {
  id: `@PrimaryGeneratedColumn() id!: number;`,
  name: `@Column({ type: "varchar", length: 100 }) name!: string;`,
  nick: `@Column({ type: "text", nullable: true }) nick!: string | null;`,
  age: `@Column({ type: "int", nullable: true }) age!: number | null;`,
  status: `@Column({ type: "enum", enum: ["a", "b"], default: "a" }) status!: string;`,
};
type Columns = Partial<Record<keyof typeof columns | "more", string>>;

interface SafeChange extends Columns {
  readonly others?: string;
  readonly classMark?: string;
}

/** By name; a member replaces the column of that name or is added. */
const changes: Readonly<Record<string, SafeChange>> = {
  nullable: { more: `@Column({ type: "text", nullable: true }) bio!: string | null;` },
  "constant text": { more: `@Column({ type: "varchar", default: "free" }) tier!: string;` },
  "constant number": { more: `@Column({ type: "int", default: 0 }) score!: number;` },
  "constant boolean": { more: `@Column({ type: "boolean", default: false }) flag!: boolean;` },
  "default now": { more: `@Column({ type: "timestamptz", default: () => "now()" }) createdAt!: Date;` },
  "creation date": { more: `@CreateDateColumn({ type: "timestamptz" }) createdAt!: Date;` },
  "deletion date": { more: `@DeleteDateColumn() deletedAt!: Date | null;` },
  "array with a default": { more: `@Column({ type: "text", array: true, default: "{}" }) tags!: string[];` },
  "optional json": { more: `@Column({ type: "jsonb", nullable: true }) meta!: object | null;` },
  "json with a default": { more: `@Column({ type: "jsonb", default: {} }) meta!: object;` },
  "enum with a default": { more: `@Column({ type: "enum", enum: ["x", "y"], default: "x" }) role!: string;` },
  "a comment with odd characters": {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the comment has one
    name: '@Column({ type: "varchar", length: 100, comment: "it\'s a `${name}` \\\\ of" }) name!: string;',
  },
  "becomes optional": { name: `@Column({ type: "varchar", length: 100, nullable: true }) name!: string | null;` },
  "gets a default": { name: `@Column({ type: "varchar", length: 100, default: "anon" }) name!: string;` },
  "another name": { nick: `@Column({ name: "alias", type: "text", nullable: true }) nick!: string | null;` },
  "new table": {
    others: `@Entity("extras") export class Extra { @PrimaryGeneratedColumn() id!: number; @Column({ type: "text", unique: true }) v!: string; }`,
  },
  "new table with a relation": {
    others: `@Entity("orders") export class Order { @PrimaryGeneratedColumn() id!: number; @ManyToOne(() => User, { nullable: false }) user!: User; @Index() @Column({ type: "text" }) note!: string; }`,
  },
  "new table with its own enum and generated column": {
    others: `@Entity("extras") export class Extra { @PrimaryGeneratedColumn("uuid") id!: string; @Column({ type: "enum", enum: ["p", "q"] }) kind!: string; @Column({ type: "text", generatedType: "STORED", asExpression: "kind::text" , nullable: true }) shown!: string; }`,
  },
  view: {
    others: `@ViewEntity({ name: "names", expression: 'SELECT "id", "name" FROM "users"' }) export class Name { @ViewColumn() id!: number; @ViewColumn() name!: string; }`,
  },
  "two at once": {
    more: `@Column({ type: "int", nullable: true }) p!: number | null; @Column({ type: "int", default: 1 }) q!: number;`,
  },
};

/** A data source with its entities, wrapped. */
function dataSource({ others = "", ...own }: SafeChange): string {
  const members = Object.values({ ...columns, ...own }).filter((member) => member !== "");
  const classes = [...`User ${others}`.matchAll(/(?:^|export class )(\w+)/g)].map(([, name]) => name);
  return `import "reflect-metadata";
import { withLockstep } from "@lockstep/typeorm-wrapper";
import { Column, CreateDateColumn, DataSource, DeleteDateColumn, Entity, Index, ManyToOne, PrimaryGeneratedColumn, ViewColumn, ViewEntity } from "typeorm";

@Entity("users") export class User { ${members.join("\n  ")} }
${others}
export default withLockstep(new DataSource({ type: "postgres", url: process.env.DATABASE_URL, entities: [${classes.join(", ")}] }));
`;
}

const script = `const { MigrationGenerateCommand } = require("typeorm/commands/MigrationGenerateCommand");
const names = JSON.parse(process.env.NAMES);
(async () => {
  for (const [index, name] of names.entries())
    for (const outputJs of [false, true])
      await new MigrationGenerateCommand().handler({
        path: process.env.OUT + "/" + name.replaceAll(" ", "-"), dataSource: "src/change-" + index + ".ts",
        timestamp: 1795000000000 + index, outputJs, pretty: index % 2 === 1, esm: false, exitProcess: false,
      });
})();`;

describe.each(["1.1.1", "0.3.31"] satisfies TypeormVersion[])("TypeORM %s", (version) => {
  let database: TestDatabase;
  let project: TypeormFixture;
  let written: Record<"off" | "on", Record<string, string>>;

  beforeAll(async () => {
    database = await createDatabase("typeorm_safe");
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(tables);
    await client.end();
    const files = Object.fromEntries(
      Object.values(changes).map((change, index) => [`src/change-${index}.ts`, dataSource(change)]),
    );
    project = createTypeormProject({ version, module: "commonjs", files: { ...files, "generate.cjs": script } });
    const generate = async (mode: "off" | "on") => {
      const result = await run(process.execPath, ["--import", "tsx", "generate.cjs"], {
        cwd: project.root,
        env: { DATABASE_URL: database.url, LOCKSTEP: mode, OUT: mode, NAMES: JSON.stringify(Object.keys(changes)) },
      });
      expect(result.code, result.output).toBe(0);
      const folder = join(project.root, mode);
      return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]));
    };
    written = { off: await generate("off"), on: await generate("on") };
  });
  afterAll(async () => {
    project.dispose();
    await database.drop();
  });

  test.each(Object.keys(changes).map((name, index) => ({ name, index })))("$name", ({ name, index }) => {
    for (const language of ["ts", "js"]) {
      const file = `${1795000000000 + index}-${name.replaceAll(" ", "-")}.${language}`;
      expect(written.off[file]).toContain("queryRunner.query(");
      expect(written.on[file]).toBe(written.off[file]);
    }
  });

  test("nothing else was written", () => {
    expect(Object.keys(written.on)).toEqual(Object.keys(written.off));
    expect(readdirSync(project.root)).not.toContain("lockstep");
  });
});
