/** Columns whose names or places in the code are not plain: what TypeORM says while it runs is what counts. */
import { afterEach, expect, test } from "vitest";
import { type App, createApp, dataSourceFile, userEntity } from "./app.js";

let app: App;
afterEach(() => app.dispose());

interface Case {
  readonly name: string;
  readonly entities: Readonly<Record<string, string>>;
  readonly more?: string;
  readonly imports?: string;
  /** The entities of the data source. Default: User. */
  readonly listed?: string;
  readonly tables?: string;
  /** The file that declares the column, before and after. */
  readonly edit: readonly [file: string, text: string];
  readonly planned: object;
}

const base = userEntity();
const imports = (names: string) => `import { ${names} } from "typeorm";\n`;

const cases: Case[] = [
  {
    name: "a name of its own",
    entities: {
      "user.ts": userEntity(
        `/** @lockstep.backfill(lower(email)) */\n@Column({ name: "user_handle", type: "varchar" })\nhandle!: string;`,
      ),
    },
    edit: [
      "src/user.ts",
      '@Column({ name: "user_handle", type: "varchar", nullable: true, select: false })\n  handle!: string | null;',
    ],
    planned: { table: { name: "users" }, name: "user_handle", model: "User", field: "handle" },
  },
  {
    name: "a naming strategy of the project",
    entities: {
      "user.ts": userEntity(
        `/** @lockstep.backfill(lower(email)) */\n@Column({ type: "varchar" })\nnickName!: string;`,
      ),
      "names.ts": `import { DefaultNamingStrategy } from "typeorm";
export class Names extends DefaultNamingStrategy {
  columnName(property: string, given: string, prefixes: string[]): string {
    return super.columnName(property, given, prefixes).replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());
  }
}
`,
    },
    imports: `import { Names } from "./names.js";\n`,
    more: "namingStrategy: new Names(),",
    edit: ["src/user.ts", "nickName!: string | null;"],
    planned: { table: { name: "users" }, name: "nick_name", model: "User", field: "nickName" },
  },
  {
    name: "inherited from another file",
    entities: {
      "base.ts": `${imports("Column")}
export abstract class Named {
  /** @lockstep.backfill(lower(email)) */
  @Column({ type: "varchar" })
  handle!: string;
}
`,
      "user.ts": base
        .replace('from "typeorm";\n', 'from "typeorm";\nimport { Named } from "./base.js";\n')
        .replace("class User", "class User extends Named"),
    },
    edit: ["src/base.ts", "nullable: true, select: false })\n  handle!: string | null;"],
    planned: { name: "handle", model: "User", field: "handle" },
  },
  {
    name: "embedded",
    entities: {
      "profile.ts": `${imports("Column")}
export class Profile {
  /** @lockstep.backfill(lower(email)) */
  @Column({ type: "varchar" })
  handle!: string;
}
`,
      "user.ts": userEntity("@Column(() => Profile)\nprofile!: Profile;").replace(
        'from "typeorm";\n',
        'from "typeorm";\nimport { Profile } from "./profile.js";\n',
      ),
    },
    edit: ["src/profile.ts", "nullable: true, select: false })\n  handle!: string | null;"],
    planned: { name: "profileHandle", model: "User", field: "profile.handle" },
  },
  {
    name: "in another schema",
    tables: `CREATE SCHEMA app; ALTER TABLE users SET SCHEMA app;`,
    entities: {
      "user.ts": userEntity(
        `/** @lockstep.backfill(lower(email)) */\n@Column({ type: "varchar" })\nhandle!: string;`,
      ).replace('@Entity("users")', '@Entity("users", { schema: "app" })'),
    },
    edit: ["src/user.ts", "nullable: true, select: false })\n  handle!: string | null;"],
    planned: { table: { schema: "app", name: "users" }, name: "handle" },
  },
  {
    name: "an EntitySchema",
    entities: {
      "user.ts": `import { EntitySchema } from "typeorm";
export interface UserRow {
  id: number;
  email: string;
  handle: string;
}
export const User = new EntitySchema<UserRow>({
  name: "User",
  tableName: "users",
  columns: {
    id: { type: Number, primary: true, generated: "increment" },
    email: { type: "varchar" },
    /** @lockstep.backfill(lower(email)) */
    handle: { type: "varchar" },
  },
});
`,
    },
    edit: ["src/user.ts", 'handle: { type: "varchar", nullable: true, select: false }'],
    planned: { name: "handle", model: "User", field: "handle" },
  },
  {
    name: "unique, of an enum",
    entities: {
      "user.ts": userEntity(
        `/** @lockstep.backfill((CASE email WHEN 'Ada@example.com' THEN 'a' ELSE 'b' END)::users_kind_enum) */\n@Column({ type: "enum", enum: ["a", "b"], unique: true })\nkind!: "a" | "b";`,
      ),
    },
    edit: ["src/user.ts", "nullable: true, select: false"],
    planned: { name: "kind", uniqueKeys: [["kind"]] },
  },
  {
    name: "the key of a relation",
    listed: "Team, User",
    tables: `CREATE TABLE teams (id SERIAL CONSTRAINT "PK_7e5523774a38b08a6236d322403" PRIMARY KEY, name text NOT NULL); INSERT INTO teams (name) VALUES ('all')`,
    entities: {
      "user.ts": `${imports("Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn")}
@Entity("teams")
export class Team {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "text" })
  name!: string;
}

${userEntity(`/** @lockstep.backfill(1) */\n@Column({ type: "int" })\nteamId!: number;`, `@ManyToOne(() => Team, { nullable: false })\n@JoinColumn({ name: "teamId" })\nteam!: Team;`).replace(/^import.*\n/, "")}`,
    },
    edit: ["src/user.ts", "teamId!: number | null;"],
    planned: { name: "teamId", model: "User", field: "teamId", foreignKeys: [{ columns: ["teamId"] }] },
  },
];

test.each(cases)(
  "$name",
  async ({ entities, more = "", imports: imported = "", listed = "User", tables, edit, planned }) => {
    const dataSource = `${imported}${dataSourceFile({ more })}`
      .replace("{ User }", `{ ${listed} }`)
      .replace("[User]", `[${listed}]`);
    app = await createApp({ entities, dataSource });
    if (tables !== undefined) await app.query(tables);
    const generated = await app.generate("Change", "-t", "1763648123456");
    expect(generated.code, generated.output).toBe(0);
    const plan = JSON.parse(app.read("lockstep/1763648123456-Change/plan.json"));
    expect(plan.columns).toMatchObject([planned]);
    const [file, text] = edit;
    expect(app.read(file)).toContain(text);
    expect(plan.originalModels.map((each: { file: string }) => each.file)).toContain(file);
    const ran = await app.cli(["migration:run"]);
    expect(ran.code, ran.output).toBe(0);
    const check = await app.generate("Nothing", "--check");
    expect(check.code, check.output).toBe(0);
  },
);
