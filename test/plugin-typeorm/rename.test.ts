import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mapField } from "../../plugin-typeorm/src/entities/edit/rename.js";
import { typeormPlugin } from "../../plugin-typeorm/src/plugin.js";
import { expectCase, fileOf, projectWith, type RenameCase, renameIn } from "../support/renamed.js";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
const imports = `import { Column, Entity, Index, JoinColumn, ManyToOne, OneToMany, PrimaryGeneratedColumn, Unique } from "typeorm";\n`;
const user = `${imports}import { Post } from "./post.entity.js";

@Entity()
@Index("by_name", ["name", "email"])
@Unique(["name"])
export class User {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ length: 80 })
  name: string;

  @Column()
  email: string;

  @OneToMany(() => Post, (post) => post.author)
  posts: Post[];

  greeting() {
    return "Hello " + this.name;
  }
}
`;
const post = `${imports}import { User } from "./user.entity.js";

@Entity()
@Index((post) => [post.author])
export class Post {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  name: string;

  @ManyToOne(() => User, (user) => user.posts)
  author: User;
}
`;

const cases: readonly RenameCase[] = [
  {
    name: "repositories",
    before: `import type { Repository } from "typeorm";
import { User } from "./user.entity.js";
import { Post } from "./post.entity.js";
export async function run(users: Repository<User>, posts: Repository<Post>, name: string) {
  await users.find({ where: { name }, order: { name: "ASC" }, select: { name: true, posts: { name: true } } });
  await users.save({ name, email: "a" });
  await users.save(users.create({ name, email: "a" }));
  await users.update({ name: "a" }, { name });
  await posts.find({ where: { name, author: { name: "a" } }, relations: { author: true } });
  const user = new User();
  user.name = name;
  const { name: own } = await users.findOneByOrFail({ name });
  return own + user.name;
}
`,
    after: `import type { Repository } from "typeorm";
import { User } from "./user.entity.js";
import { Post } from "./post.entity.js";
export async function run(users: Repository<User>, posts: Repository<Post>, name: string) {
  await users.find({ where: { fullName: name }, order: { fullName: "ASC" }, select: { fullName: true, posts: { name: true } } });
  await users.save({ fullName: name, email: "a" });
  await users.save(users.create({ fullName: name, email: "a" }));
  await users.update({ fullName: "a" }, { fullName: name });
  await posts.find({ where: { name, author: { fullName: "a" } }, relations: { author: true } });
  const user = new User();
  user.fullName = name;
  const { fullName: own } = await users.findOneByOrFail({ fullName: name });
  return own + user.fullName;
}
`,
  },
  {
    name: "query builders",
    before: `import type { DataSource, Repository } from "typeorm";
import { Post } from "./post.entity.js";
import { User } from "./user.entity.js";
export const run = (users: Repository<User>, source: DataSource, name: string) => [
  users.createQueryBuilder("u").select(["u.id", "u.name"]).where("u.name = :name AND lower(u.name) = 'u'", { name }).andWhere({ name }).orderBy("u.name"),
  users.createQueryBuilder("u").leftJoinAndSelect("u.posts", "p").where(\`p.name = \${name} OR u.name IS NULL\`),
  source.createQueryBuilder(Post, "post").innerJoin("post.author", "author").where("author.name = post.name"),
  users.createQueryBuilder().update().set({ name }).where("name = :name", { name }),
  source.query('SELECT u.name FROM "user" u'),
];
`,
    after: `import type { DataSource, Repository } from "typeorm";
import { Post } from "./post.entity.js";
import { User } from "./user.entity.js";
export const run = (users: Repository<User>, source: DataSource, name: string) => [
  users.createQueryBuilder("u").select(["u.id", "u.fullName"]).where("u.fullName = :name AND lower(u.fullName) = 'u'", { name }).andWhere({ fullName: name }).orderBy("u.fullName"),
  users.createQueryBuilder("u").leftJoinAndSelect("u.posts", "p").where(\`p.name = \${name} OR u.fullName IS NULL\`),
  source.createQueryBuilder(Post, "post").innerJoin("post.author", "author").where("author.fullName = post.name"),
  users.createQueryBuilder().update().set({ fullName: name }).where("name = :name", { name }),
  source.query('SELECT u.name FROM "user" u'),
];
`,
  },
  {
    name: "keys and own types",
    before: `import { User } from "./user.entity.js";
interface Dto { name: string }
export const key: keyof User = "name";
export const pick = <T, K extends keyof T>(row: T, key: K) => row[key];
export const run = (user: User, dto: Dto) => [pick(user, "name"), pick(dto, "name"), dto.name, "name" in user];
export type Small = Pick<User, "name">;
`,
    after: `import { User } from "./user.entity.js";
interface Dto { name: string }
export const key: keyof User = "fullName";
export const pick = <T, K extends keyof T>(row: T, key: K) => row[key];
export const run = (user: User, dto: Dto) => [pick(user, "fullName"), pick(dto, "name"), dto.name, "fullName" in user];
export type Small = Pick<User, "fullName">;
`,
  },
  {
    name: "listed",
    before: `import type { Repository, SelectQueryBuilder } from "typeorm";
import { User } from "./user.entity.js";
declare const stored: string;
export const parsed = JSON.parse(stored) as User;
declare function Get(): MethodDecorator;
export class UsersController {
  @Get()
  all(users: Repository<User>) {
    return users.find();
  }
}
export const filter = (builder: SelectQueryBuilder<User>) => builder.andWhere("user.name IS NULL");
export const rows = async (users: Repository<User>) => (await users.query("SELECT * FROM user")) as User[];
export const save = (users: Repository<User>, body: { name: string; email: string }) => users.save(body);
`,
    listed: [
      '4 the value is cast to a type with "fullName"',
      '8 clients get "fullName"',
      "12 the query builder's alias",
      '13 raw SQL returns the column, and the type has "fullName"',
      '14 the object has "name"',
    ],
  },
];

