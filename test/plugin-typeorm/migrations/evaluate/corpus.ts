// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source text, not a template
/** Migration classes as people write them, each with what it takes to run it. */
export interface Sample {
  readonly name: string;
  /** The file, or what stands in its `up`. */
  readonly text: string;
  /** What is there before. */
  readonly before?: string;
  /** Files that it imports, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
  /** What is told of as unread. */
  readonly unread?: readonly string[];
  /** It asks the query runner's builder: the same operations, not the same text. */
  readonly isBuilt?: true;
  /** Not everything that is read runs here: code that may run is read as if it did. */
  readonly isPart?: true;
}

export const file = "src/migrations/1763648123456-Sample.ts";

/** A whole file around the body of `up`. */
export const whole = (
  body: string,
  members = "",
  above = "",
) => `import { MigrationInterface, QueryRunner, Table, TableCheck, TableColumn, TableForeignKey, TableIndex, TableUnique } from "typeorm";
${above}
export class Sample1763648123456 implements MigrationInterface {
  name = "Sample1763648123456";
${members}
  public async up(queryRunner: QueryRunner): Promise<void> {
${body}
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`DROP TABLE "down"\`);
  }
}
`;

const users = `CREATE TABLE "users" ("id" SERIAL PRIMARY KEY, "name" character varying NOT NULL, "age" integer); INSERT INTO "users" ("name") VALUES ('Ada')`;

