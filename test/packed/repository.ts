/** A repository as somebody has it: its own package manager, compiler and formatter, with the published packages installed. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createDatabase } from "../support/database.js";
import { createMariadbDatabase } from "../support/mariadb.js";
import { type RunResult, run } from "../support/run.js";
import { type ManagerId, managers } from "./managers.js";
import { registry } from "./registry.js";

export type FormatterId = "prettier 2" | "prettier 3" | "biome" | "dprint" | "none";

/** What a repository has besides its code. */
export interface Shape {
  readonly name: string;
  readonly manager: ManagerId;
  readonly typescript: string;
  readonly formatter: FormatterId;
  /** ESLint, with the rules that ask the compiler. Default: false. */
  readonly isLinted?: boolean;
  /** Versions that packages of a pnpm workspace take from it: "catalog:". */
  readonly catalog?: Readonly<Record<string, string>>;
  /** Where the ORM, the models and Lockstep are, from the root: "packages/db". Default: the root. */
  readonly folder?: string;
  /** Folders that are compiled, each with a tsconfig.json. Default: those of `packages`. */
  readonly projects?: readonly string[];
  /** Files that Lockstep has to name for a column of User, by their paths from `folder`. */
  readonly places?: readonly string[];
  /** Variables that every command there has. */
  readonly env?: Readonly<Record<string, string>>;
  /** Versions that the whole repository is held to, whatever its dependencies ask for. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** All files, by their paths from the root. */
  readonly files: Readonly<Record<string, string>>;
  /** Packages by their folders; those that `package.json` of a folder has besides what is here. */
  readonly packages: Readonly<Record<string, Package>>;
  /** Default: PostgreSQL. */
  readonly database?: "MariaDB";
  /** As far as the first phase, but for the nightly run: where another repository has nearly the same phases. Default: all phases. */
  readonly depth?: "expand";
  /** At night only: what it is made of is in others, too, each part in one of them. */
  readonly isNightly?: true;
}

export interface Package {
  readonly name: string;
  readonly isModule?: boolean;
  readonly exports?: string;
  /** Settings of Prisma 6 in package.json. */
  readonly prisma?: { readonly schema: string };
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
    packages: { "@biomejs/biome": "2.6.8" },
    files: {
      "biome.json": `${JSON.stringify({ formatter: { indentStyle: "tab", lineWidth: 80 }, vcs: { enabled: true, clientKind: "git", useIgnoreFile: true } }, null, "\t")}\n`,
    },
    check: ["biome", "check", "."],
    write: ["biome", "check", "--write", "."],
  },
  dprint: {
    packages: { dprint: "0.54.0", "@dprint/typescript": "0.96.1" },
    files: {
      "dprint.json": `${JSON.stringify({ typescript: { quoteStyle: "alwaysSingle", semiColons: "asi", lineWidth: 100 }, includes: ["**/*.ts"], excludes: ["**/node_modules", "**/dist", "**/generated"], plugins: ["./node_modules/@dprint/typescript/plugin.wasm"] }, null, 2)}\n`,
    },
    check: ["dprint", "check"],
    write: ["dprint", "fmt"],
  },
  none: { packages: {}, files: {}, check: [], write: [] },
};

const linter = {
  packages: { eslint: "9.39.1", "typescript-eslint": "8.46.3" },
  files: {
    "eslint.config.mjs": `import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/generated", "**/dist", "**/*.mjs"] },
  tseslint.configs.recommendedTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  { languageOptions: { parserOptions: { projectService: true } } },
);
`,
  },
  check: ["eslint", "."],
};

/** What a change leaves as it was: the compiler, the linter and the formatter of the repository itself are as content as before. */
export interface Repository {
  readonly shape: Shape;
  readonly root: string;
  /** The absolute path of `shape.folder`. */
  readonly home: string;
  readonly development: string;
  readonly production: string;
  read(file: string): string;
  write(file: string, text: string): void;
  edit(file: string, change: (text: string) => string): void;
  /** A line for the shell, typed in `shape.folder`. */
  type(line: string, env?: Readonly<Record<string, string>>): Promise<RunResult>;
  /** `npx lockstep status`, as this repository's package manager has it. */
  run(command: string, env?: Readonly<Record<string, string>>): Promise<RunResult>;
  /** A script of the package in `shape.folder`, as it is typed. */
  script(name: string, args?: string): string;
  git(...args: string[]): Promise<string>;
  commit(message: string): Promise<void>;
  /** What people run before they commit: the repository's own formatter, over everything. */
  format(): Promise<void>;
  /** What the repository's own compiler, linter and formatter have against it, nothing where all is well. */
  complaints(): Promise<string>;
  dispose(): Promise<void>;
}