/** TypeORM 1 has no lists of columns. */
const lists: RenameCase = {
  name: "lists of columns",
  before: `import type { Repository } from "typeorm";
import { User } from "./user.entity.js";
export const run = (users: Repository<User>) => users.find({ select: ["id", "name"] });
`,
  after: `import type { Repository } from "typeorm";
import { User } from "./user.entity.js";
export const run = (users: Repository<User>) => users.find({ select: ["id", "fullName"] });
`,
};
const versions = { typeorm: cases, "typeorm-0.3": [...cases, lists] };

const rename = { model: "User", name: "name", newName: "fullName" };
const files = [
  { path: "src/user.entity.ts", content: user },
  { path: "src/post.entity.ts", content: post },
];

describe.each([
  ["typeorm", "before"],
  ["typeorm-0.3", "before"],
  ["typeorm", "after"],
] as const)("%s, with an entity from %s the rename", (version, state) => {
  let root: string;
  let renamed: Awaited<ReturnType<typeof renameIn>>;
  beforeAll(async () => {
    const entity = state === "before" ? user : user.replace("  name: string", "  fullName: string");
    root = projectWith({
      "src/user.entity.ts": entity,
      "src/post.entity.ts": post,
      ...Object.fromEntries(versions[version].map((each) => [fileOf(each), each.before])),
    });
    mkdirSync(join(root, "node_modules"));
    symlinkSync(join(modules, version), join(root, "node_modules/typeorm"));
    renamed = await renameIn(root, typeormPlugin, rename);
  }, 120_000);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test.each(versions[version])("$name", (each) => expectCase(each, renamed));

  test("the entity keeps its column", () => {
    const after = renamed.changes.find(({ file }) => file === "src/user.entity.ts")?.after ?? "";
    const same = new Set(user.split("\n"));
    expect(after.split("\n").filter((line) => !same.has(line))).toEqual([
      '@Index("by_name", ["fullName", "email"])',
      '@Unique(["fullName"])',
      '  @Column({ length: 80, name: "name" })',
      "  fullName: string;",
      '    return "Hello " + this.fullName;',
    ]);
    expect(readFileSync(join(root, "src/post.entity.ts"), "utf8")).toBe(post);
  });
});

test("with a naming strategy, only the entity itself says what its column is", () => {
  expect(() => mapField(files, rename, true)).toThrow(/naming strategy of the data source decides/);
  const named = user.replace("length: 80", 'name: "full_name"');
  const { files: after } = mapField([{ path: "src/user.entity.ts", content: named }, files[1] as never], rename, true);
  expect(after[0]?.content).toContain('@Column({ name: "full_name" })');
});

test("a relation keeps its column by @JoinColumn", () => {
  const { files: after } = mapField(files, { model: "Post", name: "author", newName: "writer" });
  expect(after[1]?.content).toBe(
    post
      .replace("[post.author]", "[post.writer]")
      .replace("(user) => user.posts)\n", '(user) => user.posts)\n  @JoinColumn({ name: "authorId" })\n'),
  );
});
