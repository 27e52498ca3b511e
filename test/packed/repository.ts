/** A repository as somebody has it: its own package manager, compiler and formatter, with the published packages installed. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createDatabase } from "../support/database.js";
import { type RunResult, run } from "../support/run.js";
import { type ManagerId, managers } from "./managers.js";
import { tarballs } from "./packages.js";

export type FormatterId = "prettier 2" | "prettier 3" | "biome" | "none";

/** What a repository has besides its code. */
export interface Shape {
  readonly name: string;
  readonly manager: ManagerId;
  readonly typescript: string;
  readonly formatter: FormatterId;
  /** Where the ORM, the models and Lockstep are, from the root: "packages/db". Default: the root. */
  readonly folder?: string;
  /** Versions that the whole repository is held to, whatever its dependencies ask for. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** All files, by their paths from the root. */
  readonly files: Readonly<Record<string, string>>;
  /** Packages by their folders; those that `package.json` of a folder has besides what is here. */
  readonly packages: Readonly<Record<string, Package>>;
}

export interface Package {
  readonly name: string;
  readonly isModule?: boolean;
  readonly exports?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const ignored = "node_modules\ndist\ngenerated\n*.lock\n*-lock.*\n";

const formatters: Readonly<
  Record<
    FormatterId,
    { packages: Record<string, string>; files: Record<string, string>; check: string[]; write: string[] }
  >
> = {
  "prettier 2": {
    packages: { prettier: "2.8.8" },
    files: { ".prettierrc": `{ "semi": false, "singleQuote": true, "tabWidth": 4 }\n`, ".prettierignore": ignored },
    check: ["prettier", "--check", "."],
    write: ["prettier", "--write", "."],
  },
  "prettier 3": {
    packages: { prettier: "3.10.1" },
    files: { ".prettierrc": `{ "singleQuote": true, "printWidth": 90 }\n`, ".prettierignore": ignored },
    check: ["prettier", "--check", "."],
    write: ["prettier", "--write", "."],
  },
  biome: {
    packages: { "@biomejs/biome": "2.5.15" },
    files: {
      "biome.json": `${JSON.stringify({ formatter: { indentStyle: "tab", lineWidth: 80 }, vcs: { enabled: true, clientKind: "git", useIgnoreFile: true } }, null, "\t")}\n`,
    },
    check: ["biome", "check", "."],
    write: ["biome", "check", "--write", "."],
  },
  none: { packages: {}, files: {}, check: [], write: [] },
};

/** What a change leaves as it was: the compiler and the formatter of the repository itself are as content as before. */
export interface Repository {
  readonly root: string;
  /** The absolute path of `shape.folder`. */
  readonly home: string;
  readonly development: string;
  readonly production: string;
  read(file: string): string;
  write(file: string, text: string): void;
  edit(file: string, change: (text: string) => string): void;
  /** A command of the project as it is typed there, in `shape.folder`: `run("lockstep", ["status"])`. */
  run(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<RunResult>;
  /** The same, from another folder. */
  runIn(
    folder: string,
    command: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<RunResult>;
  /** A script of the package in `shape.folder`. */
  runScript(name: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<RunResult>;
  git(...args: string[]): Promise<string>;
  commit(message: string): Promise<void>;
  /** What people run before they commit: the repository's own formatter, over everything. */
  format(): Promise<void>;
  /** What the repository's own compiler and formatter have against it, nothing where all is well. */
  complaints(): Promise<string>;
  dispose(): Promise<void>;
}

export async function createRepository(shape: Shape): Promise<Repository> {
  const manager = managers[shape.manager];
  const root = mkdtempSync(join(tmpdir(), "lockstep-packed-app-"));
  const home = join(root, shape.folder ?? ".");
  const [development, production] = await Promise.all([createDatabase("packed_dev"), createDatabase("packed_prod")]);
  const env = {
    ...manager.env,
    NODE_OPTIONS: "",
    DATABASE_URL: development.url,
    PRODUCTION_DATABASE_URL: production.url,
  };
  const repository: Repository = {
    root,
    home,
    development: development.url,
    production: production.url,
    read: (file) => readFileSync(join(root, file), "utf8"),
    write: (file, text) => {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    },
    edit: (file, change) => repository.write(file, change(repository.read(file))),
    run: (command, args, more) => repository.runIn(home, command, args, more),
    runIn: (folder, command, args, more = {}) => {
      const [head = "npx", ...words] = manager.exec === undefined ? ["npx"] : [...manager.command, ...manager.exec];
      return run(head, [...words, command, ...args], { cwd: folder, env: { ...env, ...more } });
    },
    runScript: (name, args, more = {}) => {
      const [head = "npm", ...words] = [...manager.command, "run", name];
      // npm and yarn 1 want to be told where their own options end.
      const rest = args.length > 0 && shape.manager === "npm" ? ["--", ...args] : args;
      return run(head, [...words, ...rest], { cwd: home, env: { ...env, ...more } });
    },
    async git(...args) {
      const given = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args];
      const result = await run("git", given, { cwd: root });
      if (result.code !== 0) throw new Error(`git ${args.join(" ")}: ${result.output}`);
      return result.stdout;
    },
    async commit(message) {
      await repository.git("add", "-A");
      await repository.git("commit", "--quiet", "--allow-empty", "-m", message);
    },
    async format() {
      const [command, ...args] = formatters[shape.formatter].write;
      if (command !== undefined) await repository.runIn(root, command, args);
    },
    async complaints() {
      const { check } = formatters[shape.formatter];
      const [command, ...args] = check;
      const checks = [
        ...Object.keys(shape.packages).map((folder) => repository.runIn(join(root, folder), "tsc", ["--noEmit"])),
        ...(command === undefined ? [] : [repository.runIn(root, command, args)]),
      ];
      const failed = (await Promise.all(checks)).filter(({ code }) => code !== 0);
      return failed.map(({ output }) => output).join("\n");
    },
    async dispose() {
      rmSync(root, { recursive: true, force: true });
      await Promise.all([development.drop(), production.drop()]);
    },
  };
  for (const [file, text] of Object.entries({ ...manager.files, ...shape.files })) repository.write(file, text);
  writeManifests(repository, shape);
  const [head = "npm", ...words] = manager.command;
  const installed = await run(head, [...words, ...manager.install], { cwd: root, env });
  if (installed.code !== 0) throw new Error(installed.output);
  await repository.git("init", "--quiet", "-b", "main");
  // As the team would have left it.
  await repository.format();
  await repository.commit("The application");
  return repository;
}

/** Every `package.json`, with the tarballs where `npm install --save-dev @lockstep/…` would have put the packages. */
function writeManifests(repository: Repository, shape: Shape): void {
  const home = shape.folder ?? ".";
  const { files, packages } = formatters[shape.formatter];
  for (const [file, text] of Object.entries(files)) repository.write(file, text);
  const isWorkspace = home !== ".";
  const folders = Object.keys(shape.packages);
  const all: Readonly<Record<string, Package>> = isWorkspace
    ? { ".": { name: "root" }, ...shape.packages }
    : shape.packages;
  for (const [folder, { isModule, devDependencies, ...rest }] of Object.entries(all)) {
    const isRoot = folder === ".";
    const manifest = {
      version: "1.0.0",
      private: true,
      ...(isModule === true ? { type: "module" } : {}),
      ...rest,
      devDependencies: {
        ...(isRoot ? packages : {}),
        ...(isRoot && isWorkspace ? {} : { typescript: shape.typescript, "@types/node": "20.19.0" }),
        ...devDependencies,
        ...(folder === home ? lockstepOf(shape) : {}),
      },
      ...(isRoot ? rootFields(shape, isWorkspace ? folders : undefined) : {}),
    };
    repository.write(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  }
  if (shape.manager.startsWith("pnpm") && isWorkspace)
    repository.write("pnpm-workspace.yaml", `packages:\n${folders.map((folder) => `  - "${folder}"\n`).join("")}`);
}

function lockstepOf(shape: Shape): Record<string, string> {
  const made = tarballs();
  const uses = (name: string) =>
    Object.values(shape.packages).some(({ dependencies }) => dependencies?.[name] !== undefined);
  const names = uses("typeorm") ? ["@lockstep/typeorm", "@lockstep/typeorm-wrapper"] : ["@lockstep/prisma"];
  return Object.fromEntries(names.map((name) => [name, `file:${made[name]}`]));
}

/** Overrides, each manager's way: the application's own, and ours, which no registry has. */
function rootFields(shape: Shape, workspaces: readonly string[] | undefined): object {
  const made = Object.fromEntries(Object.entries(tarballs()).map(([name, file]) => [name, `file:${file}`]));
  const held = { ...shape.overrides, ...made };
  const listed = workspaces === undefined || shape.manager.startsWith("pnpm") ? {} : { workspaces };
  if (shape.manager.startsWith("pnpm")) return { pnpm: { overrides: held } };
  if (shape.manager.startsWith("yarn")) return { ...listed, resolutions: held };
  // npm wants the version of a direct dependency and its override to be one.
  return { ...listed, overrides: { ...shape.overrides, "@lockstep/core": made["@lockstep/core"] } };
}