/** Queries: what is read is what runs, word for word. */
const queries: readonly Sample[] = [
  {
    name: "literal",
    text: whole(
      'await queryRunner.query(`CREATE TABLE "a" ("b" int)`); await queryRunner.query("SELECT 1", undefined);',
    ),
  },
  {
    name: "over lines",
    text: whole(
      'await queryRunner.query(\n`CREATE TABLE "a" (\n  "b" int\n)`,\n);\nawait queryRunner.query(`DROP TABLE "a"`);',
    ),
  },
  {
    name: "constants of the file",
    text: whole(
      'await queryRunner.query(`CREATE TABLE "${table}" ("${columns.first}" ${types[1]} DEFAULT ${size})`);',
      "",
      'const table = "a";\nconst columns = { first: "b" } as const;\nconst types = ["text", "int"] as const;\nconst size = 21;',
    ),
  },
  {
    name: "members of the class",
    text: whole(
      'await queryRunner.query(`CREATE TABLE ${this.table} ("b" int)`); await queryRunner.query(`DROP TABLE ${Sample1763648123456.quoted}`);',
      `private readonly table = '"a"';\nprivate static readonly quoted = '"a"';`,
    ),
  },
  {
    name: "enum members",
    text: whole(
      "await queryRunner.query(`CREATE TYPE role AS ENUM (${Object.values(Role).map((role) => `'${role}'`).join(', ')})`); await queryRunner.query(`SELECT ${Level.High}, '${Role.Admin}'`);",
      "",
      'enum Role { Admin = "admin", User = "user" }\nenum Level { Low, High }',
    ),
  },
  {
    name: "put together",
    text: whole(
      'const head = "CREATE TABLE " + \'"a"\';\nlet sql = head;\nsql += " (";\nsql += ["b int", "c int"].join(", ");\nsql = sql.concat(")");\nawait queryRunner.query(sql);',
    ),
  },
  {
    name: "loops over literals",
    before: users,
    text: whole(
      'for (const column of ["a", "b"]) {\n  await queryRunner.query(`ALTER TABLE users ADD ${column} int`);\n}\nfor (const [name, type] of Object.entries({ c: "text", d: "int" })) await queryRunner.query(`ALTER TABLE users ADD ${name} ${type}`);',
    ),
  },
  {
    name: "callbacks over literals",
    before: users,
    text: whole(
      'const columns = [{ name: "a", type: "int" }, { name: "b", type: "text" }];\nawait Promise.all(columns.map(async ({ name, type }) => { await queryRunner.query(`ALTER TABLE users ADD ${name} ${type}`); }));\nconst run = (column: string) => queryRunner.query(`ALTER TABLE users DROP ${column}`);\nawait Promise.all(columns.map((column) => run(column.name)));',
    ),
  },
  {
    name: "a list that is filled",
    before: users,
    text: whole(
      'const statements: string[] = [];\nstatements.push("ALTER TABLE users ADD a int", "ALTER TABLE users ADD b int");\nfor (const statement of statements) await queryRunner.query(statement);\nawait queryRunner.query(statements.map((each) => each.replace("ADD", "ALTER").replace(" int", " TYPE text")).join(";"));',
    ),
  },
  {
    name: "helpers of the class",
    before: users,
    text: whole(
      'await this.addColumns(queryRunner);\nawait this.add(queryRunner, "c");\nawait queryRunner.query("ALTER TABLE users DROP a");',
      'private async addColumns(runner: QueryRunner) {\n  await runner.query(`ALTER TABLE users\n    ADD a int`);\n  await this.add(runner, "b", "text");\n}\nprivate add = async (runner: QueryRunner, name: string, type = "int") => {\n  await runner.query(`ALTER TABLE users ADD ${name} ${type}`);\n};',
    ),
  },
  {
    name: "helpers of the file",
    before: users,
    text: whole(
      'await createIndex(queryRunner, "name");\nawait helpers.drop(queryRunner, { name: "users_name" });',
      "",
      'async function createIndex(queryRunner: QueryRunner, column: string, unique = false) {\n  const kind = unique ? "UNIQUE INDEX" : "INDEX";\n  return queryRunner.query(`CREATE ${kind} users_${column} ON users (${column})`);\n}\nconst helpers = { async drop({ query }: any, { name }: { name: string }) {} };\nhelpers.drop = async (runner: any, { name }: any) => runner.query(`DROP INDEX ${name}`);',
    ),
    unread: ["other code"],
    isPart: true,
  },
  {
    name: "constants and helpers of other files",
    before: users,
    files: {
      "src/database/names.ts":
        'export const column = "email";\nexport enum Kind { Text = "text" }\nexport default { table: "users" };\nexport { other as renamed } from "./more";\nexport * from "./more";',
      "src/database/more/index.ts": 'export const other = "other";\nexport const starred = "starred";',
      "src/database/add.ts":
        'import { QueryRunner } from "typeorm";\nimport names from "./names";\n\nexport async function add(queryRunner: QueryRunner, column: string, type: string) {\n  await queryRunner.query(`ALTER TABLE ${names.table}\n    ADD ${column} ${type}`);\n}',
    },
    text: whole(
      'await add(queryRunner, column, Kind.Text);\nawait add(queryRunner, all.renamed, "int");\nawait queryRunner.query(`ALTER TABLE users ADD ${starred} int`);',
      "",
      'import { column, Kind, starred } from "../database/names";\nimport * as all from "../database/names";\nimport { add } from "../database/add";',
    ),
  },
  {
    name: "a file of SQL",
    before: users,
    files: {
      "src/migrations/sql/add.sql": "-- all of it\nALTER TABLE users ADD a int;\nALTER TABLE users ADD b text;\n",
    },
    text: whole(
      'await queryRunner.query(readFileSync(join(__dirname, "sql", "add.sql"), "utf8"));\nconst text = fs.readFileSync(path.resolve(__dirname, "./sql/add.sql")).toString().replace("ADD a int", "DROP a").replace("ADD b text", "DROP b");\nawait queryRunner.query(text);',
      "",
      'import fs, { readFileSync } from "fs";\nimport * as path from "node:path";\nimport { join } from "path";',
    ),
  },
  {
    name: "if, try and switch",
    before: users,
    text: whole(
      'if (await queryRunner.hasTable("users")) {\n  await queryRunner.query("ALTER TABLE users ADD a int");\n}\nconst [row] = await queryRunner.query("SELECT count(*)::int AS n FROM users");\nif (row.n === 0) return;\nif (row.n > 5) { throw new Error("too many"); }\ntry {\n  await queryRunner.query("ALTER TABLE users ADD b int");\n} catch (error) {\n  console.error(error);\n  throw error;\n} finally {\n  await queryRunner.query("ALTER TABLE users ADD c int");\n}\nswitch (row.n) {\n  case 1:\n    await queryRunner.query("ALTER TABLE users ADD d int");\n    break;\n  default:\n}',
    ),
  },
  {
    name: "code that may not run",
    before: users,
    text: whole(
      'const [row] = await queryRunner.query("SELECT 1 AS n");\nif (row.n === 2) await queryRunner.query("ALTER TABLE users ADD a int");\nelse await queryRunner.query("ALTER TABLE users ADD b int");\nrow.n === 2 && (await queryRunner.query("ALTER TABLE users ADD c int"));\nawait queryRunner.query("SELECT 1").catch(() => queryRunner.query("ALTER TABLE users ADD d int"));',
    ),
    isPart: true,
  },
  {
    name: "a variable that is set under a condition",
    before: users,
    text: whole(
      'const [row] = await queryRunner.query("SELECT 1 AS n");\nlet type = "int";\nif (row.n === 1) type = "text";\nawait queryRunner.query(`ALTER TABLE users ADD a ${type}`);\nawait queryRunner.query(`ALTER TABLE users ADD b ${row.n === 1 ? "int" : "text"}`);',
    ),
    unread: ["an interpolated string", "an interpolated string"],
  },
  {
    name: "a variable that is set in a loop",
    before: users,
    text: whole(
      "const rows = await queryRunner.query(\"SELECT generate_series(1, 2) AS n\");\nlet at = 0;\nconst names = [];\nfor (const row of rows) {\n  at += 1;\n  names.push(row.n);\n  await queryRunner.query(`ALTER TABLE users ADD a${at} int`);\n}\nawait queryRunner.query(`SELECT '${names.join()}'`);",
    ),
    unread: ["an interpolated string", "an interpolated string"],
  },
  {
    name: "one database of several",
    before: users,
    text: whole(
      'const { type } = queryRunner.connection.options;\nif (type === "postgres") await queryRunner.query("ALTER TABLE users ADD a int");\nelse await queryRunner.query("ALTER TABLE `users` ADD a int");\nswitch (queryRunner.connection.driver.options.type) {\n  case "mysql":\n  case "mariadb":\n    await queryRunner.query("SELECT `a`");\n    break;\n  case "postgres":\n    await queryRunner.query("ALTER TABLE users ADD b int");\n}\nconst isSqlite = queryRunner.connection.options.type.startsWith("sqlite");\nawait queryRunner.query(`ALTER TABLE users ADD c ${isSqlite ? "text" : "jsonb"}`);',
    ),
  },
  {
    name: "objects that change",
    text: whole(
      'const options: any = { a: 1, b: 2 };\noptions.c = 3;\nconst copy = { ...options, a: 4 };\nconst { a, d = 5 } = copy;\nawait queryRunner.query(`SELECT ${a}, ${d}, ${copy.c}, ${options["a"]}, ${copy.missing ?? 7}, ${copy.b === 2 ? 8 : 9}`);\ndelete options.a;\nawait queryRunner.query(`SELECT ${options.a ?? 1}`);\nObject.assign(copy, { b: 5 });\nawait queryRunner.query(`SELECT ${copy.b}`);',
    ),
    unread: ["an interpolated string", "an interpolated string"],
  },
  {
    name: "what is not followed, which is reported",
    text: whole(
      'for (const name of new Set(["b", "a"])) await queryRunner.query(`SELECT \'${name}\'`);\nfor (let i = 0; i < 2; i++) await queryRunner.query(`SELECT ${i}`);\nlet n = 0;\ndo { n += 1; await queryRunner.query(`SELECT ${n}`); } while (n < 3);\nawait queryRunner.query(`SELECT \'${["b", "a"].sort().join()}\'`);\nawait ["c"].reduce(async (before, name) => { await before; await queryRunner.query(`SELECT \'${name}\'`); }, Promise.resolve());\nlet word = "a";\nfor (word of ["b"]) await queryRunner.query("SELECT 1");\n[word] = ["c"];\nawait queryRunner.query(`SELECT \'${word}\'`);\nawait queryRunner.query(String.raw`SELECT 2`);\nawait queryRunner.sql`SELECT 3`;\nawait queryRunner.manager.transaction(async (manager) => {\n  await manager.query("SELECT 4");\n});\nconst run = queryRunner.query.bind(queryRunner);\nawait run("SELECT 5");\nconst more = async () => { await queryRunner.query("SELECT 6"); };\nawait more.call(undefined);',
    ),
    unread: [
      ...Array.from<string>({ length: 7 }).fill("an interpolated string"),
      "a query runner method sql",
      "the entity manager",
      "a query runner method query.bind",
      "other code",
      "other code",
    ],
  },
  {
    name: "parameters",
    before: users,
    text: whole(
      'const rows = await queryRunner.query(`SELECT id FROM users WHERE name = $1`, ["Ada"]);\nfor (const row of rows) await queryRunner.query("UPDATE users SET age = $1 WHERE id = $2", [36, row.id]);',
    ),
  },
  {
    name: "values of rows in the text",
    before: users,
    text: whole(
      'const rows = await queryRunner.query("SELECT id FROM users");\nfor (const row of rows) await queryRunner.query(`UPDATE users SET age = 1 WHERE id = ${row.id}`);\nawait Promise.all(rows.map(({ id }) => queryRunner.query(`UPDATE users SET age = 2 WHERE id = ${id}`)));',
    ),
    unread: ["an interpolated string", "an interpolated string"],
  },
  {
    name: "by other ways to the database",
    before: users,
    text: whole(
      'await queryRunner.manager.query("ALTER TABLE users ADD a int");\nconst { manager, connection } = queryRunner;\nawait manager.query("ALTER TABLE users ADD b int");\nawait connection.query("SELECT 1");\nawait (queryRunner as any)["query"]("SELECT 2");\nawait Promise.all([queryRunner.query("SELECT 3"), queryRunner.query("SELECT 4")]);',
    ),
  },
  {
    name: "transactions of its own",
    before: users,
    text: whole(
      'await queryRunner.startTransaction();\ntry {\n  await queryRunner.query("ALTER TABLE users ADD a int");\n  await queryRunner.commitTransaction();\n} catch (error) {\n  await queryRunner.rollbackTransaction();\n  throw error;\n}',
    ),
  },
  {
    name: "out of the transaction",
    text: whole(
      'if (queryRunner.isTransactionActive) await queryRunner.commitTransaction();\nawait queryRunner.query("CREATE INDEX CONCURRENTLY out_name ON out_users (name)");\nawait queryRunner.startTransaction();',
    ),
    before: "COMMIT; DROP TABLE IF EXISTS out_users; CREATE TABLE out_users (name text); BEGIN",
  },
  {
    name: "code that runs no SQL",
    text: whole(
      'console.assert(true, queryRunner.data);\nthis.logger.log(`up ${new Date().toISOString()}`);\nconst id = randomUUID();\nconst at = Date.now() + Math.floor(1.5);\nconst name = [id, at].map(String).join("-").toUpperCase();\nif (name === "x") return;\nawait new Promise((resolve) => setTimeout(resolve, 1));\nawait queryRunner.query("SELECT 1");\nreturn;',
      "private readonly logger = new Logger();",
      'import { randomUUID } from "node:crypto";\nclass Logger { log(text: string) { console.assert(true, text); } }\n',
    ),
  },
  {
    name: "compiled",
    text: '"use strict";\nvar __awaiter = (this && this.__awaiter) || function (thisArg, _arguments, P, generator) {\n    return new (P || (P = Promise))(function (resolve, reject) {\n        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }\n        function step(result) { result.done ? resolve(result.value) : new P((r) => r(result.value)).then(fulfilled, reject); }\n        step((generator = generator.apply(thisArg, _arguments || [])).next());\n    });\n};\nObject.defineProperty(exports, "__esModule", { value: true });\nexports.Sample1763648123456 = void 0;\nconst names_1 = require("./names");\nclass Sample1763648123456 {\n    constructor() { this.name = "Sample1763648123456"; this.table = names_1.table; }\n    up(queryRunner) {\n        return __awaiter(this, void 0, void 0, function* () {\n            yield queryRunner.query(`CREATE TABLE "${this.table}" ("b" int)`);\n        });\n    }\n}\nexports.Sample1763648123456 = Sample1763648123456;\n',
    files: { "src/migrations/names.ts": 'export const table = "a";' },
  },
  {
    name: "a base class",
    files: {
      "src/migrations/base.ts":
        'import { QueryRunner } from "typeorm";\nexport abstract class Base {\n  private readonly column: string;\n  constructor(column: string) {\n    this.column = column;\n  }\n  abstract readonly type: string;\n  async up(queryRunner: QueryRunner) {\n    await queryRunner.query(`ALTER TABLE users ADD ${this.column} ${this.type}`);\n  }\n  async down() {}\n}',
    },
    before: users,
    text: 'import { MigrationInterface } from "typeorm";\nimport { Base } from "./base";\nexport class Sample1763648123456 extends Base implements MigrationInterface {\n  readonly type = "int";\n  constructor() { super("a"); }\n}',
  },
  {
    name: "another database connection that nobody knows",
    files: {
      "src/seed.ts":
        "export const seed = async (..._: unknown[]) => {};\nexport const seeder: any = new Proxy({}, { get: () => seed });",
    },
    text: whole(
      'await seeder.run();\nawait seeder.with(queryRunner);\nconst text = seeder.sync;\nawait queryRunner.query("SELECT 1");',
      "",
      'import { seeder } from "../seed";',
    ),
    unread: ["other code", "other code"],
  },
  {
    name: "the entity manager",
    before: users,
    text: whole(
      'const count = await queryRunner.manager.createQueryBuilder().select("name").from("users", "u").getRawMany();\nawait queryRunner.query("SELECT 1");',
    ),
    unread: ["other code"],
  },
];

