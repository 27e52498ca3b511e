/** Small TypeORM projects in temporary folders, run by the stock CLI of the version that they have. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { publishedModules } from "./published.js";
import { type RunResult, run } from "./run.js";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** The versions that the tests run with, and the names that they are installed under. */
export const typeormVersions = {
  "1.1.1": "typeorm",
  "0.3.31": "typeorm-0.3",
  "0.3.20": "typeorm-0.3.20",
} as const;
export type TypeormVersion = keyof typeof typeormVersions;

/** What loads the project's files: `node` needs JavaScript. */
export const runners = {
  tsx: ["--import", "tsx", "node_modules/typeorm/cli.js"],
  "ts-node": ["node_modules/typeorm/cli-ts-node-commonjs.js"],
  node: ["node_modules/typeorm/cli.js"],
} as const;
export type Runner = keyof typeof runners;

/** ts-node checks the types of all that it loads, in every run, which takes it ten times as long. */
export const withoutTypeCheck = { TS_NODE_TRANSPILE_ONLY: "true" };

/** What npm puts into `.bin`, with the CLI of the project's own version. */
export const commands = {
  typeorm: "typeorm/cli.js",
  "typeorm-ts-node-commonjs": "typeorm/cli-ts-node-commonjs.js",
  "typeorm-ts-node-esm": "typeorm/cli-ts-node-esm.js",
  tsx: "tsx/dist/cli.mjs",
  lockstep: "@lockstep/typeorm/bin/lockstep.js",
};

export interface TypeormProjectOptions {
  readonly version: TypeormVersion;
  readonly module: "commonjs" | "esm";
  readonly language?: "ts" | "js";
  /** Files by their paths from the root, besides package.json, tsconfig.json and the data source. */
  readonly files?: Readonly<Record<string, string>>;
  /** More of package.json. */
  readonly manifest?: object;
}

export interface TypeormFixture {
  readonly root: string;
  readonly dataSourceFile: string;
  write(file: string, text: string): void;
  /** The stock CLI: `cli("tsx", ["migration:run"], { DATABASE_URL })`. The data source is named. Types are not checked. */
  cli(runner: Runner, args: readonly string[], env?: Readonly<Record<string, string | undefined>>): Promise<RunResult>;
  dispose(): void;
}

/** A project whose data source takes its URL from DATABASE_URL and its transaction mode from TRANSACTION_MODE. */
export function createTypeormProject(options: TypeormProjectOptions): TypeormFixture {
  const { version, module, language = "ts", files = {}, manifest = {} } = options;
  const root = mkdtempSync(join(tmpdir(), "lockstep-typeorm-"));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const dataSourceFile = `src/data-source.${language}`;
  const type = module === "esm" ? { type: "module" } : {};
  write(
    "package.json",
    JSON.stringify({ name: "app", private: true, ...type, dependencies: { typeorm: version }, ...manifest }),
  );
  write("tsconfig.json", JSON.stringify({ compilerOptions: compilerOptions[module] }));
  write(dataSourceFile, dataSource(language, module));
  for (const [file, text] of Object.entries(files)) write(file, text);
  mkdirSync(join(root, "node_modules"));
  symlinkSync(join(modules, typeormVersions[version]), join(root, "node_modules/typeorm"));
  for (const name of ["@types", "@lockstep", "mysql2", "pg", "reflect-metadata", "ts-node", "tsx", "typescript"])
    symlinkSync(join(publishedModules(), name), join(root, "node_modules", name));
  mkdirSync(join(root, "node_modules/.bin"));
  for (const [name, file] of Object.entries(commands))
    symlinkSync(join("..", file), join(root, "node_modules/.bin", name));
  return {
    root,
    dataSourceFile,
    write,
    cli: (runner, args, env) =>
      run(process.execPath, [...runners[runner], ...args, "-d", dataSourceFile], {
        cwd: root,
        env: { ...withoutTypeCheck, ...env },
      }),
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}

const common = {
  target: "ES2022",
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  esModuleInterop: true,
  skipLibCheck: true,
  types: ["node"],
  rootDir: ".",
  outDir: "dist",
};
const compilerOptions = {
  // What projects have had for years; TypeScript 6 calls it deprecated.
  commonjs: { ...common, module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "6.0" },
  esm: { ...common, module: "NodeNext", moduleResolution: "NodeNext", verbatimModuleSyntax: true },
};

function dataSource(language: "ts" | "js", module: "commonjs" | "esm"): string {
  const mode =
    language === "ts"
      ? `process.env.TRANSACTION_MODE as "all" | "each" | "none" | undefined`
      : "process.env.TRANSACTION_MODE";
  const options = `{
  type: "postgres",
  url: process.env.DATABASE_URL,
  entities: [],
  migrations: ["src/migrations/*.${language}"],
  migrationsTransactionMode: ${mode},
}`;
  return language === "js" && module === "commonjs"
    ? `const { DataSource } = require("typeorm");\nmodule.exports = new DataSource(${options});\n`
    : `import { DataSource } from "typeorm";\n\nexport default new DataSource(${options});\n`;
}
