import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import pg from "pg";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { runGit } from "../support/repository.js";
import type { RunResult } from "../support/run.js";
import { type Branch, branches } from "./history.js";
import type { Environment, Field, HistoryProject } from "./project.js";

/** Databases that each history copies: the first migration, without rows and with them. */
export interface Templates {
  readonly empty: string;
  readonly seeded: string;
  drop(): Promise<void>;
}

/** Rows of the seed. Each name and each note is another one, so that every fill is unique. */
export const seededRows = 12;

export async function createTemplates(project: HistoryProject): Promise<Templates> {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-histories-"));
  writeFiles(folder, project.files);
  project.link(folder);
  const empty = await createDatabase("histories_empty");
  await project.apply(folder, empty.url);
  const seeded = await createDatabase("histories_seeded", empty.url);
  await query(
    seeded.url,
    `INSERT INTO "User" (email, name, note, team) SELECT 'User.' || n || '@X.io', 'Name ' || n, 'Note ' || n, 'Team ' || n % 3 FROM generate_series(1, ${seededRows}) n`,
  );
  rmSync(folder, { recursive: true });
  return {
    empty: empty.url,
    seeded: seeded.url,
    drop: async () => void (await Promise.all([empty.drop(), seeded.drop()])),
  };
}

/** A repository with a worktree and a development database for each branch, and production. */
export class World {
  readonly project: HistoryProject;
  readonly #templates: Templates;
  readonly #root = realpathSync(mkdtempSync(join(tmpdir(), "lockstep-history-")));
  readonly #databases: TestDatabase[] = [];
  readonly #development = new Map<Branch, string>();
  production = "";

  constructor(project: HistoryProject, templates: Templates) {
    this.project = project;
    this.#templates = templates;
  }

  async open(): Promise<this> {
    const { project } = this;
    const main = this.tree("main");
    mkdirSync(main);
    writeFiles(main, project.files);
    this.git("main", "init", "--quiet", "-b", "main");
    this.commit("main", "The application");
    for (const branch of branches) {
      if (branch !== "main") this.git("main", "worktree", "add", "--quiet", "-b", branch, this.tree(branch));
      project.link(this.tree(branch));
    }
    this.production = await this.database(this.#templates.seeded);
    return this;
  }

  tree(branch: Branch): string {
    return join(this.#root, branch);
  }

  async database(template = this.#templates.empty): Promise<string> {
    const made = await createDatabase("history", template);
    this.#databases.push(made);
    return made.url;
  }

  /** A database with the first migration. @param use gets its URL; then it goes */
  async withEmpty<T>(use: (url: string) => Promise<T>): Promise<T> {
    const made = await createDatabase("history_replay", this.#templates.empty);
    try {
      return await use(made.url);
    } finally {
      await made.drop();
    }
  }

  /** @param isNew as `migrate reset` leaves it */
  async env(branch: Branch, isNew = false): Promise<Environment> {
    const known = isNew ? undefined : this.#development.get(branch);
    const development = known ?? (await this.database());
    this.#development.set(branch, development);
    return { DATABASE_URL: development, PRODUCTION_DATABASE_URL: this.production };
  }

  git(branch: Branch, ...args: readonly string[]): string {
    return runGit(this.tree(branch), args);
  }

  /** @returns whether there was anything */
  commit(branch: Branch, message: string): boolean {
    this.git(branch, "add", "--all");
    if (this.git(branch, "status", "--porcelain") === "" && message !== "The application") return false;
    this.git(branch, "commit", "--quiet", "--allow-empty", "-m", message);
    return true;
  }

  /** As the last commit has it. */
  discard(branch: Branch): void {
    this.git(branch, "reset", "--quiet", "--hard");
    this.git(branch, "clean", "-fdq");
  }

  read(branch: Branch, file: string): string {
    return readFileSync(join(this.tree(branch), file), "utf8");
  }

  write(branch: Branch, file: string, text: string): void {
    writeFiles(this.tree(branch), { [file]: text });
  }

  fields(branch: Branch): readonly Field[] {
    return this.project.fields(this.read(branch, this.project.modelFile));
  }

  /** Plans by their ids, oldest first, with what the oracle needs of them. */
  plans(branch: Branch): readonly PlanOf[] {
    const folder = join(this.tree(branch), "lockstep");
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((id) => existsSync(join(folder, id, "plan.json")))
      .sort()
      .flatMap((id) => {
        try {
          const {
            state,
            columns,
            drops = [],
          } = JSON.parse(readFileSync(join(folder, id, "plan.json"), "utf8")) as PlanFile;
          return [{ id, released: state.released, columns, drops: drops.flatMap(({ name }) => name ?? []) }];
        } catch {
          // Conflict markers: Lockstep reports them.
          return [];
        }
      });
  }

  async lockstep(branch: Branch, ...argv: readonly string[]): Promise<RunResult> {
    return this.project.lockstep(this.tree(branch), argv, await this.env(branch));
  }

  async applied(url = this.production): Promise<readonly string[]> {
    return (await query(url, this.project.appliedSql)).map(({ name }) => String(name));
  }

  async close(): Promise<void> {
    rmSync(this.#root, { recursive: true, force: true });
    await Promise.all(this.#databases.map((database) => database.drop()));
  }
}

/** What the oracle reads of plan.json. */
interface PlanFile {
  readonly state: { readonly released: PlanOf["released"] };
  readonly columns: PlanOf["columns"];
  readonly drops?: readonly { readonly name?: string }[];
}

export interface PlanOf {
  readonly id: string;
  readonly released: "expand" | "switch" | "contract" | "undone";
  /** Columns that it adds, or makes required. */
  readonly columns: readonly {
    readonly name: string;
    readonly isRelaxed: boolean;
    readonly fill?: { readonly sql?: string };
  }[];
  /** Columns that it drops. */
  readonly drops: readonly string[];
}

export function writeFiles(root: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
}

export async function query(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