const table = `new Table({
  name: "posts",
  columns: [
    { name: "id", type: "int", isPrimary: true, isGenerated: true, generationStrategy: "increment" },
    new TableColumn({ name: "ref", type: "uuid", isUnique: true, default: "gen_random_uuid()" }),
    { name: "title", type: "varchar", length: "200", isNullable: false },
    { name: "price", type: "decimal", precision: 10, scale: 2, isNullable: true, comment: "it's net" },
    { name: "tags", type: "text", isArray: true, default: "'{}'" },
    { name: "status", type: "enum", enum: ["draft", "public"], default: "'draft'" },
    { name: "at", type: "timestamp with time zone", precision: 3, default: "now()" },
    { name: "userId", type: "integer" },
  ],
  indices: [{ columnNames: ["title"] }, { name: "posts_at", columnNames: ["at", "userId"], isUnique: true, where: '"price" > 1' }],
  uniques: [{ columnNames: ["title", "at"] }],
  checks: [{ expression: '"price" > 0' }],
  foreignKeys: [{ columnNames: ["userId"], referencedTableName: "users", referencedColumnNames: ["id"], onDelete: "CASCADE" }],
})`;
const email = `"email" character varying`;

/** The builder of the query runner. */
const built: readonly Sample[] = [
  { name: "createTable", before: users, text: whole(`await queryRunner.createTable(${table});`), isBuilt: true },
  {
    name: "createTable with a generated uuid and identity",
    text: whole(
      'await queryRunner.createTable(new Table({ name: "a", columns: [{ name: "id", type: "bigint", isPrimary: true, isGenerated: true, generationStrategy: "identity" }, { name: "b", type: "bigint", isGenerated: true }] }), true);\nawait queryRunner.createTable(new Table({ name: "public.c", columns: [{ name: "d", type: "smallint", isGenerated: true, generationStrategy: "increment", isPrimary: true, primaryKeyConstraintName: "own" }] }));',
    ),
    isBuilt: true,
  },
  {
    name: "addColumn and addColumns",
    before: users,
    text: whole(
      'const column = new TableColumn({ name: "a", type: "int", isNullable: true });\nawait queryRunner.addColumn("users", column);\nawait queryRunner.addColumns("users", [new TableColumn({ name: "b", type: "varchar", length: "20", default: "\'x\'", isUnique: true }), new TableColumn({ name: "c", type: "enum", enum: ["x", "y"], enumName: "kind", isNullable: true }), new TableColumn({ name: "d", type: "integer", generatedType: "VIRTUAL", isNullable: true })]);\nawait queryRunner.addColumn("users", new TableColumn({ name: "e", type: "numeric", precision: 5, isNullable: true, isArray: true }));',
    ),
    isBuilt: true,
  },
  {
    name: "columns of a loop and a helper",
    before: users,
    text: whole(
      'for (const name of ["a", "b"]) await queryRunner.addColumn("users", column(name));\nawait queryRunner.createIndices("users", ["a", "b"].map((name) => new TableIndex({ columnNames: [name] })));',
      "",
      'const column = (name: string, options = {}) => new TableColumn({ name, type: "timestamp", isNullable: true, ...options });',
    ),
    isBuilt: true,
  },
  {
    name: "dropColumn and dropColumns",
    before: `${users}; ALTER TABLE users ADD ${email}, ADD a int`,
    text: whole(
      'await queryRunner.dropColumn("users", "email");\nawait queryRunner.dropColumns("users", ["age", "a"]);',
    ),
    isBuilt: true,
  },
  {
    name: "renameColumn and renameTable",
    before: users,
    text: whole(
      'await queryRunner.renameColumn("users", "name", "full_name");\nawait queryRunner.renameTable("users", "people");',
    ),
    isBuilt: true,
    isPart: true,
  },
  {
    name: "changeColumn of what only the database knows",
    before: users,
    text: whole(
      'await queryRunner.changeColumn("users", "age", new TableColumn({ name: "age", type: "bigint", isNullable: true }));',
    ),
    unread: ["a query runner method changeColumn"],
    isBuilt: true,
  },
  {
    name: "indexes",
    before: users,
    text: whole(
      'await queryRunner.createIndex("users", new TableIndex({ name: "by_name", columnNames: ["name"], isUnique: true }));\nawait queryRunner.createIndex("users", new TableIndex({ name: "by_age", columnNames: ["age", "name"], where: "age > 1", type: "btree" }));\nawait queryRunner.dropIndex("users", "by_name");\nawait queryRunner.dropIndex("users", new TableIndex({ name: "by_age", columnNames: ["age", "name"] }));',
    ),
    isBuilt: true,
  },
  {
    name: "an index that is built concurrently",
    before: "COMMIT; DROP TABLE IF EXISTS built_users; CREATE TABLE built_users (name text)",
    text: whole(
      'await queryRunner.createIndex("built_users", new TableIndex({ name: "built_name", columnNames: ["name"], isConcurrent: true }));\nawait queryRunner.dropIndex("built_users", new TableIndex({ name: "built_name", columnNames: ["name"], isConcurrent: true }));',
    ),
    isBuilt: true,
  },
  {
    name: "keys and constraints",
    before: `${users}; CREATE TABLE "posts" ("id" int, "userId" int, "title" text)`,
    text: whole(
      'await queryRunner.createPrimaryKey("posts", ["id"]);\nawait queryRunner.createForeignKey("posts", new TableForeignKey({ columnNames: ["userId"], referencedTableName: "users", referencedColumnNames: ["id"], onDelete: "SET NULL", onUpdate: "CASCADE", deferrable: "INITIALLY DEFERRED" }));\nawait queryRunner.createForeignKeys("posts", [new TableForeignKey({ name: "again", columnNames: ["userId"], referencedTableName: "users", referencedColumnNames: ["id"] })]);\nawait queryRunner.createUniqueConstraint("posts", new TableUnique({ columnNames: ["title"] }));\nawait queryRunner.createCheckConstraint("posts", new TableCheck({ name: "positive", expression: "id > 0" }));\nawait queryRunner.dropCheckConstraint("posts", "positive");\nawait queryRunner.dropUniqueConstraint("posts", "UQ_2d82eb2bb2ddd7a6bfac8804d8a");\nawait queryRunner.dropForeignKey("posts", "again");',
    ),
    isBuilt: true,
  },
  {
    name: "a key that is looked up",
    before: `${users}; CREATE TABLE "posts" ("userId" int, CONSTRAINT "FK_ae05faaa55c866130abef6e1fee" FOREIGN KEY ("userId") REFERENCES users (id))`,
    text: whole(
      'const posts = await queryRunner.getTable("posts");\nconst key = posts!.foreignKeys.find((each) => each.columnNames.indexOf("userId") !== -1);\nif (key) await queryRunner.dropForeignKey("posts", key);\nawait queryRunner.dropColumn("posts", "userId");',
    ),
    unread: ["a query runner method dropForeignKey"],
    isBuilt: true,
  },
  {
    name: "schemas and truncation",
    before: users,
    text: whole(
      'await queryRunner.createSchema("other", true);\nawait queryRunner.createTable(new Table({ schema: "other", name: "t", columns: [{ name: "a", type: "int" }, { name: "b", type: "enum", enum: ["x"] }] }));\nawait queryRunner.addColumn("other.t", new TableColumn({ name: "c", type: "int", isNullable: true }));\nawait queryRunner.clearTable("users");\nawait queryRunner.dropTable("other.t");\nawait queryRunner.dropSchema("other", true, true);',
    ),
    isBuilt: true,
    isPart: true,
  },
  {
    name: "dropTable",
    before: `${users}; CREATE INDEX ON users (age)`,
    text: whole('await queryRunner.dropTable("users", true);\nawait queryRunner.dropTable("missing", true);'),
    isBuilt: true,
    isPart: true,
  },
  {
    name: "what only the database knows",
    before: users,
    text: whole(
      'const users = await queryRunner.getTable("users");\nfor (const index of users!.indices) await queryRunner.dropIndex("users", index);\nawait queryRunner.dropPrimaryKey("users");\nconst column = users!.findColumnByName("age")!.clone();\nawait queryRunner.addColumn("users", new TableColumn({ name: process.env.HOME ?? "a", type: "int", isNullable: true }));',
    ),
    unread: [
      "a query runner method dropIndex",
      "a query runner method dropPrimaryKey",
      "a query runner method addColumn",
    ],
    isBuilt: true,
  },
];

export const samples: readonly Sample[] = [...queries, ...built];
