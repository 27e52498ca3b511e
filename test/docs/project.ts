/** A small application in a temporary folder, for somebody who follows a page: what is typed there runs in a shell. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { createDatabase, type TestDatabase } from "../support/database.js";
import { publishedModules } from "../support/published.js";
import { run } from "../support/run.js";
import { withoutTypeCheck } from "../support/typeorm-project.js";

export interface App {
  /** Files by their paths. */
  readonly files: Readonly<Record<string, string>>;
  /** What is installed. */
  readonly packages: readonly string[];
  /** Commands of these packages: "prisma" → "prisma/build/index.js". */
  readonly commands: Readonly<Record<string, string>>;
  /** Packages of its own by name: "@acme/db" → "packages/db". */
  readonly links?: Readonly<Record<string, string>>;
  /** Where the models are. Default: the root. */
  readonly folder?: string;
  /** Packages that the registry has, with their versions. */
  readonly registry?: Readonly<Record<string, string>>;
  /** Typed before the page begins. */
  readonly before?: readonly string[];
  /** Brings a database to where the application is in use. Default: all stay empty. */
  readonly prepare?: { readonly migrate: Migrate; readonly rows: (rows: number) => string };
  /** By the variables of their URLs. Default: DATABASE_URL and PRODUCTION_DATABASE_URL. */
  readonly databases?: Readonly<Record<string, Database>>;
}

export interface Database {
  readonly rows: number;
  /** A schema in the database of another variable, above it in the list. */
  readonly schema?: { readonly name: string; readonly of: string };
}

/** Runs the migrations of the application. @param shell with DATABASE_URL for the database */
export type Migrate = (database: {
  /** The absolute path of `App.folder`. */
  readonly folder: string;
  readonly url: string;
  type(command: string): Promise<string>;
}) => Promise<unknown>;

export interface Project {
  readonly root: string;
  /** @returns all that a command printed, as a page shows it */
  type(command: string): Promise<string>;
  /** Text of a file, whose path may have a page's times in it; as a page shows it. */
  read(file: string): string;
  write(file: string, text: string): void;
  /** How a file differs from the last commit, without the lines that say where. */
  diff(file: string): Promise<string>;
  query(variable: string, sql: string): Promise<unknown[]>;
  /**
   * A transaction that somebody leaves open. Migrations give up sooner meanwhile.
   * @returns what ends it
   */
  hold(variable: string, sql: string): Promise<() => Promise<void>>;
  dispose(): Promise<void>;
}

const inUse: Readonly<Record<string, Database>> = {
  DATABASE_URL: { rows: 20 },
  PRODUCTION_DATABASE_URL: { rows: 2_000 },
};

export async function createProject(app: App): Promise<Project> {
  const root = mkdtempSync(join(tmpdir(), "lockstep-page-"));
  const databases = Object.entries(app.databases ?? inUse);
  const made = new Map<string, TestDatabase>();
  const env: Record<string, string> = {};
  for (const [name, { schema }] of databases) {
    if (schema === undefined) made.set(name, await createDatabase(`page_${name}`));
    env[name] = schema === undefined ? (made.get(name)?.url ?? "") : `${env[schema.of]}?schema=${schema.name}`;
  }
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  for (const [file, text] of Object.entries(app.files)) write(file, text);
  const home = join(root, app.folder ?? ".");
  link(root, app);

  const shell = async (command: string, more: Readonly<Record<string, string | undefined>> = {}) =>
    run("bash", ["-c", `exec 2>&1\n${npx}\n${command}`], { cwd: root, env: { ...quiet, PATH, ...env, ...more } });
  const query = async (variable: string, sql: string) => {
    const client = new pg.Client({ connectionString: withSearchPath(env[variable] ?? "") });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const typed = async (command: string, more: Readonly<Record<string, string>> = {}) => {
    const { code, output } = await shell(command, more);
    if (code !== 0) throw new Error(`${command}\n${output}`);
    return output;
  };
  const git = (command: string) => typed(`git ${command}`);
  await git("init --quiet -b main");
  await git("config user.name Ada && git config user.email ada@example.com");
  await git("add -A && git commit --quiet -m 'The application'");
  if (app.prepare !== undefined)
    for (const [name, { rows, schema }] of databases) {
      if (schema !== undefined) await query(name, `CREATE SCHEMA "${schema.name}"`);
      const url = withSearchPath(env[name] ?? "");
      await app.prepare.migrate({ folder: home, url, type: (command) => typed(command, { DATABASE_URL: url }) });
      await query(name, app.prepare.rows(rows));
    }

  const kept = app.registry === undefined ? undefined : fetched(root, app.registry);
  const shown = new Shown(
    root,
    [...made].map(([name, { url }]) => [url, name]),
  );
  const project: Project = {
    root,
    type: async (command) => shown.of((await shell(shown.back(command))).output),
    read: (file) => shown.of(readFileSync(join(root, shown.back(file)), "utf8")),
    write: (file, text) => write(shown.back(file), text),
    async diff(file) {
      const text = await git(`add -A && git diff --cached --unified=3 HEAD -- '${shown.back(file)}'`);
      await git("reset --quiet");
      return shown.of(text.replace(/^[^@]*?(?=^@@)/m, "").replace(/^@@ .*$/gm, "@@"));
    },
    query,
    async hold(variable, sql) {
      const client = new pg.Client({ connectionString: env[variable], application_name: "report" });
      await client.connect();
      const database = new URL(env[variable] ?? "").pathname.slice(1);
      await client.query(`ALTER DATABASE "${database}" SET statement_timeout = '4s'`);
      await client.query("BEGIN");
      await client.query(sql);
      return async () => {
        await client.query("COMMIT");
        await client.query(`ALTER DATABASE "${database}" RESET statement_timeout`);
        await client.end();
      };
    },
    async dispose() {
      for (const folder of [root, kept]) if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      await Promise.all([...made.values()].map((each) => each.drop()));
    },
  };
  for (const command of app.before ?? []) await project.type(command);
  return project;
}

/** npm would say which script it runs, and what it thinks of its settings. */
const quiet = { npm_config_loglevel: "silent", ...withoutTypeCheck };

const PATH = [fileURLToPath(new URL("./registry", import.meta.url)), process.env.PATH].join(delimiter);

/** Before it is installed `npx @lockstep/prisma` would ask the registry; nothing else is fetched from there either. */
const npx = `npx() {
  case " $* " in *" --confirm "*) set -- "$@" --by ada@example.com;; esac # as on a terminal
  case "$1" in
  @lockstep/*) local plugin="\${1#@lockstep/}"; shift; node "${publishedModules()}/@lockstep/$plugin/bin/lockstep.js" "$@";;
  *) command npx --no -- "$@";;
esac; }`;

function link(root: string, { packages, commands, links = {} }: App): void {
  for (const [name, folder] of Object.entries(links)) put(join(root, "node_modules", name), join(root, folder));
  for (const name of packages) put(join(root, "node_modules", name), join(publishedModules(), name));
  for (const [name, file] of Object.entries(commands)) put(join(root, "node_modules/.bin", name), join("..", file));
}

/** What npm installs beside the links, in a folder of its own. @returns it */
function fetched(root: string, packages: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-registry-"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: packages }));
  execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder });
  for (const name of Object.keys(packages)) put(join(root, "node_modules", name), join(folder, "node_modules", name));
  return folder;
}