export async function createRepository(shape: Shape): Promise<Repository> {
  const manager = managers[shape.manager];
  const root = mkdtempSync(join(tmpdir(), "lockstep-packed-app-"));
  const home = join(root, shape.folder ?? ".");
  const create = shape.database === "MariaDB" ? createMariadbDatabase : createDatabase;
  const [development, production] = await Promise.all([create("packed_dev"), create("packed_prod")]);
  const env = {
    ...manager.env,
    NODE_OPTIONS: "",
    DATABASE_URL: development.url,
    PRODUCTION_DATABASE_URL: production.url,
    ...shape.env,
  };
  const shell = (folder: string, line: string, more: Readonly<Record<string, string>> = {}) =>
    run("sh", ["-c", line], { cwd: folder, env: { ...env, ...more } });
  /** A tool of the repository, without the package manager: what it says is what counts. */
  const tool = (folder: string, [command = "", ...args]: readonly string[]) => {
    const place = [folder, root].map((each) => join(each, "node_modules/.bin", command)).find(existsSync);
    return run(place ?? command, args, { cwd: folder, env });
  };
  const { check, write } = formatters[shape.formatter];
  const repository: Repository = {
    shape,
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
    type: (line, more) => shell(home, line, more),
    run: (command, more) => shell(home, `${manager.typed} ${command}`, more),
    script: (name, args) => `${manager.script[0]} ${name}${args === undefined ? "" : ` ${manager.script[1]}${args}`}`,
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
      if (write.length > 0) await tool(root, write);
    },
    async complaints() {
      // Incremental: what a step did not touch is not looked at again.
      const compiler = ["tsc", "--noEmit", "--incremental", "--tsBuildInfoFile", "node_modules/.cache/tsc.json"];
      const checks = [
        ...(shape.projects ?? Object.keys(shape.packages)).map((folder) => () => tool(join(root, folder), compiler)),
        ...(shape.isLinted === true ? [() => tool(root, linter.check)] : []),
        ...(check.length > 0 ? [() => tool(root, check)] : []),
      ];
      const failed: string[] = [];
      for (const run of checks) {
        const { code, output } = await run();
        if (code !== 0) failed.push(output === "" ? `exit ${code}` : output);
      }
      return failed.join("\n");
    },
    async dispose() {
      rmSync(root, { recursive: true, force: true });
      await Promise.all([development.drop(), production.drop()]);
    },
  };
  const files = { ...manager.files(await registry()), ...shape.files };
  for (const [file, text] of Object.entries(files)) repository.write(file, text);
  writeManifests(repository, shape);
  const installed = await shell(root, manager.install);
  if (installed.code !== 0) throw new Error(installed.output);
  await repository.git("init", "--quiet", "-b", "main");
  // As the team would have left it.
  await repository.format();
  await repository.commit("The application");
  return repository;
}

/** Every `package.json`. Lockstep's packages are in none: `init` adds them. */
function writeManifests(repository: Repository, shape: Shape): void {
  const isWorkspace = shape.folder !== undefined && shape.folder !== ".";
  const tools = [formatters[shape.formatter], ...(shape.isLinted === true ? [linter] : [])];
  for (const { files } of tools) for (const [file, text] of Object.entries(files)) repository.write(file, text);
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
        ...(isRoot ? Object.assign({}, ...tools.map(({ packages }) => packages)) : {}),
        ...(isRoot && isWorkspace && shape.isLinted !== true
          ? {}
          : { typescript: shape.typescript, "@types/node": "20.19.0" }),
        ...devDependencies,
      },
      ...(isRoot ? rootFields(shape, isWorkspace ? folders : undefined) : {}),
    };
    repository.write(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  }
  if (shape.manager.startsWith("pnpm") && isWorkspace)
    repository.write("pnpm-workspace.yaml", workspaceYaml(folders, shape.catalog ?? {}));
}

function workspaceYaml(folders: readonly string[], catalog: Readonly<Record<string, string>>): string {
  const versions = Object.entries(catalog).map(([name, version]) => `  "${name}": ${version}\n`);
  return [
    "packages:\n",
    ...folders.map((folder) => `  - "${folder}"\n`),
    ...(versions.length === 0 ? [] : ["catalog:\n", ...versions]),
  ].join("");
}

/** Overrides, each manager's way. */
function rootFields({ manager, overrides = {} }: Shape, workspaces: readonly string[] | undefined): object {
  if (manager.startsWith("pnpm")) return { pnpm: { overrides } };
  const listed = workspaces === undefined ? {} : { workspaces };
  return { ...listed, [manager.startsWith("yarn") ? "resolutions" : "overrides"]: overrides };
}
