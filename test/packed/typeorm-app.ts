import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Repository } from "./repository.js";
import { type Orm, succeeded } from "./walk.js";

/** A small application with TypeORM, in pieces that shapes put together. */

export const userEntity = `import { Column, Entity, OneToMany, PrimaryGeneratedColumn } from "typeorm";
import { Post } from "./post";

@Entity()
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ unique: true })
  email!: string;

  @Column()
  name!: string;

  @OneToMany(() => Post, (post) => post.author)
  posts!: Post[];
}
`;

export const postEntity = `import { Column, Entity, ManyToOne, PrimaryGeneratedColumn } from "typeorm";
import { User } from "./user";

@Entity()
export class Post {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column()
  title!: string;

  @ManyToOne(() => User, (user) => user.posts, { nullable: false })
  author!: User;
}
`;

export const usersService = `import { dataSource } from "./data-source";
import { User } from "./entities/user";

export interface UserView {
  id: number;
  email: string;
  name: string;
}

export function viewOf(user: User): UserView {
  return { id: user.id, email: user.email, name: user.name };
}

export async function signUp(email: string, name: string): Promise<UserView> {
  const users = dataSource.getRepository(User);
  return viewOf(await users.save(users.create({ email, name })));
}

export async function listUsers(): Promise<UserView[]> {
  const users = await dataSource.getRepository(User).find({ order: { id: "ASC" } });
  return users.map(viewOf);
}
`;

/** Active record: entities save themselves. */
export const activeRecord = (text: string): string =>
  text
    .replace(/import \{ (.*) \} from "typeorm"/, 'import { BaseEntity, $1 } from "typeorm"')
    .replace(/export class (\w+)/, "export class $1 extends BaseEntity");

export const activeUsersService = usersService
  .replace('import { dataSource } from "./data-source";\n', "")
  .replace(
    "  const users = dataSource.getRepository(User);\n  return viewOf(await users.save(users.create({ email, name })));",
    "  return viewOf(await User.create({ email, name }).save());",
  )
  .replace("dataSource.getRepository(User).find", "User.find");

/** A service that a container of dependencies gives its repository. */
export const injected: Readonly<Record<string, string>> = {
  "src/tokens.ts": `export const TOKENS = {
  userRepository: Symbol.for("UserRepository"),
};
`,
  "src/container.ts": `import { Container } from "inversify";
import type { Repository } from "typeorm";
import { dataSource } from "./data-source";
import { User } from "./entities/user";
import { TOKENS } from "./tokens";
import { UserService } from "./users";

export const container = new Container();
container.bind<Repository<User>>(TOKENS.userRepository).toConstantValue(dataSource.getRepository(User));
container.bind(UserService).toSelf();
`,
  "src/users.ts": `import { inject, injectable } from "inversify";
import { Repository } from "typeorm";
import { User } from "./entities/user";
import { TOKENS } from "./tokens";

export interface UserView {
  id: number;
  email: string;
  name: string;
}

export function viewOf(user: User): UserView {
  return { id: user.id, email: user.email, name: user.name };
}

@injectable()
export class UserService {
  constructor(@inject(TOKENS.userRepository) private readonly users: Repository<User>) {}

  async signUp(email: string, name: string): Promise<UserView> {
    return viewOf(await this.users.save(this.users.create({ email, name })));
  }

  async rename(id: number, name: string): Promise<void> {
    await this.users.update(id, { name });
  }

  async list(): Promise<UserView[]> {
    const users = await this.users.find({ order: { id: "ASC" } });
    return users.map(viewOf);
  }
}
`,
};

/** The first migration, for the SQL that TypeORM itself would write. */
export const initMigration = `import { MigrationInterface, QueryRunner } from "typeorm";

export class Init1767225600000 implements MigrationInterface {
  name = "Init1767225600000";

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      \`CREATE TABLE "post" ("id" SERIAL NOT NULL, "title" character varying NOT NULL, "authorId" integer NOT NULL, CONSTRAINT "PK_be5fda3aac270b134ff9c21cdee" PRIMARY KEY ("id"))\`,
    );
    await queryRunner.query(
      \`CREATE TABLE "user" ("id" SERIAL NOT NULL, "email" character varying NOT NULL, "name" character varying NOT NULL, CONSTRAINT "UQ_e12875dfb3b1d92d7d7c5377e22" UNIQUE ("email"), CONSTRAINT "PK_cace4a159ff9f2512dd42373760" PRIMARY KEY ("id"))\`,
    );
    await queryRunner.query(
      \`ALTER TABLE "post" ADD CONSTRAINT "FK_c6fb082a3114f35d0cc27c518e0" FOREIGN KEY ("authorId") REFERENCES "user"("id") ON DELETE NO ACTION ON UPDATE NO ACTION\`,
    );
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`ALTER TABLE "post" DROP CONSTRAINT "FK_c6fb082a3114f35d0cc27c518e0"\`);
    await queryRunner.query(\`DROP TABLE "user"\`);
    await queryRunner.query(\`DROP TABLE "post"\`);
  }
}
`;