function put(path: string, target: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

/** A URL with `?schema=`, which is Prisma's, as the driver understands it. */
function withSearchPath(text: string): string {
  const url = new URL(text);
  const schema = url.searchParams.get("schema");
  url.search = schema === null ? "" : `?options=-c%20search_path%3D${schema}`;
  return url.toString();
}

/** What is another one in each run, as the pages have it. */
class Shown {
  readonly #known = new Map<string, string>();
  readonly #started = Date.now();

  constructor(
    readonly root: string,
    readonly urls: readonly (readonly [string, string])[],
  ) {}

  /** Text of a run → text of a page. */
  of(text: string): string {
    return (
      this.urls
        .reduce((each, [url, name]) => {
          const { host, pathname } = new URL(url);
          const own =
            name === "DATABASE_URL" ? "app_dev" : name === "PRODUCTION_DATABASE_URL" ? "app" : name.toLowerCase();
          return each.replaceAll(host, "localhost:5432").replaceAll(pathname.slice(1), own);
        }, text)
        .replaceAll(this.root, "/app")
        // The times in the names of migrations, by which they are ordered.
        .replace(/(?<!\d)(?:20\d{12}|1[78]\d{11})(?!\d)/g, (time) => this.#timeOf(time))
        // What a machine that is busy says more often.
        .replace(/^(?:Checking the types of the chosen edits| {2}[░█]+) .*\n/gm, "")
        .replace(/\bfilled in \d+ batch(?:es)?\b/g, "filled in 2 batches")
        .replace(/\bpid \d+/g, "pid 4711")
        .replace(/(\bsince|" for) \d+ (?:s|min)\b/g, "$1 12 s")
        .replace(/\bin \d+(?:\.\d+)?m?s\b/g, "in 52ms")
        .replace(/\bon 20\d\d-\d\d-\d\d \d\d:\d\d UTC\b/g, "on 2026-12-01 10:15 UTC")
        .replace(/ --by "<name>"( {3}# .*); with the name of .*/g, "$1") // as on a terminal
        .replace(/[ \t]+$/gm, "")
        .replace(/^\n+|\n+$/g, "")
    );
  }

  /** The times of a page → those of this run. */
  back(text: string): string {
    return [...this.#known].reduce((each, [real, page]) => each.replaceAll(page, real), text);
  }

  #timeOf(time: string): string {
    const isDigits = time.length === 14;
    const at = isDigits ? Date.parse(time.replace(/(....)(..)(..)(..)(..)(..)/, "$1-$2-$3T$4:$5:$6Z")) : Number(time);
    if (!(at > this.#started - day)) return time;
    const known = this.#known.get(time);
    if (known !== undefined) return known;
    const made = new Date(first + 1_000 * this.#known.size);
    const page = isDigits ? made.toISOString().replace(/\D/g, "").slice(0, 14) : String(first + this.#known.size);
    this.#known.set(time, page);
    return page;
  }
}

const day = 24 * 60 * 60 * 1000;
/** When pages happen. */
const first = Date.parse("2026-12-01T10:15:00Z");
