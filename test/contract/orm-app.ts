import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { OrmPlugin } from "../../core/src/plugin/plugin.js";
import type { TestDatabase } from "../support/database.js";
import { LockstepCommands, withPreload } from "../support/lockstep-commands.js";
import { environment, type RunOptions, type RunResult, run } from "../support/run.js";
import { Build } from "./build.js";
import { seed } from "./rows.js";
import { postgresql, type System } from "./system.js";

/** A column of text, whatever ORM writes it down. */
export interface Column {
  readonly name: string;
  /** An integer in place of text. */
  readonly isNumber?: true;
  readonly isRequired: boolean;
  readonly isUnique?: boolean;
  readonly hasIndex?: boolean;
  readonly default?: string;
  /** The same as an SQL expression. */
  readonly defaultSql?: string;
  /** SQL of its `@lockstep.backfill`. */
  readonly fill?: string;
  /** SQL of its `@lockstep.mirror`. */
  readonly mirror?: string;
  /** Its default is a number of a sequence of its own. PostgreSQL only. */
  readonly isCounter?: true;
}

/** What the model says in a comment about the values of a column. */
export function annotationOf({ fill, mirror }: Column): string | undefined {
  if (mirror !== undefined) return `@lockstep.mirror(${mirror})`;
  return fill === undefined ? undefined : `@lockstep.backfill(${fill})`;
}

/** What a user adds to the model: columns of `users`, and tables, which have an `id` besides. */
export interface Addition {
  readonly columns?: readonly Column[];
  readonly tables?: readonly { readonly name: string; readonly columns: readonly Column[] }[];
}

export interface GenerateOptions {
  /** Default: the development database. */
  readonly url?: string;
  /** With LOCKSTEP=off. */
  readonly isOff?: boolean;
}

/** Files by their paths from the root. */
export type Snapshot = Readonly<Record<string, string>>;

/** An ORM in one version, as the suite needs it. */
export interface Orm {
  /** What the tests are called by. */
  readonly name: string;
  readonly plugin: OrmPlugin;
  /** Writes a wrapped application into a new folder, with the migration that makes its table. */
  create(): OrmApp;
}

/** How many rows `users` has. */
export interface Rows {
  readonly development: number;
  readonly production: number;
}

/**
 * A small application with a table `users` (id, email, name), wrapped, in version control, in a temporary folder. An ORM says here
 * how its model, its stock commands and its code look; everything else is the same for all.
 */
export abstract class OrmApp {
  /** The table in which the ORM records what it has applied. */
  abstract readonly ledger: string;
  /** From the root. */
  abstract readonly migrationsFolder: string;
  /** The file in which `users` is declared. */
  abstract readonly modelFile: string;
  /** A file whose `moveUser` gives a user another address; none where nobody moves. */
  protected readonly moveFile: string | undefined;
  /** What the stock command says when the model and the database agree. */
  abstract readonly noChanges: RegExp;
  readonly root: string;
  readonly system: System;
  /** Of a developer, whose database `generate` asks. */
  development = "";
  production = "";
  /** Set for every command of the ORM and of Lockstep, each of them in a process group of its own. */
  killing: Readonly<Record<string, string>> | undefined;
  /** The process group of the command that runs while `killing` is set. */
  killable: number | undefined;
  /** A copy of the development database from before it had rows. */
  empty = "";
  readonly #databases: TestDatabase[] = [];
  readonly #builds: Build[] = [];
  readonly #commands: LockstepCommands;
  readonly #killed: LockstepCommands;

  /** @param plugin the built module of a plugin of somebody else's */
  constructor(root: string, system: System = postgresql, plugin?: string) {
    this.root = root;
    this.system = system;
    this.#commands = new LockstepCommands(root, undefined, plugin);
    this.#killed = new LockstepCommands(root, killAt, plugin);
  }

  /** Writes the addition into the model, below what is there. */
  abstract declare(addition: Addition): void;
  /** Writes other columns, or none, in the place of one of `users`. */
  abstract replaceColumn(name: string, columns: readonly Column[]): void;
  /** Names the column of a field. */
  abstract mapColumn(field: string, column: string): void;
  /**
   * Writes a migration by hand, between the first and what is generated from now on.
   *
   * @param isLast behind what is generated. Default: false
   * @returns its file, from the root
   */
  abstract writeMigration(name: string, up: readonly string[], isLast?: boolean): string;
  /** As an editor renames: `User` is `Member` and its `handle` is `slug`; table and column keep their names. */
  abstract rename(): void;
  /** The stock command that writes a migration. */
  abstract generate(name: string, options?: GenerateOptions): Promise<RunResult>;
  /** The stock command that applies migrations. */
  abstract apply(url: string): Promise<RunResult>;
  /** The stock command that brings a database in line with the model at once, without migrations and Lockstep. */
  abstract sync(url: string): Promise<RunResult>;
  /** What the ORM's own diff between model and database has to say; undefined when it is empty. */
  abstract drift(url: string): Promise<string | undefined>;
  /** Generates the code that git ignores: a build and a rename need it. */
  abstract generateClient(): Promise<void>;

  /** Databases with their rows, and the first commit. */
  async open(rows: Rows = { development: 10, production: 50 }): Promise<this> {
    this.development = await this.database();
    await succeeded(this.apply(this.development));
    this.empty = await this.database(this.development);
    this.production = await this.database(this.development);
    await seed(this.development, rows.development);
    await seed(this.production, rows.production);
    await this.#git("init", "--quiet", "-b", "main");
    await this.commit("The application");
    return this;
  }

