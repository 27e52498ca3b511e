/** A small application on TypeORM with a table of users, wrapped, in a temporary folder and with a database of its own. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { createDatabase } from "../../support/database.js";
import { type RunResult, run } from "../../support/run.js";
import {
  createTypeormProject,
  runners,
  type TypeormProjectOptions,
  type TypeormVersion,
  withoutTypeCheck,
} from "../../support/typeorm-project.js";

/** What loads the application's files, and the module system that it is written for. */
export const loaders = {
  "tsx, CommonJS": { module: "commonjs", command: runners.tsx },
  "tsx, ESM": { module: "esm", command: runners.tsx },
  "ts-node, CommonJS": { module: "commonjs", command: runners["ts-node"] },
  "ts-node, ESM": { module: "esm", command: ["node_modules/typeorm/cli-ts-node-esm.js"] },
} as const;
export type Loader = keyof typeof loaders;

export interface AppOptions {
  readonly version?: TypeormVersion;
  readonly loader?: Loader;
  /** Entities by their file names below src: `{ "user.ts": … }`. Default: the users as they are. */
  readonly entities?: Readonly<Record<string, string>>;
  readonly dataSource?: string;
  readonly files?: TypeormProjectOptions["files"];
  /** To be a copy of: its files, and its database, which nobody is connected to. */
  readonly like?: App;
}

export interface App {
  readonly root: string;
  readonly url: string;
  /** The stock CLI; the data source is named. */
  cli(args: readonly string[], env?: Readonly<Record<string, string | undefined>>): Promise<RunResult>;
  /** `migration:generate src/migrations/<name>` */
  generate(name: string, ...more: readonly string[]): Promise<RunResult>;
  read(file: string): string;
  write(file: string, text: string): void;
  edit(file: string, from: string, to: string): void;
  remove(file: string): void;
  /** Every file of the application and what is in it, from the root. */
  snapshot(): Record<string, string>;
  migrations(): string[];
  query(sql: string): Promise<Record<string, unknown>[]>;
  dispose(): Promise<void>;
}

/** The users, with more columns. */
export function userEntity(...columns: readonly string[]): string {
  return `import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("users")
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: "varchar" })
  email!: string;
${columns.map((column) => `\n  ${column.replaceAll("\n", "\n  ")}\n`).join("")}}
`;
}

/** The change of the story: required, without a default, with its fill. */
export const handle = `/** @lockstep.backfill(lower(email)) */
@Column({ type: "varchar" })
handle!: string;`;
/** Safe beside it. */
export const bio = `@Column({ type: "text", nullable: true })
bio!: string | null;`;

/** As an application has it: a URL from the environment, entities by their classes. */
export function dataSourceFile(
  options: { readonly wrapped?: string; readonly more?: string; readonly end?: string } = {},
) {
  const { wrapped = "export default withLockstep(source);", more = "" } = options;
  return `import "reflect-metadata";
import { withLockstep } from "@lockstep/typeorm-wrapper";
import { DataSource } from "typeorm";
import { User } from "./user.js";

const source = new DataSource({
  type: "postgres",
  url: process.env.DATABASE_URL,
  entities: [User],
  migrations: ["src/migrations/*"],
  ${more}
});
${wrapped}
`;
}

/** Makes the application with its table and two users in it. */
export async function createApp(options: AppOptions = {}): Promise<App> {
  const { version = "1.1.1", loader = "tsx, CommonJS", entities = { "user.ts": userEntity() }, like } = options;
  const files = like?.snapshot() ?? options.files ?? {};
  const { module, command } = loaders[loader];
  // ts-node resolves what CommonJS calls a module, which has no extension.
  const localized = (text: string) => (module === "esm" ? text : text.replace(/(from "\.[^"]*)\.js"/g, '$1"'));
  const database = await createDatabase("typeorm_app", like?.url);
  const {
    root,
    write,
    dataSourceFile: source,
    dispose,
  } = createTypeormProject({
    version,
    module,
    files: {
      "src/data-source.ts": localized(options.dataSource ?? dataSourceFile()),
      ...Object.fromEntries(Object.entries(entities).map(([file, text]) => [`src/${file}`, localized(text)])),
      ...files,
    },
  });
  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query(sql).finally(() => client.end());
    return rows;
  };
  if (like === undefined)
    await query(`CREATE TABLE users (id SERIAL CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433" PRIMARY KEY, email character varying NOT NULL);
    INSERT INTO users (email) VALUES ('Ada@example.com'), ('Bob@example.com')`);
  const cli: App["cli"] = (args, env = {}) =>
    run(process.execPath, [...command, ...args, "-d", source], {
      cwd: root,
      env: { ...withoutTypeCheck, DATABASE_URL: database.url, ...env },
    });
  const read = (file: string) => readFileSync(join(root, file), "utf8");
  return {
    root,
    url: database.url,
    cli,
    generate: (name, ...more) => cli(["migration:generate", `src/migrations/${name}`, ...more]),
    read,
    write,
    edit(file, from, to) {
      const text = read(file);
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      write(file, text.replace(from, to));
    },
    remove: (file) => rmSync(join(root, file)),
    snapshot: () =>
      Object.fromEntries(
        readdirSync(root, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && !join(entry.parentPath, "").includes("node_modules"))
          .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
          .sort()
          .map((file) => [file, read(file)]),
      ),
    migrations: () =>
      existsSync(join(root, "src/migrations")) ? readdirSync(join(root, "src/migrations")).sort() : [],
    query,
    async dispose() {
      dispose();
      await database.drop();
    },
  };
}
