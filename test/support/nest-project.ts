/** The NestJS example in a temporary folder, with the version of TypeORM that a test wants. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDatabase } from "./database.js";
import { publishedModules } from "./published.js";
import { environment, type RunResult, run } from "./run.js";
import { commands, type TypeormVersion, typeormVersions, withoutTypeCheck } from "./typeorm-project.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const modules = join(repository, "node_modules");

type Environment = Readonly<Record<string, string | undefined>>;

/** A copy of the example with two databases: the developer's and production's. Commands run on the developer's. */
export interface NestProject {
  readonly root: string;
  readonly development: string;
  readonly production: string;
  /** Text of a file, from the root. */
  read(file: string): string;
  write(file: string, text: string): void;
  edit(file: string, change: (text: string) => string): void;
  /** The stock CLI as package.json has it, by ts-node: `typeorm(["migration:run"], { DATABASE_URL })`. The data source is named. Types are not checked. */
  typeorm(args: readonly string[], env?: Environment): Promise<RunResult>;
  lockstep(args: readonly string[], env?: Environment): Promise<RunResult>;
  /** What a build server does: `tsc` into `dist`. */
  build(): Promise<RunResult>;
  /** Starts what was built last on a database. */
  start(databaseUrl: string): Promise<NestInstance>;
  /** Files that git sees as changed or new, with their two-letter state. */
  changedFiles(): Promise<string[]>;
  commit(message: string): Promise<void>;
  dispose(): Promise<void>;
}

/** One process of the app. */
export interface NestInstance {
  /** Where it listens. */
  readonly url: string;
  /** What it has printed so far, a line of JSON for each message. */
  log(): string;
  /** As a deployment does it: SIGTERM. Resolves to the exit code, which is 0 when it shut down in order. */
  stop(): Promise<number | null>;
}

/** Copies the example as a user has it: in version control, dependencies installed, Lockstep not yet set up. */
export async function createNest(version: TypeormVersion = "1.1.1"): Promise<NestProject> {
  const root = mkdtempSync(join(tmpdir(), "lockstep-nest-"));
  cpSync(join(repository, "examples/typeorm-nest"), root, {
    recursive: true,
    filter: (path) => !/node_modules|\/dist$/.test(path.slice(repository.length)),
  });
  install(root, version);
  const [development, production] = await Promise.all([createDatabase("nest_dev"), createDatabase("nest_prod")]);
  // Types are checked by every build.
  const env = { ...withoutTypeCheck, DATABASE_URL: development.url, PRODUCTION_DATABASE_URL: production.url };
  const node = (args: readonly string[], more: Environment = {}) =>
    run(process.execPath, args, { cwd: root, env: { ...env, ...more } });
  const bin = (name: keyof typeof commands) => join(root, "node_modules/.bin", name);
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], { cwd: root });
  const instances = new Set<NestInstance>();
  const project: NestProject = {
    root,
    development: development.url,
    production: production.url,
    read: (file) => readFileSync(join(root, file), "utf8"),
    write: (file, text) => writeFileSync(join(root, file), text),
    edit: (file, change) => project.write(file, change(project.read(file))),
    typeorm: (args, more) => node([bin("typeorm-ts-node-commonjs"), ...args, "-d", "src/data-source.ts"], more),
    lockstep: (args, more) => node([bin("lockstep"), ...args], more),
    build: () => node(["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]),
    async start(databaseUrl) {
      const instance = await startInstance(root, databaseUrl);
      instances.add(instance);
      return instance;
    },
    async changedFiles() {
      const { stdout } = await git("status", "--porcelain", "--untracked-files=all");
      return stdout.split("\n").filter((line) => line !== "");
    },
    async commit(message) {
      await git("add", "-A");
      const result = await git("commit", "--quiet", "--allow-empty", "-m", message);
      if (result.code !== 0) throw new Error(result.output);
    },
    async dispose() {
      await Promise.all([...instances].map((instance) => instance.stop()));
      rmSync(root, { recursive: true, force: true });
      await Promise.all([development.drop(), production.drop()]);
    },
  };
  await git("init", "--quiet", "-b", "main");
  await project.commit("The shop");
  return project;
}

/**
 * What `npm install` would make, of links into the repository's own packages. A link leads to the real folder, from where Node and
 * TypeScript look for what a package needs in turn: `@nestjs/typeorm` would find the repository's TypeORM. A copy of it finds the
 * project's.
 */
function install(root: string, version: TypeormVersion): void {
  const manifestFile = join(root, "package.json");
  const manifest = JSON.parse(readFileSync(manifestFile, "utf8"));
  manifest.dependencies.typeorm = version;
  writeFileSync(manifestFile, `${JSON.stringify(manifest, undefined, 2)}\n`);
  const packages = { ...manifest.dependencies, ...manifest.devDependencies };
  for (const name of [...Object.keys(packages), ...lockstepPackages]) {
    const target = join(root, "node_modules", name);
    mkdirSync(dirname(target), { recursive: true });
    if (name === "@nestjs/typeorm") cpSync(join(modules, name), target, { recursive: true });
    else symlinkSync(join(publishedModules(), name === "typeorm" ? typeormVersions[version] : name), target);
  }
  mkdirSync(join(root, "node_modules/.bin"));
  for (const [name, file] of Object.entries(commands))
    symlinkSync(join("..", file), join(root, "node_modules/.bin", name));
}

const lockstepPackages = ["@lockstep/core", "@lockstep/typeorm", "@lockstep/typeorm-wrapper"];

function startInstance(root: string, databaseUrl: string): Promise<NestInstance> {
  const env = { ...environment(), DATABASE_URL: databaseUrl, HOST: "127.0.0.1", PORT: "0" };
  const child = spawn(process.execPath, ["dist/main.js"], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const stop = () => {
    child.kill("SIGTERM");
    return exited;
  };
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        log += chunk;
        const url = /Server listening at (http:[\w/.:]+)/.exec(log)?.[1];
        if (url !== undefined) resolve({ url, log: () => log, stop });
      });
    child.once("error", reject);
    void exited.then(() => reject(new Error(`The app did not start:\n${log.slice(-2_000)}`)));
  });
}