  /** A database that goes with the application, empty or like another. */
  async database(template?: string): Promise<string> {
    const database = await this.system.create(template);
    this.#databases.push(database);
    return database.url;
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), "utf8");
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  edit(file: string, from: string, to: string): void {
    const text = this.read(file);
    if (!text.includes(from)) throw new Error(`${file} does not have the text to replace: ${from}`);
    this.write(file, text.replace(from, to));
  }

  /** Replaces words in a file. */
  protected replaceIn(file: string, words: Readonly<Record<string, string>>): void {
    const from = new RegExp(`(?<![\\w"])(?:${Object.keys(words).join("|")})(?![\\w"])`, "g");
    this.write(
      file,
      this.read(file).replace(from, (word) => words[word] ?? word),
    );
  }

  /** The code has a function that changes what a mirror of `email` follows, and serves it. */
  addMove(): void {
    if (this.moveFile === undefined) throw new Error("no code to move users");
    this.write("src/move.ts", this.moveFile);
    this.edit("src/serve.ts", 'from "./users";', 'from "./users";\nimport { moveUser } from "./move";');
    this.edit(
      "src/serve.ts",
      "    return readUser",
      '    if (request.do === "move") return moveUser(database, request.id, request.email);\n    return readUser',
    );
  }

  /** Every file of the user's, with its text. */
  snapshot(): Snapshot {
    const files = readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1))
      .filter((file) => !/^(node_modules|\.git|src\/generated)\//.test(file))
      .sort();
    return Object.fromEntries(files.map((file) => [file, this.read(file)]));
  }

  /** Every file as it was. */
  restore(snapshot: Snapshot): void {
    for (const file of Object.keys(this.snapshot())) {
      if (file in snapshot) continue;
      rmSync(join(this.root, file));
      const folder = join(this.root, dirname(file));
      if (readdirSync(folder).length === 0) rmdirSync(folder);
    }
    for (const [file, text] of Object.entries(snapshot)) this.write(file, text);
  }

  /** Names of the plans in the repository, in order. */
  plans(): string[] {
    const files = Object.keys(this.snapshot());
    return files.flatMap((file) => /^lockstep\/([^/]+)\/plan\.json$/.exec(file)?.[1] ?? []);
  }

  async commit(message: string): Promise<void> {
    await this.#git("add", "-A");
    await this.#git("commit", "--quiet", "--allow-empty", "-m", message);
  }

  /** Everything as the last commit has it. */
  async discard(): Promise<void> {
    await this.#git("reset", "--quiet", "--hard");
    await this.#git("clean", "-fdq");
  }

  lockstep(...args: readonly string[]): Promise<RunResult> {
    return this.lockstepWith({}, ...args);
  }

  /** The command with more, or less, in its environment. */
  lockstepWith(env: Readonly<Record<string, string | undefined>>, ...args: readonly string[]): Promise<RunResult> {
    if (this.killing === undefined) return this.#commands.run(args, { ...this.env, ...env });
    const running = this.#killed.run(args, { ...this.env, ...env }, this.#onStart);
    // The next command starts at once where this one is killed.
    this.#killed.prepare();
    return running;
  }

  /** The command as a process of its own, to be killed. */
  spawnLockstep(...args: readonly string[]): ChildProcess {
    const bin = join(this.root, "node_modules/.bin/lockstep");
    return spawn(process.execPath, [bin, ...args], {
      cwd: this.root,
      env: { ...environment(), ...this.env },
      stdio: "ignore",
    });
  }

  /**
   * The code as it is now, running on production.
   *
   * @param url production with the role of the application
   */
  async build(name: string, url = this.production): Promise<Build> {
    await this.generateClient();
    const folder = join(this.root, "..", `${this.root.split("/").at(-1)}-${name}`);
    cpSync(this.root, folder, {
      recursive: true,
      filter: (path) => !/^\/(node_modules|\.git)(\/|$)/.test(path.slice(this.root.length)),
    });
    symlinkSync(join(this.root, "node_modules"), join(folder, "node_modules"));
    const build = await Build.start(name, folder, url);
    this.#builds.push(build);
    return build;
  }

  async close(): Promise<void> {
    this.#commands.close();
    this.#killed.close();
    await Promise.all(this.#builds.map((build) => build.stop()));
    rmSync(this.root, { recursive: true, force: true });
    await Promise.all(this.#databases.map((database) => database.drop()));
  }

  /** How commands of the ORM are run. */
  protected runOptions(env: Readonly<Record<string, string | undefined>>): RunOptions {
    const all = { ...(this.killing === undefined ? {} : withPreload(killAt)), ...this.env, ...env };
    return { cwd: this.root, env: all, isGroup: this.killing !== undefined, onStart: this.#onStart };
  }

  readonly #onStart = (pid: number) => {
    this.killable = this.killing === undefined ? undefined : pid;
  };

  protected get env(): Readonly<Record<string, string>> {
    return { DATABASE_URL: this.development, PRODUCTION_DATABASE_URL: this.production, ...this.killing };
  }

  async #git(...args: string[]): Promise<void> {
    const user = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    await succeeded(run("git", [...user, ...args], { cwd: this.root }));
  }
}

/** Loaded into commands that are killed. */
const killAt = fileURLToPath(new URL("../support/kill-at.cjs", import.meta.url));

/** The result of a command that must succeed. */
export async function succeeded(running: Promise<RunResult>): Promise<RunResult> {
  const result = await running;
  if (result.code !== 0) throw new Error(`exit code ${result.code}: ${result.output}`);
  return result;
}