/** The same on MySQL and MariaDB. */
export const mysqlMigration = initMigration
  .replace(/\("id" SERIAL NOT NULL/g, '("id" int NOT NULL AUTO_INCREMENT')
  .replaceAll("character varying", "varchar(255)")
  .replaceAll("integer", "int")
  .replace(/CONSTRAINT "UQ_(\w{26})\w" UNIQUE/, 'UNIQUE INDEX "IDX_$1"')
  .replace(/CONSTRAINT "PK_\w+" PRIMARY KEY \("id"\)\)/g, 'PRIMARY KEY ("id")) ENGINE=InnoDB')
  .replace('"name" varchar(255) NOT NULL', '$&, "createdAt" datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)')
  .replace("DROP CONSTRAINT", "DROP FOREIGN KEY")
  .replace(/`([^`]*)`/g, (_, sql: string) => `"${sql.replaceAll('"', "`")}"`);

/** With the types of columns, for runners that tell decorators none (tsx, esbuild, swc without the option). */
export const withTypes = (text: string): string =>
  text
    .replace(/@Column\(\)/g, '@Column({ type: "varchar" })')
    .replace(/@Column\(\{ unique/g, '@Column({ type: "varchar", unique');

/** With imports of files as ES modules want them. */
export const withExtensions = (text: string): string => text.replace(/from "(\.[^"]+)"/g, 'from "$1.js"');

/** What is said of a generated migration where the data source lists classes. */
const unlisted = /To load it, at (\S+):\d+ write (import .*?from .*?;?) and, in the list of migrations, (\w+)/;

/**
 * @param entity the file of User, from the root
 * @param migrations the folder of new migrations
 */
export function typeormOf(app: Repository, entity: string, migrations: string): Orm {
  const quote = /"typeorm"/.test(app.read(entity)) ? '"' : "'";
  const build = /"build":/.test(app.read("package.json")) ? `${app.script("build")} && ` : "";
  const lines = {
    nickname: `  @Column({ type: ${quote}varchar${quote}, nullable: true })\n  nickname!: string | null;`,
    handle: `  /** @lockstep.backfill(lower(email)) */\n  @Column({ type: ${quote}varchar${quote}, unique: true })\n  handle!: string;`,
  };
  return {
    userTable: "user",
    addField: (field) => app.edit(entity, (text) => text.replace(/^\s+name!: string;?\n/m, `$&\n${lines[field]}\n`)),
    packageName: "@lockstep/typeorm",
    named: (command, name) => command.replace(`${migrations}/<Name>`, `${migrations}/${name}`),
    async develop(typed) {
      const generated = await app.type(typed);
      const [, file, line, entry] = unlisted.exec(generated.output) ?? [];
      if (file !== undefined) app.edit(file, (text) => `${line}\n${text.replace("migrations: [", `$&${entry}, `)}`);
      return generated;
    },
    deploy: (url) => app.type(`${build}${app.script("migration:run")}`, { DATABASE_URL: url }),
    generate: async () => undefined,
  };
}

/** What tells how to write a migration where the entities and the database never agree. */
const advice = /To write the migration by hand: (.+?), add its SQL, then (.+?) <file>/;

/** A team that writes its migrations itself, as Lockstep advises where it refuses to generate one. */
export function writtenByHand(app: Repository, entity: string, migrations: string): Orm {
  const orm = typeormOf(app, entity, migrations);
  const statements: Readonly<Record<string, readonly string[]>> = {
    Nickname: ['ALTER TABLE "user" ADD COLUMN "nickname" character varying'],
    Handle: [
      'ALTER TABLE "user" ADD COLUMN "handle" character varying',
      'UPDATE "user" SET "handle" = lower("email")',
      'ALTER TABLE "user" ALTER COLUMN "handle" SET NOT NULL',
      'ALTER TABLE "user" ADD CONSTRAINT "user_handle_key" UNIQUE ("handle")',
    ],
  };
  return {
    ...orm,
    addField(field) {
      orm.addField(field);
      // The migration itself says where the values come from.
      app.edit(entity, (text) => text.replace(/^.*@lockstep.*\n/m, ""));
    },
    async develop(typed, name) {
      const refused = await app.type(typed);
      const [, create = "", rewrite = ""] = advice.exec(refused.output) ?? [];
      // Whose values would be lost is no affair of the new field.
      expect(refused.output).not.toContain("LS2060");
      expect([refused.code, create], refused.output).toEqual([1, expect.stringContaining("migration:create")]);
      succeeded(await app.type(create.replace("<Name>", name)), create);
      const file = readdirSync(join(app.home, migrations)).find((each) => each.includes(name));
      const queries = statements[name]?.map((sql) => `    await queryRunner.query(\`${sql}\`);\n`).join("");
      app.edit(`${migrations}/${file}`, (text) => text.replace(/\bup\(.*\n/, `$&${queries}`));
      return app.type(`${rewrite} ${migrations}/${file}`);
    },
  };
}
