import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LockstepCommands } from "../../support/lockstep-commands.js";
import { type RunResult, run } from "../../support/run.js";
import { createTypeormProject, runners } from "../../support/typeorm-project.js";
import { type Change, entityText, fileOf, shop } from "./change.js";

const dataSource = `import "reflect-metadata";
import { withLockstep } from "@lockstep/typeorm-wrapper";
import { DataSource } from "typeorm";

export default withLockstep(
  new DataSource({
    type: "mariadb",
    url: process.env.DATABASE_URL,
    entities: ["src/entities/*.ts"],
    migrations: [process.env.MIGRATIONS ?? "src/migrations/*.ts"],
  }),
);
`;
const config = `import { defineConfig } from "@lockstep/typeorm";

export default defineConfig({ targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } } });
`;

type Env = Readonly<Record<string, string | undefined>>;

/** A project with an entity for each change, and the stock commands as processes of their own. */
export class MariadbProject {
  readonly #root: string;
  readonly #commands: LockstepCommands;
  env: Env = {};

  constructor(changes: readonly Change[]) {
    const { root } = createTypeormProject({
      version: "1.1.1",
      module: "commonjs",
      files: {
        "src/data-source.ts": dataSource,
        "lockstep.config.ts": config,
        "src/entities/shop.ts": shop,
        ...Object.fromEntries(changes.map((change) => [fileOf(change), entityText(change, "before")])),
      },
    });
    this.#root = root;
    this.#commands = new LockstepCommands(root);
  }

  /** The entity as it is before its change, or after. */
  set(change: Change, which: "before" | "after"): void {
    this.#write(fileOf(change), entityText(change, which));
  }

  read(file: string): string {
    return readFileSync(join(this.#root, file), "utf8");
  }

  /** Every file of the user's. */
  snapshot(): Readonly<Record<string, string>> {
    const files = readdirSync(this.#root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.#root.length + 1))
      .filter((file) => !file.startsWith("node_modules/"));
    return Object.fromEntries(files.sort().map((file) => [file, this.read(file)]));
  }

  restore(snapshot: Readonly<Record<string, string>>): void {
    for (const file of Object.keys(this.snapshot())) if (!(file in snapshot)) rmSync(join(this.#root, file));
    if (!Object.keys(snapshot).some((file) => file.startsWith("lockstep/")))
      rmSync(join(this.#root, "lockstep"), { recursive: true, force: true });
    for (const [file, text] of Object.entries(snapshot)) this.#write(file, text);
  }

  migrations(folder = "src/migrations"): readonly string[] {
    const path = join(this.#root, folder);
    return existsSync(path) ? readdirSync(path).sort() : [];
  }

  typeorm(args: readonly string[], env: Env = {}): Promise<RunResult> {
    return run(process.execPath, [...runners.tsx, ...args, "-d", "src/data-source.ts"], {
      cwd: this.#root,
      env: { ...this.env, ...env },
    });
  }

  lockstep(...args: readonly string[]): Promise<RunResult> {
    return this.#commands.run(args, this.env);
  }

  dispose(): void {
    this.#commands.close();
    rmSync(this.#root, { recursive: true, force: true });
  }

  #write(file: string, text: string): void {
    mkdirSync(dirname(join(this.#root, file)), { recursive: true });
    writeFileSync(join(this.#root, file), text);
  }
}

/** What a migration class runs forwards. */
export function statementsOf(text: string): readonly string[] {
  const up = text.slice(0, text.search(/async down\(/));
  return [...up.matchAll(/queryRunner\.query\(`((?:[^`\\]|\\[\s\S])*)`/g)].map(([, query = ""]) => query);
}
