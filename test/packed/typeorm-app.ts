import type { Repository } from "./repository.js";
import type { Orm } from "./walk.js";

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

/** With the types of columns, for runners that tell decorators none (tsx, esbuild, swc without the option). */
export const withTypes = (text: string): string =>
  text
    .replace(/@Column\(\)/g, '@Column({ type: "varchar" })')
    .replace(/@Column\(\{ unique/g, '@Column({ type: "varchar", unique');

/** With imports of files as ES modules want them. */
export const withExtensions = (text: string): string => text.replace(/from "(\.[^"]+)"/g, 'from "$1.js"');

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
    deploy: (url) => app.type(`${build}${app.script("migration:run")}`, { DATABASE_URL: url }),
    generate: async () => undefined,
  };
}
