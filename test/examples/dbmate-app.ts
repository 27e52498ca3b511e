import { mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OrmApp } from "../contract/orm-app.js";
import { postgresql } from "../contract/system.js";
import { publishedModules } from "../support/published.js";
import { type RunResult, run } from "../support/run.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** examples/plugin-dbmate, as it is built, beside the published core. */
const plugin = join(publishedModules(), "lockstep-dbmate");

const files: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({
    name: "shop",
    type: "module",
    devDependencies: { dbmate: "^2", "lockstep-dbmate": "*" },
  }),
  ".gitignore": "node_modules\n",
  "lockstep.config.ts": `import { defineConfig } from "lockstep-dbmate";

export default defineConfig({ targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } } });
`,
  "db/migrations/20260101000000_users.sql": `-- migrate:up
CREATE TABLE users (
  id serial PRIMARY KEY,
  email text NOT NULL,
  name text NOT NULL
);

-- migrate:down
DROP TABLE users;
`,
  "src/users.ts": `import type { Client } from "pg";

export async function createUser(db: Client, email: string, name: string) {
  await db.query("INSERT INTO users (email, name) VALUES ($1, $2)", [email, name]);
}
`,
};

/** What there is of a model is what the migrations make: nothing declares it, and nothing is generated from it. */
export class DbmateApp extends OrmApp {
  readonly ledger = "schema_migrations";
  readonly migrationsFolder = "db/migrations";
  readonly modelFile = "db/migrations/20260101000000_users.sql";
  readonly noChanges = /Pending: 0/;

  static create(): DbmateApp {
    const app = new DbmateApp(
      mkdtempSync(join(tmpdir(), "lockstep-dbmate-")),
      postgresql,
      join(plugin, "dist/plugin.js"),
    );
    const modules = join(app.root, "node_modules");
    mkdirSync(join(modules, ".bin"), { recursive: true });
    for (const name of ["dbmate", "pg", "typescript"])
      symlinkSync(join(root, "node_modules", name), join(modules, name));
    symlinkSync(plugin, join(modules, "lockstep-dbmate"));
    symlinkSync("../lockstep-dbmate/bin/lockstep.js", join(modules, ".bin/lockstep"));
    for (const [file, text] of Object.entries(files)) app.write(file, text);
    return app;
  }

  declare(): void {}

  writeMigration(name: string, up: readonly string[]): string {
    const file = `${this.migrationsFolder}/20260102000000_${name}.sql`;
    this.write(file, `-- migrate:up\n${up.map((sql) => `${sql};\n`).join("\n")}\n-- migrate:down\n`);
    return file;
  }

  apply(url: string): Promise<RunResult> {
    return this.#dbmate(url, "migrate");
  }

  sync(url: string): Promise<RunResult> {
    return this.apply(url);
  }

  async drift(url: string): Promise<string | undefined> {
    const { code, output } = await this.#dbmate(url, "status", "--exit-code");
    return code === 0 ? undefined : output;
  }

  /** dbmate's driver wants to be told that the server has no TLS. */
  override async database(template?: string): Promise<string> {
    return `${await super.database(template)}?sslmode=disable`;
  }

  replaceColumn(): void {
    throw new Error("dbmate has no models");
  }

  mapColumn(): void {
    this.replaceColumn();
  }

  rename(): void {
    this.replaceColumn();
  }

  async generate(): Promise<RunResult> {
    throw new Error("dbmate generates no migrations");
  }

  async generateClient(): Promise<void> {}

  #dbmate(url: string, ...args: readonly string[]): Promise<RunResult> {
    const bin = join(this.root, "node_modules/dbmate/dist/cli.js");
    return run(process.execPath, [bin, "--no-dump-schema", ...args], this.runOptions({ DATABASE_URL: url }));
  }
}
